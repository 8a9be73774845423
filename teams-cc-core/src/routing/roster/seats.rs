//! Agents in the queues they serve, and what happens there.

use std::sync::Arc;

use super::{AgentRecord, Members, Minds, Roster, Row};
use crate::{
    QueueId,
    agent::{Agent, Membership},
    routing::policy::{Compiled, Cursor, Order},
};

/// What happened in a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Stirred {
    pub(in crate::routing) queue: u32,
    /// The priority this queue has for the agent who became free.
    pub(in crate::routing) priority: u8,
    /// Whether who is there at all has changed, so that every call is to be looked at.
    pub(in crate::routing) all: bool,
}

/// The most notes of queues that stirred; past it they are made one by one anew.
const MAX_STIRRED: usize = 4096;

impl Roster {
    /// The queue's place; it gets one where it has none.
    pub(in crate::routing) fn queue(&mut self, queue: &QueueId) -> u32 {
        self.queues.find(queue).unwrap_or_else(|| self.queues.insert(queue.clone(), Members::new()))
    }

    /// Says what the queue's policy minds.
    pub(in crate::routing) fn minds(&mut self, queue: u32, minds: Minds) {
        if let Some(members) = self.queues.get_mut(queue) {
            members.minds = minds;
        }
    }

    /// How many queues there would be if this agent signed in.
    pub(in crate::routing) fn queues_with(&self, agent: &Agent) -> usize {
        let new = agent.queues.keys().filter(|queue| self.queues.find(queue).is_none());
        self.queues.len() + new.count()
    }

    pub(in crate::routing) fn find_queue(&self, queue: &QueueId) -> Option<u32> {
        self.queues.find(queue)
    }

    pub(in crate::routing) fn members(&self, queue: u32) -> Option<&Members> {
        self.queues.get(queue)
    }

    /// Notes what an agent's change means for the queues served.
    pub(in crate::routing) fn touch(&mut self, place: u32) {
        self.version = self.version.saturating_add(1);
        let Some(record) = self.agents.get(place) else { return };
        let (free, standing) = (record.is_free(), record.standing());
        let row = Row::of(record);
        keep(&mut self.rows, place, row);
        for (queue, seat) in &record.seats {
            let Some(members) = self.queues.get_mut(*queue) else { continue };
            let (freed, turned) = members.note(*seat, free, standing, self.now);
            members.arrange(*seat, &row, record);
            if freed {
                members.freshen(place);
            }
            if freed || turned {
                let priority = members.membership(*seat as usize).map_or(1, |it| it.priority);
                note(&mut self.stirred, Stirred { queue: *queue, priority, all: turned });
            }
        }
    }

    /// Notes a place given back. Somebody who was free all along has room for more now.
    pub(in crate::routing) fn freed(&mut self, place: u32) {
        self.touch(place);
        if self.agents.get(place).is_some_and(AgentRecord::is_free) {
            self.stir(place, false);
        }
    }

    /// Has the agent's queues looked at again, though nobody became free.
    pub(in crate::routing) fn stir(&mut self, place: u32, all: bool) {
        self.version = self.version.saturating_add(1);
        let Some(record) = self.agents.get(place) else { return };
        for (queue, seat) in &record.seats {
            let Some(members) = self.queues.get_mut(*queue) else { continue };
            members.freshen(place);
            let priority = members.membership(*seat as usize).map_or(1, |it| it.priority);
            note(&mut self.stirred, Stirred { queue: *queue, priority, all });
        }
    }

    pub(in crate::routing) fn is_stirred(&self) -> bool {
        !self.stirred.is_empty()
    }

    pub(in crate::routing) fn take_stirred(&mut self, into: &mut Vec<Stirred>) {
        into.clear();
        into.append(&mut self.stirred);
        compact(into);
    }

    /// Notes that an agent was offered a call of this queue.
    pub(in crate::routing) fn offered(&mut self, place: u32, queue: Option<u32>, count: u64) {
        let Some(record) = self.agents.get_mut(place) else { return };
        record.last_offered = count;
        let Some(record) = self.agents.get(place) else { return };
        for (at, seat) in &record.seats {
            let Some(members) = self.queues.get_mut(*at) else { continue };
            let Some(membership) = members.membership(*seat as usize) else { continue };
            let Membership { level, position, .. } = *membership;
            let cursor = Cursor { level, position, agent: record.profile.id.clone() };
            if queue == Some(*at) {
                members.last_here = Some(cursor.clone());
            }
            members.last_anywhere = Some(cursor);
        }
    }

    pub(in crate::routing) fn seat(&mut self, place: u32) {
        self.unseat(place);
        let Some(record) = self.agents.get(place) else { return };
        let wanted: Vec<(QueueId, Membership)> =
            record.profile.queues.iter().map(|(id, member)| (id.clone(), *member)).collect();
        let mut seats = Vec::with_capacity(wanted.len());
        for (id, membership) in wanted {
            let queue = self.queue(&id);
            let found = self.agents.get(place).zip(self.queues.get_mut(queue));
            if let Some((record, members)) = found {
                seats.push((queue, members.add(place, record, membership)));
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

    pub(in crate::routing) fn unseat(&mut self, place: u32) {
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

    /// Copies what decisions read of an agent, where nothing else of the record has changed.
    pub(in crate::routing) fn write_row(&mut self, place: u32) {
        let Some(record) = self.agents.get(place) else { return };
        let row = Row::of(record);
        keep(&mut self.rows, place, row);
        for (queue, seat) in &record.seats {
            if let Some(members) = self.queues.get_mut(*queue) {
                members.arrange(*seat, &row, record);
            }
        }
    }

    pub(in crate::routing) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Keeps the agents of a queue in the order of its policy, so that the best is found without
    /// looking at the others. The engine does so by itself.
    pub fn keep_order(&mut self, queue: &QueueId, policy: &Compiled) {
        let place = self.queue(queue);
        self.order(place, policy.order().cloned());
    }

    /// Keeps the agents of a queue in this order from now on, or in none.
    pub(in crate::routing) fn order(&mut self, queue: u32, order: Option<Arc<Order>>) {
        if let Some(members) = self.queues.get_mut(queue) {
            members.keep_order(order, &self.agents, &self.rows);
        }
    }

    /// Begins to look for calls for those of a queue who came into question.
    pub(in crate::routing) fn look_for_fresh(&mut self, queue: u32) {
        if let Some(members) = self.queues.get_mut(queue) {
            members.look_for_fresh();
        }
    }

    /// Whether any of those is still free.
    pub(in crate::routing) fn fresh_is_left(&mut self, queue: u32) -> bool {
        let agents = &self.agents;
        let is_free = |place| agents.get(place).is_some_and(AgentRecord::is_free);
        self.queues.get_mut(queue).is_some_and(|members| members.fresh_is_left(is_free))
    }
}

/// Writes a row in its place.
#[inline]
fn keep(rows: &mut Vec<Row>, place: u32, row: Row) {
    let place = place as usize;
    if place >= rows.len() {
        rows.resize(place + 1, row);
    }
    rows[place] = row;
}

#[inline]
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
