//! The engine: calls in, offers out.

use std::{collections::VecDeque, sync::Arc};

use super::{
    Decision, EngineConfig, Explanation, Freed, Input, MAX_FINDINGS, OfferRules, Output, Plan,
    Queue, Roster, View,
    calls::Calls,
    fronts::Front,
    resume::Kept,
    roster::{Minds, Slab, Stirred},
};
use crate::{
    AgentId, ContactId, Instant, OfferId, QueueId, contact::OfferEnd, store::FencingToken,
    time::Deadlines,
};

/// The most calls that wait or are offered at once; one more is refused.
pub const MAX_CALLS: usize = 10_000;
/// The most agents known at once; one more is refused.
pub const MAX_AGENTS: usize = 100_000;
/// The most agents' queues known at once; who names more is refused.
pub const MAX_QUEUES: usize = 10_000;
/// The most offers that nobody wants any more and the store has not answered yet. Past it no new
/// one is made, until it does or their time is over.
pub(super) const MAX_ABANDONED: usize = 1_000;
/// The shortest pause after a conflict: without any, two processes might try for ever.
const LEAST_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);
/// From how many outputs not yet taken on inputs are refused. What one input leads to is handed
/// out whole, so that there may be more: an offer for each agent where all are rung.
pub const MAX_OUTPUTS: usize = 100_000;

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
    /// By the place that the roster gave the queue.
    pub(super) queues: Vec<Option<Queue>>,
    pub(super) roster: Roster,
    pub(super) calls: Calls,
    pub(super) offers: Slab<OfferId, OfferRecord>,
    pub(super) kept: Kept,
    pub(super) timers: Deadlines<Timer>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) plan: Plan,
    /// The same plan again with the reasons, where somebody is to be told.
    pub(super) noted: Plan,
    pub(super) now: Instant,
    /// Calls to look at: new ones, those whose time has come, those whose offer ended.
    pub(super) due: Vec<u32>,
    pub(super) stirred: Vec<Stirred>,
    pub(super) fronts: Vec<Front>,
    /// Counts how often calls were looked at in one go.
    pub(super) pass: u64,
    /// The version of the roster for which calls meant for one person were looked at.
    pub(super) direct_seen: u64,
    /// Whether there were inputs since waiting calls were last looked at.
    undecided: bool,
    pub(super) arrivals: u64,
    pub(super) offered: u64,
    pub(super) freed: Freed,
    /// Offers that wait for the store's answer alone.
    pub(super) abandoned: usize,
    /// Whom the call looked at is rung at, by place.
    pub(super) rung: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct OfferRecord {
    pub(super) id: OfferId,
    pub(super) agent: u32,
    pub(super) contact: ContactId,
    pub(super) phase: Phase,
    /// How long it rings.
    pub(super) ring: std::time::Duration,
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

/// What is waited for; agents, calls and queues by their places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Offer(u32),
    WrapUp(u32),
    Rest(u32),
    Unobserved(u32, ContactId),
    Call(u32),
    Callback(u32),
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
            queues: Vec::new(),
            roster: Roster::default(),
            calls: Calls::default(),
            offers: Slab::default(),
            kept: Kept::default(),
            timers: Deadlines::default(),
            outputs: VecDeque::new(),
            plan: Plan::without_findings(),
            noted: Plan::default(),
            now: Instant::ZERO,
            due: Vec::new(),
            stirred: Vec::new(),
            fronts: Vec::new(),
            pass: 0,
            direct_seen: 0,
            undecided: false,
            arrivals: 0,
            offered: 0,
            freed: Freed::default(),
            abandoned: 0,
            rung: Vec::new(),
        }
    }

    /// Adds a queue, or changes one; calls that wait keep their place and their limit.
    #[must_use]
    pub fn queue(mut self, queue: Queue) -> Self {
        self.set_queue(queue);
        self
    }

    /// Adds a queue, or changes one; calls that wait keep their place and their limit.
    pub fn set_queue(&mut self, mut queue: Queue) {
        let place = self.roster.queue(&queue.id);
        let compiled = queue.policy.rules().map(|rules| rules.clone().compile());
        self.roster.order(place, compiled.as_ref().and_then(|it| it.order().cloned()));
        if let Some(compiled) = compiled {
            queue.policy = Arc::new(compiled);
        }
        if place as usize >= self.queues.len() {
            self.queues.resize(place as usize + 1, None);
        }
        let minds = Minds {
            there: queue.policy.minds_who_is_there(),
            free: queue.policy.minds_who_is_free(),
        };
        self.roster.minds(place, minds);
        if let Some(slot) = self.queues.get_mut(place as usize) {
            *slot = Some(queue);
        }
        self.due.extend(self.calls.in_line(place));
        self.timers.remove(&Timer::Callback(place));
        self.watch_front(place);
        self.undecided = true;
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
        self.roster.at_time(self.now);
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

    /// How many agents were freed of calls out of sight so far, by who said that these were over.
    #[must_use]
    pub fn freed(&self) -> Freed {
        self.freed
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

    /// How many calls wait before this one in its queue, if it is known here.
    #[must_use]
    pub fn ahead_of(&self, contact: &ContactId) -> Option<usize> {
        Some(self.calls.ahead_of(self.calls.named(contact)?))
    }

    /// Why a call that waits is not offered to anybody, or to whom it is or would be: agent by
    /// agent. None for a call that is not known.
    ///
    /// A call that rings, rests between attempts or stands behind another one where only the first
    /// is offered is told as it stands, whatever its policy would do next.
    #[must_use]
    pub fn explain(&self, contact: &ContactId) -> Option<Explanation> {
        let at = self.calls.find(contact)?;
        let mut plan = Plan::default();
        self.ask(at, &mut plan)?;
        let decision = match self.held(at) {
            Some(held) => held,
            None => plan.settle(),
        };
        Some(plan.findings().explanation(contact, self.now, decision))
    }

    /// What is decided of a call already, and not to be decided now.
    fn held(&self, at: u32) -> Option<Decision> {
        let call = self.calls.get(at)?;
        if !call.offers.is_empty() {
            let agents = call.offers.iter().filter_map(|offer| {
                Some(self.roster.at(self.offers.get(*offer)?.agent)?.id().clone())
            });
            return Some(Decision::Offered { agents: agents.take(MAX_FINDINGS).collect() });
        }
        let until = call.pause_until.filter(|until| *until > self.now);
        (until.is_some() || self.stands_behind(at)).then_some(Decision::Held { until })
    }

    /// Whether a call is not the first where only the first is offered.
    pub(super) fn stands_behind(&self, at: u32) -> bool {
        let queue = self.calls.get(at).and_then(|call| self.queue_at(call.queue?));
        queue.is_some_and(|queue| queue.one_at_a_time) && !self.calls.is_first(at)
    }

    /// The rules by which calls of a queue are offered.
    pub(super) fn rules(&self, queue: Option<u32>) -> &OfferRules {
        let queue = queue.and_then(|queue| self.queue_at(queue));
        queue.and_then(|queue| queue.offers.as_ref()).unwrap_or(&self.config.offers)
    }

    /// How long to wait after a conflict.
    pub(super) fn conflict_pause(&self) -> std::time::Duration {
        self.config.conflict_pause.max(LEAST_PAUSE)
    }

    pub(super) fn queue_at(&self, place: u32) -> Option<&Queue> {
        self.queues.get(place as usize)?.as_ref()
    }

    pub(super) fn view(&self) -> View<'_> {
        View::new(self.now, &self.roster)
    }

    fn take(&mut self, input: Input) -> Result<(), EngineError> {
        match input {
            Input::Enqueue(entry) => self.enqueue(entry),
            Input::OfferDirect { contact, expert, within, exit } => {
                self.offer_direct(contact, *expert, within, exit)
            }
            Input::Remove { contact } => self.remove(&contact),
            Input::Abandoned { contact } => self.abandoned(&contact),
            Input::AgentChanged { agent, change } => self.agent_changed(&agent, change),
            Input::PresenceObserved { agent, observation } => self.observed(&agent, observation),
            Input::Reserved { offer, token } => self.reserved(&offer, token),
            Input::ReserveConflict { offer, with } => self.reserve_conflict(&offer, with),
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
                Timer::Offer(offer) => self.offer_timed_out(offer),
                Timer::WrapUp(agent) => self.wrap_up_over(agent),
                Timer::Rest(agent) => self.rest_over(agent),
                Timer::Unobserved(agent, contact) => self.unobserved_too_long(agent, &contact),
                Timer::Call(call) => self.due.push(call),
                Timer::Callback(queue) => self.watch_front(queue),
            }
        }
    }
}
