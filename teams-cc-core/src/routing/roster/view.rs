//! What a policy sees.

use std::ops::Deref;

use super::{AgentRecord, Member, Members, Passed, Roster, Row};
use crate::{
    AgentId, ContactId, Instant,
    agent::Membership,
    routing::{
        CallRef,
        policy::{Nature, Reason, concerns},
    },
};

/// One agent of a view; reads like the [`AgentRecord`].
#[derive(Clone, Copy, Debug)]
pub struct AgentRef<'a> {
    record: &'a AgentRecord,
    membership: Membership,
}

impl<'a> AgentRef<'a> {
    pub(in crate::routing) const fn new(record: &'a AgentRecord, membership: Membership) -> Self {
        Self { record, membership }
    }

    /// The record, for as long as the view.
    pub(in crate::routing) const fn record(self) -> &'a AgentRecord {
        self.record
    }

    /// How the agent serves the call's queue; as one of the first line where it is not known.
    #[must_use]
    pub const fn membership(&self) -> Membership {
        self.membership
    }
}

impl Deref for AgentRef<'_> {
    type Target = AgentRecord;

    fn deref(&self) -> &AgentRecord {
        self.record
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
        let mut all: Vec<&'a AgentRecord> =
            self.roster.records().map(|(_, record)| record).collect();
        all.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        all.into_iter().map(|record| AgentRef::new(record, Membership::PLAIN))
    }

    /// The agents who serve the call's queue, or the one it is meant for, in the order of ids.
    pub fn candidates(&self, call: CallRef<'_>) -> impl Iterator<Item = AgentRef<'a>> + use<'a> {
        let mut all: Vec<AgentRef<'a>> = match (self.members(call), call.expert()) {
            (Some(members), _) => members
                .all()
                .filter_map(|member| {
                    let record = self.roster.at(member.agent)?;
                    Some(AgentRef::new(record, member.membership))
                })
                .collect(),
            (None, Some(expert)) => self.agent(expert).into_iter().collect(),
            (None, None) => Vec::new(),
        };
        all.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        all.into_iter()
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<AgentRef<'a>> {
        Some(AgentRef::new(self.roster.agent(id)?, Membership::PLAIN))
    }

    /// Whether a call may be offered to an agent at all.
    ///
    /// The agent must serve its queue or be the one it is meant for, have a free place, not have
    /// been offered this very call in vain just now, and be and do what the call asks. A policy
    /// of your own begins here, as [`eligible`](crate::routing::policy::eligible) does.
    ///
    /// # Errors
    ///
    /// The [`Reason`] that stands in the way, ready for
    /// [`Plan::skipped`](crate::routing::Plan::skipped).
    pub fn fits(&self, call: CallRef<'_>, agent: AgentRef<'_>) -> Result<(), Reason> {
        if !concerns(call, agent) {
            return Err(Reason::NotInQueue);
        }
        agent.can_take(self.now)?;
        if !agent.has_room_for(call.channel) {
            return Err(Reason::Full { channel: call.channel });
        }
        if agent.has(&call.contact) {
            return Err(Reason::Reserved);
        }
        if let Some(reason) = self.passed(&call.contact, agent.id()) {
            return Err(reason);
        }
        let nature = Nature::from(agent);
        let mut unmet = call.unmet(nature.skills, nature.labels, |_| None);
        let unmet = unmet.find(|(_, lapses)| lapses.is_none_or(|at| self.now < at));
        unmet.map_or(Ok(()), |(why, _)| Err(why.into()))
    }

    /// Why a call shall not be offered to an agent for a while, if so.
    #[must_use]
    pub fn passed(&self, contact: &ContactId, agent: &AgentId) -> Option<Reason> {
        let place = self.roster.find(agent)?;
        let passed = self.passed_by(contact).iter().find(|passed| passed.agent == place)?;
        passed.reason(self.now)
    }

    /// The version of the roster this view shows.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.roster.version()
    }

    pub(in crate::routing) fn members(&self, call: CallRef<'_>) -> Option<&'a Members> {
        let place = call.place().or_else(|| self.roster.find_queue(call.queue()?))?;
        self.roster.members(place)
    }

    pub(in crate::routing) fn rows(&self) -> &'a [Row] {
        self.roster.rows()
    }

    pub(in crate::routing) fn find(&self, agent: &AgentId) -> Option<u32> {
        self.roster.find(agent)
    }

    /// The agent's seat in this queue's place, while free.
    pub(in crate::routing) fn free_seat(
        &self,
        call: CallRef<'_>,
        members: &Members,
        agent: u32,
    ) -> Option<usize> {
        let queue = call.place().or_else(|| self.roster.find_queue(call.queue()?))?;
        let seats = &self.roster.at(agent)?.seats;
        let (_, seat) = seats.iter().find(|(at, _)| *at == queue)?;
        members.free_seats().contains(*seat as usize).then_some(*seat as usize)
    }

    pub(in crate::routing) fn at(&self, member: &Member) -> Option<AgentRef<'a>> {
        Some(AgentRef::new(self.roster.at(member.agent)?, member.membership))
    }

    pub(in crate::routing) fn place(&self, place: u32) -> Option<&'a AgentRecord> {
        self.roster.at(place)
    }

    pub(in crate::routing) fn expert(&self, call: CallRef<'_>) -> Option<Member> {
        Some(Member::of_no_queue(self.roster.find(call.expert()?)?))
    }

    pub(in crate::routing) fn passed_by(&self, contact: &ContactId) -> &'a [Passed] {
        self.roster.passed_by(contact)
    }
}
