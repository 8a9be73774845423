//! Scenarios of SIPp, written step by step.
//!
//! `[$name]` in a message is what the first INVITE said; everything else in brackets is SIPp's own.

use std::fmt::Write as _;

/// What a caller's dialog is addressed with, and a callee's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Caller,
    Callee,
}

/// Values kept from an INVITE, in the order of SIPp's variables.
const KEPT: [(&str, &str, &str); 5] = [
    ("via", "Via:", ".*"),
    ("from", "From:", ".*"),
    ("to", "To:", ".*"),
    ("cseq", "CSeq:", ".*"),
    ("contact", "Contact:", ".*"),
];
const PLAIN: &str = "m=audio [media_port] RTP/AVP 0 8 101\na=rtpmap:0 PCMU/8000\n\
     a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\n";
const SECURE: &str = "m=audio [media_port] RTP/SAVP 0 101\na=rtpmap:0 PCMU/8000\n\
     a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15\na=crypto:1 AES_CM_128_HMAC_SHA1_80 \
     inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\n";

/// A session description of this direction.
pub(super) fn plain(direction: &str) -> String {
    described(PLAIN, direction)
}

/// An encrypted one.
pub(super) fn secure(direction: &str) -> String {
    described(SECURE, direction)
}

fn described(media: &str, direction: &str) -> String {
    format!(
        "v=0\no=sipp 53655765 2353687637 IN IP[local_ip_type] [local_ip]\ns=-\n\
         c=IN IP[media_ip_type] [media_ip]\nt=0 0\n{media}a={direction}\n"
    )
}

/// A scenario in the making.
pub(super) struct Script {
    role: Role,
    steps: String,
    variables: usize,
    /// The URI of `Contact`.
    contact: String,
}

/// Where SIPp itself listens.
pub(super) const HERE: &str = "sip:sipp@[local_ip]:[local_port];transport=[transport]";

impl Script {
    /// A caller's scenario.
    pub(super) fn caller() -> Self {
        Self::of(Role::Caller)
    }

    /// A callee's scenario.
    pub(super) fn callee() -> Self {
        Self::of(Role::Callee)
    }

    fn of(role: Role) -> Self {
        Self { role, steps: String::new(), variables: 0, contact: HERE.to_owned() }
    }

    /// Names another `Contact`, such as that of whoever stands in front.
    pub(super) fn reached_at(mut self, uri: &str) -> Self {
        uri.clone_into(&mut self.contact);
        self
    }

    /// The first INVITE, with these headers and an offer.
    pub(super) fn invites(self, extra: &[&str]) -> Self {
        self.offers(extra, &plain("sendrecv"))
    }

    /// The first INVITE, with these headers and this offer.
    pub(super) fn offers(self, extra: &[&str], body: &str) -> Self {
        let head = self.head("INVITE", "sip:[service]@[remote_ip]:[remote_port];user=phone", 1);
        self.sends(&head, extra, Some(body), true)
    }

    /// A request in the dialog.
    pub(super) fn asks(self, method: &str, cseq: u32, extra: &[&str], body: Option<&str>) -> Self {
        let uri = match self.role {
            Role::Caller => "[next_url]",
            Role::Callee => "[$uri]",
        };
        let head = self.head(method, uri, cseq);
        self.sends(&head, extra, body, method != "ACK")
    }

    fn head(&self, method: &str, uri: &str, cseq: u32) -> String {
        let parties = match self.role {
            Role::Caller => {
                let tag = if uri == "[next_url]" { "[peer_tag_param]" } else { "" };
                format!(
                    "From: <sip:+14255550199@[local_ip]:[local_port];user=phone>;\
                     tag=[pid]-sipp-[call_number]\n\
                     To: <sip:[service]@[remote_ip]:[remote_port];user=phone>{tag}"
                )
            }
            Role::Callee => "From:[$to];tag=[pid]-uas-[call_number]\nTo:[$from]".to_owned(),
        };
        format!(
            "{method} {uri} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];\
             branch=[branch];rport\n[routes]\nMax-Forwards: 70\n{parties}\nCall-ID: [call_id]\n\
             CSeq: {cseq} {method}\n\
             Contact: <{}>\n\
             Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, REFER, NOTIFY",
            self.contact
        )
    }

    /// Answers the request that came last.
    pub(super) fn replies(self, status: &str) -> Self {
        self.replies_with(status, &[])
    }

