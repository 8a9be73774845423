//! Session timers (RFC 4028) in both roles: what is agreed, who refreshes, and who is gone.

use super::*;
use crate::endpoint::{CallPolicy, RefreshBy, SessionTimer};

const MINUTES: fn(u64) -> Duration = Duration::from_mins;

fn timer() -> SessionTimer {
    SessionTimer::default().interval(Duration::from_mins(10))
}

/// Two endpoints that serve UPDATE, each with its own timer.
fn with(a: Option<SessionTimer>, b: Option<SessionTimer>, link: Link) -> Pair {
    let mut pair = Pair::configured(link, 1, |config| config.serve(Method::Update));
    pair.a.core.config.policy = CallPolicy { session_timer: a, ..CallPolicy::default() };
    pair.b.core.config.policy = CallPolicy { session_timer: b, ..CallPolicy::default() };
    pair
}

fn connect(pair: &mut Pair) -> (CallHandle, CallHandle) {
    let (a, b) = pair.ring();
    let response = Box::new(described(200));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(100);
    (a, b)
}

fn header(pair: &Pair, wanted: &str, header: &str) -> Option<String> {
    let (_, _, message) = pair.sent.iter().find(|(_, _, m)| name(m) == wanted)?;
    message.headers().get_str(header).map(str::to_owned)
}

/// Runs for a time in which every offer is answered with a description.
fn live(pair: &mut Pair, time: Duration) {
    let until = pair.now + time;
    let mut heard = pair.events.len();
    while pair.step(until) {
        let new: Vec<_> = pair.events[heard..].to_vec();
        heard = pair.events.len();
        for (side, event) in new {
            if let Event::ReInvite { call, .. } = event {
                let response = Box::new(described(200));
                pair.order(side, Command::RespondInvite { call, response }).unwrap();
            }
        }
    }
    pair.now = until;
}

#[test]
fn both_sides_agree_who_refreshes_and_the_session_lives_on() {
    for (prefer, refresher, by) in [
        (None, A, RefreshBy::Update),
        (Some(true), A, RefreshBy::Update),
        (Some(false), B, RefreshBy::Update),
        (None, A, RefreshBy::ReInvite),
        (Some(false), B, RefreshBy::ReInvite),
    ] {
        let ours = SessionTimer { refresher: prefer, ..timer().refresh_by(by) };
        let mut pair = with(Some(ours), Some(timer().refresh_by(by)), Link::UDP);
        let (a, b) = connect(&mut pair);
        let agreed = if refresher == A { "600;refresher=uac" } else { "600;refresher=uas" };
        assert_eq!(header(&pair, "200 INVITE", "Session-Expires").as_deref(), Some(agreed));
        assert_eq!(header(&pair, "200 INVITE", "Require").as_deref(), Some("timer"));
        live(&mut pair, MINUTES(61));
        let method = if by == RefreshBy::Update { "UPDATE" } else { "INVITE" };
        let first = usize::from(by == RefreshBy::ReInvite && refresher == A);
        assert_eq!(pair.times(refresher, method).len(), 12 + first, "{prefer:?} {by:?}");
        let refreshed = |side| {
            pair.events
                .iter()
                .filter(|(s, e)| *s == side && matches!(e, Event::Refreshed { .. }))
                .count()
        };
        assert_eq!((refreshed(refresher), refreshed(refresher.other())), (12, 0));
        assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1), "{prefer:?} {by:?}");
        // The role stays with its side, whoever sends the request.
        let last = pair.sent.iter().rev().find(|(_, _, m)| name(m) == method).unwrap();
        let expires = last.2.headers().get_str("Session-Expires");
        assert_eq!(expires, Some("600;refresher=uac"));
        pair.bye(B, b);
        pair.finish();
        assert!(matches!(pair.end(A, a), CallEnd::PeerHungUp(_)));
    }
}

#[test]
fn a_refresh_by_reinvite_offers_the_session_as_it_stands() {
    let by = timer().refresh_by(RefreshBy::ReInvite);
    let mut pair = with(Some(by), Some(by), Link::UDP);
    let (a, b) = connect(&mut pair);
    pair.re_invite(A, a);
    pair.run_ms(30);
    let response = Box::new(described(200));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(50);
    pair.order(A, Command::ReInvite { call: a, extras: session("a=refused") }).unwrap();
    pair.run_ms(30);
    pair.respond(B, b, 488);
    live(&mut pair, MINUTES(6));
    let refresh = pair.sent.iter().rev().find(|(_, _, m)| name(m) == "INVITE").unwrap();
    assert!(String::from_utf8_lossy(refresh.2.body()).contains("a=inactive"));
    pair.bye(A, a);
    pair.finish();
}

