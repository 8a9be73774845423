//! An engine with a store that always agrees, for tests.

use std::time::Duration;

use crate::{
    Address, AgentId, ContactId, Instant, OfferId,
    agent::{Agent, Availability, Observation, PresenceSource},
    contact::OfferEnd,
    queue::{Exit, ExitReason, QueueEntry, QueueLimits},
    routing::{
        AgentChange, Alarm, CallbackReason, Engine, EngineConfig, Input, Output, Queue, RingMode,
        policy,
    },
    store::FencingToken,
};

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn agent(id: &str) -> Agent {
    Agent::new(id.parse().unwrap(), Address::Anonymous).queue("q".parse().unwrap())
}

pub(super) fn rules() -> policy::Rules {
    policy::eligible()
        .gate(policy::presence(Availability::Available).max_age(secs(60)))
        .rank(policy::longest_idle().then(policy::agent_id()))
        .ring(RingMode::One)
}

/// What was seen of an engine.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) offers: Vec<(OfferId, AgentId, ContactId)>,
    pub(super) exits: Vec<(ContactId, Exit, ExitReason)>,
    pub(super) revoked: Vec<OfferId>,
    pub(super) released: Vec<FencingToken>,
    pub(super) told: Vec<String>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) callbacks: Vec<(ContactId, CallbackReason)>,
    pub(super) next: Option<Instant>,
}

pub(super) struct Desk {
    pub(super) engine: Engine,
    pub(super) now: Instant,
    pub(super) seen: Seen,
    /// Whether reservations are answered at once.
    pub(super) prompt: bool,
    pub(super) asked: Vec<OfferId>,
    tokens: u64,
}

impl Desk {
    pub(super) fn new(rules: policy::Rules) -> Self {
        Self::with(rules, QueueLimits::default(), EngineConfig::default())
    }

    pub(super) fn with(rules: policy::Rules, limits: QueueLimits, config: EngineConfig) -> Self {
        let queue = Queue::new("q".parse().unwrap(), rules).limits(limits);
        Self {
            engine: Engine::new(config).queue(queue),
            now: Instant::from_secs(1000),
            seen: Seen::default(),
            prompt: true,
            asked: Vec::new(),
            tokens: 0,
        }
    }

    /// Hands in an input that must be taken.
    pub(super) fn put(&mut self, input: Input) {
        let what = format!("{input:?}");
        self.try_put(input).unwrap_or_else(|error| panic!("{what}: {error}"));
    }

    pub(super) fn try_put(&mut self, input: Input) -> Result<(), super::super::EngineError> {
        let result = self.engine.handle_input(self.now, input);
        self.drain();
        result
    }

    fn drain(&mut self) {
        loop {
            match self.engine.poll_output() {
                Output::Reserve { offer, .. } if self.prompt => {
                    self.tokens += 1;
                    let token = FencingToken::new(self.tokens);
                    self.engine.handle_input(self.now, Input::Reserved { offer, token }).unwrap();
                }
                Output::Reserve { offer, .. } => self.asked.push(offer),
                Output::Offer { offer, agent, contact, .. } => {
                    self.seen.offers.push((offer, agent, contact));
                }
                Output::Revoke { offer } => self.seen.revoked.push(offer),
                Output::Release { token } => self.seen.released.push(token),
                Output::Exit { contact, exit, why } => self.seen.exits.push((contact, exit, why)),
                Output::Explained(explanation) => self.seen.told.push(explanation.to_string()),
                Output::Alarm(alarm) => self.seen.alarms.push(alarm),
                Output::OfferCallback { contact, why } => {
                    self.seen.callbacks.push((contact, why));
                }
                Output::Timeout(next) => {
                    self.seen.next = next;
                    return;
                }
            }
        }
    }

    /// Lets time pass, waking the engine whenever it asked to be.
    pub(super) fn pass(&mut self, seconds: u64) {
        let end = self.now + secs(seconds);
        while let Some(next) = self.seen.next.filter(|next| *next <= end) {
            assert!(next > self.now, "the engine wants to be woken at once");
            self.now = next;
            self.put(Input::Tick);
        }
        self.now = end;
    }

    pub(super) fn sign_in(&mut self, profile: Agent) {
        let id = profile.id.clone();
        self.put(Input::AgentChanged {
            agent: id.clone(),
            change: AgentChange::SignedIn(Box::new(profile)),
        });
        self.see(id.as_str(), Availability::Available);
    }

    pub(super) fn change(&mut self, agent: &str, change: AgentChange) {
        self.put(Input::AgentChanged { agent: agent.parse().unwrap(), change });
    }

    pub(super) fn see(&mut self, agent: &str, availability: Availability) {
        let observation = Observation::new(availability, self.now, PresenceSource::Sweep);
        self.put(Input::PresenceObserved { agent: agent.parse().unwrap(), observation });
    }

    pub(super) fn call(&mut self, contact: &str) {
        let entry = QueueEntry::new(contact.parse().unwrap(), "q".parse().unwrap(), self.now);
        self.put(Input::Enqueue(entry));
    }

    /// The newest offer, as `agent contact`.
    pub(super) fn last(&self) -> String {
        self.seen
            .offers
            .last()
            .map(|(_, agent, contact)| format!("{agent} {contact}"))
            .unwrap_or_default()
    }

    pub(super) fn offer(&self) -> OfferId {
        self.seen.offers.last().unwrap().0.clone()
    }

    pub(super) fn accept(&mut self) {
        let offer = self.offer();
        self.put(Input::OfferAccepted { offer });
    }

    pub(super) fn decline(&mut self, why: OfferEnd) {
        let offer = self.offer();
        self.put(Input::OfferDeclined { offer, why });
    }

    pub(super) fn state(&self, agent: &str) -> String {
        let agent = agent.parse().unwrap();
        self.engine
            .roster()
            .agent(&agent)
            .map_or("gone".into(), |record| record.state(self.now).to_string())
    }
}