    /// Answers it with these headers.
    pub(super) fn replies_with(self, status: &str, extra: &[&str]) -> Self {
        let head = format!(
            "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n\
             [last_CSeq:]\nContact: <{}>",
            self.contact
        );
        self.sends(&head, extra, None, false)
    }

    /// Answers a re-INVITE that came last.
    pub(super) fn accepts(self, direction: &str) -> Self {
        self.accepts_by(&plain(direction))
    }

    /// Answers a re-INVITE that came last by this description.
    pub(super) fn accepts_by(self, body: &str) -> Self {
        let head = format!(
            "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n\
             [last_CSeq:]\nContact: <{}>",
            self.contact
        );
        self.sends(&head, &[], Some(body), true)
    }

    /// Answers the INVITE that was kept, as this branch of a fork.
    pub(super) fn answers(
        self,
        status: &str,
        fork: &str,
        extra: &[&str],
        body: Option<&str>,
    ) -> Self {
        let head = format!(
            "SIP/2.0 {status}\nVia:[$via]\nFrom:[$from]\nTo:[$to];\
             tag=[pid]-uas{fork}-[call_number]\nCall-ID: [call_id]\nCSeq:[$cseq]\n\
             Contact: <{}>",
            self.contact
        );
        // Only a final answer is sent again by SIPp.
        let again = !status.starts_with('1');
        self.sends(&head, extra, body, again)
    }

    /// Answers the INVITE that came last, with the way it took: for a callee behind a proxy.
    pub(super) fn answers_here(self, status: &str, body: Option<&str>) -> Self {
        let head = format!(
            "SIP/2.0 {status}\n[last_Via:]\n[last_Record-Route:]\n[last_From:]\n[last_To:];\
             tag=[pid]-uas-[call_number]\n[last_Call-ID:]\n[last_CSeq:]\nContact: <{}>",
            self.contact
        );
        let again = !status.starts_with('1');
        self.sends(&head, &[], body, again)
    }

    fn sends(mut self, head: &str, extra: &[&str], body: Option<&str>, again: bool) -> Self {
        let retrans = if again { " retrans=\"500\"" } else { "" };
        let _ = write!(self.steps, "  <send{retrans}>\n    <![CDATA[\n\n");
        for line in head.lines().chain(extra.iter().copied()) {
            let _ = writeln!(self.steps, "      {line}");
        }
        if body.is_some() {
            self.steps.push_str("      Content-Type: application/sdp\n");
        }
        let length = if body.is_some() { "[len]" } else { "0" };
        let _ = write!(self.steps, "      Content-Length: {length}\n\n");
        for line in body.unwrap_or_default().lines() {
            let _ = writeln!(self.steps, "      {line}");
        }
        self.steps.push_str("    ]]>\n  </send>\n");
        self
    }

    /// Waits for a response, past provisional ones.
    pub(super) fn awaits(mut self, status: u16) -> Self {
        for other in [100, 180, 183].into_iter().filter(|other| *other != status && status > 100) {
            let _ = writeln!(self.steps, "  <recv response=\"{other}\" optional=\"true\"/>");
        }
        let _ = writeln!(self.steps, "  <recv response=\"{status}\" rrs=\"true\"/>");
        self
    }

    /// Waits for a response that must be the very next one and say all of this.
    pub(super) fn hears(mut self, status: u16, sayings: &[(&str, &str)]) -> Self {
        if status >= 180 {
            self.steps.push_str("  <recv response=\"100\" optional=\"true\"/>\n");
        }
        let _ = writeln!(self.steps, "  <recv response=\"{status}\" rrs=\"true\">");
        self.checks(sayings);
        self.steps.push_str("  </recv>\n");
        self
    }

    /// Waits for a response that says all of this, past provisional ones.
    pub(super) fn hears_last(mut self, status: u16, sayings: &[(&str, &str)]) -> Self {
        self.steps.push_str("  <recv response=\"180\" optional=\"true\"/>\n");
        self.hears(status, sayings)
    }

    /// Waits for a request that says all of this.
    pub(super) fn asked(mut self, method: &str, sayings: &[(&str, &str)]) -> Self {
        let _ =
            writeln!(self.steps, "  <recv request=\"{method}\" rrs=\"true\" timeout=\"70000\">");
        self.checks(sayings);
        self.steps.push_str("  </recv>\n");
        self
    }

