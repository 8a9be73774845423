//! A whole trunk between three proxies of Microsoft and a carrier, on links that misbehave.
//!
//! The carrier's datagrams are lost, repeated and overtaken; connections to proxies stall, and
//! proxies die, with a closed connection or in silence. Every run sets calls up both ways,
//! bridges, holds, transfers and tears down. Then nobody has two answered calls, nothing is left,
//! and no call was given up while a proxy had not been asked. A failure names its seed;
//! `TEAMS_CC_SOAK=50 cargo test -p teams-cc-sip --release trunk_network` runs 10,000, and
//! `TEAMS_CC_SEED=17` one of them.

mod checks;
mod people;
mod put_through;
mod wire;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use people::{Act, Tally};
use teams_cc_core::LegId;

use super::*;
use crate::{
    direct_routing::ConnectionFault,
    endpoint::Route,
    gate::GatePolicy,
    io::Peer,
    sdp::MasterKey,
    trunk::{
        StaticPeer, TeamsPeer, TrunkConfig,
        engine::Engine,
        input::{self, LocalMedia},
    },
};

const SEEDS: u64 = 200;
/// More than any run takes: whoever goes on has stopped the clock.
const STEPS: usize = 200_000;
const PROXIES: usize = 3;
/// The carrier, after the proxies.
const CARRIER: Side = PROXIES;
/// The flow of the carrier's datagrams at the trunk; connections have numbers above.
const DATAGRAMS: FlowId = FlowId(1);
const TRUNK: &str = "sbc1.adatum.biz";

/// One of the peers, by number.
type Side = usize;

fn host(side: Side) -> String {
    if side == CARRIER { "203.0.113.7".into() } else { format!("sip{}.pstnhub.test", side + 1) }
}

fn address(side: Side) -> SocketAddr {
    let text =
        if side == CARRIER { "203.0.113.7:5060".into() } else { format!("52.112.0.{side}:5061") };
    text.parse().unwrap()
}

fn transport(side: Side) -> TransportKind {
    if side == CARRIER { TransportKind::Udp } else { TransportKind::Tls }
}

/// Whose turn it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Out(Side),
    In(Side),
}

/// What became of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// Its connections are closed and new ones refused.
    Closed,
    /// Nobody hears it any more.
    Silent,
}

/// How the calls of one number went, as the wire shows it.
#[derive(Clone, Debug, Default)]
struct Story {
    asked: BTreeSet<Side>,
    /// Branches that have rung and are not over: nobody else may be asked.
    ringing: BTreeSet<String>,
    /// The branch that was asked last; those before are given up, and may ring as they like.
    branch: String,
    /// Whom it was asked of.
    at: Side,
    /// Who has refused for good, or was told to stop.
    settled: bool,
}

