//! The day itself.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

use super::{Arrival, Arrivals, Draws, Report, Site, report::Figures};
use crate::{
    AgentId, ContactId, Instant, OfferId, QueueId, Seed,
    queue::{Destination, Exit, Priority, QueueEntry},
    routing::{AgentChange, Engine, Input, Output},
    store::FencingToken,
};

/// How long a day is played on at most after its last arrival; who waits then is in no figure.
const RUN_OUT: Duration = Duration::from_hours(24);

/// From how many queues a call is handed on at most; then it leaves.
const MAX_HOPS: u32 = 8;

/// Plays arrivals against a site, until nobody waits any more, a day after the last at most.
///
/// Everything drawn comes from `seed`: handle times and patience are drawn by the call's number,
/// so that two sites with the same seed have the same callers. How long agents let it ring is
/// drawn offer by offer, and so differs between policies.
///
/// A call that its queue hands to another one goes on there, and counts for the queue it came to
/// first; it leaves after eight of them. Nobody takes the offer of a callback.
#[must_use]
pub fn simulate(site: &Site, mut load: impl Arrivals, seed: Seed) -> Report {
    let mut day = Day::new(site, seed);
    let mut draws = Draws::new(seed.derive("arrivals"));
    let mut count = 0;
    while let Some(arrival) = load.next(count, &mut draws) {
        count += 1;
        day.run_to(arrival.entry.enqueued_at);
        day.arrive(arrival, count);
    }
    day.finish()
}

/// What happens later by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    Answer(OfferId),
    Over(ContactId),
    HangUp(ContactId),
}

/// One call on its way.
#[derive(Debug)]
struct Call {
    queue: Option<QueueId>,
    priority: Priority,
    arrived: Instant,
    handling: Duration,
    counts: bool,
    /// How the call goes on in another queue, where there is one.
    entry: Option<Box<QueueEntry>>,
    /// From how many queues it was handed on.
    hops: u32,
}

struct Day<'a> {
    site: &'a Site,
    engine: Engine,
    paces: BTreeMap<AgentId, f64>,
    now: Instant,
    later: BinaryHeap<Reverse<(Instant, u64, Later)>>,
    scheduled: u64,
    tokens: u64,
    wake: Option<Instant>,
    calls: BTreeMap<ContactId, Call>,
    /// Ends of work under way: talk and wrap-up.
    working: BinaryHeap<Reverse<Instant>>,
    ringing: BTreeMap<OfferId, (AgentId, ContactId)>,
    handling: Seed,
    patience: Seed,
    pick_up: Draws,
    waiting: u64,
    report: Report,
}

impl<'a> Day<'a> {
    fn new(site: &'a Site, seed: Seed) -> Self {
        let engine = Engine::new(site.config.clone());
        let mut day = Self {
            site,
            engine: site.queues.iter().cloned().fold(engine, Engine::queue),
            paces: site.agents.iter().map(|(agent, pace)| (agent.id.clone(), *pace)).collect(),
            now: Instant::ZERO,
            later: BinaryHeap::new(),
            scheduled: 0,
            tokens: 0,
            wake: None,
            calls: BTreeMap::new(),
            working: BinaryHeap::new(),
            ringing: BTreeMap::new(),
            handling: seed.derive("handling"),
            patience: seed.derive("patience"),
            pick_up: Draws::new(seed.derive("pick up")),
            waiting: 0,
            report: Report::default(),
        };
        for (agent, _) in &site.agents {
            let change = AgentChange::SignedIn(Box::new(agent.clone()));
            day.put(Input::AgentChanged { agent: agent.id.clone(), change });
        }
        day
    }

