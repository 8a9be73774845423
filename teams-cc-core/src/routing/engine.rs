//! The engine: calls in, offers out.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use super::{Input, Output, Plan, Roster, RoutingPolicy, UnobservedRules, policy};
use crate::{
    AgentId, ContactId, Instant, OfferId, QueueId,
    agent::Availability,
    contact::OfferEnd,
    queue::{CallOrder, Exit, OrderKey, QueueEntry, QueueLimits, Strict},
    store::FencingToken,
    time::Deadlines,
};

/// The most calls that wait or are offered at once; one more is refused.
pub const MAX_CALLS: usize = 10_000;
/// The most agents known at once; one more is refused.
pub const MAX_AGENTS: usize = 50_000;
/// The most outputs not yet taken; until some are taken, inputs are refused.
pub const MAX_OUTPUTS: usize = 100_000;

/// A queue: its policy, its order and its limits.
#[derive(Clone)]
#[non_exhaustive]
pub struct Queue {
    /// Which queue.
    pub id: QueueId,
    /// Who is offered its calls.
    pub policy: Arc<dyn RoutingPolicy>,
    /// In which order calls are served.
    pub order: Arc<dyn CallOrder>,
    /// How many calls wait, and for how long.
    pub limits: QueueLimits,
}

impl Queue {
    /// A queue with this policy, in strict order, with the limits of Teams' queues.
    #[must_use]
    pub fn new(id: QueueId, policy: impl RoutingPolicy + 'static) -> Self {
        Self {
            id,
            policy: Arc::new(policy),
            order: Arc::new(Strict),
            limits: QueueLimits::default(),
        }
    }

    /// Sets the order in which calls are served; default [`Strict`].
    #[must_use]
    pub fn order(mut self, order: impl CallOrder + 'static) -> Self {
        self.order = Arc::new(order);
        self
    }

    /// Sets how many calls wait, and for how long.
    #[must_use]
    pub fn limits(mut self, limits: QueueLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("id", &self.id)
            .field("policy", &self.policy.name())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How the engine offers calls.
#[derive(Clone)]
#[non_exhaustive]
pub struct EngineConfig {
    /// How long an agent is rung. Default 18 s, shorter than the 20 s after which Teams forwards
    /// an unanswered call to a mailbox.
    pub ring: Duration,
    /// How long after ringing an answer may still be confirmed. Default 15 s.
    pub confirm: Duration,
    /// How long an agent is left alone with a call not taken. Default 30 s.
    pub pass: Duration,
    /// How long to wait after a conflict with another process, or an offer taken back. Default 1 s.
    pub conflict_pause: Duration,
    /// After how many missed offers in a row an agent counts as away. None for never. Default 3.
    pub misses_before_away: Option<u32>,
    /// When an agent out of sight is free again.
    pub unobserved: UnobservedRules,
    /// Who is offered a call meant for one person. By default that person while available, by
    /// presence not older than 60 s.
    pub direct: Arc<dyn RoutingPolicy>,
}

impl EngineConfig {
    /// Sets how long an agent is rung.
    #[must_use]
    pub fn ring(mut self, ring: Duration) -> Self {
        self.ring = ring;
        self
    }

    /// Sets how long after ringing an answer may still be confirmed.
    #[must_use]
    pub fn confirm(mut self, confirm: Duration) -> Self {
        self.confirm = confirm;
        self
    }

    /// Sets how long an agent is left alone with a call not taken.
    #[must_use]
    pub fn pass(mut self, pass: Duration) -> Self {
        self.pass = pass;
        self
    }

    /// Sets after how many missed offers in a row an agent counts as away.
    #[must_use]
    pub fn misses_before_away(mut self, misses: Option<u32>) -> Self {
        self.misses_before_away = misses;
        self
    }

    /// Sets when an agent out of sight is free again.
    #[must_use]
    pub fn unobserved(mut self, rules: UnobservedRules) -> Self {
        self.unobserved = rules;
        self
    }

    /// Sets the policy for calls meant for one person.
    #[must_use]
    pub fn direct(mut self, policy: impl RoutingPolicy + 'static) -> Self {
        self.direct = Arc::new(policy);
        self
    }

    /// How long an offer may take in all.
    pub(super) fn offer_time(&self) -> Duration {
        self.ring.saturating_add(self.confirm)
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        let direct = policy::eligible()
            .gate(policy::presence(Availability::Available).max_age(Duration::from_mins(1)))
            .rank(policy::agent_id())
            .ring(super::RingMode::One);
        Self {
            ring: Duration::from_secs(18),
            confirm: Duration::from_secs(15),
            pass: Duration::from_secs(30),
            conflict_pause: Duration::from_secs(1),
            misses_before_away: Some(3),
            unobserved: UnobservedRules::default(),
            direct: Arc::new(direct),
        }
    }
}

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineConfig")
            .field("ring", &self.ring)
            .field("confirm", &self.confirm)
            .field("pass", &self.pass)
            .field("misses_before_away", &self.misses_before_away)
            .field("unobserved", &self.unobserved)
            .field("direct", &self.direct.name())
            .finish_non_exhaustive()
    }
}

