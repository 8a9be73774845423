//! How an agent serves one queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How an agent serves one queue.
///
/// Products name these differently: `level` is a tier in `FreeSWITCH`'s `mod_callcenter` and a
/// penalty in Asterisk's `app_queue`; `priority` and `delay` are those of a routing profile in
/// Amazon Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Membership {
    /// Which line the agent stands in; the smallest is called on first. Default 1.
    pub level: u16,
    /// The place in that line, from the smallest. Default 0.
    pub position: u32,
    /// Which of the agent's queues goes first when the agent is free; the smallest does.
    /// Default 1.
    pub priority: u8,
    /// How long a call waits before this agent is called on. Default not at all.
    #[serde(with = "crate::time::seconds::written", skip_serializing_if = "Duration::is_zero")]
    pub delay: Duration,
}

impl Membership {
    /// An agent of the first line.
    pub const PLAIN: Self = Self { level: 1, position: 0, priority: 1, delay: Duration::ZERO };

    /// Sets in which line the agent stands.
    #[must_use]
    pub const fn level(mut self, level: u16) -> Self {
        self.level = level;
        self
    }

    /// Sets the place in the line.
    #[must_use]
    pub const fn position(mut self, position: u32) -> Self {
        self.position = position;
        self
    }

    /// Sets which of the agent's queues goes first, and how long its calls wait for that.
    #[must_use]
    pub const fn priority(mut self, priority: u8, delay: Duration) -> Self {
        self.priority = priority;
        self.delay = delay;
        self
    }
}

impl Default for Membership {
    fn default() -> Self {
        Self::PLAIN
    }
}
