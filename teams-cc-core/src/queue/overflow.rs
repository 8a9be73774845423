//! How long a queue may get, and where its calls go then.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::Priority;
use crate::{Address, QueueId};

/// Where a call goes that a queue gives up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exit {
    /// To another queue, as a new call there.
    Queue(QueueId),
    /// To another queue, as a new call there with this priority.
    Escalate {
        /// Which queue.
        queue: QueueId,
        /// How urgent it is there.
        priority: Priority,
    },
    /// To a mailbox.
    Voicemail,
    /// To another party, called by the platform.
    Forward(Address),
    /// Told that nobody is free, and let go.
    Disconnect,
}

/// Writes words for ladders: kinds and ids, never numbers.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue(queue) => write!(f, "queue {queue}"),
            Self::Escalate { queue, .. } => write!(f, "queue {queue}, escalated"),
            Self::Voicemail => f.write_str("voicemail"),
            Self::Forward(address) => write!(f, "{address}"),
            Self::Disconnect => f.write_str("disconnect"),
        }
    }
}

/// Why a queue gave a call up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ExitReason {
    /// It waited as long as it may.
    WaitedTooLong,
    /// The queue was full.
    QueueFull,
    /// Nobody serves the queue.
    NoAgents,
    /// A policy of the application's own said so.
    Policy,
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WaitedTooLong => "waited too long",
            Self::QueueFull => "queue full",
            Self::NoAgents => "no agents",
            Self::Policy => "policy",
        })
    }
}

/// How many calls a queue takes, and for how long.
///
/// The defaults are those of a Teams call queue: 50 calls, 20 minutes, then disconnect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueLimits {
    /// The most calls that wait; one more leaves by `when_full` at once.
    pub max_length: usize,
    /// Where a call goes that finds the queue full.
    pub when_full: Exit,
    /// The longest any call waits.
    #[serde(with = "crate::time::seconds::written")]
    pub max_wait: Duration,
    /// Where a call goes that waited so long.
    pub after_wait: Exit,
    /// What becomes of an agent who rings at that moment.
    #[serde(default)]
    pub while_ringing: WhileRinging,
}

/// What becomes of an agent who rings when a call has waited long enough.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhileRinging {
    /// The agent may still take the call; it leaves when that ringing ends. The default.
    #[default]
    RingOn,
    /// The agent stops ringing and the call leaves.
    CutShort,
}

impl QueueLimits {
    /// Sets the most calls that wait, and where one more goes.
    #[must_use]
    pub fn length(mut self, max: usize, exit: Exit) -> Self {
        self.max_length = max;
        self.when_full = exit;
        self
    }

    /// Sets the longest wait, and where a call goes then.
    #[must_use]
    pub fn wait(mut self, max: Duration, exit: Exit) -> Self {
        self.max_wait = max;
        self.after_wait = exit;
        self
    }
}

impl QueueLimits {
    /// Sets what becomes of an agent who rings when the longest wait is over.
    #[must_use]
    pub fn while_ringing(mut self, what: WhileRinging) -> Self {
        self.while_ringing = what;
        self
    }
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            max_length: 50,
            when_full: Exit::Disconnect,
            max_wait: Duration::from_mins(20),
            after_wait: Exit::Disconnect,
            while_ringing: WhileRinging::RingOn,
        }
    }
}