    fn arrive(&mut self, arrival: Arrival, number: u64) {
        let Arrival { entry, handling, patience } = arrival;
        self.pass_to(entry.enqueued_at);
        let mut draw = Draws::new(Seed::new(self.handling.draw(number)));
        let handling = handling.unwrap_or_else(|| self.site.handling.draw(&mut draw));
        let mut draw = Draws::new(Seed::new(self.patience.draw(number)));
        let drawn = || self.site.patience.as_ref().map(|spread| spread.draw(&mut draw));
        let patience = patience.or_else(drawn);
        let contact = entry.contact.clone();
        let call = Call {
            queue: entry.queue().cloned(),
            priority: entry.priority,
            arrived: self.now,
            handling,
            counts: self.now >= Instant::ZERO + self.site.warm_up,
            entry: (self.site.queues.len() > 1).then(|| Box::new(entry.clone())),
            hops: 0,
        };
        self.count(&call, |figures| figures.offered += 1);
        self.waiting += 1;
        self.calls.insert(contact.clone(), call);
        if !self.put(Input::Enqueue(entry)) {
            self.turned_away(&contact);
        }
        if let Some(patience) = patience
            && self.calls.contains_key(&contact)
        {
            self.at(self.now + patience, Later::HangUp(contact));
        }
    }

    /// Runs what happens by itself up to `end`.
    fn run_to(&mut self, end: Instant) {
        while let Some(next) = self.next_event().filter(|at| *at <= end) {
            self.step(next);
        }
    }

    fn finish(mut self) -> Report {
        let latest = self.now + RUN_OUT;
        while self.waiting > 0
            && let Some(next) = self.next_event().filter(|at| *at <= latest)
        {
            self.step(next);
        }
        // What is still at work is so beyond the time that is looked at.
        let beyond = self.working.drain().map(|Reverse(end)| end.since(self.now));
        self.report.worked = self.report.worked.saturating_sub(beyond.sum());
        self.report.length = self.now.since(self.start());
        let agents = u32::try_from(self.site.agents.len()).unwrap_or(u32::MAX);
        self.report.staffed = self.report.length.saturating_mul(agents);
        self.report
    }

    /// From when on calls count.
    fn start(&self) -> Instant {
        Instant::ZERO + self.site.warm_up
    }

    fn next_event(&self) -> Option<Instant> {
        let later = self.later.peek().map(|Reverse((at, ..))| *at);
        [later, self.wake].into_iter().flatten().min()
    }

    fn step(&mut self, at: Instant) {
        self.pass_to(at);
        let due = self.later.peek().is_some_and(|Reverse((later, ..))| *later <= at);
        match due.then(|| self.later.pop()).flatten() {
            Some(Reverse((_, _, later))) => self.happen(later),
            None => {
                self.put(Input::Tick);
            }
        }
    }

    /// Lets time pass; who waits, waits longer.
    fn pass_to(&mut self, at: Instant) {
        let from = self.now.max(self.start());
        if at > from {
            let waiting = super::report::count(self.waiting);
            self.report.queued += waiting * at.since(from).as_secs_f64();
        }
        self.now = self.now.max(at);
    }

    fn happen(&mut self, later: Later) {
        match later {
            Later::Answer(offer) => self.answer(offer),
            Later::Over(contact) => {
                self.put(Input::Released { contact });
            }
            Later::HangUp(contact) => {
                let Some(call) = self.calls.remove(&contact) else { return };
                self.waiting -= 1;
                let wait = self.now.since(call.arrived);
                let in_time = wait <= self.site.threshold;
                self.count(&call, |figures| {
                    figures.abandoned += 1;
                    figures.abandoned_in_time += u64::from(in_time);
                    figures.waited += 1;
                    figures.wait += wait;
                });
                self.put(Input::Abandoned { contact });
            }
        }
    }

    fn answer(&mut self, offer: OfferId) {
        let Some((agent, contact)) = self.ringing.remove(&offer) else { return };
        let Some(call) = self.calls.remove(&contact) else { return };
        self.waiting -= 1;
        let wait = self.now.since(call.arrived);
        let in_time = wait <= self.site.threshold;
        let pace = self.paces.get(&agent).copied().unwrap_or(1.0);
        let talk = Duration::try_from_secs_f64(call.handling.as_secs_f64() / pace);
        let talk = talk.unwrap_or(Duration::MAX);
        self.count(&call, |figures| {
            let seconds = wait.as_secs_f64();
            figures.answered += 1;
            figures.answered_in_time += u64::from(in_time);
            figures.waited += u64::from(!wait.is_zero());
            figures.answered_wait += wait;
            figures.wait += wait;
            figures.talked += talk;
            figures.answered_wait_squares += seconds * seconds;
        });
        let end = self.now + talk;
        self.work(&agent, end);
        self.put(Input::OfferAccepted { offer });
        self.at(end, Later::Over(contact));
    }