/// Routes waiting calls to agents: reserves, offers, takes the next, gives up.
///
/// | a call is | when | then it is |
/// |---|---|---|
/// | new | its queue is full | gone, with [`Output::Exit`] |
/// | waiting | its policy offers it | being reserved, with [`Output::Reserve`] |
/// | being reserved | [`Input::Reserved`] | being offered, with [`Output::Offer`] |
/// | being reserved | [`Input::ReserveConflict`] | waiting, at its old place |
/// | being offered | [`Input::OfferAccepted`] | taken |
/// | being offered | declined, expired or out of time | waiting, at its old place |
/// | waiting | its policy or its queue's limit gives it up | gone, with [`Output::Exit`] |
/// | any | [`Input::Remove`] | gone; offers are revoked |
///
/// The same inputs at the same times give the same outputs. The policy decides anew only when
/// the roster changed or the time came that it named, so nothing is polled.
#[derive(Debug)]
pub struct Engine {
    pub(super) config: EngineConfig,
    pub(super) queues: BTreeMap<QueueId, Queue>,
    pub(super) roster: Roster,
    pub(super) calls: BTreeMap<ContactId, WaitingCall>,
    pub(super) order: BTreeMap<(OrderKey, u64), ContactId>,
    pub(super) offers: BTreeMap<OfferId, OfferRecord>,
    pub(super) timers: Deadlines<Timer>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) plan: Plan,
    pub(super) now: Instant,
    /// Whether there were inputs since waiting calls were last looked at.
    undecided: bool,
    pub(super) arrivals: u64,
    pub(super) offered: u64,
}

#[derive(Debug)]
pub(super) struct WaitingCall {
    pub(super) entry: QueueEntry,
    pub(super) place: (OrderKey, u64),
    /// The queue's own limit, apart from what the policy says.
    pub(super) give_up: (Instant, Exit),
    pub(super) stage: Stage,
    pub(super) explained: bool,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Waits. Planned at this version of the roster, if at all, and again at the timer.
    Waiting { planned: Option<u64> },
    /// One offer is under way.
    Offered(OfferId),
}

#[derive(Debug)]
pub(super) struct OfferRecord {
    pub(super) agent: AgentId,
    pub(super) contact: ContactId,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The store was asked.
    Reserving,
    /// The store was asked, and meanwhile the offer lost its point.
    Abandoned,
    /// The agent is rung.
    Ringing(FencingToken),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Offer(OfferId),
    WrapUp(AgentId),
    Unobserved(AgentId, ContactId),
    Call(ContactId),
}

