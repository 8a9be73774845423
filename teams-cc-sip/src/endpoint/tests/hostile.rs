//! A peer that answers and asks whatever comes to its mind, with every extension on.
//!
//! Whatever it does, each call ends once, nothing is left behind and no bound is passed. A
//! failure names its seed; `TEAMS_CC_SOAK` multiplies the runs.

use std::collections::BTreeSet;

use super::*;
use crate::endpoint::{CallPolicy, EndpointLimits, Reliability, SessionTimer};

const SEEDS: u64 = 300;

struct Mind {
    pair: Pair,
    dice: Dice,
    /// Requests of A that may still be answered.
    asked: Vec<Request>,
    seen: usize,
    heard: usize,
    number: u32,
    calls: Vec<CallHandle>,
}

fn pick<T: Clone>(dice: &mut Dice, list: &[T]) -> Option<T> {
    list.get(usize::try_from(dice.below(list.len().max(1) as u64)).unwrap()).cloned()
}

impl Mind {
    fn new(seed: u64) -> Self {
        let policy = CallPolicy::new()
            .reliability(Reliability::Supported)
            .session_timer(SessionTimer::default().interval(Duration::from_secs(90)));
        let link = if seed.is_multiple_of(2) { Link::UDP } else { Link::TCP };
        let mut pair = Pair::configured(link, seed, move |config| {
            let limits = EndpointLimits::default().requests(20).requests_in_call(3);
            config.policy(policy).serve(Method::Update).limits(limits)
        });
        // What A sends reaches nobody: its peer is this test.
        pair.lose = Some(Box::new(|_, _| true));
        Self {
            pair,
            dice: Dice::new(seed),
            asked: Vec::new(),
            seen: 0,
            heard: 0,
            number: 100,
            calls: Vec::new(),
        }
    }

    /// Headers and a body that may follow any message.
    fn tail(&mut self) -> String {
        let mut text = String::new();
        let intervals = ["1", "90;refresher=uac", "300;refresher=uas", "4294967295;refresher=x"];
        let interval = pick(&mut self.dice, &intervals).unwrap();
        let n = self.dice.below(4);
        let sent = self.pair.sent.iter().rev().find_map(|(_, _, m)| m.headers().get_str("RSeq"));
        let rseq = sent.unwrap_or("7").to_owned();
        for (chance, line) in [
            (50, format!("Require: 100rel\nRSeq: {}\n", 1 + n)),
            (60, format!("RAck: {rseq} {} INVITE\n", [5, 5, 5, 1][usize::try_from(n).unwrap()])),
            (40, "Supported: timer, 100rel\n".to_owned()),
            (60, format!("Session-Expires: {interval}\n")),
            (20, "Min-SE: 100\n".to_owned()),
            (60, "Allow: INVITE, UPDATE, PRACK\n".to_owned()),
            (20, "Retry-After: 3\n".to_owned()),
            (60, format!("Contact: <sip:odd{n}@192.0.2.2>\n")),
            (10, "Refer-To: <sip:x@example.com>\nRefer-Sub: false\n".to_owned()),
        ] {
            if self.dice.chance(chance) {
                text.push_str(&line);
            }
        }
        if self.dice.chance(60) {
            text.push_str("Content-Type: application/sdp\n\nv=0\n");
        } else {
            text.push('\n');
        }
        text
    }

    /// Answers a request of A, often one that was answered before.
    fn answer(&mut self) {
        let Some(request) = pick(&mut self.dice, &self.asked) else { return };
        let codes =
            [100, 180, 183, 183, 200, 200, 200, 408, 422, 481, 487, 488, 491, 500, 503, 603];
        let code = pick(&mut self.dice, &codes).unwrap();
        let get = |name| request.headers().get_str(name).unwrap_or_default();
        let tag = ["one", "two", "three"][usize::try_from(self.dice.below(3)).unwrap()];
        let to = if get("To").contains("tag=") {
            get("To").to_owned()
        } else {
            format!("{};tag={tag}", get("To"))
        };
        let text = format!(
            "SIP/2.0 {code} Odd\nVia: {}\nFrom: {}\nTo: {to}\nCall-ID: {}\nCSeq: {}\n{}",
            get("Via"),
            get("From"),
            get("Call-ID"),
            get("CSeq"),
            self.tail()
        );
        self.pair.inject(A, &text);
    }

    /// Asks something in a dialog of A.
    fn ask(&mut self) {
        let mut ids: Vec<_> = self.pair.a.core.dialogs.keys().cloned().collect();
        ids.sort_by_key(|id| (id.call_id.clone(), id.local_tag.clone(), id.remote_tag.clone()));
        let Some(id) = pick(&mut self.dice, &ids) else { return };
        let methods =
            ["PRACK", "UPDATE", "UPDATE", "INVITE", "ACK", "INFO", "BYE", "REFER", "CANCEL"];
        let method = pick(&mut self.dice, &methods).unwrap();
        if method == "BYE" && self.dice.chance(70) {
            return;
        }
        self.number += u32::try_from(self.dice.below(2)).unwrap();
        let branch = self.dice.below(100_000);
        let transport = if self.pair.link.transport == TransportKind::Udp { "UDP" } else { "TCP" };
        let number = self.number;
        let text = format!(
            "{method} sip:a@192.0.2.1 SIP/2.0\n\
             Via: SIP/2.0/{transport} 192.0.2.2:5060;branch=z9hG4bK{branch}\n\
             From: <sip:odd@192.0.2.2>;tag={}\nTo: <sip:a@192.0.2.1>;tag={}\nCall-ID: {}\n\
             CSeq: {number} {method}\nMax-Forwards: 70\n{}",
            id.remote_tag,
            id.local_tag,
            id.call_id,
            self.tail()
        );
        self.pair.inject(A, &text);
    }

