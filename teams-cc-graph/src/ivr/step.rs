//! One step of a dialog.

use serde::{Deserialize, Serialize};
use teams_cc_core::contact::Prompt;

use super::{Keys, Recording};

/// One step: something to say, and what to do then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Step {
    /// What is played first.
    #[serde(default)]
    pub(super) prompts: Vec<Prompt>,
    pub(super) then: Then,
}

/// What a step does after its prompts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Then {
    Go(Next),
    Ask(Keys),
    Record(Recording),
}

/// Where a dialog goes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Next {
    /// To the step of this name.
    Step(Box<str>),
    /// To its end, with this label for the application.
    Done(Box<str>),
}

impl Next {
    /// To the step of this name.
    pub fn step(name: impl Into<Box<str>>) -> Self {
        Self::Step(name.into())
    }

    /// To its end, with this label for the application.
    pub fn done(label: impl Into<Box<str>>) -> Self {
        Self::Done(label.into())
    }
}

impl Step {
    /// Says something, and goes on.
    pub fn say(prompts: impl IntoIterator<Item = Prompt>, next: Next) -> Self {
        Self { prompts: prompts.into_iter().collect(), then: Then::Go(next) }
    }

    /// Says something, and asks for keys.
    pub fn ask(prompts: impl IntoIterator<Item = Prompt>, keys: Keys) -> Self {
        Self { prompts: prompts.into_iter().collect(), then: Then::Ask(keys) }
    }

    /// Says something, and records the answer.
    ///
    /// The service takes one prompt before a recording; say more in a step before.
    pub fn record(prompt: impl Into<Option<Prompt>>, recording: Recording) -> Self {
        Self { prompts: prompt.into().into_iter().collect(), then: Then::Record(recording) }
    }

    /// Every place the step may lead to.
    pub(super) fn nexts(&self) -> Vec<&Next> {
        match &self.then {
            Then::Go(next) => vec![next],
            Then::Ask(keys) => keys.nexts(),
            Then::Record(recording) => vec![&recording.recorded, &recording.failed],
        }
    }

    /// Everything the step may play in one request each.
    pub(super) fn playlists(&self) -> Vec<&[Prompt]> {
        let mut lists = vec![self.prompts.as_slice()];
        if let Then::Ask(keys) = &self.then {
            lists.extend(keys.playlists());
        }
        lists
    }
}