    /// An agent is at work from now on, to the end of the call and the rest after it.
    fn work(&mut self, agent: &AgentId, end: Instant) {
        while self.working.peek().is_some_and(|Reverse(end)| *end <= self.now) {
            self.working.pop();
        }
        let record = self.engine.roster().agent(agent);
        let end = end + record.map_or(Duration::ZERO, |record| record.profile().wrap_up);
        self.report.worked += end.since(self.now.max(self.start()));
        self.working.push(Reverse(end));
    }

    /// The queue gave a call up, or would not have it.
    fn turned_away(&mut self, contact: &ContactId) {
        let Some(call) = self.calls.remove(contact) else { return };
        self.waiting -= 1;
        let wait = self.now.since(call.arrived);
        self.count(&call, |figures| {
            figures.exited += 1;
            figures.turned_away += u64::from(wait.is_zero());
            figures.waited += u64::from(!wait.is_zero());
            figures.wait += wait;
        });
    }

    /// A queue gave a call up: it goes on in another one where that is where it goes.
    fn left(&mut self, contact: &ContactId, exit: &Exit) {
        let (queue, priority) = match exit {
            Exit::Queue(queue) => (queue, None),
            Exit::Escalate { queue, priority } => (queue, Some(*priority)),
            _ => return self.turned_away(contact),
        };
        let now = self.now;
        let next = self.calls.get_mut(contact).and_then(|call| {
            let entry = call.entry.as_mut().filter(|_| call.hops < MAX_HOPS)?;
            call.hops += 1;
            entry.destination = Destination::Queue(queue.clone());
            entry.priority = priority.unwrap_or(entry.priority);
            entry.enqueued_at = now;
            Some(QueueEntry::clone(entry))
        });
        self.report.events += u64::from(next.is_some());
        let taken =
            next.is_some_and(|entry| self.engine.handle_input(now, Input::Enqueue(entry)).is_ok());
        if !taken {
            self.turned_away(contact);
        }
    }

    fn count(&mut self, call: &Call, change: impl Fn(&mut Figures)) {
        if !call.counts {
            return;
        }
        change(&mut self.report.all);
        change(self.report.priorities.entry(call.priority).or_default());
        if let Some(queue) = &call.queue {
            if let Some(figures) = self.report.queues.get_mut(queue) {
                change(figures);
            } else {
                change(self.report.queues.entry(queue.clone()).or_default());
            }
        }
    }

    fn at(&mut self, at: Instant, later: Later) {
        self.scheduled += 1;
        self.later.push(Reverse((at, self.scheduled, later)));
    }

    /// Hands an input in; answers whether it was taken. Answers that cross are not, and change
    /// nothing.
    fn put(&mut self, input: Input) -> bool {
        self.report.events += 1;
        let accepted = self.engine.handle_input(self.now, input).is_ok();
        loop {
            match self.engine.poll_output() {
                Output::Reserve { offer, agent, contact, .. } => {
                    self.tokens += 1;
                    let token = FencingToken::new(self.tokens);
                    self.ringing.insert(offer.clone(), (agent, contact));
                    self.report.events += 1;
                    // The engine asked for this very answer.
                    let _ = self.engine.handle_input(self.now, Input::Reserved { offer, token });
                }
                Output::Offer { offer, .. } => {
                    let after = self.site.pick_up.draw(&mut self.pick_up);
                    self.at(self.now + after, Later::Answer(offer));
                }
                Output::Revoke { offer } => {
                    self.ringing.remove(&offer);
                }
                Output::Exit { contact, exit, .. } => self.left(&contact, &exit),
                Output::Timeout(at) => {
                    self.wake = at;
                    return accepted;
                }
                _ => {}
            }
        }
    }
}
