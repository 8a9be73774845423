//! Routing beside what one would write by hand for one policy alone: who is offered a call, how
//! many events an engine takes, and how long a year of calls is.
//!
//! A program of its own, because its allocator counts. `--only PART` leaves the other parts away:
//! decisions, turns, events, year.

#[path = "../machine.rs"]
mod machine;
#[path = "../report.rs"]
mod report;
#[path = "../rounds.rs"]
mod rounds;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant as Wall};

use report::Report;
use rounds::{Series, interleave, median};
use teams_cc_core::agent::{
    Agent, Availability, Channel, Compare, Observation, PresenceSource, Selector, Skill,
};
use teams_cc_core::queue::{Exit, QueueEntry, QueueLimits};
use teams_cc_core::routing::policy::{
    Compiled, Rules, agent_id, eligible, longest_idle, presence, skill,
};
use teams_cc_core::routing::{
    AgentChange, CallRef, Engine, EngineConfig, Input, Output, Plan, Queue, RingMode, Roster,
    RoutingPolicy, Step, View,
};
use teams_cc_core::simulation::{Poisson, Site, Spread, simulate};
use teams_cc_core::store::FencingToken;
use teams_cc_core::{Address, AgentId, ContactId, Instant, QueueId, Seed};

/// Agents looked at in one round by one contestant, about.
const LOOKS: usize = 2_000_000;
/// The events of a year of a center of a thousand seats, about.
const YEAR: f64 = 2e8;
/// What the policy asks of presence.
const MAX_AGE: Duration = Duration::from_secs(60);
/// What the policy asks of skills.
const LEVEL: u8 = 2;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// Counts the allocations of a thread.
struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.with(|taken| taken.set(taken.get() + 1));
        // SAFETY: the caller keeps GlobalAlloc's contract, which is the system allocator's too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from the system's allocator, by `alloc` above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (mut json, mut check, mut only) = (None, false, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = words.next(),
            "--check" => check = true,
            "--only" => only = words.next(),
            other => {
                eprintln!("routing: no such option: {other}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mut report = Report::new("routing");
    report.note("hand-written: the same question for this policy alone, with numbers for names");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("decisions") {
        for agents in [100, 1_000, 10_000, 100_000] {
            for free in [5, 100] {
                decisions(&mut report, agents, free);
            }
        }
    }
    if wanted("turns") {
        turns(&mut report);
    }
    if wanted("events") {
        events(&mut report);
    }
    if wanted("year") {
        year(&mut report);
    }
    report.print();
    if let Some(path) = json
        && let Err(error) = std::fs::write(&path, report.json())
    {
        eprintln!("routing: {path}: {error}");
        return ExitCode::FAILURE;
    }
    if check && !report.holds() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn queue() -> QueueId {
    "sales".parse().expect("a name")
}

fn rules() -> Rules {
    eligible()
        .gate(presence(Availability::Available).max_age(MAX_AGE))
        .require(skill("billing").expect("a name").at_least(LEVEL))
        .rank(longest_idle().then(agent_id()))
        .ring(RingMode::One)
}

fn now() -> Instant {
    Instant::from_secs(100_000)
}

/// One agent as one would write it down for this policy.
#[derive(Clone, Copy)]
struct Desk {
    idle_since: u64,
    seen_at: u64,
    id: u32,
    billing: u8,
    available: bool,
    free: bool,
}

/// The same agents twice.
struct Crowd {
    desks: Vec<Desk>,
    roster: Roster,
    names: Vec<AgentId>,
}

impl Crowd {
    /// So many agents: one in ten is not seen as available, one in five lacks the level asked for.
    fn new(agents: u32, free: u64, order: Option<&Compiled>) -> Self {
        let mut crowd = Self { desks: Vec::new(), roster: Roster::default(), names: Vec::new() };
        if let Some(order) = order {
            crowd.roster.keep_order(&queue(), order);
        }
        let chance = Seed::new(7);
        for n in 0..agents {
            let draw = |what| chance.derive(what).draw(u64::from(n));
            let since = Instant::from_nanos(draw("idle") % now().as_nanos());
            let desk = Desk {
                idle_since: since.as_nanos(),
                seen_at: (now().saturating_sub(Duration::from_secs(draw("seen") % 50))).as_nanos(),
                id: n,
                billing: u8::try_from(draw("level") % 5).expect("below five") + 1,
                available: !draw("available").is_multiple_of(10),
                free: draw("free") % 100 < free,
            };
            let id: AgentId = format!("a{n:06}").parse().expect("a name");
            let profile = Agent::new(id.clone(), Address::Anonymous)
                .queue(queue())
                .skill(Skill::new("billing", desk.billing).expect("a level"));
            crowd.roster.sign_in(profile, since);
            let seen = if desk.available { Availability::Available } else { Availability::Busy };
            let at = Instant::from_nanos(desk.seen_at);
            crowd.roster.observe(&id, Observation::new(seen, at, PresenceSource::Sweep));
            if !desk.free {
                crowd.roster.begin(&id, format!("T{n}").parse().expect("a name"), Channel::Voice);
            }
            crowd.desks.push(desk);
            crowd.names.push(id);
        }
        crowd
    }
}

impl Desk {
    fn fits(&self, now: u64) -> bool {
        self.free
            && self.available
            && self.billing >= LEVEL
            && now.saturating_sub(self.seen_at) <= MAX_AGE.as_nanos() as u64
    }
}

/// The scan one would write by hand.
fn scan(desks: &[Desk], now: u64) -> Option<u32> {
    let mut best: Option<&Desk> = None;
    for desk in desks {
        let first = |best: &Desk| (desk.idle_since, desk.id) < (best.idle_since, best.id);
        if desk.fits(now) && best.is_none_or(first) {
            best = Some(desk);
        }
    }
    best.map(|desk| desk.id)
}

fn call(n: u64) -> QueueEntry {
    QueueEntry::new(ContactId::numbered("C", n), queue(), now())
}

fn offered(plan: &Plan) -> Option<&AgentId> {
    match plan.step() {
        Step::Offer { agents, .. } => agents.first(),
        _ => None,
    }
}

const BY_HAND: &str = "hand-written scan";
const NAIVE: &str = "composed, everybody asked";
const KEPT: &str = "composed, order kept";

fn decisions(report: &mut Report, agents: u32, free: u64) {
    let (rules, compiled) = (rules(), rules().compile());
    let crowd = Crowd::new(agents, free, Some(&compiled));
    let view = View::new(now(), &crowd.roster);
    let entry = call(1);
    let mut plan = Plan::without_findings();
    let by_hand = scan(&crowd.desks, now().as_nanos()).map(|n| &crowd.names[n as usize]);
    for policy in [&rules as &dyn RoutingPolicy, &compiled] {
        plan.clear();
        policy.route(&view, CallRef::new(&entry), &mut plan);
        assert_eq!(offered(&plan), by_hand, "all find the same agent");
    }
    let times = (LOOKS / agents as usize).max(20);
    let series = interleave(&[BY_HAND, NAIVE, KEPT], |who| {
        let times = if who == KEPT { 20_000 } else { times };
        let started = Wall::now();
        for _ in 0..times {
            match who {
                BY_HAND => {
                    black_box(scan(black_box(&crowd.desks), black_box(now().as_nanos())));
                }
                NAIVE => route(&rules, &view, &entry, &mut plan),
                _ => route(&compiled, &view, &entry, &mut plan),
            }
        }
        started.elapsed().as_secs_f64() * 1e9 / times as f64
    });
    let what = format!("{agents} agents, {free} % free");
    report.at_most(format!("{what}, everybody asked over a scan by hand"), ratio(&series), 4.0);
    report.table(format!("one decision, {what}"), "ns", series);
    // Calls that ask for what few have, and some for what nobody has.
    let gold = Selector::new("team", Compare::Equal, "gold");
    let asks = call(2).needs(Skill::new("billing", 5).expect("a level"));
    let vain = call(3).select(gold).expect("room");
    let taken = TAKEN.get();
    for entry in [&entry, &asks, &vain] {
        for policy in [&rules as &dyn RoutingPolicy, &compiled] {
            for _ in 0..20 {
                route(policy, &view, entry, &mut plan);
            }
        }
    }
    let taken = (TAKEN.get() - taken) as f64;
    report.at_most(format!("{what}, allocations of 120 decisions"), taken, 0.0);
}

fn route(policy: &dyn RoutingPolicy, view: &View<'_>, call: &QueueEntry, plan: &mut Plan) {
    plan.clear();
    policy.route(black_box(view), CallRef::new(black_box(call)), plan);
    black_box(offered(plan));
}

/// The second series over the first.
fn ratio(series: &[Series]) -> f64 {
    median(&series[1].over(&series[0]))
}

/// The order one would keep by hand: who is free and fits, by idle time. Agents come by name, as
/// they do from outside, and which call an agent has is known.
struct ByHand {
    desks: Vec<Desk>,
    /// Which call each has.
    calls: Vec<Option<ContactId>>,
    numbers: HashMap<AgentId, u32>,
    free: BTreeSet<(u64, u32)>,
}

impl ByHand {
    fn new(crowd: Crowd) -> Self {
        let fits = |desk: &&Desk| desk.free && desk.available && desk.billing >= LEVEL;
        let free = crowd.desks.iter().filter(fits).map(|desk| (desk.idle_since, desk.id));
        let numbers = (0..).zip(&crowd.names).map(|(n, name)| (name.clone(), n));
        let calls = vec![None; crowd.desks.len()];
        Self { free: free.collect(), numbers: numbers.collect(), calls, desks: crowd.desks }
    }

    fn best(&self, now: u64) -> Option<u32> {
        let fresh = |(_, n): &&(u64, u32)| self.desks[*n as usize].fits(now);
        self.free.iter().find(fresh).map(|(_, n)| *n)
    }

    fn take(&mut self, name: &AgentId, contact: ContactId) {
        let n = self.numbers[name];
        self.calls[n as usize] = Some(contact);
        let desk = &mut self.desks[n as usize];
        desk.free = false;
        self.free.remove(&(desk.idle_since, n));
    }

    fn give_back(&mut self, name: &AgentId, contact: &ContactId, now: u64) {
        let n = self.numbers[name];
        let call = self.calls[n as usize].take();
        assert_eq!(call.as_ref(), Some(contact), "the call of this agent");
        let desk = &mut self.desks[n as usize];
        desk.free = true;
        desk.idle_since = now;
        self.free.insert((now, n));
    }
}

/// An agent is found, takes the call, and ends it: with the order that is kept for it.
fn turns(report: &mut Report) {
    const AGENTS: u32 = 10_000;
    const TURNS: u64 = 50_000;
    for free in [5, 100] {
        let compiled = rules().compile();
        let mut roster = Crowd::new(AGENTS, free, Some(&compiled)).roster;
        let crowd = Crowd::new(AGENTS, free, None);
        let names = crowd.names.clone();
        let mut by_hand = ByHand::new(crowd);
        let mut plan = Plan::without_findings();
        let entry = call(1);
        // Time passes in each, and nobody's presence grows too old for it.
        let (mut ours, mut theirs) = (now().as_nanos(), now().as_nanos());
        let mut found = [AgentId::numbered("a", 0), AgentId::numbered("a", 0)];
        let series = interleave(&["hand-written order", KEPT], |who| {
            let started = Wall::now();
            for _ in 0..TURNS {
                if who == KEPT {
                    ours += 1;
                    let at = Instant::from_nanos(ours);
                    plan.clear();
                    compiled.route(&View::new(at, &roster), CallRef::new(&entry), &mut plan);
                    let agent = offered(&plan).expect("somebody is free").clone();
                    roster.begin(&agent, entry.contact.clone(), Channel::Voice);
                    roster.end(&agent, &entry.contact, at);
                    found[0] = agent;
                } else {
                    theirs += 1;
                    let agent = by_hand.best(theirs).expect("somebody is free");
                    let agent = names[agent as usize].clone();
                    by_hand.take(&agent, entry.contact.clone());
                    by_hand.give_back(&agent, &entry.contact, theirs);
                    found[1] = agent;
                }
            }
            started.elapsed().as_secs_f64() * 1e9 / TURNS as f64
        });
        assert_eq!(found[0], found[1], "both find the same agents");
        let what = format!("{AGENTS} agents, {free} % free, found, taken and given back");
        report.at_most(format!("{what}, over an order by hand"), ratio(&series), 3.0);
        report.at_most(format!("{what}, ns"), series[1].median(), 1000.0);
        report.table(what, "ns", series);
    }
}

/// Calls through an engine: each comes, is reserved and offered, taken, and ends.
struct Floor {
    engine: Engine,
    now: Instant,
    calls: u64,
    tokens: u64,
    taken: VecDeque<ContactId>,
    offers: u64,
}

impl Floor {
    fn new(agents: u32) -> Self {
        let plain = eligible()
            .require(skill("billing").expect("a name").at_least(LEVEL))
            .rank(longest_idle().then(agent_id()))
            .ring(RingMode::One);
        let limits = QueueLimits::default().length(5_000, Exit::Disconnect);
        let config = EngineConfig::default().explanations(false);
        let mut floor = Self {
            engine: Engine::new(config).queue(Queue::new(queue(), plain).limits(limits)),
            now: now(),
            calls: 0,
            tokens: 0,
            taken: VecDeque::new(),
            offers: 0,
        };
        for n in 0..agents {
            let id: AgentId = format!("a{n:06}").parse().expect("a name");
            let level = Skill::new("billing", u8::try_from(n % 5).expect("below five") + 1);
            let profile = Agent::new(id.clone(), Address::Anonymous)
                .queue(queue())
                .skill(level.expect("a level"));
            let change = AgentChange::SignedIn(Box::new(profile));
            floor.put(Input::AgentChanged { agent: id, change });
        }
        floor
    }

    /// Hands an input in, and answers what the engine asks; how many inputs that were.
    fn put(&mut self, input: Input) -> u64 {
        let mut events = 1;
        self.engine.handle_input(self.now, input).expect("it is taken");
        loop {
            match self.engine.poll_output() {
                Output::Reserve { offer, .. } => {
                    self.tokens += 1;
                    let token = FencingToken::new(self.tokens);
                    events += 1;
                    let reserved = Input::Reserved { offer, token };
                    self.engine.handle_input(self.now, reserved).expect("it is taken");
                }
                Output::Offer { offer, contact, .. } => {
                    self.offers += 1;
                    self.taken.push_back(contact);
                    events += 1;
                    let accepted = Input::OfferAccepted { offer };
                    self.engine.handle_input(self.now, accepted).expect("it is taken");
                }
                Output::Timeout(_) => return events,
                _ => {}
            }
        }
    }

    /// A call comes; where so many are under way, the oldest ends.
    fn turn(&mut self, under_way: usize) -> u64 {
        self.now += Duration::from_millis(1);
        self.calls += 1;
        let contact = ContactId::numbered("C", self.calls);
        let mut events = self.put(Input::Enqueue(QueueEntry::new(contact, queue(), self.now)));
        if self.taken.len() >= under_way
            && let Some(contact) = self.taken.pop_front()
        {
            events += self.put(Input::Released { contact });
        }
        events
    }
}

fn events(report: &mut Report) {
    const CALLS: u64 = 50_000;
    const NAMES: [&str; 3] =
        ["1,000 agents, 5 % free", "10,000 agents, 5 % free", "1,000 agents, all busy, calls wait"];
    let mut floors = [Floor::new(1_000), Floor::new(10_000), Floor::new(1_000)];
    // Four in five have the skill.
    let under_way = [760, 7_600, 800];
    for (floor, under_way) in floors.iter_mut().zip(under_way) {
        for _ in 0..under_way + 500 {
            floor.turn(under_way);
        }
    }
    // Everybody with the skill is busy here, and so many calls stand in line.
    for _ in 0..500 {
        floors[2].turn(usize::MAX);
    }
    let series = interleave(&NAMES, |who| {
        let at = NAMES.iter().position(|name| *name == who).expect("one of them");
        let (floor, under_way) = (&mut floors[at], under_way[at]);
        let (started, offers) = (Wall::now(), floor.offers);
        let events: u64 = (0..CALLS).map(|_| floor.turn(under_way)).sum();
        assert!(floor.offers >= offers + CALLS - 1, "every call is offered");
        events as f64 / started.elapsed().as_secs_f64()
    });
    for series in &series {
        report.at_least(format!("events a second, {}", series.name), series.median(), 1e6);
    }
    report.table("events of an engine, four a call", "events/s", series);
}

/// A stretch of a year of a thousand seats, and what it says of the whole.
fn year(report: &mut Report) {
    const CALLS: f64 = 100_000.0;
    let handling = 300.0;
    let rate = 900.0 / handling;
    let site = Site::new(Queue::new(
        queue(),
        eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One),
    ))
    .agents(1_000, |agent| agent.queue(queue()))
    .handling(Spread::Exponential(Duration::from_secs_f64(handling)));
    let mut events = 0;
    let series = interleave(&["seconds of a year"], |_| {
        let length = Duration::from_secs_f64(CALLS / rate);
        let started = Wall::now();
        let day = simulate(&site, Poisson::new(queue(), rate, length), Seed::new(1));
        let spent = started.elapsed().as_secs_f64();
        assert!(day.all.answered > 90_000 && day.all.service_level().of_answered > 0.9);
        events = day.events;
        spent * YEAR / day.events as f64
    });
    report.note(format!(
        "a year is reckoned from stretches of {events} events each, one after the other: {YEAR:.0} \
         events, 900 of 1,000 agents at work; what agents do besides calls is not in it"
    ));
    report.at_most("a year of 1,000 seats, reckoned, in seconds", series[0].median(), 300.0);
    report.table("a year of 1,000 seats, reckoned", "s", series);
}
