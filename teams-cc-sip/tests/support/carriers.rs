//! Callers of two carriers who talk through us, without Teams.

use std::sync::Arc;

use teams_cc_sip::{
    io::{Peer, TransportKind},
    message::{Method, Request, Response, StatusCode},
    trunk::{BackToBack, SipLeg},
};

use super::{Party, Stage, answer, carrier_invite, mobile, rtp, within};

/// A caller of one carrier and a mobile phone of the other.
pub struct Carriers {
    pub stage: Stage,
    pub caller: Party,
    pub invite: Request,
    pub ok: Response,
    pub customer: Arc<SipLeg>,
    pub backup: Party,
    pub out: Request,
    pub called: Arc<SipLeg>,
}

impl Carriers {
    /// Both talk; the mobile phone allows these methods.
    pub async fn talking(stage: Stage, allow: &str) -> Self {
        let mut c = Self::ringing(stage).await;
        let mut taken = answer(&c.out, StatusCode::OK, Some(&rtp("sendrecv", 3)));
        taken.headers_mut().set("Allow", allow).unwrap();
        c.backup.send(taken).await;
        c.backup.request(&Method::Ack).await;
        c.ok = c.caller.response(200).await;
        c.caller.send(within(&c.invite, &c.ok, "ACK", 1, &[], None)).await;
        // The ACK is on its way.
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        c.caller.ladder.clear();
        c.backup.ladder.clear();
        c
    }

    /// The mobile phone rings; `ok` is its 180.
    pub async fn ringing(mut stage: Stage) -> Self {
        let mut caller = stage.carrier_connects().await;
        let contact = ("Contact", "<sip:+14255550123@203.0.113.7:5060;transport=tcp>");
        let allow = ("Allow", "INVITE, ACK, BYE, CANCEL, REFER, NOTIFY");
        let invite = carrier_invite("pstn", &[contact, allow], &rtp("sendrecv", 1));
        caller.send(invite.clone()).await;
        let call = stage.incoming().await;
        caller.response(100).await;
        let leg = stage.trunk.bridge(&call.leg, BackToBack::new(mobile(&call))).await.unwrap();
        let mut backup = stage.connection("backup.test").await;
        let out = backup.request(&Method::Invite).await;
        backup.answer(&out, StatusCode::RINGING, None).await;
        let ok = caller.response(180).await;
        Self { stage, caller, invite, ok, customer: call.leg, backup, out, called: leg }
    }

    /// A connection from the second carrier.
    pub async fn backup_connects(&self) -> Party {
        let address = "198.51.100.9:5060".parse().unwrap();
        self.stage.connect(Peer::new(TransportKind::Tcp, address)).await
    }

    /// A new call of a carrier that wants another one's place.
    pub fn replacing(call: &str, replaces: &str, offer: &str) -> Request {
        let extra = [("Replaces", replaces), ("Require", "replaces")];
        carrier_invite(call, &extra, offer)
    }

    /// How a header names the caller's dialog, from our side.
    pub fn callers_dialog(&self) -> String {
        let ours = self.ok.headers().get_str("To").unwrap().split("tag=").nth(1).unwrap();
        format!("pstn;to-tag={ours};from-tag=teams")
    }

    /// How a header names the mobile phone's dialog, from our side.
    pub fn mobiles_dialog(&self) -> String {
        let get = |name| self.out.headers().get_str(name).unwrap();
        let ours = get("From").split("tag=").nth(1).unwrap();
        format!("{};to-tag={ours};from-tag=party", get("Call-ID"))
    }
}
