//! A carrier's caller bridged with a Teams user.

use std::sync::Arc;

use teams_cc_core::contact::{Leg, LegCommand, LegEvent};
use teams_cc_sip::{
    message::{Method, Request, Response},
    trunk::SipLeg,
};

use super::{FQDN, Party, Stage, rtp, srtp, teams_invite, to_teams, within};

/// Both sides of a bridge, with what set them up.
pub struct Bridged {
    pub stage: Stage,
    pub carrier: Party,
    pub carrier_invite: Request,
    pub carrier_ok: Response,
    pub customer: Arc<SipLeg>,
    pub proxy: Party,
    pub teams_invite: Request,
    pub agent: Arc<SipLeg>,
}

/// A carrier's INVITE for the number of a Teams user.
pub fn carrier_invite(call: &str, extra: &[(&str, &str)], body: &str) -> Request {
    let mut invite = teams_invite(call, FQDN, Some(body));
    let via = format!("SIP/2.0/TCP 203.0.113.7:5060;branch=z9hG4bK{call}");
    let contact = "<sip:+14255550123@203.0.113.7:5060;transport=tcp>";
    for (name, value) in [("Via", via.as_str()), ("Contact", contact)].iter().chain(extra) {
        invite.headers_mut().set(*name, value).unwrap();
    }
    invite.headers_mut().remove("Record-Route");
    invite
}

impl Bridged {
    pub async fn on(stage: Stage) -> Self {
        Self::with(stage, &[], &rtp("sendrecv", 1)).await
    }

    /// The carrier's INVITE has these headers besides, and this offer.
    pub async fn with(stage: Stage, extra: &[(&str, &str)], offer: &str) -> Self {
        Self::set_up(stage, extra, offer, &srtp("sendrecv", 1)).await
    }

    /// The carrier offers this, and the agent answers that.
    pub async fn speaking(stage: Stage, offer: &str, answer: &str) -> Self {
        Self::set_up(stage, &[], offer, answer).await
    }

    async fn set_up(mut stage: Stage, extra: &[(&str, &str)], offer: &str, answer: &str) -> Self {
        let mut proxy = stage.connection("sip.pstnhub.test").await;
        let mut carrier = stage.carrier_connects().await;
        let carrier_invite = carrier_invite("pstn", extra, offer);
        carrier.send(carrier_invite.clone()).await;
        let call = stage.incoming().await;
        call.leg.execute(LegCommand::Answer).await.unwrap();
        carrier.response(100).await;
        let carrier_ok = carrier.response(200).await;
        carrier.send(within(&carrier_invite, &carrier_ok, "ACK", 1, &[], None)).await;
        let agent = stage.trunk.dial(to_teams(1)).await.unwrap();
        let teams_invite = proxy.request(&Method::Invite).await;
        proxy.take(&teams_invite, answer).await;
        for _ in 0..3 {
            stage.leg_event(agent.id()).await;
        }
        for expected in [LegEvent::Answered, LegEvent::MediaActive] {
            assert_eq!(stage.leg_event(call.leg.id()).await, expected);
        }
        let with = agent.id().clone();
        call.leg.execute(LegCommand::Bridge { with: with.clone() }).await.unwrap();
        assert_eq!(stage.leg_event(call.leg.id()).await, LegEvent::Bridged { with });
        let with = call.leg.id().clone();
        assert_eq!(stage.leg_event(agent.id()).await, LegEvent::Bridged { with });
        carrier.ladder.clear();
        proxy.ladder.clear();
        Self {
            stage,
            carrier,
            carrier_invite,
            carrier_ok,
            customer: call.leg,
            proxy,
            teams_invite,
            agent,
        }
    }
}
