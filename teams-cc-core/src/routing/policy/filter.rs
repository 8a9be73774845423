//! Keeping agents, or not, and saying why.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

use super::{
    LevelGate, PresenceGate, Reason, Settled, SkillGate,
    found::{Found, Nature, Why},
    judge::Scene,
};
use crate::{
    Instant,
    agent::{Compare, LabelValue, Labels, Selector},
    routing::{AgentRef, CallRef, View},
};

/// Says whether an agent comes into question for a call. Pure, like a policy.
///
/// For what the crate's own words do not say; [`custom`] makes a [`Gate`] of it.
pub trait Filter: Send + Sync {
    /// The verdict on `agent` for `call`.
    fn keep(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> Verdict;
}

/// What a filter says of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a filter keeps, refuses or postpones; policies match on all three"
)]
pub enum Verdict {
    /// The agent comes into question.
    Yes,
    /// The agent does not, because.
    No(Reason),
    /// The agent does not before this instant, by time alone.
    NotBefore(Instant),
}

/// One filter of a policy, as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gate {
    /// Only agents whose Teams presence allows it; see [`presence`](super::presence()).
    Presence(PresenceGate),
    /// Only agents with a skill; see [`skill`](super::skill()).
    Skill(SkillGate),
    /// Only agents with a label like this; see [`label`](super::label()).
    Label(Selector),
    /// Only agents of some lines; see [`levels`](super::levels()).
    Levels(LevelGate),
    /// A filter of the application's own, which cannot be written down.
    Custom(Custom<dyn Filter>),
}

impl Gate {
    pub(super) fn keep<'f>(&'f self, scene: &Scene<'_>, agent: AgentRef<'f>) -> Found<'f> {
        match self {
            Self::Presence(gate) => gate.keep(scene, agent),
            Self::Custom(filter) => filter.0.keep(&scene.view, scene.call, agent).into(),
            Self::Skill(_) | Self::Label(_) | Self::Levels(_) => {
                self.keep_alike(scene, agent.into())
            }
        }
    }

    /// The same of all agents of one nature, as far as it goes by that.
    pub(super) fn keep_alike<'f>(&'f self, scene: &Scene<'_>, nature: Nature<'f>) -> Found<'f> {
        match self {
            Self::Skill(gate) => gate.keep(scene, nature.skills),
            Self::Label(selector) => label_gate(selector, scene, nature.labels),
            Self::Levels(gate) => gate.keep(scene, nature.level),
            Self::Presence(_) | Self::Custom(_) => Found::Yes,
        }
    }

    /// Whether it goes by an agent's nature alone.
    pub(super) const fn is_of_nature(&self) -> bool {
        matches!(self, Self::Skill(_) | Self::Label(_) | Self::Levels(_))
    }

    /// What can be said of a nature at all times, for every call.
    pub(super) fn settles(&self, nature: Nature<'_>) -> Settled {
        match self {
            Self::Skill(gate) => gate.settles(nature.skills),
            Self::Label(selector) if selector.matches(nature.labels) => Settled::Always,
            Self::Label(Selector { expires: None, .. }) => Settled::Never,
            _ => Settled::Depends,
        }
    }
}

impl Gate {
    /// Whether who is there matters even to a call that nobody new could take. A filter of the
    /// application's own sees everybody, so it may.
    pub(super) fn minds_who_is_there(&self) -> bool {
        match self {
            Self::Levels(gate) => gate.minds_who_is_there(),
            Self::Custom(_) => true,
            Self::Presence(_) | Self::Skill(_) | Self::Label(_) => false,
        }
    }
}

/// Keeps agents with a label that compares with `value` like this.
#[must_use]
pub fn label(name: &str, compare: Compare, value: impl Into<LabelValue>) -> Gate {
    Gate::Label(Selector::new(name, compare, value))
}

fn label_gate<'f>(selector: &'f Selector, scene: &Scene<'_>, labels: &Labels) -> Found<'f> {
    if selector.matches(labels) {
        return Found::Yes;
    }
    match selector.expires.map(|wait| scene.after(wait)) {
        Some(from) if from <= scene.view.now() => Found::Yes,
        Some(from) => Found::NotBefore(from),
        None => Found::No(Why::Label(selector)),
    }
}

/// Makes a gate of a filter of your own.
#[must_use]
pub fn custom(filter: impl Filter + 'static) -> Gate {
    Gate::Custom(Custom(Arc::new(filter)))
}

/// A part of a policy that is the application's own. It can be shared, but not written down.
pub struct Custom<T: ?Sized>(pub(super) Arc<T>);

impl<T: ?Sized> Clone for Custom<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> fmt::Debug for Custom<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Custom")
    }
}

impl<T: ?Sized> Serialize for Custom<T> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a part of the application's own cannot be written down"))
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Custom<T> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("a part of the application's own cannot be read: add it in code"))
    }
}
