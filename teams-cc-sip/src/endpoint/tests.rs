//! Two endpoints, a clock that jumps, and a link that loses, repeats and reorders.

mod admission;
mod calls;
mod challenges;
mod denied;
mod extensions;
mod hostile;
mod network;
mod offers;
mod races;
mod referrals;
mod reliable;
mod schedules;
mod strangers;
mod timers;
mod trunk_network;
mod updates;

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use teams_cc_core::Instant;

use super::{
    CallEnd, CallHandle, Command, Endpoint, EndpointConfig, Event, Extras, FlowId, Input, Origin,
    Output, Target, TransportKind,
};
use crate::message::{ContentType, Limits, Message, Method, Request, Response, StatusCode, Uri};

/// The flow on which each side hears the other.
pub(super) const FLOW: FlowId = FlowId(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    A,
    B,
}
pub(super) use End::{A, B};

impl End {
    pub(super) fn other(self) -> Self {
        match self {
            A => B,
            B => A,
        }
    }

    fn address(self) -> SocketAddr {
        match self {
            A => "192.0.2.1:5060".parse().unwrap(),
            B => "192.0.2.2:5060".parse().unwrap(),
        }
    }
}

/// A small generator of numbers, so that a seed repeats a run.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// How the link treats messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) transport: TransportKind,
    pub(super) loss: u64,
    pub(super) repeat: u64,
    pub(super) delay: (u64, u64),
}

impl Link {
    pub(super) const UDP: Self =
        Self { transport: TransportKind::Udp, loss: 0, repeat: 0, delay: (10, 10) };
    pub(super) const TCP: Self =
        Self { transport: TransportKind::Tcp, loss: 0, repeat: 0, delay: (10, 10) };
}

type Judge = Box<dyn FnMut(End, &Message) -> bool>;

pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) a: Endpoint,
    pub(super) b: Endpoint,
    pub(super) link: Link,
    pub(super) dice: Dice,
    /// What each side said, in order.
    pub(super) events: Vec<(End, Event)>,
    /// What each side sent, lost or not, and when.
    pub(super) sent: Vec<(Instant, End, Message)>,
    /// Says of a message from a side whether it gets lost.
    pub(super) lose: Option<Judge>,
    /// Messages under way, by arrival.
    wire: BTreeMap<(Instant, u64), (End, Vec<u8>)>,
    count: u64,
}

impl Pair {
    pub(super) fn new(link: Link) -> Self {
        Self::seeded(link, 1)
    }

    pub(super) fn seeded(link: Link, seed: u64) -> Self {
        Self::configured(link, seed, |config| config)
    }

    /// Two endpoints whose configuration is changed alike.
    pub(super) fn configured(
        link: Link,
        seed: u64,
        change: impl Fn(EndpointConfig) -> EndpointConfig,
    ) -> Self {
        let side = |host: &str, seed| {
            let config = EndpointConfig::new(host, seed).unwrap().port(link.transport, 5060);
            Endpoint::new(change(config))
        };
        Self {
            now: Instant::ZERO,
            a: side("192.0.2.1", seed * 2),
            b: side("192.0.2.2", seed * 2 + 1),
            link,
            dice: Dice::new(seed),
            events: Vec::new(),
            sent: Vec::new(),
            lose: None,
            wire: BTreeMap::new(),
            count: 0,
        }
    }

    pub(super) fn side(&mut self, end: End) -> &mut Endpoint {
        match end {
            A => &mut self.a,
            B => &mut self.b,
        }
    }

    pub(super) fn order(&mut self, end: End, command: Command) -> Result<(), super::Error> {
        let now = self.now;
        let done = self.side(end).handle_input(now, command.into());
        self.drain();
        done
    }

    /// Gives a side octets as if the other had sent them.
    pub(super) fn inject(&mut self, to: End, text: &str) {
        let octets = text.replace('\n', "\r\n").into_bytes();
        self.deliver(to, &octets);
        self.drain();
    }