struct World {
    now: Instant,
    trunk: Engine,
    sides: Vec<Endpoint>,
    dice: Dice,
    loss: u64,
    repeat: u64,
    /// Nothing new is begun, and nothing gets lost.
    calm: bool,
    dead: [Option<Death>; PROXIES],
    /// Until when a connection carries nothing.
    stalled: [Instant; PROXIES],
    flows: [Option<FlowId>; PROXIES],
    /// When the last message on a connection arrives: the next one is later.
    last: [Instant; 2 * PROXIES],
    wire: BTreeMap<(Instant, u64), (Way, Vec<u8>)>,
    agenda: BTreeMap<(Instant, u64), Act>,
    told: VecDeque<input::Input>,
    count: u64,
    desk: people::Desk,
    stories: BTreeMap<String, Story>,
    /// Which number the trunk has called under a Call-ID.
    numbers: BTreeMap<String, String>,
    tally: Tally,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x7A_0B);
        let proxies = (0..PROXIES).map(|side| Target::new(TransportKind::Tls, &host(side), 5061));
        let teams =
            TeamsPeer::of_proxies(proxies.collect(), vec!["52.112.0.0/14".parse().unwrap()]);
        let config = TrunkConfig::new(TRUNK.parse().unwrap())
            .seed(seed)
            .teams(teams)
            .tenant(TRUNK.parse().unwrap(), "72f988bf-86f1-41af-91ab-2d7cd011db47".parse().unwrap())
            .carrier(
                StaticPeer::udp("carrier", "203.0.113.7".parse().unwrap(), 5060)
                    .follows_redirects(true),
            )
            .gate(GatePolicy::unrestricted())
            .ring_time(Duration::from_mins(1));
        let sides = (0..=CARRIER)
            .map(|side| {
                let port = if side == CARRIER { 5060 } else { 5061 };
                let config = EndpointConfig::new(&host(side), seed * 7 + side as u64)
                    .unwrap()
                    .port(transport(side), port);
                Endpoint::new(config)
            })
            .collect();
        let mut world = Self {
            now: Instant::ZERO,
            trunk: Engine::new(config).unwrap(),
            sides,
            loss: dice.below(26),
            repeat: dice.below(20),
            dice,
            calm: false,
            dead: [None; PROXIES],
            stalled: [Instant::ZERO; PROXIES],
            flows: [None; PROXIES],
            last: [Instant::ZERO; 2 * PROXIES],
            wire: BTreeMap::new(),
            agenda: BTreeMap::new(),
            told: VecDeque::new(),
            count: DATAGRAMS.0,
            desk: people::Desk::default(),
            stories: BTreeMap::new(),
            numbers: BTreeMap::new(),
            tally: Tally { runs: 1, ..Tally::default() },
        };
        let peer = Peer::new(TransportKind::Udp, address(CARRIER));
        world.told.push_back(input::Input::FlowOpened { flow: DATAGRAMS, peer });
        world
    }

    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn later(&mut self, least: u64, span: u64, act: Act) {
        let at = self.now + Duration::from_millis(least + self.dice.below(span.max(1)));
        let count = self.next();
        self.agenda.insert((at, count), act);
    }

    /// Takes all outputs; when somebody wants to wake.
    fn drain(&mut self) -> Option<Instant> {
        let mut wake = None;
        for side in 0..=CARRIER {
            loop {
                match self.sides[side].poll_output() {
                    Output::Transmit(transmit) => {
                        if side != CARRIER
                            && self.flows[side].is_none()
                            && self.dead[side].is_none()
                        {
                            self.open(side, false);
                        }
                        self.carry(Way::In(side), &transmit.message.encode());
                    }
                    Output::Event(event) => self.peer_hears(side, &event),
                    Output::Timeout(at) => {
                        wake = [wake, at].into_iter().flatten().min();
                        break;
                    }
                }
            }
        }
        loop {
            while let Some(told) = self.told.pop_front() {
                // Events of the trunk are taken between inputs, as the driver takes them.
                self.trunk.handle_input(self.now, told);
                if !self.told.is_empty() {
                    let _ = self.take();
                }
            }
            let at = self.take();
            if self.told.is_empty() {
                return [wake, at].into_iter().flatten().min();
            }
        }
    }

    /// Takes the trunk's outputs.
    fn take(&mut self) -> Option<Instant> {
        loop {
            match self.trunk.poll_output() {
                input::Output::Transmit(transmit) => self.sent(&transmit),
                input::Output::Event(event) => self.desk_hears(event),
                input::Output::OpenMedia { media } => {
                    let local = LocalMedia::new(address(CARRIER), MasterKey::new([7; 30]));
                    self.told.push_back(input::Input::MediaOpened { media, local: Some(local) });
                }
                input::Output::NewKey { media } => {
                    let key = Some(MasterKey::new([8; 30]));
                    self.told.push_back(input::Input::KeyMade { media, key });
                }
                input::Output::Dialled { ticket, outcome } => {
                    self.dialled(ticket, outcome.is_ok());
                }
                input::Output::CloseTarget { target } => {
                    let side = (0..PROXIES).find(|side| host(*side) == *target.host);
                    if let Some(flow) = side.and_then(|side| self.flows[side].take()) {
                        self.told.push_back(input::Input::FlowClosed { flow });
                    }
                }
                input::Output::Timeout(at) => return at,
                _ => {}
            }
        }
    }

    fn step(&mut self, until: Instant) -> bool {
        let mut wake = self.drain();
        while let Some(again) = self.drain() {
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
        let now = self.now;
        if arrival == Some(next) {
            let Some((_, (way, octets))) = self.wire.pop_first() else { return true };
            let message = Message::parse_datagram(&octets, &Limits::default()).unwrap();
            self.arrives(way, message);
        } else if planned == Some(next) {
            let Some((_, act)) = self.agenda.pop_first() else { return true };
            self.act(act);
        } else {
            for side in &mut self.sides {
                side.handle_input(now, Input::Wake).unwrap();
            }
            self.told.push_back(input::Input::Wake);
        }
        true
    }

    fn arrives(&mut self, way: Way, message: Message) {
        match way {
            Way::Out(side) => {
                let source = "192.0.2.1:5061".parse().unwrap();
                let origin = Origin::new(FLOW, transport(side), source);
                let input = Input::Received { origin, message: Box::new(message) };
                let now = self.now;
                self.sides[side].handle_input(now, input).unwrap();
            }
            Way::In(side) => {
                let flow = if side == CARRIER { Some(DATAGRAMS) } else { self.flows[side] };
                let Some(flow) = flow else { return };
                if let Message::Response(response) = &message {
                    self.note_heard(response);
                }
                let message = Box::new(message);
                self.told.push_back(input::Input::Received { flow, message });
            }
        }
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

    /// One run, and how much happened in it.
    fn day(mut self) -> Tally {
        for _ in 0..=self.dice.below(3) {
            let act = if self.dice.chance(60) { Act::CarrierCalls } else { Act::DeskCalls };
            self.later(1_000, 15_000, act);
        }
        if self.dice.chance(30) {
            self.later(1_000, 15_000, Act::TeamsCalls);
        }
        for side in 0..PROXIES {
            if self.dice.chance(12) {
                let death = if self.dice.chance(50) { Death::Closed } else { Death::Silent };
                self.later(500, 30_000, Act::Die(side, death));
            } else if self.dice.chance(15) {
                self.later(500, 20_000, Act::Stall(side));
            }
        }
        self.run(Duration::from_mins(2));
        self.calm = true;
        self.run(Duration::from_secs(400));
        self.nobody_has_two();
        self.told.push_back(input::Input::Drain);
        self.everybody_goes();
        self.run(Duration::from_secs(150));
        self.everybody_goes();
        self.run(Duration::from_secs(150));
        assert!(self.trunk.legs.is_empty(), "legs left: {:?}", self.trunk.legs.keys());
        assert!(self.trunk.calls.is_empty() && self.trunk.retired.is_empty(), "calls left");
        assert_eq!(self.trunk.endpoint.core.table.len(), 0, "transactions left");
        assert!(self.trunk.endpoint.is_idle(), "left behind: {:#?}", self.trunk.endpoint);
        self.all_is_told();
        self.tally
    }
}

#[test]
fn a_trunk_loses_no_call_and_answers_none_twice_whatever_its_links_do() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seeds = match number("TEAMS_CC_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=SEEDS * number("TEAMS_CC_SOAK").unwrap_or(1),
    };
    let alone = seeds.start() == seeds.end();
    let mut tally = Tally::default();
    for seed in seeds {
        let run = std::panic::catch_unwind(|| World::new(seed).day());
        assert!(run.is_ok(), "seed {seed}");
        tally.add(&run.unwrap_or_default());
    }
    // A run that does nothing proves nothing.
    assert!(alone || tally.is_lively(), "{tally:?}");
}
