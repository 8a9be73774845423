//! The agents as routing sees them.

use std::{collections::BTreeMap, ops::Deref, time::Duration};

use super::{
    CallRef,
    policy::{Reason, concerns},
};
use crate::{
    AgentId, ContactId, Instant, OfferId,
    agent::{Agent, AgentState, AwayReason, Observation},
    contact::OfferEnd,
    store::FencingToken,
};

/// All agents that are known. Also who shall not be offered which call for a while.
///
/// The engine keeps one. Tests of policies make their own.
///
/// ```
/// use teams_cc_core::{Address, Instant, agent::Agent, routing::{Roster, View}};
///
/// let mut roster = Roster::default();
/// roster.sign_in(Agent::new("ada".parse()?, Address::Anonymous), Instant::ZERO);
/// let view = View::new(Instant::from_secs(5), &roster);
/// assert_eq!(view.agents().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Roster {
    pub(super) agents: BTreeMap<AgentId, AgentRecord>,
    passed: BTreeMap<ContactId, BTreeMap<AgentId, Passed>>,
    version: u64,
}

#[derive(Clone, Copy, Debug)]
struct Passed {
    why: Option<OfferEnd>,
    until: Instant,
}

impl Roster {
    /// Adds an agent who is available from `now` on, or changes the profile of one.
    pub fn sign_in(&mut self, agent: Agent, now: Instant) {
        let id = agent.id.clone();
        match self.agents.get_mut(&id) {
            Some(record) => {
                record.profile = agent;
                if record.away.take().is_some() {
                    record.idle_since = now;
                }
                record.misses = 0;
            }
            None => {
                self.agents.insert(id, AgentRecord::new(agent, now));
            }
        }
        self.changed();
    }

    /// Writes down what was seen of an agent's presence, unless something newer is known.
    ///
    /// Answers whether the agent is known.
    pub fn observe(&mut self, agent: &AgentId, observation: Observation) -> bool {
        let Some(record) = self.agents.get_mut(agent) else {
            return false;
        };
        if record.presence.as_ref().is_none_or(|known| known.at <= observation.at) {
            let matters = record.slots.len() < record.profile.capacity.get();
            record.presence = Some(observation);
            if matters {
                self.changed();
            }
        }
        true
    }

    /// An agent's record.
    #[must_use]
    pub fn agent(&self, agent: &AgentId) -> Option<&AgentRecord> {
        self.agents.get(agent)
    }

    /// A number that grows with every change that may let a call be offered.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn changed(&mut self) {
        self.version = self.version.saturating_add(1);
    }

    /// Keeps `contact` from `agent` until then.
    pub(super) fn pass(
        &mut self,
        contact: &ContactId,
        agent: &AgentId,
        why: Option<OfferEnd>,
        until: Instant,
    ) {
        self.passed
            .entry(contact.clone())
            .or_default()
            .insert(agent.clone(), Passed { why, until });
    }

    pub(super) fn forget_contact(&mut self, contact: &ContactId) {
        self.passed.remove(contact);
    }
}

/// An agent with everything routing knows of that person.
#[derive(Debug)]
pub struct AgentRecord {
    pub(super) profile: Agent,
    pub(super) away: Option<AwayReason>,
    pub(super) wrap_until: Option<Instant>,
    pub(super) slots: BTreeMap<ContactId, Slot>,
    pub(super) idle_since: Instant,
    pub(super) presence: Option<Observation>,
    pub(super) misses: u32,
    /// Known only because a call was meant for this person.
    pub(super) guest: bool,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) hold: Hold,
    pub(super) token: Option<FencingToken>,
}

#[derive(Debug)]
pub(super) enum Hold {
    Reserved(OfferId),
    Busy,
    Unobserved { since: Instant, seen_in_call: bool },
}

impl AgentRecord {
    fn new(profile: Agent, now: Instant) -> Self {
        Self {
            profile,
            away: None,
            wrap_until: None,
            slots: BTreeMap::new(),
            idle_since: now,
            presence: None,
            misses: 0,
            guest: false,
        }
    }

    /// The agent's id.
    #[must_use]
    pub fn id(&self) -> &AgentId {
        &self.profile.id
    }

    /// Who the agent is.
    #[must_use]
    pub fn profile(&self) -> &Agent {
        &self.profile
    }

    /// What was last seen of the agent's presence.
    #[must_use]
    pub fn presence(&self) -> Option<&Observation> {
        self.presence.as_ref()
    }

    /// Whether the agent has this contact, or is being offered it.
    #[must_use]
    pub fn has(&self, contact: &ContactId) -> bool {
        self.slots.contains_key(contact)
    }