    fn deliver(&mut self, to: End, octets: &[u8]) {
        let origin = Origin::new(FLOW, self.link.transport, to.other().address());
        let input = match Message::parse_datagram(octets, &Limits::default()) {
            Ok(message) => Input::Received { origin, message: Box::new(message) },
            Err(fault) => Input::Malformed { origin, fault },
        };
        let now = self.now;
        self.side(to).handle_input(now, input).unwrap();
    }

    /// Takes all outputs; says when each side wants to wake.
    fn drain(&mut self) -> Option<Instant> {
        let mut wake = None;
        for end in [A, B] {
            loop {
                match self.side(end).poll_output() {
                    Output::Transmit(transmit) => self.post(end, Message::clone(&transmit.message)),
                    Output::Event(event) => self.events.push((end, event)),
                    Output::Timeout(at) => {
                        wake = [wake, at].into_iter().flatten().min();
                        break;
                    }
                }
            }
        }
        wake
    }

    fn post(&mut self, from: End, message: Message) {
        let octets = message.encode();
        let chosen = self.lose.as_mut().is_some_and(|lose| lose(from, &message));
        self.sent.push((self.now, from, message));
        let copies = 1 + u64::from(self.dice.chance(self.link.repeat));
        for _ in 0..copies {
            if chosen || self.dice.chance(self.link.loss) {
                continue;
            }
            let (least, most) = self.link.delay;
            let delay = Duration::from_millis(least + self.dice.below(most - least + 1));
            self.count += 1;
            self.wire.insert((self.now + delay, self.count), (from.other(), octets.to_vec()));
        }
    }

