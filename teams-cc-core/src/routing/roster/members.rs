//! Who serves one queue.

use super::{
    bits::BitSet,
    record::{STANDINGS, Standing},
};
use crate::{Instant, agent::Membership, routing::policy::Cursor};

/// One queue's agents, in places that change as agents come and go.
#[derive(Debug)]
pub(in crate::routing) struct Members {
    list: Vec<Member>,
    /// Those who might be offered something now.
    free: BitSet,
    /// What the queue's policy minds besides who becomes free.
    pub(super) minds: Minds,
    census: [u32; STANDINGS],
    /// When somebody last stood so, where nobody does now.
    last_there: [Instant; STANDINGS],
    /// Who was last offered a call of this queue, and a call of any queue.
    pub(in crate::routing) last_here: Option<Cursor>,
    pub(in crate::routing) last_anywhere: Option<Cursor>,
}

/// What a queue's policy minds.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Minds {
    /// Who is there.
    pub(in crate::routing) there: bool,
    /// Who is free no more.
    pub(in crate::routing) free: bool,
}

/// One agent's place in a queue.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Member {
    /// The agent's place in the roster.
    pub(in crate::routing) agent: u32,
    pub(in crate::routing) membership: Membership,
    standing: Standing,
}

impl Members {
    pub(in crate::routing) const fn new() -> Self {
        Self {
            list: Vec::new(),
            free: BitSet { words: Vec::new(), ones: 0 },
            minds: Minds { there: true, free: false },
            census: [0; STANDINGS],
            last_there: [Instant::ZERO; STANDINGS],
            last_here: None,
            last_anywhere: None,
        }
    }

    /// Adds an agent; answers in which place.
    pub(super) fn add(&mut self, agent: u32, membership: Membership, standing: Standing) -> u32 {
        self.list.push(Member { agent, membership, standing });
        self.count(standing, 1);
        u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes an agent out; answers who has the place now, if anybody.
    pub(super) fn remove(&mut self, place: u32, now: Instant) -> Option<u32> {
        let at = place as usize;
        if at >= self.list.len() {
            return None;
        }
        let last = self.list.len() - 1;
        let moved_is_free = self.free.contains(last);
        let gone = self.list.swap_remove(at);
        self.count(gone.standing, -1);
        self.note_absence(gone.standing, now);
        self.free.set(last, false);
        if at == last {
            return None;
        }
        self.free.set(at, moved_is_free);
        self.list.get(at).map(|member| member.agent)
    }

    /// Notes where an agent stands; answers whether the agent has become free, and whether every
    /// call is to be looked at: somebody is now where nobody was, or nobody where somebody was,
    /// or somebody is gone for good, or free no more, as far as the policy minds.
    pub(super) fn note(
        &mut self,
        place: u32,
        free: bool,
        standing: Standing,
        now: Instant,
    ) -> (bool, bool) {
        let changed = self.free.set(place as usize, free);
        let (freed, lost) = (changed && free, changed && !free && self.minds.free);
        let Some(member) = self.list.get_mut(place as usize) else { return (freed, lost) };
        let before = std::mem::replace(&mut member.standing, standing);
        if before == standing {
            return (freed, lost);
        }
        self.count(before, -1);
        self.note_absence(before, now);
        self.count(standing, 1);
        let turned = self.census[before as usize] == 0
            || self.census[standing as usize] == 1
            || before == Standing::SignedOut
            || standing == Standing::SignedOut;
        (freed, lost || (turned && self.minds.there))
    }

    fn count(&mut self, standing: Standing, by: i32) {
        let count = &mut self.census[standing as usize];
        *count = count.saturating_add_signed(by);
    }

    fn note_absence(&mut self, standing: Standing, now: Instant) {
        if self.census[standing as usize] == 0 {
            self.last_there[standing as usize] = now;
        }
    }

    /// When somebody last stood so, where nobody does now.
    pub(in crate::routing) const fn last_there(&self, standing: Standing) -> Instant {
        self.last_there[standing as usize]
    }

    /// How many agents stand so.
    pub(in crate::routing) const fn standing(&self, standing: Standing) -> u32 {
        self.census[standing as usize]
    }

    pub(in crate::routing) fn all(&self) -> &[Member] {
        &self.list
    }

    pub(in crate::routing) const fn nobody_free(&self) -> bool {
        self.free.is_empty()
    }

    /// Those who might be offered something now.
    pub(in crate::routing) fn free(&self) -> impl Iterator<Item = &Member> {
        self.free.iter().filter_map(|place| self.list.get(place))
    }
}

impl Member {
    /// Somebody a call is meant for, in no queue.
    pub(in crate::routing) const fn of_no_queue(agent: u32) -> Self {
        Self { agent, membership: Membership::PLAIN, standing: Standing::Ready }
    }
}
