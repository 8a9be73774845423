//! One end of a call, played by the stage.

use super::{
    message::{self, Body, Extra},
    site::PROXIES,
    stage::{ConnId, Heard, Side, Stage},
    verdict::Fault,
    wire::{Wire, tag_of, uri_of},
};

/// What is needed to go on with a call.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    pub(super) side: Side,
    /// Where our requests go.
    pub(super) conn: ConnId,
    pub(super) call_id: String,
    /// Our From value, tag included.
    pub(super) local: String,
    /// The subject's To value.
    pub(super) remote: String,
    /// The Request-URI of what we send.
    pub(super) target: String,
    routes: Vec<String>,
    cseq: u32,
    /// The branch and URI of our INVITE, for its CANCEL.
    invite: Option<(String, String, u32)>,
}

impl Dialog {
    /// The subject called us.
    pub(super) fn called(heard: &Heard, tag: &str, conn: ConnId) -> Self {
        let wire = &heard.wire;
        Self {
            side: heard.side,
            conn,
            call_id: wire.call_id().to_owned(),
            local: format!("{};tag={tag}", wire.get("To")),
            remote: wire.get("From").to_owned(),
            target: uri_of(wire.get("Contact")).to_owned(),
            routes: wire.elements("Record-Route"),
            cseq: 1,
            invite: None,
        }
    }

    /// We call the subject.
    pub(super) fn calling(
        side: Side,
        conn: ConnId,
        call: &str,
        uri: &str,
        from: &str,
        to: &str,
    ) -> Self {
        Self {
            side,
            conn,
            call_id: call.to_owned(),
            local: from.to_owned(),
            remote: to.to_owned(),
            target: uri.to_owned(),
            routes: Vec::new(),
            cseq: 0,
            invite: None,
        }
    }

    /// Takes over what a response says about the subject's end.
    pub(super) fn settle(&mut self, response: &Wire) {
        response.get("To").clone_into(&mut self.remote);
        if response.has("Contact") {
            uri_of(response.get("Contact")).clone_into(&mut self.target);
            self.routes = response.elements("Record-Route");
            self.routes.reverse();
        }
    }

    /// Whether a message belongs to this call.
    pub(super) fn has(&self, heard: &Heard) -> bool {
        heard.wire.call_id() == self.call_id && heard.side.is_teams() == self.side.is_teams()
    }

    /// Our tag.
    pub(super) fn tag(&self) -> &str {
        tag_of(&self.local).unwrap_or_default()
    }
}

impl Stage {
    /// Sends a request of a call and tells its `CSeq` number.
    pub(super) fn ask(
        &mut self,
        dialog: &mut Dialog,
        method: &str,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<u32, Fault> {
        if method != "ACK" {
            dialog.cseq += 1;
        }
        let number = dialog.cseq;
        self.write(dialog, method, number, extra, body)?;
        Ok(number)
    }

    /// Sends the INVITE of a call once more, with the same `CSeq` number and a branch of its own.
    pub(super) fn repeat(&mut self, dialog: &mut Dialog, body: &Body) -> Result<(), Fault> {
        self.write(dialog, "INVITE", 1, &[], Some(body))
    }

    /// Acknowledges the answer to the INVITE of this number.
    pub(super) fn acknowledge(&mut self, dialog: &Dialog, number: u32) -> Result<(), Fault> {
        self.write(&mut dialog.clone(), "ACK", number, &[], None)
    }

    /// Takes the INVITE of this call back.
    pub(super) fn cancel(&mut self, dialog: &Dialog, extra: &[Extra<'_>]) -> Result<(), Fault> {
        let Some((via, uri, number)) = dialog.invite.clone() else {
            return Err(Fault::NotJudged("there is no INVITE to cancel".to_owned()));
        };
        let cseq = format!("{number} CANCEL");
        let to = dialog.remote.split(";tag=").next().unwrap_or_default().to_owned();
        let mut headers = vec![
            ("Via", &*via),
            ("Max-Forwards", "70"),
            ("From", &*dialog.local),
            ("To", &*to),
            ("Call-ID", &*dialog.call_id),
            ("CSeq", &*cseq),
        ];
        headers.extend_from_slice(extra);
        let octets = message::request("CANCEL", &uri, &headers, None);
        self.send(dialog.conn, octets)
    }

    fn write(
        &mut self,
        dialog: &mut Dialog,
        method: &str,
        number: u32,
        extra: &[Extra<'_>],
        body: Option<&Body>,
    ) -> Result<(), Fault> {
        self.serial += 1;
        let (via, contact) = match dialog.side {
            Side::Proxy(_) => (
                format!("TLS {}:5061", PROXIES[0]),
                format!("<sip:{}:5061;transport=tls>", PROXIES[0]),
            ),
            Side::Carrier => (
                format!("UDP {};rport", self.carrier_at),
                format!("<sip:carrier@{}>", self.carrier_at),
            ),
        };
        let via = format!("SIP/2.0/{via};branch=z9hG4bKkit{}", self.serial);
        let cseq = format!("{number} {method}");
        if method == "INVITE" {
            dialog.invite = Some((via.clone(), dialog.target.clone(), number));
            if number == 1 {
                self.sent_invites.push(dialog.clone());
            }
        }
        let mut headers = vec![
            ("Via", &*via),
            ("Max-Forwards", "70"),
            ("From", &*dialog.local),
            ("To", &*dialog.remote),
            ("Call-ID", &*dialog.call_id),
            ("CSeq", &*cseq),
        ];
        headers.extend(dialog.routes.iter().map(|route| ("Route", &**route)));
        if !matches!(method, "ACK" | "BYE") && !extra.iter().any(|(name, _)| *name == "Contact") {
            headers.push(("Contact", &*contact));
        }
        headers.extend_from_slice(extra);
        let octets = message::request(method, &dialog.target, &headers, body);
        self.send(dialog.conn, octets)
    }
}
