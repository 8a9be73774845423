//! Which transaction a message belongs to (RFC 3261 §17.1.3 and §17.2.3).

use crate::{
    fingerprint::{self, Printed},
    message::{
        BRANCH_COOKIE, CSeq, CallId, FromHeader, Headers, Method, ParseError, Request, Rule,
        ToHeader, Via,
    },
};

/// The headers that say where a message belongs, read once.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) via: Via,
    pub(crate) from: FromHeader,
    pub(crate) to: ToHeader,
    pub(crate) call_id: CallId,
    pub(crate) cseq: CSeq,
}

impl Envelope {
    pub(crate) fn of(headers: &Headers) -> Result<Self, ParseError> {
        Ok(Self {
            via: headers.first()?.ok_or(ParseError::new(Rule::Missing, 0))?,
            from: headers.required()?,
            to: headers.required()?,
            call_id: headers.required()?,
            cseq: headers.required()?,
        })
    }
}

/// What a response must share with a request of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientKey {
    branch: Box<str>,
    method: Method,
}

impl ClientKey {
    /// The key of a request of ours or of a response to it; nothing without a branch.
    pub(crate) fn of(envelope: &Envelope) -> Option<Self> {
        let branch = envelope.via.branch()?.into();
        Some(Self { branch, method: envelope.cseq.method.clone() })
    }

    pub(crate) fn printed(self) -> Printed<Self> {
        Printed::new(fingerprint::of([&*self.branch]), self)
    }
}

/// What a repeated request, an ACK or a CANCEL must share with the request it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ServerKey {
    /// The branch is unique: RFC 3261 §17.2.3, first part.
    Branch { branch: Box<str>, host: Box<str>, port: u16, method: Method },
    /// The branch is not unique: §17.2.3, second part. The To tag is left out, since the ACK to
    /// a refusal has one and its INVITE has not.
    Legacy {
        uri: Box<str>,
        from_tag: Box<str>,
        call_id: Box<str>,
        number: u32,
        via: Box<str>,
        method: Method,
    },
}

impl ServerKey {
    /// The key of a request; an ACK has that of its INVITE.
    pub(crate) fn of(request: &Request, envelope: &Envelope) -> Self {
        let method = match request.method() {
            Method::Ack => Method::Invite,
            method => method.clone(),
        };
        let via = &envelope.via;
        let port = via.port.unwrap_or_else(|| via.transport.default_port());
        let host = via.host.to_key();
        let branch = via.branch();
        match branch {
            Some(branch) if is_unique(branch) => {
                Self::Branch { branch: branch.into(), host, port, method }
            }
            branch => Self::Legacy {
                uri: request.uri().reveal().into(),
                from_tag: envelope.from.tag().unwrap_or_default().into(),
                call_id: envelope.call_id.as_str().into(),
                number: envelope.cseq.number,
                via: format!("{host}:{port};{}", branch.unwrap_or_default()).into(),
                method,
            },
        }
    }

    /// The key of the INVITE that a CANCEL with this key is about (§9.2).
    pub(crate) fn of_invite(mut self) -> Self {
        match &mut self {
            Self::Branch { method, .. } | Self::Legacy { method, .. } => *method = Method::Invite,
        }
        self
    }

    pub(crate) fn is_of_invite(&self) -> bool {
        let (Self::Branch { method, .. } | Self::Legacy { method, .. }) = self;
        *method == Method::Invite
    }

    pub(crate) fn printed(self) -> Printed<Self> {
        let print = match &self {
            Self::Branch { branch, .. } => fingerprint::of([&**branch]),
            Self::Legacy { call_id, from_tag, .. } => fingerprint::of([&**call_id, from_tag]),
        };
        Printed::new(print, self)
    }
}

/// As [`Via::has_rfc3261_branch`], of a branch that has been found.
fn is_unique(branch: &str) -> bool {
    let cookie = branch.get(..BRANCH_COOKIE.len());
    branch.len() > BRANCH_COOKIE.len()
        && cookie.is_some_and(|cookie| cookie.eq_ignore_ascii_case(BRANCH_COOKIE))
}

