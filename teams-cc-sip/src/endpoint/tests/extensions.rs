//! Small extensions: Replaces, Target-Dialog, Referred-By, Refer-Sub, Reason, Info-Package.

use super::{
    strangers::{hops, raw, sent, turned},
    *,
};
use crate::endpoint::{Error, ReferEnd, Turned};

/// The dialog of a side's call as a Replaces or Target-Dialog names it.
fn named(pair: &Pair, side: End, call: CallHandle) -> (String, String, String) {
    let endpoint = if side == A { &pair.a } else { &pair.b };
    let id = endpoint
        .core
        .dialogs
        .iter()
        .find(|(_, handle)| **handle == call)
        .map(|(id, _)| id.clone())
        .unwrap();
    (id.call_id.into(), id.local_tag.into(), id.remote_tag.into())
}

fn replaces(pair: &Pair, side: End, call: CallHandle, early_only: bool) -> String {
    let (id, local, remote) = named(pair, side, call);
    let early = if early_only { ";early-only" } else { "" };
    format!("Replaces: {id};to-tag={local};from-tag={remote}{early}\n")
}

/// RFC 3891 §3, each of its cases; DR-086.
#[test]
fn a_replaces_header_takes_only_a_call_that_may_be_taken() {
    #[derive(Clone, Copy, Debug)]
    enum At {
        Calling,
        Ringing,
        Up,
        /// Hung up by us, and kept until that is confirmed for good.
        Over,
        /// Hung up by the peer: nothing of it is left but the answers that may have to be repeated.
        Gone,
    }
    for (at, early_only, expected) in [
        (At::Calling, false, None),
        (At::Calling, true, None),
        (At::Ringing, false, Some("481 INVITE")),
        (At::Up, false, None),
        (At::Up, true, Some("486 INVITE")),
        (At::Over, false, Some("603 INVITE")),
        (At::Gone, false, Some("481 INVITE")),
    ] {
        let mut pair = Pair::new(Link::UDP);
        let (a, b) = pair.ring();
        pair.respond(B, b, 180);
        pair.run_ms(20);
        if matches!(at, At::Up | At::Over | At::Gone) {
            pair.respond(B, b, 200);
            pair.run_ms(50);
        }
        let (side, call) = if matches!(at, At::Calling) { (A, a) } else { (B, b) };
        let line = replaces(&pair, side, call, early_only);
        match at {
            At::Over => pair.bye(B, b),
            At::Gone => pair.bye(A, a),
            At::Calling | At::Ringing | At::Up => {}
        }
        pair.run_ms(50);
        let before = pair.events.len();
        let text = raw("INVITE", "z9hG4bKr", "", &line).replace("SIP/2.0/TCP", "SIP/2.0/UDP");
        pair.inject(side, &text);
        let taken = pair.events[before..].iter().find_map(|(_, e)| match e {
            Event::IncomingInvite { replaces, .. } => Some(*replaces),
            _ => None,
        });
        match expected {
            None => assert_eq!(taken, Some(Some(call)), "{at:?}"),
            Some(status) => {
                assert_eq!(taken, None, "{at:?}");
                assert_eq!(pair.ladder(side).last().unwrap().1, status, "{at:?}");
            }
        }
    }
    let mut pair = Pair::new(Link::TCP);
    pair.inject(B, &raw("OPTIONS", "z9hG4bK1", "", "Replaces: a;to-tag=b;from-tag=c\n"));
    assert_eq!(sent(&pair), ["400 OPTIONS"]);
}

