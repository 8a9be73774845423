//! Challenges of a peer, answered with credentials and counted (RFC 3261 §22).

use super::*;
use crate::{
    carrier::DigestUser,
    endpoint::RequestHandle,
    message::{CSeq, HeaderName},
};

/// A pair of which A has an account at B.
fn pair(link: Link) -> Pair {
    Pair::configured(link, 1, |config| {
        let b = Target::new(link.transport, "192.0.2.2", 5060);
        config.account(b, DigestUser::new("bob", "zanzibar"))
    })
}

fn challenge(code: u16, nonce: &str, rest: &str) -> Box<Response> {
    let name = match code {
        401 => HeaderName::WwwAuthenticate,
        _ => HeaderName::ProxyAuthenticate,
    };
    let line = format!(r#"Digest realm="r{code}", nonce="{nonce}", qop="auth"{rest}"#);
    Box::new(response(code).with_header(name, line).unwrap())
}

/// The messages of this name that A sent, without repeats.
fn requests(pair: &Pair, method: &str) -> Vec<Request> {
    let mut seen: Vec<Request> = Vec::new();
    for (_, _, message) in pair.sent.iter().filter(|(_, end, m)| *end == A && name(m) == method) {
        let request = message.as_request().unwrap().clone();
        if seen.iter().all(|earlier| earlier.headers() != request.headers()) {
            seen.push(request);
        }
    }
    seen
}

fn number(request: &Request) -> u32 {
    request.headers().required::<CSeq>().unwrap().number
}

fn has(request: &Request, name: &HeaderName, part: &str) -> bool {
    request.headers().get_str(name.clone()).is_some_and(|line| line.contains(part))
}

#[test]
fn a_challenged_invite_goes_again_with_the_next_number_and_its_ack_says_who_we_are() {
    for (link, code, name) in [
        (Link::UDP, 401, HeaderName::Authorization),
        (Link::TCP, 407, HeaderName::ProxyAuthorization),
    ] {
        let mut pair = pair(link);
        let (a, b) = pair.ring();
        let response = challenge(code, "n", "");
        pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
        pair.run_ms(100);
        let again = pair.incoming(B);
        assert_ne!(again, b);
        pair.respond(B, again, 200);
        pair.run_ms(100);
        let invites = requests(&pair, "INVITE");
        let [first, second] = invites.as_slice() else { panic!("{invites:?}") };
        assert!(!first.headers().contains(name.clone()));
        assert!(has(second, &name, "nc=00000001"));
        assert_eq!((number(first), number(second)), (1, 2));
        let id =
            |request: &Request| request.headers().get_str(HeaderName::CallId).unwrap().to_owned();
        assert_eq!(id(first), id(second));
        // The ACK of the refusal, then that of the answer.
        let acks = requests(&pair, "ACK");
        assert_eq!(acks.len(), 2);
        assert!(has(&acks[1], &name, "nc=00000001"));
        assert_eq!(pair.a.active_calls(), 1);
        // Later requests carry credentials at once.
        pair.bye(A, a);
        pair.run_ms(100);
        assert!(has(&requests(&pair, "BYE")[0], &name, "nc=00000002"));
        pair.finish();
        assert_eq!(pair.events.iter().filter(|(_, e)| matches!(e, Event::Ended { .. })).count(), 3);
    }
}

#[test]
fn a_request_is_sent_twice_with_credentials_at_most() {
    // (the second and the third challenge, how many INVITEs there are)
    let table = [
        (challenge(401, "n2", ""), 2),
        (challenge(401, "n2", ", stale=true"), 3),
        (challenge(407, "p", ""), 3),
    ];
    for (second, expected) in table {
        let mut pair = pair(Link::UDP);
        let (a, mut b) = pair.ring();
        for response in [challenge(401, "n1", ""), second, challenge(401, "n3", ", stale=true")] {
            if pair.b.calls.get(&b).is_none_or(|call| call.is_over()) {
                break;
            }
            pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
            pair.run_ms(100);
            b = pair.incoming(B);
        }
        assert_eq!(requests(&pair, "INVITE").len(), expected);
        let CallEnd::Rejected(response) = pair.end(A, a) else { panic!("not refused") };
        assert!(matches!(response.status().as_u16(), 401 | 407));
        pair.finish();
    }
}

#[test]
fn a_withdrawn_invite_is_not_sent_again() {
    let mut pair = pair(Link::UDP);
    let (a, b) = pair.ring();
    pair.order(A, Command::Cancel { call: a, extras: Extras::new() }).unwrap();
    let response = challenge(401, "n", "");
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.finish();
    assert_eq!(requests(&pair, "INVITE").len(), 1);
    assert!(matches!(pair.end(A, a), CallEnd::Withdrawn));
}

#[test]
fn who_has_no_account_at_a_place_says_nothing_there() {
    let mut pair = Pair::configured(Link::UDP, 1, |config| {
        let other = Target::new(TransportKind::Udp, "192.0.2.99", 5060);
        config.account(other, DigestUser::new("bob", "zanzibar"))
    });
    let (a, b) = pair.ring();
    let response = challenge(401, "n", "");
    pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
    pair.finish();
    assert_eq!(requests(&pair, "INVITE").len(), 1);
    assert!(matches!(pair.end(A, a), CallEnd::Rejected(_)));
}

#[test]
fn requests_in_and_outside_of_a_call_are_sent_again() {
    for link in [Link::UDP, Link::TCP] {
        let mut pair = pair(link);
        let (a, b) = pair.connect();
        let asked = |pair: &Pair| -> RequestHandle {
            pair.find(B, |event| match event {
                Event::Request { request, .. } => Some(*request),
                _ => None,
            })
            .unwrap()
        };
        let request = pair.a.reserve_request();
        let to = pair.target(B);
        let draft = invite_draft(A);
        let mut options = Request::new(Method::Options, draft.uri().clone());
        for name in [HeaderName::From, HeaderName::To] {
            options.headers_mut().copy_from(draft.headers(), name);
        }
        let order = Command::Request { request, to, draft: Box::new(options) };
        pair.order(A, order).unwrap();
        pair.run_ms(50);
        let response = challenge(401, "n", "");
        pair.order(B, Command::Respond { request: asked(&pair), response }).unwrap();
        pair.run_ms(50);
        let response = Box::new(response_of(200));
        pair.order(B, Command::Respond { request: asked(&pair), response }).unwrap();
        pair.run_ms(50);
        let answers = pair
            .events
            .iter()
            .filter(|(end, event)| *end == A && matches!(event, Event::Response { .. }))
            .count();
        assert_eq!(answers, 1, "the challenge is not told");
        assert_eq!(requests(&pair, "OPTIONS").iter().map(number).collect::<Vec<_>>(), [1, 2]);
        // A re-INVITE carries credentials at once; a nonce that ran out is renewed within it.
        pair.re_invite(A, a);
        pair.run_ms(50);
        let response = challenge(401, "n2", ", stale=true");
        pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
        pair.run_ms(50);
        let response = Box::new(described(200));
        pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
        pair.run_ms(100);
        assert!(
            pair.find(A, |e| matches!(e, Event::ReInviteAnswered { .. }).then_some(())).is_some()
        );
        let numbers: Vec<_> = requests(&pair, "INVITE").iter().map(number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        let acks = requests(&pair, "ACK");
        assert!(has(acks.last().unwrap(), &HeaderName::Authorization, r#"nonce="n2""#));
        pair.bye(A, a);
        pair.run_ms(50);
        assert_eq!(number(&requests(&pair, "BYE")[0]), 4);
        pair.finish();
    }
}

/// Whoever has a call's `Contact` lead elsewhere gets nothing to guess a password from.
#[test]
fn a_challenge_from_where_a_contact_leads_is_answered_at_the_accounts_own_place_alone() {
    for (host, answered) in [("192.0.2.2", true), ("192.0.2.77", true), ("192.0.2.99", false)] {
        let mut pair = Pair::configured(Link::UDP, 1, |config| {
            let b = Target::new(TransportKind::Udp, "192.0.2.2", 5060);
            let user = DigestUser::new("bob", "zanzibar").realm("r401");
            let also = vec!["192.0.2.64/27".parse().unwrap()];
            config.account(b.clone(), user).account_at(b, also, &[])
        });
        let (a, b) = pair.ring();
        let response = challenge(401, "n", "");
        pair.order(B, Command::RespondInvite { call: b, response }).unwrap();
        pair.run_ms(100);
        let again = pair.incoming(B);
        let mut response = described(200);
        response.headers_mut().set("Contact", format!("<sip:b@{host}:5060>")).unwrap();
        pair.order(B, Command::RespondInvite { call: again, response: Box::new(response) })
            .unwrap();
        pair.run_ms(100);
        pair.bye(A, a);
        let bye = requests(&pair, "BYE");
        assert_eq!(bye[0].headers().contains(HeaderName::Authorization), answered, "{host}");
        // Whoever is there asks.
        let mut response = Response::to(&bye[0], StatusCode::UNAUTHORIZED);
        let line = r#"Digest realm="r401", nonce="m", qop="auth""#;
        response.headers_mut().push(HeaderName::WwwAuthenticate, line).unwrap();
        let origin = Origin::new(FlowId(9), TransportKind::Udp, "192.0.2.99:5060".parse().unwrap());
        let message = Box::new(response.into());
        pair.a.handle_input(pair.now, Input::Received { origin, message }).unwrap();
        let mut byes = 0;
        while let Output::Transmit(transmit) = pair.a.poll_output() {
            byes += usize::from(transmit.message.as_request().is_some());
        }
        assert_eq!(byes, usize::from(answered), "{host}");
    }
}

fn response_of(code: u16) -> Response {
    super::response(code)
}
