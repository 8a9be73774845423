//! Three endpoints and a forking proxy on a link that loses, repeats and reorders.
//!
//! Every run sets calls up with PRACK, UPDATE and session timers, holds, transfers and tears
//! down. Then all sides agree who is connected, and at last nothing is left. A failure names its
//! seed; `TEAMS_CC_SOAK=50 cargo test -p teams-cc-sip --release network` runs 10,000.

mod desk;
mod proxy;

use std::collections::BTreeMap;

use desk::{Act, Desk};
use proxy::Proxy;

use super::*;
use crate::{
    dialog::{DialogId, Stage},
    endpoint::{CallPolicy, RefreshBy, Reliability, Route, SessionTimer},
};

const SEEDS: u64 = 200;
/// More than any run takes: whoever goes on has stopped the clock.
const STEPS: usize = 200_000;
/// Where the forking proxy is reached.
const PROXY: &str = "192.0.2.9";

/// One of the endpoints, by number.
type Side = usize;

fn host(side: Side) -> String {
    format!("192.0.2.{}", side + 1)
}

/// How messages fare on their way.
#[derive(Clone, Copy, Debug)]
struct Weather {
    loss: u64,
    repeat: u64,
    slow: u64,
}

struct Network {
    now: Instant,
    sides: Vec<Endpoint>,
    desks: Vec<Desk>,
    dice: Dice,
    weather: Weather,
    proxy: Proxy,
    /// Whom nobody hears any more, and who hears nobody.
    apart: Option<Side>,
    wire: BTreeMap<(Instant, u64), (Side, Side, Vec<u8>)>,
    agenda: BTreeMap<(Instant, u64), (Side, Act)>,
    count: u64,
    /// Answers of each call of ours.
    answers: BTreeMap<(Side, CallHandle), usize>,
    ended: BTreeMap<(Side, CallHandle), usize>,
}