    /// The application does something, sensible or not.
    fn order(&mut self) {
        let Some(call) = pick(&mut self.dice, &self.calls) else { return };
        let extras = if self.dice.chance(60) { session("a=odd") } else { Extras::new() };
        let code = pick(&mut self.dice, &[180, 183, 200, 486, 491]).unwrap();
        let draft = Box::new(if self.dice.chance(50) { described(code) } else { response(code) });
        let fork = usize::try_from(self.dice.below(3)).unwrap();
        let command = match self.dice.below(8) {
            0 => Command::ReInvite { call, extras },
            1 => Command::Update { call, fork: Some(fork), extras },
            2 => Command::Prack { call, fork, extras },
            3 => Command::Acknowledge { call, extras },
            4 | 5 => Command::RespondInvite { call, response: draft },
            6 => Command::Cancel { call, extras: Extras::new() },
            _ => Command::Bye { call, extras: Extras::new() },
        };
        // Hanging up is for the end of the day.
        let last = matches!(command, Command::Cancel { .. } | Command::Bye { .. });
        if !last || self.dice.chance(10) {
            let _ = self.pair.order(A, command);
        }
    }

    /// Notes what A sent, and answers some of what it was asked.
    fn note(&mut self) {
        for (_, _, message) in &self.pair.sent[self.seen..] {
            if let Some(request) = message.as_request().filter(|r| *r.method() != Method::Ack) {
                self.asked.push(request.clone());
            }
        }
        self.seen = self.pair.sent.len();
        let new: Vec<_> = self.pair.events[self.heard..].to_vec();
        self.heard = self.pair.events.len();
        for (_, event) in new {
            match event {
                Event::IncomingInvite { call, .. } => self.calls.push(call),
                Event::Request { request, .. }
                | Event::Update { request, .. }
                | Event::Confirmed { offer: Some(request), .. }
                    if self.dice.chance(70) =>
                {
                    let code = if self.dice.chance(70) { 200 } else { 488 };
                    let order = Command::Respond { request, response: Box::new(described(code)) };
                    let _ = self.pair.order(A, order);
                }
                Event::Refer { refer, .. } => {
                    let response = Box::new(response(202));
                    let _ = self.pair.order(A, Command::RespondRefer { refer, response });
                }
                _ => {}
            }
        }
    }

    /// A calls, with an offer or without.
    fn dial(&mut self) {
        let (to, call) = (self.pair.target(B), self.pair.a.reserve_call());
        let mut request = invite_draft(A);
        if self.dice.chance(40) {
            request.remove_body();
        }
        self.pair.order(A, Command::Invite { call, to, request: Box::new(request) }).unwrap();
        self.calls.push(call);
    }

    /// One run; the names of what was heard in it.
    fn run(mut self) -> BTreeSet<String> {
        self.dial();
        let transport = if self.pair.link.transport == TransportKind::Udp { "UDP" } else { "TCP" };
        let called = super::strangers::raw("INVITE", "z9hG4bKin", "", "Supported: 100rel\n");
        self.pair.inject(A, &called.replace("SIP/2.0/TCP", &format!("SIP/2.0/{transport}")));
        for _ in 0..80 {
            self.note();
            match self.dice.below(10) {
                0..4 => self.answer(),
                4..7 => self.ask(),
                _ => self.order(),
            }
            let most = if self.dice.chance(4) { 40_000 } else { 1_200 };
            let wait = self.dice.below(most);
            self.pair.run_ms(wait);
            let core = &self.pair.a.core;
            assert!(core.incoming.len() <= 20 && core.dialogs.len() <= 60);
        }
        for _ in 0..4 {
            for call in self.calls.clone() {
                let extras = Extras::new;
                let _ = self.pair.order(A, Command::Cancel { call, extras: extras() });
                let _ = self.pair.order(A, Command::Bye { call, extras: extras() });
                let response = Box::new(response(480));
                let _ = self.pair.order(A, Command::RespondInvite { call, response });
            }
            self.pair.run(Duration::from_secs(70));
        }
        self.pair.finish();
        for call in &self.calls {
            assert_eq!(self.pair.ends(A, *call).len(), 1, "{call:?}");
        }
        let name = |event: &Event| {
            let text = match event {
                Event::Ended { end, .. } => format!("{end:?}"),
                other => format!("{other:?}"),
            };
            text.split([' ', '(']).next().unwrap_or_default().to_owned()
        };
        self.pair.events.iter().map(|(_, event)| name(event)).collect()
    }
}

#[test]
fn a_peer_that_says_anything_leaves_nothing_behind() {
    let factor = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok());
    let mut heard = BTreeSet::new();
    for seed in 1..=SEEDS * factor.unwrap_or(1) {
        let run = std::panic::catch_unwind(|| Mind::new(seed).run());
        assert!(run.is_ok(), "seed {seed}");
        heard.extend(run.unwrap_or_default());
    }
    // Runs in which nothing happens prove nothing.
    for wanted in [
        "EarlyOffer",
        "Confirmed",
        "BranchHungUp",
        "Update",
        "Updated",
        "UpdateAnswered",
        "UpdateRefused",
        "ReInviteAnswered",
        "ReInviteRefused",
        "Refreshed",
        "RequestAbandoned",
        "SessionExpired",
        "NoAck",
        "NoPrack",
        "Lost",
    ] {
        assert!(heard.contains(wanted), "{wanted} is not among {heard:?}");
    }
}
