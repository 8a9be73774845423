//! What policies read of many agents in bits and numbers.

use std::time::Duration;

use super::{PresenceGate, RankBy, found::Nature, measure, rank::CallsCounted};
use crate::{
    Instant,
    agent::Membership,
    queue::QueueEntry,
    routing::{AgentRecord, roster::Row},
};

/// Which presence a policy's gates allow, in bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    codes: u64,
    max_age: Option<Duration>,
}

/// The same at one instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeenBy {
    codes: u64,
    since: Instant,
}

impl Seen {
    /// What all of these allow.
    pub(super) fn of<'g>(gates: impl Iterator<Item = &'g PresenceGate>) -> Self {
        let all = Self { codes: u64::MAX, max_age: None };
        gates.fold(all, |all, gate| {
            let codes = gate.allowed().map(|seen| 1 << seen.code()).fold(0, |a, b: u64| a | b);
            let ages = [all.max_age, gate.oldest()].into_iter().flatten();
            Self { codes: all.codes & codes, max_age: ages.min() }
        })
    }

    pub(super) fn at(self, now: Instant) -> SeenBy {
        SeenBy { codes: self.codes, since: self.since(now) }
    }

    /// Whether what was seen is allowed; values that are not documented have to be asked for.
    #[inline]
    pub(super) const fn allows(self, row: &Row) -> bool {
        self.codes >> row.seen & 1 != 0
    }

    /// From when on what was seen is believed.
    fn since(self, now: Instant) -> Instant {
        self.max_age.map_or(Instant::ZERO, |most| now.saturating_sub(most))
    }
}

impl SeenBy {
    #[inline]
    pub(super) fn allows(self, row: &Row) -> bool {
        self.codes >> row.seen & 1 != 0 && row.seen_at >= self.since
    }
}

/// A first ranking that is a number of the row: whoever has a larger one than the best so far
/// needs no other look.
#[derive(Clone, Copy)]
pub(super) enum Quick {
    Idle(usize),
    Answered,
    Ended,
    Talked,
}

impl Quick {
    pub(super) fn of(rank: &RankBy) -> Option<Self> {
        match rank {
            RankBy::LongestIdle(clock) => Some(Self::Idle(*clock as usize)),
            RankBy::FewestCalls(CallsCounted::WhenTaken) => Some(Self::Answered),
            RankBy::FewestCalls(CallsCounted::WhenOver) => Some(Self::Ended),
            RankBy::LeastTalkTime => Some(Self::Talked),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn read(self, row: &Row) -> u64 {
        match self {
            Self::Idle(clock) => row.idle.get(clock).copied().unwrap_or(0),
            Self::Answered => u64::from(row.answered),
            Self::Ended => u64::from(row.ended),
            Self::Talked => row.talked,
        }
    }
}

impl RankBy {
    /// The place of all agents of this nature alike, where it is the same for them.
    pub(super) fn of_nature(
        &self,
        call: &QueueEntry,
        nature: Nature<'_>,
        members: usize,
    ) -> Option<u64> {
        Some(match self {
            Self::Proficiency(skill) => u64::MAX - u64::from(nature.skills.level(skill)),
            Self::SmallestLabel(name) => measure::label(nature.labels, name),
            Self::LargestLabel(name) => match measure::label(nature.labels, name) {
                u64::MAX => u64::MAX,
                number => u64::MAX - 1 - number,
            },
            Self::BestMatch => u64::MAX - measure::matching(call, nature.labels),
            Self::Level { ignored_up_to } if members <= *ignored_up_to as usize => 0,
            Self::Level { .. } => u64::from(nature.level),
            Self::AgentId => 0,
            _ => return None,
        })
    }

    pub(super) const fn is_of_nature(&self) -> bool {
        matches!(
            self,
            Self::Proficiency(_)
                | Self::SmallestLabel(_)
                | Self::LargestLabel(_)
                | Self::BestMatch
                | Self::Level { .. }
                | Self::AgentId
        )
    }

    /// The place of an agent, where it is the same for every call.
    #[inline]
    pub(super) fn of_agent<'a>(
        &self,
        row: &Row,
        membership: &Membership,
        record: impl FnOnce() -> Option<&'a AgentRecord>,
    ) -> Option<u64> {
        Some(match self {
            Self::LongestIdle(clock) => row.idle[*clock as usize],
            Self::FewestCalls(CallsCounted::WhenTaken) => u64::from(row.answered),
            Self::FewestCalls(CallsCounted::WhenOver) => u64::from(row.ended),
            Self::LeastTalkTime => row.talked,
            Self::LeastLoad => measure::load(record()?),
            Self::Position => u64::from(membership.position),
            Self::LastPosition => u64::MAX - u64::from(membership.position),
            _ => return None,
        })
    }

    pub(super) const fn is_of_agent(&self) -> bool {
        matches!(
            self,
            Self::LongestIdle(_)
                | Self::FewestCalls(_)
                | Self::LeastTalkTime
                | Self::LeastLoad
                | Self::Position
                | Self::LastPosition
        )
    }
}
