//! The agents as routing sees them.

mod bits;
mod index;
mod members;
mod record;
mod view;

use index::Index;
pub(super) use index::Slab;
pub(super) use members::{Member, Members, Minds};
pub use record::{AgentRecord, Standing};
pub(super) use record::{Hold, Passed, PassedBy, Slot};
pub use view::{AgentRef, View};

use crate::{
    AgentId, ContactId, Instant, QueueId,
    agent::{Agent, Availability, Membership, Observation},
    contact::OfferEnd,
    routing::policy::Cursor,
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
    agents: Slab<AgentId, AgentRecord>,
    queues: Slab<QueueId, Members>,
    passed: PassedBy,
    /// Who has which call that was taken.
    holders: Index<ContactId, Holders>,
    version: u64,
    now: Instant,
    /// Queues in which somebody has become free, or came or went, since last asked.
    stirred: Vec<Stirred>,
}

/// What happened in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stirred {
    pub(super) queue: u32,
    /// The priority this queue has for the agent who became free.
    pub(super) priority: u8,
    /// Whether who is there at all has changed, so that every call is to be looked at.
    pub(super) all: bool,
}

/// The most notes of queues that stirred; past it they are made one by one anew.
const MAX_STIRRED: usize = 4096;

impl Roster {
    /// Adds an agent who is available from `now` on, or changes the profile of one.
    pub fn sign_in(&mut self, agent: Agent, now: Instant) {
        self.at_time(now);
        let id = agent.id.clone();
        let place = match self.agents.find(&id) {
            Some(place) => {
                if let Some(record) = self.agents.get_mut(place) {
                    record.profile = agent;
                    record.count_anew();
                    if record.away.take().is_some() {
                        record.clocks.available_since = now;
                    }
                    record.misses = 0;
                }
                place
            }
            None => self.agents.insert(id, AgentRecord::new(agent, now)),
        };
        self.seat(place);
        self.touch(place);
    }

    /// Writes down what was seen of an agent's presence, unless something newer is known.
    ///
    /// Answers whether the agent is known.
    pub fn observe(&mut self, agent: &AgentId, observation: Observation) -> bool {
        let Some(place) = self.agents.find(agent) else { return false };
        let Some(record) = self.agents.get_mut(place) else { return false };
        if record.presence.as_ref().is_none_or(|known| known.at <= observation.at) {
            record.seen_available = match (&observation.availability, record.seen_available) {
                (Availability::Available, None) => Some(observation.at),
                (Availability::Available, since) => since,
                _ => None,
            };
            record.presence = Some(observation);
            if record.is_free() {
                self.stir(place, false);
            }
        }
        true
    }

    /// An agent's record.
    #[must_use]
    pub fn agent(&self, agent: &AgentId) -> Option<&AgentRecord> {
        self.agents.get(self.agents.find(agent)?)
    }

