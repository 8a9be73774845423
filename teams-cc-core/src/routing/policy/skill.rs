//! Only agents who can do it.

use super::{Filter, Reason, Verdict};
use crate::{
    agent::{InvalidSkill, SkillName},
    routing::{AgentRef, CallRef, View},
};

/// Keeps agents with a skill; see [`skill`].
#[derive(Clone, Debug)]
pub struct SkillGate {
    name: SkillName,
    level: u8,
}

/// Keeps agents with this skill, whatever the call itself needs.
///
/// What a call needs ([`QueueEntry::needs`](crate::queue::QueueEntry::needs)) is part of
/// [`eligible`](super::eligible) and must not be said again.
///
/// # Errors
///
/// [`InvalidSkill`] where the text is no name of a skill.
pub fn skill(name: &str) -> Result<SkillGate, InvalidSkill> {
    Ok(SkillGate { name: SkillName::new(name)?, level: 1 })
}

impl SkillGate {
    /// Sets the least level; default 1.
    #[must_use]
    pub fn at_least(mut self, level: u8) -> Self {
        self.level = level;
        self
    }
}

impl Filter for SkillGate {
    fn keep(&self, _: &View<'_>, _: CallRef<'_>, agent: AgentRef<'_>) -> Verdict {
        let has = agent.profile().skills.level(&self.name);
        if has >= self.level {
            return Verdict::Yes;
        }
        Verdict::No(Reason::LacksSkill { name: self.name.clone(), needs: self.level, has })
    }
}