    /// Goes to the next thing that happens before `until`; whether there was one.
    pub(super) fn step(&mut self, until: Instant) -> bool {
        let wake = self.drain();
        let arrival = self.wire.first_key_value().map(|((at, _), _)| *at);
        let Some(next) = [wake, arrival].into_iter().flatten().min().filter(|at| *at <= until)
        else {
            return false;
        };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some((_, (to, octets))) = self.wire.pop_first() {
                self.deliver(to, &octets);
            }
        } else {
            let now = self.now;
            self.a.handle_input(now, Input::Wake).unwrap();
            self.b.handle_input(now, Input::Wake).unwrap();
        }
        self.drain();
        true
    }

    pub(super) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
        self.now = until;
    }

    pub(super) fn run_ms(&mut self, millis: u64) {
        self.run(Duration::from_millis(millis));
    }

    /// Runs until nothing wants to happen, and checks that nothing is left.
    pub(super) fn finish(&mut self) {
        let until = self.now + Duration::from_hours(1);
        while self.step(until) {}
        assert!(self.a.is_idle(), "left behind at a: {:#?}", self.a);
        assert!(self.b.is_idle(), "left behind at b: {:#?}", self.b);
        for (end, call) in self.calls() {
            assert_eq!(self.ends(end, call).len(), 1, "{end:?} {call:?}");
        }
    }

    /// Every call that ever was, by side.
    fn calls(&self) -> Vec<(End, CallHandle)> {
        let mut calls: Vec<_> = self
            .events
            .iter()
            .filter_map(|(end, event)| match event {
                Event::IncomingInvite { call, .. } | Event::Ended { call, .. } => {
                    Some((*end, *call))
                }
                _ => None,
            })
            .collect();
        calls.sort();
        calls.dedup();
        calls
    }

    pub(super) fn ends(&self, side: End, handle: CallHandle) -> Vec<&CallEnd> {
        self.events
            .iter()
            .filter_map(|(from, event)| match event {
                Event::Ended { call, end } if (*from, *call) == (side, handle) => Some(end),
                _ => None,
            })
            .collect()
    }

    pub(super) fn end(&self, side: End, handle: CallHandle) -> &CallEnd {
        self.ends(side, handle).first().unwrap_or_else(|| panic!("{side:?} has not ended"))
    }

    /// A starts a call to B; both handles once it has come.
    pub(super) fn ring(&mut self) -> (CallHandle, CallHandle) {
        let call = self.invite(A);
        self.run_ms(15);
        (call, self.incoming(B))
    }

    /// A calls B and B answers.
    pub(super) fn connect(&mut self) -> (CallHandle, CallHandle) {
        let (a, b) = self.ring();
        self.respond(B, b, 200);
        self.run_ms(100);
        (a, b)
    }

    pub(super) fn invite(&mut self, from: End) -> CallHandle {
        let to = self.target(from.other());
        let call = self.side(from).reserve_call();
        let request = Box::new(invite_draft(from));
        self.order(from, Command::Invite { call, to, request }).unwrap();
        call
    }

    pub(super) fn target(&self, end: End) -> Target {
        Target::new(self.link.transport, &end.address().ip().to_string(), 5060)
    }

    /// The call that came last to this side.
    pub(super) fn incoming(&self, side: End) -> CallHandle {
        self.find(side, |event| match event {
            Event::IncomingInvite { call, .. } => Some(*call),
            _ => None,
        })
        .expect("no call has come")
    }

    /// The last event of a side that fits.
    pub(super) fn find<T>(&self, side: End, fits: impl Fn(&Event) -> Option<T>) -> Option<T> {
        self.events.iter().rev().filter(|(end, _)| *end == side).find_map(|(_, event)| fits(event))
    }

    pub(super) fn respond(&mut self, side: End, call: CallHandle, code: u16) {
        let response = Box::new(response(code));
        self.order(side, Command::RespondInvite { call, response }).unwrap();
    }

    pub(super) fn bye(&mut self, side: End, call: CallHandle) {
        self.order(side, Command::Bye { call, extras: Extras::new() }).unwrap();
    }

    pub(super) fn cancel(&mut self, side: End, call: CallHandle) {
        self.order(side, Command::Cancel { call, extras: Extras::new() }).unwrap();
    }

    pub(super) fn re_invite(&mut self, side: End, call: CallHandle) {
        self.order(side, Command::ReInvite { call, extras: session("a=inactive") }).unwrap();
    }

    /// What a side sent, as `METHOD` or `CODE METHOD`, with its millisecond.
    pub(super) fn ladder(&self, side: End) -> Vec<(u64, String)> {
        self.sent
            .iter()
            .filter(|(_, end, _)| *end == side)
            .map(|(at, _, message)| (at.as_millis(), name(message)))
            .collect()
    }

    /// The times at which a side sent a message of this name.
    pub(super) fn times(&self, side: End, wanted: &str) -> Vec<u64> {
        self.ladder(side).into_iter().filter(|(_, name)| name == wanted).map(|(at, _)| at).collect()
    }
}

pub(super) fn name(message: &Message) -> String {
    match message {
        Message::Request(request) => request.method().to_string(),
        Message::Response(response) => {
            let cseq: crate::message::CSeq = response.headers().required().unwrap();
            format!("{} {}", response.status().as_u16(), cseq.method)
        }
    }
}

pub(super) fn invite_draft(from: End) -> Request {
    let (us, them) = (from.address().ip(), from.other().address().ip());
    let uri = Uri::parse(format!("sip:+15550100@{them}")).unwrap();
    Request::new(Method::Invite, uri)
        .with_header("From", format!("\"Ann\" <sip:+15550101@{us}>"))
        .unwrap()
        .with_header("To", format!("<sip:+15550100@{them}>"))
        .unwrap()
        .with_body(&ContentType::parse("application/sdp").unwrap(), "v=0\r\n")
}

pub(super) fn response(code: u16) -> Response {
    Response::new(StatusCode::new(code).unwrap())
}

/// A response that describes a session.
pub(super) fn described(code: u16) -> Response {
    response(code).with_body(&ContentType::sdp(), "v=0\r\na=described\r\n")
}

pub(super) fn session(line: &str) -> Extras {
    let kind = ContentType::parse("application/sdp").unwrap();
    Extras::new().with_body(&kind, format!("v=0\r\n{line}\r\n"))
}
