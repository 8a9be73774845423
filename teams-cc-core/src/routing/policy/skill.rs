//! Only agents who can do it, and less and less of it as the call waits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Gate, Settled,
    found::{Found, Why},
    judge::Scene,
};
use crate::agent::{InvalidSkill, SkillName, Skills};

/// Keeps agents with a skill; see [`skill`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillGate {
    name: SkillName,
    #[serde(default = "one")]
    at_least: u8,
    /// From which wait on which level will do, the earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    relax: Vec<Relax>,
}

const fn one() -> u8 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Relax {
    #[serde(with = "crate::time::seconds::written")]
    after: Duration,
    to: u8,
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
    Ok(SkillGate { name: SkillName::new(name)?, at_least: 1, relax: Vec::new() })
}

impl SkillGate {
    /// Sets the least level; default 1.
    #[must_use]
    pub fn at_least(mut self, level: u8) -> Self {
        self.at_least = level;
        self
    }

    /// Is content with a lower level once the call has waited so long.
    #[must_use]
    pub fn relax_after(mut self, wait: Duration, to: u8) -> Self {
        let at = self.relax.partition_point(|relax| relax.after <= wait);
        self.relax.insert(at, Relax { after: wait, to });
        self
    }

    /// Asks for the skill no more once the call has waited so long.
    #[must_use]
    pub fn drop_after(self, wait: Duration) -> Self {
        self.relax_after(wait, 0)
    }

    /// What can be said at all times of agents with these skills.
    pub(super) fn settles(&self, skills: &Skills) -> Settled {
        let has = skills.level(&self.name);
        if has >= self.at_least {
            Settled::Always
        } else if self.relax.iter().any(|relax| has >= relax.to) {
            Settled::Depends
        } else {
            Settled::Never
        }
    }

    pub(super) fn keep<'f>(&'f self, scene: &Scene<'_>, skills: &Skills) -> Found<'f> {
        let has = skills.level(&self.name);
        if has >= self.at_least {
            return Found::Yes;
        }
        // The earliest step that is content with what the agent has; levels never rise again.
        let enough = self.relax.iter().filter(|relax| has >= relax.to);
        match enough.map(|relax| scene.after(relax.after)).min() {
            Some(from) if from <= scene.view.now() => Found::Yes,
            Some(from) => Found::NotBefore(from),
            None => Found::No(Why::Skill { name: &self.name, needs: self.at_least, has }),
        }
    }
}

impl From<SkillGate> for Gate {
    fn from(gate: SkillGate) -> Self {
        Self::Skill(gate)
    }
}