#[test]
fn a_request_may_name_a_dialog_it_is_not_part_of() {
    let mut pair = Pair::new(Link::TCP);
    let (a, b) = pair.connect();
    let (id, local, remote) = named(&pair, B, b);
    let read = |value: &str| {
        let line = format!("Target-Dialog: {value}\n");
        let text = raw("REFER", "z9hG4bK1", "", &line).replace('\n', "\r\n");
        let message = Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap();
        message.as_request().unwrap().clone()
    };
    for (value, expected) in [
        (format!("{id};local-tag={local};remote-tag={remote}"), Some(b)),
        (format!("{id} ; remote-tag={remote} ; Local-Tag={local}"), Some(b)),
        (format!("{id};local-tag={remote};remote-tag={local}"), None),
        (format!("{id};local-tag={local}"), None),
        ("other;local-tag=1;remote-tag=2".to_owned(), None),
    ] {
        assert_eq!(pair.b.target_dialog(&read(&value)), expected, "{value}");
    }
    let (outside, line) = (";tag=none", "Require: tdialog, norefersub\n");
    pair.inject(B, &raw("INFO", "z9hG4bK2", outside, line));
    assert_eq!(turned(&pair), [Turned::UnknownCall], "both tags are known");
    pair.bye(A, a);
    pair.finish();
}

/// A REFER from A as another stack sends it.
fn refer(pair: &mut Pair, call: CallHandle, lines: &[(&str, &str)]) {
    let now = pair.now;
    let request = pair.a.reserve_request();
    pair.a.with_call(call, |core, call| {
        let (mut message, _) = call.dialog.as_mut().unwrap().request(Method::Refer);
        for (name, value) in lines {
            message.headers_mut().push(*name, value).unwrap();
        }
        let route = super::super::Route::Target(call.fallback.clone().unwrap());
        let owner = super::super::core::Owner::Ours(request, Some(call.handle));
        core.send(now, owner, message, route, TransportKind::Tcp).unwrap();
        call.live += 1;
    });
    pair.run_ms(30);
}

#[test]
fn a_refer_that_wants_no_reports_gets_none_and_the_rest_of_it_is_kept() {
    for (line, quiet) in [("false", true), ("FALSE;x=y", true), ("true", false)] {
        let mut pair = Pair::new(Link::TCP);
        let (a, _) = pair.connect();
        let by = "<sip:carol@example.com>;cid=\"2UWQFN309shb3@ref.example\";x-m=opaque";
        refer(
            &mut pair,
            a,
            &[("Refer-To", "<sip:bob@example.com>"), ("Refer-Sub", line), ("Referred-By", by)],
        );
        let (refer, kept) = pair
            .find(B, |e| match e {
                Event::Refer { refer, request, .. } => {
                    Some((*refer, request.headers().get_str("Referred-By").map(str::to_owned)))
                }
                _ => None,
            })
            .unwrap();
        assert_eq!(kept.as_deref(), Some(by));
        let accept = Command::RespondRefer { refer, response: Box::new(response(202)) };
        pair.order(B, accept).unwrap();
        let sub = pair.sent.iter().find(|(_, _, m)| name(m) == "202 REFER").unwrap();
        assert_eq!(sub.2.headers().get_str("Refer-Sub"), quiet.then_some("false"));
        for code in [180, 200] {
            let status = StatusCode::new(code).unwrap();
            pair.order(B, Command::NotifyRefer { refer, status }).unwrap();
        }
        if quiet {
            assert!(pair.times(B, "NOTIFY").is_empty());
            let end = pair.find(B, |e| match e {
                Event::ReferEnded { end, .. } => Some(*end),
                _ => None,
            });
            assert_eq!(end, Some(ReferEnd::Reported));
        } else {
            assert_eq!(pair.times(B, "NOTIFY").len(), 1);
        }
        pair.bye(A, a);
        pair.finish();
    }
}

#[test]
fn reasons_travel_with_cancel_and_bye_both_ways() {
    let reason = "SIP;cause=200;text=\"Call completed elsewhere\"";
    let extras = || Extras::new().with_header(crate::message::HeaderName::Reason, reason).unwrap();
    let given = |end: &CallEnd| match end {
        CallEnd::Cancelled(request) | CallEnd::PeerHungUp(request) => {
            request.headers().get_str("Reason").map(str::to_owned)
        }
        other => panic!("{other:?}"),
    };
    let mut pair = Pair::new(Link::UDP);
    let (a, b) = pair.ring();
    pair.run_ms(20);
    pair.order(A, Command::Cancel { call: a, extras: extras() }).unwrap();
    pair.finish();
    assert_eq!(given(pair.end(B, b)).as_deref(), Some(reason));
    for side in [A, B] {
        let mut pair = Pair::new(Link::UDP);
        let (a, b) = pair.connect();
        let (call, other, peer) = if side == A { (a, B, b) } else { (b, A, a) };
        pair.order(side, Command::Bye { call, extras: extras() }).unwrap();
        pair.finish();
        assert_eq!(given(pair.end(other, peer)).as_deref(), Some(reason));
    }
}

