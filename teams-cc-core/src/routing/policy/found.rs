//! What a word of a policy finds, before anybody asks for the reason in so many words.

use std::time::Duration;

use super::{Reason, Verdict};
use crate::{
    Instant,
    agent::{Labels, Observation, Selector, SkillName, Skills},
    routing::{AgentRef, roster::Traits},
};

/// A [`Verdict`] that borrows what its reason names, and so costs no memory.
pub(super) enum Found<'a> {
    Yes,
    No(Why<'a>),
    NotBefore(Instant),
}

/// A [`Reason`] that borrows what it names.
pub(in crate::routing) enum Why<'a> {
    Told(Reason),
    Skill { name: &'a SkillName, needs: u8, has: u8 },
    Label(&'a Selector),
    Presence(&'a Observation, Duration),
}

impl Why<'_> {
    /// When this reason ends by time alone, where it does.
    pub(super) fn until(&self) -> Option<Instant> {
        match self {
            Self::Told(reason) => reason.until(),
            Self::Skill { .. } | Self::Label(_) | Self::Presence(..) => None,
        }
    }
}

impl From<Why<'_>> for Reason {
    fn from(why: Why<'_>) -> Self {
        match why {
            Why::Told(reason) => reason,
            Why::Skill { name, needs, has } => Self::LacksSkill { name: name.clone(), needs, has },
            Why::Label(selector) => Self::Label { name: selector.label.clone() },
            Why::Presence(seen, age) => {
                Self::Presence { availability: seen.availability.clone(), age }
            }
        }
    }
}

impl From<Verdict> for Found<'_> {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Yes => Self::Yes,
            Verdict::No(reason) => Self::No(Why::Told(reason)),
            Verdict::NotBefore(at) => Self::NotBefore(at),
        }
    }
}

/// What calls and policies ask of an agent's nature.
#[derive(Clone, Copy)]
pub(in crate::routing) struct Nature<'a> {
    pub(in crate::routing) skills: &'a Skills,
    pub(in crate::routing) labels: &'a Labels,
    pub(super) level: u16,
    pub(super) delay: Duration,
}

impl<'a> From<AgentRef<'a>> for Nature<'a> {
    fn from(agent: AgentRef<'a>) -> Self {
        let (profile, place) = (agent.record().profile(), agent.membership());
        let (skills, labels) = (&profile.skills, &profile.labels);
        Self { skills, labels, level: place.level, delay: place.delay }
    }
}

impl<'a> From<&'a Traits> for Nature<'a> {
    fn from(traits: &'a Traits) -> Self {
        let Traits { skills, labels, level, delay } = traits;
        Self { skills, labels, level: *level, delay: *delay }
    }
}