/// What two copies of one request share that came on different ways (§8.2.2.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MergeKey {
    from_tag: Box<str>,
    call_id: Box<str>,
    number: u32,
    method: Method,
}

impl MergeKey {
    /// Nothing where a request within a dialog or without From tag cannot be told apart.
    pub(crate) fn of(envelope: &Envelope) -> Option<Self> {
        if envelope.to.tag().is_some() {
            return None;
        }
        Some(Self {
            from_tag: envelope.from.tag()?.into(),
            call_id: envelope.call_id.as_str().into(),
            number: envelope.cseq.number,
            method: envelope.cseq.method.clone(),
        })
    }

    pub(crate) fn printed(self) -> Printed<Self> {
        Printed::new(fingerprint::of([&*self.from_tag, &self.call_id]), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Message};

    fn request(method: &str, via: &str, to_tag: &str) -> (Request, Envelope) {
        let text = format!(
            "{method} sip:+15550100@sbc.example.com SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n\
             From: <sip:a@example.com>;tag=a1\r\nTo: <sip:b@example.com>{to_tag}\r\n\
             Call-ID: one\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
        );
        match Message::parse_datagram(text.as_bytes(), &Limits::default()) {
            Ok(Message::Request(request)) => {
                let envelope = Envelope::of(request.headers()).unwrap();
                (request, envelope)
            }
            other => panic!("{other:?}"),
        }
    }

    fn key(method: &str, via: &str, to_tag: &str) -> ServerKey {
        let (request, envelope) = request(method, via, to_tag);
        ServerKey::of(&request, &envelope)
    }

    #[test]
    fn requests_belong_together_as_rfc_3261_says() {
        let one = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKa";
        let default_port = "SIP/2.0/UDP PC.example.com:5060;branch=z9hG4bKa";
        let other_host = "SIP/2.0/UDP pd.example.com;branch=z9hG4bKa";
        let other_branch = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKb";
        let legacy = "SIP/2.0/UDP pc.example.com";
        let legacy_branch = "SIP/2.0/UDP pc.example.com;branch=1";
        for (name, left, right, same) in [
            ("a repeat", key("INVITE", one, ""), key("INVITE", one, ""), true),
            ("its ACK", key("INVITE", one, ""), key("ACK", one, ";tag=b"), true),
            ("its CANCEL", key("INVITE", one, ""), key("CANCEL", one, ""), false),
            (
                "the CANCEL's INVITE",
                key("INVITE", one, ""),
                key("CANCEL", one, "").of_invite(),
                true,
            ),
            ("written port and case", key("BYE", one, ""), key("BYE", default_port, ""), true),
            ("another sender", key("INVITE", one, ""), key("INVITE", other_host, ""), false),
            ("another branch", key("INVITE", one, ""), key("INVITE", other_branch, ""), false),
            ("a legacy ACK", key("INVITE", legacy, ""), key("ACK", legacy, ";tag=b"), true),
            ("legacy branches", key("INVITE", legacy, ""), key("INVITE", legacy_branch, ""), false),
        ] {
            assert_eq!(left == right, same, "{name}");
        }
    }

    #[test]
    fn copies_of_one_request_are_known_by_tag_call_and_number() {
        let here = request("INVITE", "SIP/2.0/UDP a.example.com;branch=z9hG4bKa", "").1;
        let there = request("INVITE", "SIP/2.0/UDP b.example.com;branch=z9hG4bKb", "").1;
        let within = request("INVITE", "SIP/2.0/UDP b.example.com;branch=z9hG4bKb", ";tag=x").1;
        assert!(MergeKey::of(&here).is_some());
        assert_eq!(MergeKey::of(&here), MergeKey::of(&there));
        assert_eq!(MergeKey::of(&within), None);
    }
}
