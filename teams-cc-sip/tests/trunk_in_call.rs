//! What parties send in their calls beside the calls themselves.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{Bridged, Stage, from_callee, two_carriers, within};
use teams_cc_core::contact::{Leg, LegEvent};
use teams_cc_sip::{
    message::{ContentType, Method, Request},
    trunk::{CallRequest, TrunkEvent},
};

async fn bridged() -> Bridged {
    Bridged::on(Stage::new(two_carriers())).await
}

/// A request of the carrier's party, with a body of this type.
fn said(
    b: &Bridged,
    method: &str,
    cseq: u32,
    extra: &[(&str, &str)],
    body: (&str, &str),
) -> Request {
    let (kind, body) = body;
    let request = within(&b.carrier_invite, &b.carrier_ok, method, cseq, extra, None);
    if kind.is_empty() {
        return request;
    }
    request.with_body(&ContentType::parse(kind).unwrap(), body.to_owned())
}

async fn told(b: &mut Bridged) -> Box<CallRequest> {
    match b.stage.event().await {
        TrunkEvent::Request { leg, request } => {
            assert_eq!(leg, *b.customer.id());
            request
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_a_carrier_tells_by_info_are_heard_as_keys() {
    let mut b = bridged().await;
    let mut cseq = 1;
    for (kind, body, status, key) in [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", 200, Some('5')),
        ("application/dtmf-relay", "Signal=11\r\nDuration=160\r\n", 200, Some('#')),
        ("application/dtmf", "*", 200, Some('*')),
        ("application/dtmf-relay", "Duration=160\r\n", 400, None),
    ] {
        cseq += 1;
        let info = said(&b, "INFO", cseq, &[], (kind, body));
        b.carrier.send(info).await;
        b.carrier.response(status).await;
        if let Some(key) = key {
            let customer = b.customer.id().clone();
            match b.stage.leg_event(&customer).await {
                LegEvent::Tone(tone) => assert_eq!(tone.reveal(), key),
                other => panic!("{other:?}"),
            }
        }
    }
    b.stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn what_else_is_sent_in_a_call_reaches_the_application_and_nobody_else() {
    let mut b = bridged().await;
    let extra = [("X-Ticket", "4711"), ("Contact", "<sip:a@203.0.113.7>")];
    let message = said(&b, "MESSAGE", 2, &extra, ("text/plain", "my number is 12345"));
    b.carrier.send(message).await;
    b.carrier.response(200).await;
    let request = told(&mut b).await;
    assert_eq!(
        (&request.method, &request.body[..]),
        (&Method::Message, &b"my number is 12345"[..])
    );
    assert_eq!(request.headers.get_str("X-Ticket"), Some("4711"));
    assert_eq!(request.headers.get_str("Content-Type"), Some("text/plain"));
    for name in ["Via", "From", "To", "Call-ID", "CSeq", "Contact", "Content-Length"] {
        assert!(!request.headers.contains(name), "{name}");
    }
    let shown = format!("{request:?}");
    assert!(!shown.contains("12345") && !shown.contains("4711"), "{shown}");

    let notify = [("Event", "telephone-event"), ("Subscription-State", "active")];
    let notify = said(&b, "NOTIFY", 3, &notify, ("", ""));
    b.carrier.send(notify).await;
    b.carrier.response(200).await;
    let request = told(&mut b).await;
    assert_eq!(request.headers.get_str("Event"), Some("telephone-event"));

    let info = said(&b, "INFO", 4, &[], ("application/media_control+xml", "<media_control/>"));
    b.carrier.send(info).await;
    b.carrier.response(200).await;
    assert_eq!(&told(&mut b).await.body[..], b"<media_control/>");
    b.proxy.hears_nothing(std::time::Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_handed_on_is_refused() {
    let mut b = bridged().await;
    let large = "x".repeat(8 * 1024 + 1);
    let info = said(&b, "INFO", 2, &[], ("text/plain", &large));
    b.carrier.send(info).await;
    b.carrier.response(413).await;
    let info = said(&b, "INFO", 3, &[("Info-Package", "nobody-knows")], ("text/plain", "x"));
    b.carrier.send(info).await;
    b.carrier.response(469).await;
    let many: Vec<(String, String)> = (0..60).map(|n| (format!("X-{n}"), n.to_string())).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let info = said(&b, "INFO", 4, &many, ("", ""));
    b.carrier.send(info).await;
    b.carrier.response(200).await;
    assert_eq!(told(&mut b).await.headers.iter().count(), 32);
    // Outside of a call nobody takes MESSAGE, and Allow lists it nowhere.
    let mut outside = said(&b, "MESSAGE", 1, &[], ("text/plain", "hello"));
    outside.headers_mut().set("To", "<sip:+14255550100@sbc1.adatum.biz>").unwrap();
    outside.headers_mut().set("Call-ID", "outside").unwrap();
    b.carrier.send(outside).await;
    let refusal = b.carrier.response(405).await;
    let allow = refusal.headers().get_str("Allow").unwrap();
    assert!(allow.contains("INFO") && !allow.contains("MESSAGE"), "{allow}");
    b.stage.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_teams_user_is_heard_as_well() {
    let mut b = bridged().await;
    let mut teams = b.stage.teams_connects().await;
    let info = from_callee(&b.teams_invite, "INFO", 1, &[], None);
    teams.send(info).await;
    teams.response(200).await;
    match b.stage.event().await {
        TrunkEvent::Request { leg, request } => {
            assert_eq!((leg, request.method), (b.agent.id().clone(), Method::Info));
        }
        other => panic!("{other:?}"),
    }
}
