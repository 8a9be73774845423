//! REFER and its reports. Our endpoints never send REFER, so the tests reach below the orders.

use super::*;
use crate::endpoint::{ReferEnd, ReferHandle, core::Owner};

/// A sends B a REFER; B's handle.
fn refer(pair: &mut Pair, call: CallHandle, to: &str) -> Option<ReferHandle> {
    let request = pair.a.reserve_request();
    let now = pair.now;
    pair.a.with_call(call, |core, call| {
        let dialog = call.dialog.as_mut().unwrap();
        let (mut request_message, _) = dialog.request(Method::Refer);
        if !to.is_empty() {
            request_message.headers_mut().push("Refer-To", to).unwrap();
        }
        let route = super::super::Route::Target(call.fallback.clone().unwrap());
        let owner = Owner::Ours(request, Some(call.handle));
        core.send(now, owner, request_message, route, TransportKind::Tcp).unwrap();
        call.live += 1;
    });
    pair.run_ms(30);
    pair.find(B, |e| match e {
        Event::Refer { refer, .. } => Some(*refer),
        _ => None,
    })
}

/// A answers every NOTIFY that has come since, with this status; their bodies.
fn take_reports(pair: &mut Pair, from: usize, code: u16) -> Vec<(String, String)> {
    let reports: Vec<_> = pair.events[from..]
        .iter()
        .filter_map(|(side, e)| match e {
            Event::Request { request, message, .. } if *side == A => {
                let state = message.headers().get_str("Subscription-State").unwrap();
                let event = message.headers().get_str("Event").unwrap();
                let body = String::from_utf8_lossy(message.body()).trim().to_owned();
                Some((*request, (format!("{event} {}", state.split(';').next().unwrap()), body)))
            }
            _ => None,
        })
        .collect();
    let mut seen = Vec::new();
    for (request, report) in reports {
        pair.order(A, Command::Respond { request, response: Box::new(response(code)) }).unwrap();
        seen.push(report);
    }
    pair.run_ms(30);
    seen
}

fn accept(pair: &mut Pair, refer: ReferHandle) {
    pair.order(B, Command::RespondRefer { refer, response: Box::new(response(202)) }).unwrap();
    pair.run_ms(30);
}

fn report(pair: &mut Pair, refer: ReferHandle, code: u16) {
    let status = StatusCode::new(code).unwrap();
    pair.order(B, Command::NotifyRefer { refer, status }).unwrap();
    pair.run_ms(30);
}

fn ended(pair: &Pair) -> Option<ReferEnd> {
    pair.find(B, |e| match e {
        Event::ReferEnded { end, .. } => Some(*end),
        _ => None,
    })
}

#[test]
fn a_referral_is_accepted_and_reported_step_by_step() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    let from = pair.events.len();
    let handle = refer(&mut pair, a, "<sip:sip.example.com;x-m=8:orgid:1;x-t=2>").unwrap();
    accept(&mut pair, handle);
    let first = take_reports(&mut pair, from, 200);
    assert_eq!(first, [("refer active".into(), "SIP/2.0 100 Trying".into())]);
    let mut from = pair.events.len();
    for (code, state, line) in
        [(180, "refer active", "SIP/2.0 180 Ringing"), (200, "refer terminated", "SIP/2.0 200 OK")]
    {
        report(&mut pair, handle, code);
        assert_eq!(take_reports(&mut pair, from, 200), [(state.to_owned(), line.to_owned())]);
        from = pair.events.len();
    }
    assert_eq!(ended(&pair), Some(ReferEnd::Reported));
    let done = pair.order(B, Command::NotifyRefer { refer: handle, status: StatusCode::OK });
    assert_eq!(done, Err(super::super::Error::UnknownRefer(handle)));
    pair.bye(A, a);
    pair.finish();
    assert!(matches!(pair.end(B, b), CallEnd::PeerHungUp(_)));
    assert_eq!(pair.times(B, "BYE").len(), 0);
}

#[test]
fn reports_go_on_after_the_call_has_ended() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    let handle = refer(&mut pair, a, "<sip:c@example.com>").unwrap();
    accept(&mut pair, handle);
    take_reports(&mut pair, 0, 200);
    pair.bye(B, b);
    pair.run_ms(30);
    assert!(matches!(pair.end(B, b), CallEnd::HungUp));
    report(&mut pair, handle, 200);
    // A's call is over and knows no reports any more, which ends the subscription.
    assert_eq!(ended(&pair), Some(ReferEnd::Unheard));
    pair.finish();
}

#[test]
fn a_second_referral_says_which_one_its_reports_are_about() {
    let mut pair = Pair::new(Link::TCP);
    let (a, _) = pair.connect();
    let first = refer(&mut pair, a, "<sip:c@example.com>").unwrap();
    accept(&mut pair, first);
    take_reports(&mut pair, 0, 200);
    let from = pair.events.len();
    let second = refer(&mut pair, a, "<sip:d@example.com>").unwrap();
    assert_ne!(first, second);
    accept(&mut pair, second);
    let reports = take_reports(&mut pair, from, 200);
    assert_eq!(reports[0].0, "refer;id=3 active");
    for handle in [first, second] {
        let from = pair.events.len();
        report(&mut pair, handle, 603);
        assert_eq!(take_reports(&mut pair, from, 200)[0].1, "SIP/2.0 603 Decline");
    }
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn a_referral_nobody_finishes_reports_a_timeout() {
    let mut pair = Pair::new(Link::TCP);
    let (a, _) = pair.connect();
    let handle = refer(&mut pair, a, "<sip:c@example.com>").unwrap();
    accept(&mut pair, handle);
    take_reports(&mut pair, 0, 200);
    let from = pair.events.len();
    pair.run(Duration::from_mins(3));
    let last = ("refer terminated".to_owned(), "SIP/2.0 408 Request Timeout".to_owned());
    assert_eq!(take_reports(&mut pair, from, 200), [last]);
    assert_eq!(ended(&pair), Some(ReferEnd::Expired));
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn referrals_without_one_target_or_beyond_the_bound_are_refused() {
    let mut pair = Pair::new(Link::TCP);
    let (a, _) = pair.connect();
    assert_eq!(refer(&mut pair, a, ""), None);
    assert_eq!(pair.times(B, "400 REFER").len(), 1);
    for _ in 0..5 {
        refer(&mut pair, a, "<sip:c@example.com>");
    }
    assert_eq!(pair.times(B, "503 REFER").len(), 1);
    let waiting: Vec<_> = pair.b.core.refers.keys().copied().collect();
    assert_eq!(waiting.len(), 4);
    for refer in waiting {
        pair.order(B, Command::RespondRefer { refer, response: Box::new(response(603)) }).unwrap();
    }
    assert_eq!(ended(&pair), Some(ReferEnd::Refused));
    pair.run_ms(50);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn a_referral_the_application_ignores_is_forgotten() {
    let mut pair = Pair::new(Link::TCP);
    let (a, _) = pair.connect();
    refer(&mut pair, a, "<sip:c@example.com>").unwrap();
    pair.run(Duration::from_secs(40));
    assert_eq!(ended(&pair), Some(ReferEnd::Expired));
    pair.bye(A, a);
    pair.finish();
}