/// The peer vanishes: the other side learns it within the interval, with the true reason.
#[test]
fn a_session_whose_peer_is_gone_ends_on_both_sides() {
    for refresher in [A, B] {
        let ours = timer().refresher(refresher == A);
        let mut pair = with(Some(ours), Some(timer()), Link::TCP);
        let (a, b) = connect(&mut pair);
        pair.lose = Some(Box::new(|_, _| true));
        pair.run(MINUTES(11));
        let (side, call, other, peer) = if refresher == A { (A, a, B, b) } else { (B, b, A, a) };
        // The refresher's UPDATE at half time finds nobody; the other waits to the end.
        assert!(matches!(pair.end(side, call), CallEnd::Lost));
        assert!(matches!(pair.end(other, peer), CallEnd::SessionExpired));
        let bye = pair.times(other, "BYE");
        assert!((568_000..569_000).contains(&bye[0]), "{bye:?}");
        let reason = pair
            .sent
            .iter()
            .find(|(_, from, m)| *from == other && name(m) == "BYE")
            .and_then(|(_, _, m)| m.headers().get_str("Reason").map(str::to_owned));
        assert_eq!(reason.as_deref(), Some("SIP;cause=408;text=\"Session expired\""));
        pair.finish();
    }
}

#[test]
fn a_session_runs_untimed_where_the_peer_knows_no_timers() {
    let mut pair = with(Some(timer()), None, Link::TCP);
    let (a, _) = connect(&mut pair);
    assert_eq!(header(&pair, "INVITE", "Session-Expires").as_deref(), Some("600"));
    assert_eq!(header(&pair, "200 INVITE", "Session-Expires"), None);
    pair.run(MINUTES(60));
    assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
    pair.bye(A, a);
    pair.finish();

    // Who is called may still time it, and then refreshes alone.
    let mut pair = with(None, Some(timer()), Link::TCP);
    let (a, _) = connect(&mut pair);
    let expires = header(&pair, "200 INVITE", "Session-Expires");
    assert_eq!(expires.as_deref(), Some("600;refresher=uas"));
    assert_eq!(header(&pair, "200 INVITE", "Require"), None);
    pair.run(MINUTES(6));
    assert_eq!(pair.times(B, "UPDATE").len(), 1);
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn an_interval_that_is_too_short_is_asked_again_once_with_a_longer_one() {
    let strict = timer().interval(Duration::from_hours(1)).least(Duration::from_mins(20));
    let mut pair = with(Some(timer()), Some(strict), Link::UDP);
    let call = pair.invite(A);
    pair.run_ms(60);
    assert_eq!(pair.times(B, "422 INVITE").len(), 1);
    let invites: Vec<_> = pair
        .sent
        .iter()
        .filter(|(_, _, m)| name(m) == "INVITE")
        .map(|(_, _, m)| {
            let text = |name: &str| m.headers().get_str(name).unwrap_or_default().to_owned();
            (text("CSeq"), text("Session-Expires"), text("Min-SE"), text("Call-ID"), text("From"))
        })
        .collect();
    assert_eq!(invites.len(), 2);
    assert_eq!((&*invites[0].0, &*invites[0].1, &*invites[0].2), ("1 INVITE", "600", ""));
    assert_eq!((&*invites[1].0, &*invites[1].1, &*invites[1].2), ("2 INVITE", "1200", "1200"));
    assert_eq!((&invites[0].3, &invites[0].4), (&invites[1].3, &invites[1].4));
    let b = pair.incoming(B);
    let response = Box::new(described(200));
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.run_ms(100);
    assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
    pair.run(Duration::from_secs(40));
    pair.bye(A, call);
    pair.finish();
}

#[test]
fn a_second_refusal_of_the_interval_is_a_refusal() {
    let mut pair = with(Some(timer()), None, Link::TCP);
    pair.lose = Some(Box::new(|_, _| true));
    let call = pair.invite(A);
    for number in 1..=2 {
        let invite =
            pair.sent.iter().rev().find(|(_, _, m)| name(m) == "INVITE").unwrap().2.clone();
        let line = |name: &str| format!("{name}: {}\n", invite.headers().get_str(name).unwrap());
        assert!(line("CSeq").starts_with(&format!("CSeq: {number} ")));
        let text = format!(
            "SIP/2.0 422 Session Interval Too Small\n{}{}To: <sip:b@192.0.2.2>;tag=x\n{}{}Min-SE: 900\n\n",
            line("Via"),
            line("From"),
            line("Call-ID"),
            line("CSeq")
        );
        pair.inject(A, &text);
    }
    match pair.end(A, call) {
        CallEnd::Rejected(response) => assert_eq!(response.status().as_u16(), 422),
        other => panic!("{other:?}"),
    }
    pair.finish();
}

#[test]
fn a_refused_refresh_is_tried_again_until_the_session_ends() {
    let by = timer().refresh_by(RefreshBy::ReInvite);
    let mut pair = with(Some(by), Some(by), Link::TCP);
    let (a, b) = connect(&mut pair);
    let until = pair.now + MINUTES(12);
    let mut heard = pair.events.len();
    while pair.step(until) {
        let new: Vec<_> = pair.events[heard..].to_vec();
        heard = pair.events.len();
        for (side, event) in new {
            if let Event::ReInvite { call, .. } = event {
                pair.respond(side, call, 488);
            }
        }
    }
    assert!(pair.times(A, "INVITE").len() > 5);
    let (ours, theirs) = (pair.end(A, a), pair.end(B, b));
    assert!(matches!(ours, CallEnd::SessionExpired) || matches!(theirs, CallEnd::SessionExpired));
    pair.finish();
}

#[test]
fn a_refresh_that_only_the_application_can_write_is_asked_of_it() {
    let by = timer().refresh_by(RefreshBy::ReInvite).refresher(true);
    // B's answers describe nothing, and its session is the peer's offer.
    let mut pair = with(None, Some(by), Link::TCP);
    pair.a.core.config.allow.retain(|method| *method != Method::Update);
    let (_, b) = pair.connect();
    pair.run(MINUTES(6));
    let due = pair.events.iter().filter(|(s, e)| *s == B && matches!(e, Event::RefreshDue { .. }));
    assert_eq!(due.count(), 1);
    pair.re_invite(B, b);
    live(&mut pair, MINUTES(6));
    assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
    pair.bye(B, b);
    pair.finish();
}

/// DR-106: with and without Session-Expires from the peer, and as refresher where named.
#[test]
fn a_side_that_only_answers_runs_a_timer_where_it_is_asked_for() {
    let quiet = timer().only_if_asked();
    for (a, b, timed) in [
        (Some(quiet), Some(quiet), false),
        (Some(quiet), None, false),
        (Some(timer()), Some(quiet), true),
        (Some(timer().refresher(false)), Some(quiet), true),
        (Some(quiet), Some(timer()), true),
    ] {
        let mut pair = with(a, b, Link::TCP);
        let (call, _) = connect(&mut pair);
        assert_eq!(header(&pair, "INVITE", "Supported").as_deref(), Some("timer"));
        assert_eq!(header(&pair, "200 INVITE", "Session-Expires").is_some(), timed);
        live(&mut pair, MINUTES(11));
        let updates = pair.times(A, "UPDATE").len() + pair.times(B, "UPDATE").len();
        assert_eq!(updates > 0, timed, "{a:?} {b:?}");
        assert_eq!((pair.a.active_calls(), pair.b.active_calls()), (1, 1));
        pair.bye(A, call);
        pair.finish();
    }
}

#[test]
fn an_order_that_meets_a_refresh_comes_after_it() {
    for by in [RefreshBy::Update, RefreshBy::ReInvite] {
        for refused in [false, true] {
            let by = timer().refresh_by(by);
            let mut pair = with(Some(by), Some(by), Link::TCP);
            let (a, b) = connect(&mut pair);
            let until = pair.now + MINUTES(5);
            while pair.step(until) {}
            let method = if by.refresh_by == RefreshBy::Update { "UPDATE" } else { "INVITE" };
            assert!(!pair.times(A, method).is_empty());
            pair.re_invite(A, a);
            let again = Command::ReInvite { call: a, extras: Extras::new() };
            assert!(pair.order(A, again).is_err());
            pair.run_ms(15);
            if by.refresh_by == RefreshBy::ReInvite {
                pair.respond(B, b, if refused { 491 } else { 200 });
            }
            pair.run_ms(60);
            let held = pair.find(B, |e| match e {
                Event::ReInvite { request, .. } => Some(request.body().clone()),
                _ => None,
            });
            assert!(String::from_utf8_lossy(&held.unwrap()).contains("a=inactive"));
            pair.respond(B, b, 200);
            pair.run_ms(30);
            let answered =
                pair.find(A, |e| matches!(e, Event::ReInviteAnswered { .. }).then_some(()));
            assert!(answered.is_some());
            pair.bye(A, a);
            pair.finish();
        }
    }
}
