//! How keys are asked for.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};
use teams_cc_core::{
    contact::{Prompt, Tone},
    time::IsoDuration,
};

use super::{InvalidDialog, Next};

/// The most keys of one input.
pub const MAX_KEYS: usize = 64;

/// The most tries of one visit of a step.
pub const MAX_TRIES: u8 = 10;

/// How long keys may be waited for: as long as `recordResponse` listens at most.
const WAITS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(2);

/// What becomes of keys that were pressed before a step asks for any.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TypeAhead {
    /// They answer it: who knows the menus need not hear them.
    #[default]
    Keep,
    /// They are dropped: for questions that must be heard first, such as a consent.
    Discard,
}

/// How keys are asked for, and where they lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Keys {
    pub(super) branches: BTreeMap<Box<str>, Next>,
    pub(super) accept: Option<Next>,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) terminator: Option<Tone>,
    pub(super) first_key: IsoDuration,
    pub(super) next_key: IsoDuration,
    pub(super) barge_in: bool,
    pub(super) type_ahead: TypeAhead,
    pub(super) tries: u8,
    pub(super) no_input: Vec<Vec<Prompt>>,
    pub(super) invalid: Vec<Vec<Prompt>>,
    pub(super) exhausted: Next,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            branches: BTreeMap::new(),
            accept: None,
            min: 1,
            max: 1,
            terminator: None,
            first_key: Duration::from_secs(5).into(),
            next_key: Duration::from_secs(3).into(),
            barge_in: true,
            type_ahead: TypeAhead::Keep,
            tries: 3,
            no_input: Vec::new(),
            invalid: Vec::new(),
            exhausted: Next::done("exhausted"),
        }
    }
}

impl Keys {
    /// A menu: each key, or sequence of keys, and where it leads.
    pub fn menu<K: Into<Box<str>>>(branches: impl IntoIterator<Item = (K, Next)>) -> Self {
        let branches: BTreeMap<Box<str>, Next> =
            branches.into_iter().map(|(keys, next)| (keys.into(), next)).collect();
        let max = branches.keys().map(|keys| keys.len()).max().unwrap_or_default();
        Self { branches, max, ..Self::default() }
    }

    /// An entry of `min` to `max` keys, such as a customer number.
    #[must_use]
    pub fn entry(min: usize, max: usize, accept: Next) -> Self {
        Self { min, max, accept: Some(accept), ..Self::default() }
    }

    /// Adds a sequence of keys that leads elsewhere.
    #[must_use]
    pub fn branch(mut self, keys: impl Into<Box<str>>, next: Next) -> Self {
        let keys = keys.into();
        self.max = self.max.max(keys.len());
        self.branches.insert(keys, next);
        self
    }

    /// Sets the key that ends an input early. It is no part of it.
    #[must_use]
    pub fn terminator(mut self, key: Tone) -> Self {
        self.terminator = Some(key);
        self
    }

    /// Sets how long the first key may take, from the end of the prompts. Default 5 s.
    #[must_use]
    pub fn first_key(mut self, time: Duration) -> Self {
        self.first_key = time.into();
        self
    }

    /// Sets how long each further key may take. Default 3 s.
    #[must_use]
    pub fn next_key(mut self, time: Duration) -> Self {
        self.next_key = time.into();
        self
    }

    /// Sets whether a key cuts the prompts short. Default yes.
    #[must_use]
    pub fn barge_in(mut self, allowed: bool) -> Self {
        self.barge_in = allowed;
        self
    }

    /// Sets what becomes of keys pressed before. Default: they answer.
    #[must_use]
    pub fn type_ahead(mut self, type_ahead: TypeAhead) -> Self {
        self.type_ahead = type_ahead;
        self
    }

    /// Sets how often is asked. Default 3 times, at most [`MAX_TRIES`].
    #[must_use]
    pub fn tries(mut self, tries: u8) -> Self {
        self.tries = tries;
        self
    }

    /// Adds what is played after the next silence instead of the step's prompts.
    ///
    /// The last one added is played for every silence after it, too.
    #[must_use]
    pub fn after_no_input(mut self, prompts: impl IntoIterator<Item = Prompt>) -> Self {
        self.no_input.push(prompts.into_iter().collect());
        self
    }

    /// Adds what is played after the next unknown input instead of the step's prompts.
    ///
    /// The last one added is played for every unknown input after it, too.
    #[must_use]
    pub fn after_invalid(mut self, prompts: impl IntoIterator<Item = Prompt>) -> Self {
        self.invalid.push(prompts.into_iter().collect());
        self
    }

    /// Sets where it leads when every try is used up. Default: the end `exhausted`.
    #[must_use]
    pub fn exhausted(mut self, next: Next) -> Self {
        self.exhausted = next;
        self
    }

    pub(super) fn nexts(&self) -> Vec<&Next> {
        self.branches.values().chain(&self.accept).chain([&self.exhausted]).collect()
    }

    pub(super) fn playlists(&self) -> impl Iterator<Item = &[Prompt]> {
        self.no_input.iter().chain(&self.invalid).map(Vec::as_slice)
    }

    /// What is played on a try after `nth` answers of this kind; nothing of its own means the
    /// step's prompts.
    pub(super) fn retry_prompts(lists: &[Vec<Prompt>], nth: usize) -> Option<&[Prompt]> {
        let at = nth.saturating_sub(1).min(lists.len().checked_sub(1)?);
        lists.get(at).map(Vec::as_slice)
    }

    pub(super) fn check(&self, step: &str) -> Result<(), InvalidDialog> {
        let wrong = |why| Err(InvalidDialog::Keys { step: step.into(), why });
        if self.branches.is_empty() && self.accept.is_none() {
            return wrong("a question needs a branch, or an entry to accept");
        }
        if self.max == 0 || self.max > MAX_KEYS || self.min > self.max {
            return wrong("an input has at most 64 keys, and no more at least than at most");
        }
        for keys in self.branches.keys() {
            if keys.is_empty() || !keys.chars().all(|key| Tone::new(key).is_ok()) {
                return wrong("a branch is named by its keys: 0-9, *, # and A-D");
            }
            if keys.len() > self.max {
                return wrong("a branch has more keys than the input may have");
            }
            if self.terminator.is_some_and(|end| keys.contains(end.reveal())) {
                return wrong("a branch holds the key that ends the input");
            }
        }
        if self.tries == 0 || self.tries > MAX_TRIES {
            return wrong("a question is asked once at least and 10 times at most");
        }
        let most = usize::from(MAX_TRIES);
        if self.no_input.len() > most || self.invalid.len() > most {
            return wrong("there are more prompts for further tries than tries");
        }
        for (what, time) in
            [("the wait for the first key", self.first_key), ("the wait for a key", self.next_key)]
        {
            if !WAITS.contains(&time.get()) {
                return Err(InvalidDialog::Time { step: step.into(), what });
            }
        }
        Ok(())
    }
}
