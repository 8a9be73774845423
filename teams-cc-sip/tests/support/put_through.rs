//! A carrier's caller who is put through while nobody has answered.

use std::{sync::Arc, time::Duration};

use teams_cc_core::{LegId, PhoneNumber, contact::Leg};
use teams_cc_sip::{
    gate::GatePolicy,
    io::{Target, TransportKind},
    message::{Method, Request, Response, StatusCode},
    trunk::{
        BackToBack, Destination, IncomingCall, SipLeg, StaticPeer, TrunkConfig, TrunkEvent, Via,
    },
};

use super::{Party, Stage, TENANT_FQDN, carrier_invite, rtp, within};

/// The usual trunk with a second carrier and a gate that lets everything out.
pub fn two_carriers() -> TrunkConfig {
    super::config().gate(GatePolicy::unrestricted()).carrier(
        StaticPeer::new("backup", TransportKind::Tcp)
            .address("198.51.100.0/24".parse().unwrap())
            .target(Target::new(TransportKind::Tcp, "backup.test", 5060)),
    )
}

/// The Teams user who is called.
pub fn user(call: &IncomingCall) -> Destination {
    call.onward(Via::Teams { tenant: TENANT_FQDN.parse().unwrap() }, LegId::numbered("OUT", 1))
}

/// A mobile phone behind the second carrier.
pub fn mobile(call: &IncomingCall) -> Destination {
    let mut to = call.onward(Via::Carrier("backup".into()), LegId::numbered("unused", 1));
    to.number = PhoneNumber::presented("+14255550150");
    to
}

/// Both sides of a bridge that is being set up; its INVITE is at the proxy.
pub struct PutThrough {
    pub stage: Stage,
    pub caller: Party,
    pub invite: Request,
    pub customer: Arc<SipLeg>,
    pub proxy: Party,
    pub out: Request,
    pub called: Arc<SipLeg>,
}

impl PutThrough {
    /// To a Teams user alone.
    pub async fn to_user() -> Self {
        Self::by(two_carriers(), &[], |call| BackToBack::new(user(call))).await
    }

    /// To a Teams user, then to a mobile phone.
    pub async fn to_user_then_mobile(change: impl FnOnce(BackToBack) -> BackToBack) -> Self {
        let plan = |call: &IncomingCall| change(BackToBack::new(user(call)).or_to(mobile(call)));
        Self::by(two_carriers(), &[], plan).await
    }

    /// By this plan; the caller's INVITE has these headers besides.
    pub async fn by(
        config: TrunkConfig,
        extra: &[(&str, &str)],
        plan: impl FnOnce(&IncomingCall) -> BackToBack,
    ) -> Self {
        Self::with(Stage::new(config), extra, &rtp("sendrecv", 1), plan).await
    }

    /// On this stage; the caller offers this.
    pub async fn with(
        mut stage: Stage,
        extra: &[(&str, &str)],
        offer: &str,
        plan: impl FnOnce(&IncomingCall) -> BackToBack,
    ) -> Self {
        let mut proxy = stage.connection("sip.pstnhub.test").await;
        let mut caller = stage.carrier_connects().await;
        let invite = carrier_invite("pstn", extra, offer);
        caller.send(invite.clone()).await;
        let call = stage.incoming().await;
        caller.response(100).await;
        let leg = stage.trunk.bridge(&call.leg, plan(&call)).await.unwrap();
        let out = proxy.request(&Method::Invite).await;
        Self { stage, caller, invite, customer: call.leg, proxy, out, called: leg }
    }

    /// The caller withdraws.
    pub async fn cancel(&mut self, extra: &[(&str, &str)]) {
        let get = |name| self.invite.headers().get_str(name).unwrap().to_owned();
        let (via, from, to, call) = (get("Via"), get("From"), get("To"), get("Call-ID"));
        let mut headers = vec![
            ("Via", via.as_str()),
            ("Max-Forwards", "70"),
            ("From", from.as_str()),
            ("To", to.as_str()),
            ("Call-ID", call.as_str()),
            ("CSeq", "1 CANCEL"),
        ];
        headers.extend_from_slice(extra);
        let uri = self.invite.uri().reveal();
        self.caller.send(super::request("CANCEL", &uri, &headers, None)).await;
    }

    /// The caller's side is refused with this status.
    pub async fn refused(&mut self, status: u16) -> Response {
        let refusal = self.caller.response(status).await;
        let ack = super::request(
            "ACK",
            &self.invite.uri().reveal(),
            &[
                ("Via", self.invite.headers().get_str("Via").unwrap()),
                ("From", self.invite.headers().get_str("From").unwrap()),
                ("To", refusal.headers().get_str("To").unwrap()),
                ("Call-ID", "pstn"),
                ("CSeq", "1 ACK"),
            ],
            None,
        );
        self.caller.send(ack).await;
        refusal
    }

    /// The caller's side is answered and confirms it.
    pub async fn answered(&mut self) -> Response {
        let ok = self.caller.response(200).await;
        self.caller.send(within(&self.invite, &ok, "ACK", 1, &[], None)).await;
        ok
    }

    /// The present destination ends with this status.
    pub async fn ends(&mut self, status: u16, extra: &[(&str, &str)]) {
        let mut response = super::answer(&self.out, StatusCode::new(status).unwrap(), None);
        for (name, value) in extra {
            response.headers_mut().push(*name, *value).unwrap();
        }
        self.proxy.send(response).await;
        self.proxy.request(&Method::Ack).await;
    }

    /// The mobile phone's carrier gets its INVITE.
    pub async fn at_the_mobile(&mut self) -> (Party, Request) {
        let mut backup = self.stage.connection("backup.test").await;
        let invite = backup.request(&Method::Invite).await;
        (backup, invite)
    }

    /// The next destination is announced.
    pub async fn next_destination(&mut self) -> (usize, u16) {
        loop {
            if let TrunkEvent::NextDestination { leg, place, status } = self.stage.event().await {
                assert_eq!(leg, *self.called.id());
                return (place, status);
            }
        }
    }

    /// Everything ends, and nothing is left.
    pub async fn nothing_is_left(self) {
        drop((self.customer, self.called));
        let mut stage = self.stage;
        while tokio::time::timeout(Duration::from_millis(100), stage.events.next()).await.is_ok() {}
        let left = stage.trunk.shutdown(Duration::from_secs(1)).await;
        assert!(left.is_empty(), "{left:?}");
    }
}
