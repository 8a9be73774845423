//! How a dialog went.

use super::Digits;

/// How a dialog went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DialogResult {
    /// Why it is over.
    pub end: End,
    /// What was answered, step by step; a step visited or tried again answers again.
    pub answers: Vec<Answer>,
    /// Keys that were pressed and not asked for any more.
    pub unread: Digits,
    /// How many keys were dropped: discarded by a step that wants none typed ahead, after an input
    /// that fits nothing, or beyond [`MAX_TYPED_AHEAD`](super::MAX_TYPED_AHEAD).
    pub dropped: u32,
    /// How many prompts the service did not play.
    pub failed_prompts: u32,
    /// How many prompts and recordings never told their end.
    pub unheard_ends: u32,
}

/// Why a dialog is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// It came to [`Next::Done`](super::Next::Done) with this label.
    Finished(Box<str>),
    /// The call ended first.
    CallEnded,
    /// Media never flowed.
    NoMedia,
    /// The service does not tell the caller's keys.
    NoTones,
    /// It visited as many steps as one dialog may.
    TooManyVisits,
}

/// What one visit of a step brought.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The step.
    pub step: Box<str>,
    /// The keys, without the one that ended them.
    pub keys: Digits,
    /// Whether a key of its own ended the input.
    pub terminated: bool,
    /// What they were taken for.
    pub verdict: Verdict,
}

/// What an answer was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// A choice of the menu, or an entry of the length asked for.
    Accepted,
    /// Nothing the step knows.
    Invalid,
    /// No key in time.
    NoInput,
    /// A recording was made.
    Recorded,
    /// A recording failed.
    NotRecorded,
}

impl DialogResult {
    /// The last accepted keys of a step.
    #[must_use]
    pub fn keys_of(&self, step: &str) -> Option<&Digits> {
        let accepted =
            |answer: &&Answer| &*answer.step == step && answer.verdict == Verdict::Accepted;
        self.answers.iter().rev().find(accepted).map(|answer| &answer.keys)
    }
}