/// Why the engine did not take an input; nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The queue was never added.
    #[error("there is no queue {0}: add it to the engine first")]
    UnknownQueue(QueueId),
    /// The agent never signed in.
    #[error("there is no agent {0}: sign the agent in first")]
    UnknownAgent(AgentId),
    /// The offer is over or never was; harmless where answers cross.
    #[error("offer {0} is over")]
    UnknownOffer(OfferId),
    /// No agent has this call, or it does not wait; harmless where answers cross.
    #[error("contact {0} is not known here")]
    UnknownContact(ContactId),
    /// The call waits already.
    #[error("contact {0} waits already")]
    Duplicate(ContactId),
    /// A bound is reached.
    #[error("too many {what}: at most {limit}")]
    Full {
        /// Of what.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}

impl Engine {
    /// An engine without queues and agents.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        Self {
            config,
            queues: BTreeMap::new(),
            roster: Roster::default(),
            calls: BTreeMap::new(),
            order: BTreeMap::new(),
            offers: BTreeMap::new(),
            timers: Deadlines::default(),
            outputs: VecDeque::new(),
            plan: Plan::default(),
            now: Instant::ZERO,
            undecided: false,
            arrivals: 0,
            offered: 0,
        }
    }

    /// Adds a queue, or changes one; calls that wait keep their place and their limit.
    #[must_use]
    pub fn queue(mut self, queue: Queue) -> Self {
        self.set_queue(queue);
        self
    }

    /// Adds a queue, or changes one; calls that wait keep their place and their limit.
    pub fn set_queue(&mut self, queue: Queue) {
        self.queues.insert(queue.id.clone(), queue);
        self.roster.changed();
    }

    /// Takes an input. Take outputs until [`Output::Timeout`] afterwards.
    ///
    /// Timers due at `now` run first, so what comes at a deadline comes too late. Time that goes
    /// backwards counts as standing still.
    ///
    /// # Errors
    ///
    /// [`EngineError`] says why the input changed nothing; timers have run all the same.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), EngineError> {
        if self.outputs.len() >= MAX_OUTPUTS {
            return Err(EngineError::Full { what: "outputs not taken", limit: MAX_OUTPUTS });
        }
        self.now = self.now.max(now);
        self.run_timers();
        self.undecided = true;
        self.take(input)
    }

    /// The next thing to do.
    ///
    /// Calls are decided on here, once for all inputs since the last time: who has many readings
    /// of presence hands them all in before taking outputs.
    pub fn poll_output(&mut self) -> Output {
        if self.outputs.is_empty() && std::mem::take(&mut self.undecided) {
            self.dispatch();
        }
        self.outputs.pop_front().unwrap_or_else(|| Output::Timeout(self.timers.next_deadline()))
    }

    /// The agents as the engine knows them.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// How many calls wait or are offered.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.calls.len()
    }

    /// How many offers are under way, reservations included.
    #[must_use]
    pub fn offers(&self) -> usize {
        self.offers.len()
    }

    fn take(&mut self, input: Input) -> Result<(), EngineError> {
        match input {
            Input::Enqueue(entry) => self.enqueue(entry),
            Input::OfferDirect { contact, expert, within, exit } => {
                self.offer_direct(contact, *expert, within, exit)
            }
            Input::Remove { contact } => self.remove(&contact),
            Input::AgentChanged { agent, change } => self.agent_changed(&agent, change),
            Input::PresenceObserved { agent, observation } => self.observed(&agent, observation),
            Input::Reserved { offer, token } => self.reserved(&offer, token),
            Input::ReserveConflict { offer } => self.reserve_conflict(&offer),
            Input::OfferAccepted { offer } => self.accepted(&offer),
            Input::OfferDeclined { offer, why } => self.declined(&offer, why),
            Input::OfferExpired { offer } => self.declined(&offer, OfferEnd::Failed),
            Input::Released { contact } => self.released(&contact),
            Input::OutOfSight { contact } => self.out_of_sight(&contact),
            Input::Tick => Ok(()),
        }
    }

    fn run_timers(&mut self) {
        while let Some((_, timer)) = self.timers.pop_due(self.now) {
            match timer {
                Timer::Offer(offer) => self.offer_timed_out(&offer),
                Timer::WrapUp(agent) => self.wrap_up_over(&agent),
                Timer::Unobserved(agent, contact) => self.unobserved_too_long(&agent, &contact),
                Timer::Call(contact) => self.plan_again(&contact),
            }
        }
    }
}
