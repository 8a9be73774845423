//! Presence and routing together: late, stuck or never changing, it rings nobody twice and loses
//! nobody for longer than the ceiling.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use teams_cc_core::{
    Address, AgentId, ContactId, Instant, OfferId, Seed,
    agent::{Agent, PresenceSource},
    contact::OfferEnd,
    queue::QueueEntry,
    routing::{
        AgentChange, Alarm, Engine, EngineConfig, Input, Output, Queue, RingMode, UnobservedRules,
        policy::{agent_id, eligible, longest_idle},
    },
    store::FencingToken,
};
use teams_cc_presence::{Fresh, Presence, Readiness};

/// How long an agent stays out of sight at most.
const CEILING: Duration = Duration::from_mins(30);
const AGENTS: usize = 5;

/// What Teams shows of an agent, against what the agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Teams {
    /// As it is, so much later.
    Late(u64),
    /// Available, whatever happens.
    StuckFree,
    /// In a call, whatever happens.
    StuckBusy,
    /// Nothing is ever seen.
    Silent,
}

/// Why an agent out of sight was freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Presence,
    Ceiling,
}

struct Desk {
    engine: Engine,
    now: Instant,
    teams: Teams,
    /// Who talks in truth, and until when.
    talks: BTreeMap<AgentId, Instant>,
    /// When each agent began and stopped to talk.
    history: Vec<(Instant, AgentId, bool)>,
    ringing: BTreeMap<OfferId, (AgentId, ContactId, Instant)>,
    unobserved: BTreeMap<AgentId, Instant>,
    freed: BTreeMap<Cause, usize>,
    longest: Duration,
    alarms: BTreeSet<AgentId>,
    tokens: u64,
    next: Option<Instant>,
    offers: usize,
    dice: (Seed, u64),
}

impl Desk {
    fn new(teams: Teams, seed: u64) -> Self {
        let gate = Readiness::default().gate();
        let rules = eligible().gate(gate).rank(longest_idle().then(agent_id())).ring(RingMode::One);
        let unobserved = UnobservedRules::default().ceiling(CEILING);
        let config = EngineConfig::default().unobserved(unobserved);
        let queue = Queue::new("q".parse().unwrap(), rules);
        let mut desk = Self {
            engine: Engine::new(config).queue(queue),
            now: Instant::from_secs(1_000),
            teams,
            talks: BTreeMap::new(),
            history: Vec::new(),
            ringing: BTreeMap::new(),
            unobserved: BTreeMap::new(),
            freed: BTreeMap::new(),
            longest: Duration::ZERO,
            alarms: BTreeSet::new(),
            tokens: 0,
            next: None,
            offers: 0,
            dice: (Seed::new(seed).derive("desk"), 0),
        };
        for n in 0..AGENTS {
            let agent = Agent::new(name(n), Address::Anonymous).queue("q".parse().unwrap());
            let change = AgentChange::SignedIn(Box::new(agent));
            desk.put(Input::AgentChanged { agent: name(n), change });
        }
        desk
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.dice.1 += 1;
        self.dice.0.draw(self.dice.1) % below
    }

    fn put(&mut self, input: Input) {
        let _ = self.engine.handle_input(self.now, input);
        loop {
            match self.engine.poll_output() {
                Output::Reserve { offer, .. } => {
                    self.tokens += 1;
                    let token = FencingToken::new(self.tokens);
                    let _ = self.engine.handle_input(self.now, Input::Reserved { offer, token });
                }
                Output::Offer { offer, agent, contact, .. } => {
                    self.offers += 1;
                    self.note_freed();
                    let rings = self.ringing.values().any(|(other, ..)| *other == agent);
                    assert!(!rings, "{agent} is rung twice at once");
                    assert!(!self.unobserved.contains_key(&agent), "{agent} is out of sight");
                    self.ringing.insert(offer, (agent, contact, self.now));
                }
                Output::Revoke { offer } => {
                    self.ringing.remove(&offer);
                }
                Output::Alarm(Alarm::UnobservedTooLong { agent, .. }) => {
                    self.alarms.insert(agent);
                }
                Output::Timeout(next) => {
                    self.next = next;
                    break;
                }
                _ => {}
            }
        }
        self.note_freed();
    }

    fn note_freed(&mut self) {
        let roster = self.engine.roster();
        let now = self.now;
        let free: Vec<(AgentId, Instant)> = self
            .unobserved
            .iter()
            .filter(|(agent, _)| {
                let record = roster.agent(agent);
                record.is_none_or(|it| it.state(now).to_string() != "busy out of sight")
            })
            .map(|(agent, since)| (agent.clone(), *since))
            .collect();
        for (agent, since) in free {
            self.unobserved.remove(&agent);
            let cause = if self.alarms.remove(&agent) { Cause::Ceiling } else { Cause::Presence };
            *self.freed.entry(cause).or_default() += 1;
            self.longest = self.longest.max(now - since);
        }
    }

    /// What Teams shows of an agent now.
    fn shows(&self, agent: &AgentId) -> Option<Presence> {
        let as_it_was = |at: Instant| {
            let last = self.history.iter().rev().find(|(when, who, _)| who == agent && *when <= at);
            last.is_some_and(|(.., talks)| *talks)
        };
        let talks = match self.teams {
            Teams::Late(by) => as_it_was(self.now.saturating_sub(Duration::from_secs(by))),
            Teams::StuckBusy => !self.history.is_empty(),
            Teams::Silent if self.now > Instant::from_secs(1_030) => return None,
            Teams::StuckFree | Teams::Silent => false,
        };
        Some(if talks {
            Presence::new("Busy", "InACall")
        } else {
            Presence::new("Available", "Available")
        })
    }

