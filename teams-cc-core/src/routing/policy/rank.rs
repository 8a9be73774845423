//! Who is best.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Circle, Cursor, IdleSince, filter::Custom, match_score, measure, round};
use crate::{
    agent::SkillName,
    routing::{AgentRef, CallRef, View, explain::Seconds},
};

/// How many rankings are chained at most; more are refused when the policy is built.
pub const KEY_WIDTH: usize = 4;

/// A place in a ranking; the smallest is best, compared number by number.
///
/// Whole numbers, because a score that is not a number has no order. The first says whether the
/// call prefers the agent; the others are the policy's own.
pub(in crate::routing) type Key = [u64; KEY_WIDTH + 1];

/// Says how good an agent is for a call, in the application's own way. Pure, like a policy.
pub trait Rank: Send + Sync {
    /// The place of `agent`; the smallest is offered the call.
    fn place(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> u64;

    /// Why the best is best, in a few words such as `score 82`; may be empty.
    fn words(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> String {
        let _ = (view, call, agent);
        String::new()
    }
}

/// One ranking of a policy, as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RankBy {
    /// Whoever has been idle for longest; see [`longest_idle`](super::longest_idle()).
    LongestIdle(IdleSince),
    /// Whoever took the fewest calls.
    FewestCalls(CallsCounted),
    /// Whoever talked least, in calls that are over.
    LeastTalkTime,
    /// Whoever has the smallest part of the capacity in use.
    LeastLoad,
    /// Whoever has this skill at the highest level.
    Proficiency(SkillName),
    /// Whoever has the smallest number on this label; those without it come last.
    SmallestLabel(Box<str>),
    /// Whoever has the largest number on this label; those without it come last.
    LargestLabel(Box<str>),
    /// Whoever is most like the call asks; see [`best_match`](super::best_match()).
    BestMatch,
    /// Whoever stands in the first line; in queues of no more agents than this, all are alike.
    Level {
        /// Up to how many agents lines do not matter.
        #[serde(default)]
        ignored_up_to: u32,
    },
    /// Whoever stands first in the line.
    Position,
    /// Whoever stands last in the line.
    LastPosition,
    /// Whoever comes after the agent last offered a call; see [`round_robin`](super::round_robin()).
    RoundRobin {
        /// In which circle.
        circle: Circle,
        /// Whether offers of other queues count as well.
        #[serde(default)]
        anywhere: bool,
    },
    /// Whoever comes after the agent this call was last offered to; see
    /// [`next_in_line`](super::next_in_line()).
    NextInLine(Circle),
    /// Anybody, by lot; the same for the same seed, call and agent.
    Random(u64),
    /// The order of ids; the last of every ranking, and only there.
    AgentId,
    /// Anybody, by lot, in which those of further lines are drawn less often.
    WeightedRandom(u64),
    /// A ranking of the application's own, which cannot be written down.
    Custom(Custom<dyn Rank>),
}

/// When a call counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallsCounted {
    /// When it is taken; the default.
    #[default]
    WhenTaken,
    /// When it ends.
    WhenOver,
}

impl RankBy {
    /// Ranks by this, and where it is equal by `next`.
    #[must_use]
    pub const fn then<R: Ranking>(self, next: R) -> Then<Self, R> {
        Then { first: self, next }
    }

    /// The place of an agent; the smallest is best.
    pub(super) fn place(
        &self,
        view: &View<'_>,
        call: CallRef<'_>,
        agent: AgentRef<'_>,
        scene: &Rounds<'_>,
    ) -> u64 {
        match self {
            Self::LongestIdle(clock) => clock.of(&agent),
            Self::FewestCalls(CallsCounted::WhenTaken) => u64::from(agent.clocks.answered),
            Self::FewestCalls(CallsCounted::WhenOver) => u64::from(agent.clocks.ended),
            Self::LeastTalkTime => measure::nanos(agent.clocks.talked),
            Self::LeastLoad => measure::load(&agent),
            Self::Proficiency(skill) => u64::MAX - u64::from(agent.profile().skills.level(skill)),
            Self::SmallestLabel(name) => measure::label(&agent.profile().labels, name),
            Self::LargestLabel(name) => match measure::label(&agent.profile().labels, name) {
                u64::MAX => u64::MAX,
                number => u64::MAX - 1 - number,
            },
            Self::BestMatch => u64::MAX - measure::matching(&call, &agent.profile().labels),
            Self::Level { ignored_up_to } if scene.members <= *ignored_up_to as usize => 0,
            Self::Level { .. } => u64::from(agent.membership().level),
            Self::Position => u64::from(agent.membership().position),
            Self::LastPosition => u64::MAX - u64::from(agent.membership().position),
            Self::RoundRobin { circle, anywhere } => {
                let cursor = if *anywhere { scene.last_anywhere } else { scene.last_here };
                circle.place(cursor, agent)
            }
            Self::NextInLine(circle) => circle.place(call.cursor(), agent),
            Self::Random(seed) => round::lot(*seed, &call.contact, agent.id()),
            Self::WeightedRandom(seed) => {
                let lots = (u64::from(agent.membership().level) + 1).saturating_mul(1000);
                round::lot(*seed, &call.contact, agent.id()) % lots
            }
            // Equal keys are compared by id anyway.
            Self::AgentId => 0,
            Self::Custom(rank) => rank.0.place(view, call, agent),
        }
    }

