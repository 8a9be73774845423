//! The words of rankings.

use super::{ByAgentId, CallsCounted, Circle, IdleSince, RankBy};
use crate::agent::{InvalidSkill, SkillName};

/// The order of ids. Every ranking ends with it.
#[must_use]
pub const fn agent_id() -> ByAgentId {
    ByAgentId(())
}

/// Whoever has been without a contact for longest is best.
///
/// The clock starts when the last contact and its wrap-up ended, or at sign-in. An offer that
/// came to nothing does not set it back: the agent was not at work.
#[must_use]
pub const fn longest_idle() -> RankBy {
    RankBy::LongestIdle(IdleSince::BecameAvailable)
}

/// Whoever has been idle for longest by this clock is best.
#[must_use]
pub const fn longest_idle_since(clock: IdleSince) -> RankBy {
    RankBy::LongestIdle(clock)
}

/// Whoever took the fewest calls since signing in is best.
#[must_use]
pub const fn fewest_calls() -> RankBy {
    RankBy::FewestCalls(CallsCounted::WhenTaken)
}

/// Whoever talked least since signing in is best.
#[must_use]
pub const fn least_talk_time() -> RankBy {
    RankBy::LeastTalkTime
}

/// Whoever has the smallest part of the capacity in use is best.
#[must_use]
pub const fn least_load() -> RankBy {
    RankBy::LeastLoad
}

/// Whoever has this skill at the highest level is best.
///
/// # Errors
///
/// [`InvalidSkill`] where the text is no name of a skill.
pub fn proficiency(skill: &str) -> Result<RankBy, InvalidSkill> {
    Ok(RankBy::Proficiency(SkillName::new(skill)?))
}

/// Whoever is most like the call asks is best.
///
/// Counted are the labels the call would like, and what it demands: numbers by how far they are
/// exceeded. This is the score that Azure Communication Services' job router gives by default.
#[must_use]
pub const fn best_match() -> RankBy {
    RankBy::BestMatch
}

/// Whoever stands in the first line is best.
#[must_use]
pub const fn level() -> RankBy {
    RankBy::Level { ignored_up_to: 0 }
}

/// Whoever stands first in the line is best.
#[must_use]
pub const fn position() -> RankBy {
    RankBy::Position
}

/// Agents take turns: best is who comes after the one last offered a call of the queue. Chain
/// the order of the circle behind it.
#[must_use]
pub const fn round_robin(circle: Circle) -> RankBy {
    RankBy::RoundRobin { circle, anywhere: false }
}

/// Each call goes down the line by itself: best is who comes after the one it was last offered
/// to. Chain the order of the line behind it.
#[must_use]
pub const fn next_in_line(circle: Circle) -> RankBy {
    RankBy::NextInLine(circle)
}

/// Anybody, by lot: the same for the same seed, call and agent.
#[must_use]
pub const fn random(seed: u64) -> RankBy {
    RankBy::Random(seed)
}