    /// How many agents are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.agents.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.agents.len() == 0
    }

    /// A number that grows with every change that may let a call be offered.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Tells the time, by which changes are dated from now on.
    pub(super) fn at_time(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(super) fn find(&self, agent: &AgentId) -> Option<u32> {
        self.agents.find(agent)
    }

    pub(super) fn at(&self, place: u32) -> Option<&AgentRecord> {
        self.agents.get(place)
    }

    /// The record, to be changed; say so with [`touch`](Self::touch) afterwards.
    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut AgentRecord> {
        self.agents.get_mut(place)
    }

    pub(super) fn records(&self) -> impl Iterator<Item = (u32, &AgentRecord)> {
        self.agents.iter()
    }

    /// The queue's place; it gets one where it has none.
    pub(super) fn queue(&mut self, queue: &QueueId) -> u32 {
        self.queues.find(queue).unwrap_or_else(|| self.queues.insert(queue.clone(), Members::new()))
    }

    /// Says what the queue's policy minds.
    pub(super) fn minds(&mut self, queue: u32, minds: Minds) {
        if let Some(members) = self.queues.get_mut(queue) {
            members.minds = minds;
        }
    }

    /// How many queues there would be if this agent signed in.
    pub(super) fn queues_with(&self, agent: &Agent) -> usize {
        let new = agent.queues.keys().filter(|queue| self.queues.find(queue).is_none());
        self.queues.len() + new.count()
    }

    pub(super) fn find_queue(&self, queue: &QueueId) -> Option<u32> {
        self.queues.find(queue)
    }

    pub(super) fn members(&self, queue: u32) -> Option<&Members> {
        self.queues.get(queue)
    }

    /// Notes what an agent's change means for the queues served.
    pub(super) fn touch(&mut self, place: u32) {
        self.version = self.version.saturating_add(1);
        let Some(record) = self.agents.get(place) else { return };
        let (free, standing) = (record.is_free(), record.standing());
        for (queue, seat) in &record.seats {
            let Some(members) = self.queues.get_mut(*queue) else { continue };
            let (freed, turned) = members.note(*seat, free, standing, self.now);
            if freed || turned {
                let priority = members.all().get(*seat as usize);
                let priority = priority.map_or(1, |member| member.membership.priority);
                note(&mut self.stirred, Stirred { queue: *queue, priority, all: turned });
            }
        }
    }

    /// Notes a place given back. Somebody who was free all along has room for more now.
    pub(super) fn freed(&mut self, place: u32) {
        self.touch(place);
        if self.agents.get(place).is_some_and(AgentRecord::is_free) {
            self.stir(place, false);
        }
    }

    /// Has the agent's queues looked at again, though nobody became free.
    pub(super) fn stir(&mut self, place: u32, all: bool) {
        self.version = self.version.saturating_add(1);
        let Some(record) = self.agents.get(place) else { return };
        for (queue, seat) in &record.seats {
            let members = self.queues.get(*queue);
            let member = members.and_then(|members| members.all().get(*seat as usize));
            let priority = member.map_or(1, |member| member.membership.priority);
            note(&mut self.stirred, Stirred { queue: *queue, priority, all });
        }
    }

    pub(super) fn is_stirred(&self) -> bool {
        !self.stirred.is_empty()
    }

    pub(super) fn take_stirred(&mut self, into: &mut Vec<Stirred>) {
        into.clear();
        into.append(&mut self.stirred);
        compact(into);
    }

    /// Notes that an agent has a call.
    pub(super) fn has_taken(&mut self, agent: u32, contact: &ContactId) {
        match self.holders.get_mut(contact) {
            Some(holders) => holders.more.push(agent),
            None => {
                let holders = Holders { first: agent, more: Vec::new() };
                self.holders.insert(contact.clone(), holders);
            }
        }
    }

    /// Notes that an agent has a call no more.
    pub(super) fn has_left(&mut self, agent: u32, contact: &ContactId) {
        let Some(holders) = self.holders.get_mut(contact) else { return };
        if holders.first != agent {
            holders.more.retain(|other| *other != agent);
        } else if let Some(next) = holders.more.pop() {
            holders.first = next;
        } else {
            self.holders.remove(contact);
        }
    }

    /// The agents who took this call; more than one where it was queued again meanwhile.
    pub(super) fn holders(&self, contact: &ContactId) -> Vec<u32> {
        let holders = self.holders.get(contact);
        holders.map_or_else(Vec::new, |all| {
            let mut list: Vec<u32> =
                [all.first].into_iter().chain(all.more.iter().copied()).collect();
            list.sort_unstable();
            list
        })
    }

    /// How many calls were taken and go on, agent by agent.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.holders.values().map(|holders| 1 + holders.more.len()).sum()
    }

    /// Forgets an agent.
    pub(super) fn remove(&mut self, agent: &AgentId) {
        let Some(place) = self.agents.find(agent) else { return };
        self.unseat(place);
        self.agents.remove(agent);
        self.version = self.version.saturating_add(1);
        // Places are used again: nobody new shall be left alone for what another one did.
        for passed in self.passed.values_mut() {
            passed.retain(|passed| passed.agent != place);
        }
    }

    /// Notes that an agent was offered a call of this queue.
    pub(super) fn offered(&mut self, place: u32, queue: Option<u32>, count: u64) {
        let Some(record) = self.agents.get_mut(place) else { return };
        record.last_offered = count;
        let Some(record) = self.agents.get(place) else { return };
        for (at, seat) in &record.seats {
            let Some(members) = self.queues.get_mut(*at) else { continue };
            let Some(member) = members.all().get(*seat as usize) else { continue };
            let Membership { level, position, .. } = member.membership;
            let cursor = Cursor { level, position, agent: record.profile.id.clone() };
            if queue == Some(*at) {
                members.last_here = Some(cursor.clone());
            }
            members.last_anywhere = Some(cursor);
        }
    }

    fn seat(&mut self, place: u32) {
        self.unseat(place);
        let Some(record) = self.agents.get(place) else { return };
        let standing = record.standing();
        let wanted: Vec<(QueueId, Membership)> =
            record.profile.queues.iter().map(|(id, member)| (id.clone(), *member)).collect();
        let mut seats = Vec::with_capacity(wanted.len());
        for (id, membership) in wanted {
            let queue = self.queue(&id);
            if let Some(members) = self.queues.get_mut(queue) {
                seats.push((queue, members.add(place, membership, standing)));
                note(
                    &mut self.stirred,
                    Stirred { queue, priority: membership.priority, all: true },
                );
            }
        }
        if let Some(record) = self.agents.get_mut(place) {
            record.seats = seats;
        }
    }

    fn unseat(&mut self, place: u32) {
        let Some(record) = self.agents.get_mut(place) else { return };
        for (queue, seat) in std::mem::take(&mut record.seats) {
            let Some(members) = self.queues.get_mut(queue) else { continue };
            note(&mut self.stirred, Stirred { queue, priority: 1, all: true });
            let Some(moved) = members.remove(seat, self.now) else { continue };
            let seats = self.agents.get_mut(moved).map(|record| &mut record.seats);
            if let Some(moved) = seats.and_then(|all| all.iter_mut().find(|(at, _)| *at == queue)) {
                moved.1 = seat;
            }
        }
    }

    /// Keeps `contact` from `agent` until then.
    pub(super) fn pass(
        &mut self,
        contact: &ContactId,
        agent: u32,
        why: Option<OfferEnd>,
        until: Instant,
    ) {
        let list = self.passed.entry(contact.clone()).or_default();
        list.retain(|passed| passed.agent != agent);
        list.push(Passed { agent, why, until });
    }

    /// Who is left alone with this call.
    pub(super) fn passed_by(&self, contact: &ContactId) -> &[Passed] {
        if self.passed.is_empty() {
            return &[];
        }
        self.passed.get(contact).map_or(&[], Vec::as_slice)
    }

    pub(super) fn forget_contact(&mut self, contact: &ContactId) {
        if !self.passed.is_empty() {
            self.passed.remove(contact);
        }
    }

    /// Forgets what kept calls from an agent who has come back.
    pub(super) fn welcome(&mut self, agent: u32) {
        for passed in self.passed.values_mut() {
            passed.retain(|passed| passed.agent != agent);
        }
    }
}

/// The agents who took one call; mostly one.
#[derive(Debug)]
struct Holders {
    first: u32,
    more: Vec<u32>,
}

fn note(stirred: &mut Vec<Stirred>, what: Stirred) {
    let known = stirred.iter_mut().rev().take(8).find(|known| known.queue == what.queue);
    if let Some(known) = known {
        known.priority = known.priority.min(what.priority);
        known.all |= what.all;
        return;
    }
    stirred.push(what);
    if stirred.len() > MAX_STIRRED {
        compact(stirred);
    }
}

/// Joins the notes of each queue to one; there are no more than queues.
fn compact(stirred: &mut Vec<Stirred>) {
    stirred.sort_by_key(|stirred| stirred.queue);
    stirred.dedup_by(|next, first| {
        let same = next.queue == first.queue;
        if same {
            first.priority = first.priority.min(next.priority);
            first.all |= next.all;
        }
        same
    });
}
