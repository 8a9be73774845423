//! What comes out of a dialog.

use teams_cc_core::{Instant, contact::Prompt};

use super::{DialogResult, Recording, TaskId};

/// What a dialog gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Ask the service for the caller's keys, once and before anything is played.
    SubscribeTones {
        /// Names it; only a refusal is to be told, as [`Input::Refused`](super::Input::Refused).
        task: TaskId,
    },
    /// Play these one after the other.
    Play {
        /// Names it; its end is to be told.
        task: TaskId,
        /// What to play, at most 20.
        prompts: Vec<Prompt>,
    },
    /// Play the prompt, where there is one, and record the answer.
    Record {
        /// Names it; its end is to be told.
        task: TaskId,
        /// What to play first.
        prompt: Option<Prompt>,
        /// How to record.
        recording: Recording,
    },
    /// Stop what is with the service; its end is still to be told.
    CancelMedia {
        /// The task to stop.
        task: TaskId,
    },
    /// The dialog is over; nothing follows.
    Done(Box<DialogResult>),
    /// Nothing more until then; [`None`] waits for input alone.
    Timeout(Option<Instant>),
}