#[test]
fn info_of_a_package_that_is_not_taken_gets_469_and_the_list() {
    let mut pair = Pair::configured(Link::TCP, 1, |config| config.info_package("dtmf-relay"));
    let (a, b) = pair.connect();
    for wanted in ["INVITE", "200 INVITE"] {
        let (_, _, message) = pair.sent.iter().find(|(_, _, m)| name(m) == wanted).unwrap();
        assert_eq!(message.headers().get_str("Recv-Info"), Some("dtmf-relay"));
    }
    for (package, taken) in [
        (None, true),
        (Some("dtmf-relay"), true),
        (Some("DTMF-Relay;version=1"), true),
        (Some("trunk-group"), false),
    ] {
        let mut extras = Extras::new();
        if let Some(package) = package {
            extras.headers.push("Info-Package", package).unwrap();
        }
        let (request, method) = (pair.a.reserve_request(), Method::Info);
        pair.order(A, Command::RequestInCall { request, call: a, method, extras }).unwrap();
        let before = pair.events.len();
        pair.run_ms(30);
        let asked = pair.events[before..].iter().find_map(|(side, e)| match e {
            Event::Request { request, call, .. } if *side == B => Some((*request, *call)),
            _ => None,
        });
        assert_eq!(asked.is_some(), taken, "{package:?}");
        if let Some((request, call)) = asked {
            assert_eq!(call, Some(b));
            let response = Box::new(response(200));
            pair.order(B, Command::Respond { request, response }).unwrap();
        } else {
            let refusal = pair.sent.iter().find(|(_, _, m)| name(m) == "469 INFO").unwrap();
            assert_eq!(refusal.2.headers().get_str("Recv-Info"), Some("dtmf-relay"));
        }
        pair.run_ms(30);
    }
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn messages_within_and_outside_of_calls_reach_the_application() {
    let mut pair = Pair::configured(Link::TCP, 1, |config| config.serve(Method::Message));
    let (a, b) = pair.connect();
    for (method, inside) in [
        (Method::Message, true),
        (Method::Notify, true),
        (Method::Message, false),
        (Method::Notify, false),
        (Method::Options, false),
    ] {
        let request = pair.a.reserve_request();
        let order = if inside {
            let extras = Extras::new();
            Command::RequestInCall { request, call: a, method: method.clone(), extras }
        } else {
            let mut draft = invite_draft(A);
            draft.set_method(method.clone());
            draft.remove_body();
            Command::Request { request, to: pair.target(B), draft: Box::new(draft) }
        };
        pair.order(A, order).unwrap();
        pair.run_ms(30);
        let (asked, call, came) = pair
            .find(B, |e| match e {
                Event::Request { request, call, message, .. } => {
                    Some((*request, *call, message.method().clone()))
                }
                _ => None,
            })
            .unwrap();
        assert_eq!((call, came), (inside.then_some(b), method));
        // RFC 4320: neither says anything of use.
        for code in [100, 182, 408] {
            let order = Command::Respond { request: asked, response: Box::new(response(code)) };
            assert_eq!(pair.order(B, order), Err(Error::Status(code)));
        }
        let order = Command::Respond { request: asked, response: Box::new(response(200)) };
        pair.order(B, order).unwrap();
        pair.run_ms(30);
    }
    pair.bye(A, a);
    pair.finish();
}

#[test]
fn a_request_that_takes_long_is_told_100_and_never_408() {
    let mut pair = Pair::new(Link::UDP);
    pair.inject(
        B,
        &raw("OPTIONS", "z9hG4bK1", "", &hops(70)).replace("SIP/2.0/TCP", "SIP/2.0/UDP"),
    );
    pair.finish();
    assert_eq!(pair.ladder(B), [(3_500, "100 OPTIONS".to_owned())]);
}