    /// Why the best is best; empty where a place in a line says nothing.
    pub(super) fn words(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> String {
        match self {
            Self::LongestIdle(clock) => clock.words(view.now(), &agent),
            Self::FewestCalls(CallsCounted::WhenTaken) => {
                format!("took {} calls", agent.clocks.answered)
            }
            Self::FewestCalls(CallsCounted::WhenOver) => {
                format!("finished {} calls", agent.clocks.ended)
            }
            Self::LeastTalkTime => format!("talked {}", Seconds(agent.clocks.talked)),
            Self::LeastLoad => {
                format!("load {} of {}", agent.units_used(), agent.profile().capacity.total())
            }
            Self::Proficiency(skill) => {
                format!("{skill} {}", agent.profile().skills.level(skill))
            }
            Self::SmallestLabel(name) | Self::LargestLabel(name) => agent
                .profile()
                .labels
                .number(name)
                .map_or_else(|| format!("no {name}"), |number| format!("{name} {number}")),
            Self::BestMatch => {
                format!("match {:.3}", match_score(&call, agent.profile()))
            }
            Self::Level { .. } => format!("line {}", agent.membership().level),
            Self::RoundRobin { .. } | Self::NextInLine(_) => "next in line".to_owned(),
            Self::Random(_) | Self::WeightedRandom(_) => "by lot".to_owned(),
            Self::Position | Self::LastPosition | Self::AgentId => String::new(),
            Self::Custom(rank) => rank.0.words(view, call, agent),
        }
    }
}

/// What rankings see of the queue besides its agents.
#[derive(Clone, Copy, Default)]
pub(super) struct Rounds<'a> {
    pub(super) members: usize,
    pub(super) last_here: Option<&'a Cursor>,
    pub(super) last_anywhere: Option<&'a Cursor>,
}

/// Rankings one after the other: a [`RankBy`], or several joined by [`then`](RankBy::then).
pub trait Ranking: Sized {
    /// How many rankings there are, ids aside.
    const WIDTH: usize;

    /// The rankings, the weightiest first.
    fn list(self) -> Vec<RankBy>;
}

/// A ranking in which no two agents are equal, because it ends with
/// [`agent_id`](super::agent_id()).
///
/// Only such a ranking makes a policy: otherwise which of two equal agents is offered a call would
/// be nobody's decision.
pub trait Total: Ranking {}

/// Two rankings one after the other.
#[derive(Clone, Debug)]
pub struct Then<A, B> {
    first: A,
    next: B,
}

impl<A: Ranking, B> Then<A, B> {
    /// Ranks by this, and where it is equal by `next`.
    #[must_use]
    pub fn then<R: Ranking>(self, next: R) -> Then<Self, R> {
        Then { first: self, next }
    }
}

impl Ranking for RankBy {
    const WIDTH: usize = 1;

    fn list(self) -> Vec<RankBy> {
        vec![self]
    }
}

impl<A: Ranking, B: Ranking> Ranking for Then<A, B> {
    const WIDTH: usize = A::WIDTH + B::WIDTH;

    fn list(self) -> Vec<RankBy> {
        let mut list = self.first.list();
        list.extend(self.next.list());
        list
    }
}

impl<A: Ranking, B: Total> Total for Then<A, B> {}

/// The order of ids, with which every ranking ends; see [`agent_id`](super::agent_id()).
#[derive(Clone, Copy, Debug)]
pub struct ByAgentId(pub(super) ());

impl Ranking for ByAgentId {
    const WIDTH: usize = 0;

    fn list(self) -> Vec<RankBy> {
        vec![RankBy::AgentId]
    }
}

impl Total for ByAgentId {}

/// Makes a ranking of one of your own.
#[must_use]
pub fn by(rank: impl Rank + 'static) -> RankBy {
    RankBy::Custom(Custom(Arc::new(rank)))
}