    /// How many contacts the agent has, offers included.
    #[must_use]
    pub fn load(&self) -> usize {
        self.slots.len()
    }

    /// How long the agent has been without a contact. An offer that came to nothing is none.
    #[must_use]
    pub fn idle(&self, now: Instant) -> Duration {
        now.since(self.idle_since)
    }

    /// Where the agent stands.
    #[must_use]
    pub fn state(&self, now: Instant) -> AgentState {
        let full = self.slots.len() >= self.profile.capacity.get();
        if full || (self.away.is_some() && !self.slots.is_empty()) {
            return self.occupied();
        }
        match (&self.away, self.wrap_until) {
            (Some(reason), _) => AgentState::Away(reason.clone()),
            (None, Some(until)) if until > now => AgentState::WrapUp { until },
            _ => AgentState::Available,
        }
    }

    /// Whether the agent can take one more contact, or why not.
    ///
    /// # Errors
    ///
    /// The [`Reason`] that stands in the way.
    pub fn can_take(&self, now: Instant) -> Result<(), Reason> {
        match self.state(now) {
            AgentState::Available => Ok(()),
            AgentState::Reserved => Err(Reason::Reserved),
            AgentState::BusyUnobserved { since } => Err(Reason::BusyUnobserved { since }),
            AgentState::WrapUp { until } => Err(Reason::WrapUp { until }),
            AgentState::Away(reason) => Err(Reason::Away(reason)),
            AgentState::Busy => Err(Reason::Busy),
        }
    }

    fn occupied(&self) -> AgentState {
        let mut unobserved = None;
        for slot in self.slots.values() {
            match slot.hold {
                Hold::Reserved(_) => return AgentState::Reserved,
                Hold::Busy => return AgentState::Busy,
                Hold::Unobserved { since, .. } => {
                    unobserved = Some(unobserved.map_or(since, |first: Instant| first.min(since)));
                }
            }
        }
        unobserved.map_or(AgentState::Busy, |since| AgentState::BusyUnobserved { since })
    }
}

/// One agent of a view; reads like the [`AgentRecord`].
#[derive(Clone, Copy, Debug)]
pub struct AgentRef<'a>(&'a AgentRecord);

impl Deref for AgentRef<'_> {
    type Target = AgentRecord;

    fn deref(&self) -> &AgentRecord {
        self.0
    }
}

/// What a policy sees: the agents at one instant.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    now: Instant,
    roster: &'a Roster,
}

impl<'a> View<'a> {
    /// The roster at `now`.
    #[must_use]
    pub const fn new(now: Instant, roster: &'a Roster) -> Self {
        Self { now, roster }
    }

    /// The time; policies see no other.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Every agent, in the order of ids.
    pub fn agents(&self) -> impl Iterator<Item = AgentRef<'a>> + use<'a> {
        self.roster.agents.values().map(AgentRef)
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<AgentRef<'a>> {
        self.roster.agents.get(id).map(AgentRef)
    }

    /// Whether a call may be offered to an agent at all.
    ///
    /// The agent must serve its queue or be the one it is meant for, have a free place, not have
    /// been offered this very call in vain just now, and have the skills the call needs. A policy
    /// of your own begins here, as [`eligible`](super::policy::eligible) does.
    ///
    /// # Errors
    ///
    /// The [`Reason`] that stands in the way, ready for [`Plan::skipped`](super::Plan::skipped).
    pub fn fits(&self, call: CallRef<'_>, agent: AgentRef<'_>) -> Result<(), Reason> {
        if !concerns(call, agent) {
            return Err(Reason::NotInQueue);
        }
        agent.can_take(self.now)?;
        if let Some(reason) = self.passed(&call.contact, agent.id()) {
            return Err(reason);
        }
        match call.lacking(&agent.profile().skills) {
            Some((name, needs)) => {
                let has = agent.profile().skills.level(&name);
                Err(Reason::LacksSkill { name, needs, has })
            }
            None => Ok(()),
        }
    }

    /// Why a call shall not be offered to an agent for a while, if so.
    #[must_use]
    pub fn passed(&self, contact: &ContactId, agent: &AgentId) -> Option<Reason> {
        let passed = self.roster.passed.get(contact)?.get(agent)?;
        (passed.until > self.now).then_some(match passed.why {
            Some(why) => Reason::Passed { why, until: passed.until },
            None => Reason::ReservedElsewhere { until: passed.until },
        })
    }

    /// The version of the roster this view shows.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.roster.version
    }
}