    /// Waits for the first INVITE; one for this number is what [`Self::otherwise`] is about.
    pub(super) fn called_or(mut self, number: &str) -> Self {
        self.variables += 1;
        let place = self.variables;
        let _ = writeln!(
            self.steps,
            "  <recv request=\"INVITE\" rrs=\"true\">\n    <action>\n      <ereg \
             regexp=\"{number}\" search_in=\"hdr\" header=\"To:\" assign_to=\"c{place}\"/>"
        );
        self.keeps();
        let _ = writeln!(self.steps, "  <nop next=\"otherwise\" test=\"c{place}\"/>");
        self
    }

    /// What happens to the INVITE for another number; until [`Self::together`].
    pub(super) fn otherwise(mut self) -> Self {
        self.steps.push_str("  <nop next=\"together\"/>\n  <label id=\"otherwise\"/>\n");
        self
    }

    /// The end of both.
    pub(super) fn together(mut self) -> Self {
        self.steps.push_str("  <label id=\"together\"/>\n");
        self
    }

    /// Waits for the first INVITE, and keeps what later messages need of it.
    pub(super) fn called(mut self, sayings: &[(&str, &str)]) -> Self {
        self.steps.push_str("  <recv request=\"INVITE\" rrs=\"true\">\n    <action>\n");
        self.conditions(sayings);
        self.keeps();
        self
    }

    /// Keeps what later messages need of the INVITE.
    fn keeps(&mut self) {
        for (name, header, pattern) in KEPT {
            let _ = writeln!(
                self.steps,
                "      <ereg regexp=\"{pattern}\" search_in=\"hdr\" header=\"{header}\" \
                 check_it=\"true\" assign_to=\"{name}\"/>"
            );
        }
        self.steps.push_str(
            "      <ereg regexp=\"sip:[^>]*\" search_in=\"var\" variable=\"contact\" \
             check_it=\"true\" assign_to=\"uri\"/>\n    </action>\n  </recv>\n",
        );
    }

    fn checks(&mut self, sayings: &[(&str, &str)]) {
        if sayings.is_empty() {
            return;
        }
        self.steps.push_str("    <action>\n");
        self.conditions(sayings);
        self.steps.push_str("    </action>\n");
    }

    fn conditions(&mut self, sayings: &[(&str, &str)]) {
        for (header, pattern) in sayings {
            self.variables += 1;
            let place = match *header {
                "body" => "search_in=\"body\"".to_owned(),
                header => format!("search_in=\"hdr\" header=\"{header}:\""),
            };
            let _ = writeln!(
                self.steps,
                "      <ereg regexp=\"{pattern}\" {place} check_it=\"true\" assign_to=\"c{}\"/>",
                self.variables
            );
        }
    }

    /// Lets time pass.
    pub(super) fn rests(mut self, milliseconds: u32) -> Self {
        let _ = writeln!(self.steps, "  <pause milliseconds=\"{milliseconds}\"/>");
        self
    }

    /// Either an OPTIONS, which is all there is to this call, or what follows.
    pub(super) fn or_options(mut self) -> Self {
        self.steps.push_str("  <recv request=\"OPTIONS\" optional=\"true\" next=\"options\"/>\n");
        self
    }

    /// Where [`Self::or_options`] leads.
    pub(super) fn answers_options(mut self) -> Self {
        self.steps.push_str("  <nop next=\"over\"/>\n  <label id=\"options\"/>\n");
        self = self.replies("200 OK");
        self.steps.push_str("  <label id=\"over\"/>\n");
        self
    }

    /// The whole file.
    pub(super) fn xml(&self, name: &str) -> String {
        let mut names: Vec<String> = (1..=self.variables).map(|n| format!("c{n}")).collect();
        if self.role == Role::Callee {
            names.extend(KEPT.iter().map(|(name, ..)| (*name).to_owned()));
            names.push("uri".to_owned());
        }
        let known = if names.is_empty() {
            String::new()
        } else {
            // SIPp refuses a variable that is set and never used.
            format!("  <Reference variables=\"{}\"/>\n", names.join(","))
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE scenario SYSTEM \
             \"sipp.dtd\">\n<scenario name=\"{name}\">\n{}{known}</scenario>\n",
            self.steps
        )
    }
}