impl Network {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0xF0_4C);
        let sides = (0..3).map(|side| endpoint(side, seed, &mut dice)).collect();
        let slow = [20, 150, 700][usize::try_from(dice.below(3)).unwrap()];
        let weather = Weather { loss: dice.below(26), repeat: dice.below(20), slow };
        Self {
            now: Instant::ZERO,
            sides,
            desks: (0..3).map(|_| Desk::default()).collect(),
            dice,
            weather,
            proxy: Proxy::default(),
            apart: None,
            wire: BTreeMap::new(),
            agenda: BTreeMap::new(),
            count: 0,
            answers: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    fn later(&mut self, most: u64, side: Side, act: Act) {
        self.count += 1;
        let at = self.now + Duration::from_millis(self.dice.below(most.max(1)));
        self.agenda.insert((at, self.count), (side, act));
    }

    /// Puts a message on the wire, which may lose or repeat it.
    fn send(&mut self, from: Side, to: Side, octets: &[u8], weather: Weather) {
        for _ in 0..=u64::from(self.dice.chance(weather.repeat)) {
            let apart = self.apart.is_some_and(|side| side == from || side == to);
            if apart || self.dice.chance(weather.loss) {
                continue;
            }
            let delay = Duration::from_millis(1 + self.dice.below(weather.slow));
            self.count += 1;
            self.wire.insert((self.now + delay, self.count), (from, to, octets.to_vec()));
        }
    }

    fn post(&mut self, from: Side, to: &Route, message: Message) {
        let to = match to {
            Route::Flow(FlowId(side)) => usize::try_from(*side).unwrap(),
            Route::Target(target) if &*target.host == PROXY => {
                // Between the proxy and its branches nothing is lost: it would send it again.
                let calm = Weather { loss: 0, repeat: 0, ..self.weather };
                for (to, message) in self.proxy.on_request(message) {
                    self.send(from, to, &message.encode(), calm);
                }
                return;
            }
            Route::Target(target) => match (0..3).find(|side| host(*side) == *target.host) {
                Some(side) => side,
                None => return,
            },
        };
        let Message::Response(response) = &message else {
            let weather = self.weather;
            self.send(from, to, &message.encode(), weather);
            return;
        };
        let calm = Weather { loss: 0, repeat: 0, ..self.weather };
        let verdict = self.proxy.on_response(from, response);
        for (to, request) in verdict.requests {
            self.send(0, to, &request.encode(), calm);
        }
        if let Some(passed) = verdict.passed {
            let weather = self.weather;
            self.send(from, to, &passed.encode(), weather);
        }
    }

    /// Takes all outputs; when somebody wants to wake.
    fn drain(&mut self) -> Option<Instant> {
        let mut wake = None;
        for side in 0..self.sides.len() {
            loop {
                match self.sides[side].poll_output() {
                    Output::Transmit(transmit) => {
                        self.post(side, &transmit.to, Message::clone(&transmit.message));
                    }
                    Output::Event(event) => self.hear(side, &event),
                    Output::Timeout(at) => {
                        wake = [wake, at].into_iter().flatten().min();
                        break;
                    }
                }
            }
        }
        wake
    }

    fn order(&mut self, side: Side, command: Command) -> bool {
        let now = self.now;
        self.sides[side].handle_input(now, command.into()).is_ok()
    }

    fn step(&mut self, until: Instant) -> bool {
        let mut wake = self.drain();
        while let Some(again) = self.drain() {
            // What was heard may have led to orders.
            if wake == Some(again) {
                break;
            }
            wake = Some(again);
        }
        let arrival = self.wire.first_key_value().map(|((at, _), _)| *at);
        let planned = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let next = [wake, arrival, planned].into_iter().flatten().min();
        let Some(next) = next.filter(|at| *at <= until) else { return false };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            let Some((_, (from, to, octets))) = self.wire.pop_first() else { return true };
            let flow = FlowId(from as u64);
            let source = format!("{}:5060", host(from)).parse().unwrap();
            let origin = Origin::new(flow, TransportKind::Udp, source);
            let message = Message::parse_datagram(&octets, &Limits::default()).unwrap();
            let input = Input::Received { origin, message: Box::new(message) };
            let now = self.now;
            self.sides[to].handle_input(now, input).unwrap();
        } else if planned == Some(next) {
            let Some((_, (side, act))) = self.agenda.pop_first() else { return true };
            self.act(side, act);
        } else {
            let now = self.now;
            for side in &mut self.sides {
                side.handle_input(now, Input::Wake).unwrap();
            }
        }
        true
    }

    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        let mut steps = 0;
        while self.step(until) {
            steps += 1;
            assert!(steps < STEPS, "somebody never rests");
        }
        self.now = until;
    }

    /// The dialogs each side thinks it is connected in.
    fn connected(&self) -> Vec<(Side, DialogId)> {
        let mut all = Vec::new();
        for (side, endpoint) in self.sides.iter().enumerate() {
            for call in endpoint.calls.values() {
                if let (Stage::Up, Some(dialog)) = (&call.stage, &call.dialog) {
                    all.push((side, dialog.id.clone()));
                }
            }
        }
        all
    }

    /// Every dialog that is up here is up there, with the same tags.
    fn agree(&self) {
        let connected = self.connected();
        for (side, id) in &connected {
            let mirrored = connected.iter().filter(|(other, theirs)| {
                other != side
                    && theirs.call_id == id.call_id
                    && theirs.local_tag == id.remote_tag
                    && theirs.remote_tag == id.local_tag
            });
            assert_eq!(mirrored.count(), 1, "{side} is alone in {id:?}");
        }
        for (key, answers) in &self.answers {
            assert!(*answers <= 1, "{key:?} has {answers} answered dialogs");
        }
    }

    /// One run, and how much happened in it.
    fn day(mut self) -> desk::Tally {
        self.later(1, 0, Act::Dial { forked: true, refer: None });
        if self.dice.chance(50) {
            self.later(20_000, 0, Act::Dial { forked: false, refer: None });
        }
        if self.dice.chance(30) {
            self.later(20_000, 1, Act::Dial { forked: false, refer: None });
        }
        self.run(Duration::from_mins(1));
        if self.dice.chance(15) {
            self.apart = Some(usize::try_from(self.dice.below(3)).unwrap());
        }
        // The weather clears, and nobody wants anything new: what was lost is found or given up.
        self.weather = Weather { loss: 0, repeat: 0, ..self.weather };
        for desk in &mut self.desks {
            desk.calm = true;
        }
        self.run(Duration::from_secs(400));
        self.agree();
        for side in 0..self.sides.len() {
            let calls: Vec<_> = self.sides[side].calls.keys().copied().collect();
            for call in calls {
                self.order(side, Command::Cancel { call, extras: Extras::new() });
                self.order(side, Command::Bye { call, extras: Extras::new() });
                let response = Box::new(response(480));
                self.order(side, Command::RespondInvite { call, response });
            }
        }
        // A BYE may need 64 × T1 and what it met another; then what repeats has been absorbed.
        self.run(Duration::from_secs(32 + 32 + 32 + 5 + 2));
        for (side, endpoint) in self.sides.iter().enumerate() {
            assert_eq!(endpoint.core.table.len(), 0, "transactions left at {side}");
            assert!(endpoint.is_idle(), "left behind at {side}: {endpoint:#?}");
        }
        for (call, ends) in &self.ended {
            assert_eq!(*ends, 1, "{call:?}");
        }
        for (side, desk) in self.desks.iter().enumerate() {
            for call in &desk.dialled {
                assert!(self.ended.contains_key(&(side, *call)), "{side} {call:?} never ended");
            }
        }
        let mut tally = desk::Tally { runs: 1, ..desk::Tally::default() };
        for desk in &self.desks {
            tally.add(&desk.tally);
        }
        tally
    }
}

fn endpoint(side: Side, seed: u64, dice: &mut Dice) -> Endpoint {
    let reliability = if dice.chance(80) { Reliability::Supported } else { Reliability::Off };
    let by = if dice.chance(50) { RefreshBy::Update } else { RefreshBy::ReInvite };
    let mut timer =
        SessionTimer::default().interval(Duration::from_secs(90 + dice.below(60))).refresh_by(by);
    if dice.chance(50) {
        timer = timer.refresher(dice.chance(50));
    }
    if dice.chance(20) {
        timer = timer.least(Duration::from_mins(2));
    }
    let policy = CallPolicy::new().reliability(reliability).session_timer(timer);
    let config = EndpointConfig::new(&host(side), seed * 3 + side as u64)
        .unwrap()
        .port(TransportKind::Udp, 5060)
        .policy(policy);
    Endpoint::new(if dice.chance(80) { config.serve(Method::Update) } else { config })
}

#[test]
fn all_sides_agree_who_is_connected_and_nothing_is_left_behind() {
    let factor = std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok());
    let mut tally = desk::Tally::default();
    for seed in 1..=SEEDS * factor.unwrap_or(1) {
        let run = std::panic::catch_unwind(|| Network::new(seed).day());
        assert!(run.is_ok(), "seed {seed}");
        tally.add(&run.unwrap_or_default());
    }
    // A run that does nothing proves nothing.
    assert!(tally.is_lively(), "{tally:?}");
}