    fn second(&mut self) {
        self.now += Duration::from_secs(1);
        if self.next.is_some_and(|next| next <= self.now) {
            self.put(Input::Tick);
        }
        let over: Vec<AgentId> = self
            .talks
            .iter()
            .filter(|(_, until)| **until <= self.now)
            .map(|(agent, _)| agent.clone())
            .collect();
        for agent in over {
            self.talks.remove(&agent);
            self.history.push((self.now, agent, false));
        }
        if self.now.as_millis().is_multiple_of(10_000) {
            for n in 0..AGENTS {
                if let Some(presence) = self.shows(&name(n)) {
                    let seen = Fresh::new(presence, self.now, PresenceSource::Sweep);
                    let observation = seen.observation();
                    self.put(Input::PresenceObserved { agent: name(n), observation });
                }
            }
        }
        let due: Vec<(OfferId, AgentId, ContactId)> = self
            .ringing
            .iter()
            .filter(|(_, (.., at))| self.now - *at >= Duration::from_secs(3))
            .map(|(offer, (agent, contact, _))| (offer.clone(), agent.clone(), contact.clone()))
            .collect();
        for (offer, agent, contact) in due {
            self.ringing.remove(&offer);
            if self.talks.contains_key(&agent) {
                // Teams showed what is no longer so: the agent talks, and declines.
                self.put(Input::OfferDeclined { offer, why: OfferEnd::Declined });
                continue;
            }
            self.put(Input::OfferAccepted { offer });
            self.put(Input::OutOfSight { contact });
            let lasts = 20 + self.draw(300);
            self.talks.insert(agent.clone(), self.now + Duration::from_secs(lasts));
            self.history.push((self.now, agent.clone(), true));
            self.unobserved.insert(agent, self.now);
        }
    }

    fn hours(&mut self, hours: u64) {
        for second in 0..hours * 3_600 {
            self.second();
            if second.is_multiple_of(45) {
                let contact = ContactId::numbered("C", second);
                let entry = QueueEntry::new(contact, "q".parse().unwrap(), self.now);
                self.put(Input::Enqueue(entry));
            }
        }
        self.longest = self
            .longest
            .max(self.unobserved.values().map(|since| self.now - *since).max().unwrap_or_default());
    }

    fn freed_by(&self, cause: Cause) -> usize {
        self.freed.get(&cause).copied().unwrap_or_default()
    }
}

fn name(n: usize) -> AgentId {
    AgentId::numbered("agent-", n as u64)
}

#[test]
fn late_presence_rings_nobody_twice_and_frees_everybody() {
    for (late, seed) in [(0, 1), (5, 2), (30, 3), (60, 4), (240, 5)] {
        let mut desk = Desk::new(Teams::Late(late), seed);
        desk.hours(3);
        assert!(desk.longest <= CEILING + Duration::from_secs(1), "{late}: {:?}", desk.longest);
        assert!(desk.freed_by(Cause::Presence) > 20, "{late}: {:?}", desk.freed);
        assert_eq!(desk.freed_by(Cause::Ceiling), 0, "{late}");
    }
}

#[test]
fn presence_stuck_on_available_frees_after_the_stated_time_and_not_before() {
    let mut desk = Desk::new(Teams::StuckFree, 6);
    desk.hours(2);
    assert!(desk.longest >= UnobservedRules::default().settle_unseen, "{:?}", desk.longest);
    assert!(desk.longest <= CEILING);
    assert!(desk.freed_by(Cause::Presence) > 20);
}

#[test]
fn presence_stuck_in_a_call_loses_nobody_for_longer_than_the_ceiling() {
    let mut desk = Desk::new(Teams::StuckBusy, 7);
    desk.hours(3);
    assert_eq!(desk.freed_by(Cause::Presence), 0);
    assert!(desk.freed_by(Cause::Ceiling) >= 1, "{:?}", desk.freed);
    assert!(desk.longest <= CEILING + Duration::from_secs(1), "{:?}", desk.longest);
}

#[test]
fn presence_that_never_changes_offers_nothing_once_it_is_stale() {
    let mut desk = Desk::new(Teams::Silent, 8);
    desk.hours(3);
    assert!(desk.longest <= CEILING + Duration::from_secs(1), "{:?}", desk.longest);
    assert!(desk.offers <= AGENTS, "stale presence rang somebody: {}", desk.offers);
}

#[test]
fn a_reservation_wins_over_a_late_available() {
    let mut desk = Desk::new(Teams::StuckFree, 9);
    for _ in 0..10 {
        desk.second();
    }
    for n in 0..20 {
        let contact = ContactId::numbered("X", n);
        let entry = QueueEntry::new(contact, "q".parse().unwrap(), desk.now);
        desk.put(Input::Enqueue(entry));
    }
    assert_eq!(desk.ringing.len(), AGENTS);
    for n in 0..AGENTS {
        // Whatever says so, and from wherever: the agent is being rung.
        let seen = Fresh::new(
            Presence::new("Available", "Available"),
            desk.now,
            PresenceSource::Notification,
        );
        let observation = seen.observation();
        desk.put(Input::PresenceObserved { agent: name(n), observation });
        desk.put(Input::AgentChanged { agent: name(n), change: AgentChange::Available });
    }
    assert_eq!((desk.ringing.len(), desk.offers), (AGENTS, AGENTS));
}
