//! What goes into a dialog.

use std::fmt;

use teams_cc_core::contact::{OperationOutcome, Tone};

/// What a dialog takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// Media flows: from here on something can be played.
    MediaActive,
    /// The caller pressed a key.
    Tone(Tone),
    /// What an output asked for is over.
    Ended {
        /// The task of the output.
        task: TaskId,
        /// How it ended.
        outcome: OperationOutcome,
    },
    /// What an output asked for was not taken by the service.
    Refused {
        /// The task of the output.
        task: TaskId,
    },
    /// The call is over.
    CallEnded,
    /// Time passed.
    Tick,
}

/// Names what an output asked for, within one dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(super) u32);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
