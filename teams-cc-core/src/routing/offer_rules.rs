//! How calls of a queue are offered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agent::Pauses;

/// How calls of a queue are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OfferRules {
    /// How long an agent is rung. Default 18 s, shorter than the 20 s after which Teams forwards
    /// an unanswered call to a mailbox.
    #[serde(with = "crate::time::seconds::written")]
    pub ring: Duration,
    /// How long after ringing an answer may still be confirmed. Default 15 s.
    #[serde(with = "crate::time::seconds::written")]
    pub confirm: Duration,
    /// How long all ringing of one attempt takes together. Who is rung after another one declined
    /// has what is left. Default: everybody has the whole time.
    #[serde(with = "crate::time::seconds::optional")]
    pub attempt: Option<Duration>,
    /// How long a call waits between two attempts. Default not at all. While it does, nothing is
    /// decided of it: it leaves for its time or for nobody being there so much later at most.
    #[serde(with = "crate::time::seconds::written")]
    pub retry: Duration,
    /// How long an agent is left alone with a call not taken. Default 30 s.
    pub pass: Pauses,
    /// How long an agent is left alone altogether after a call not taken. Default not at all.
    pub rest: Pauses,
    /// What is added to every wrap-up. Default nothing.
    #[serde(with = "crate::time::seconds::written")]
    pub settle: Duration,
    /// After how many missed offers in a row an agent counts as away. None for never. Default 3.
    pub misses_before_away: Option<u32>,
}

impl Default for OfferRules {
    fn default() -> Self {
        Self {
            ring: Duration::from_secs(18),
            confirm: Duration::from_secs(15),
            attempt: None,
            retry: Duration::ZERO,
            pass: Pauses::all(Duration::from_secs(30)),
            rest: Pauses::default(),
            settle: Duration::ZERO,
            misses_before_away: Some(3),
        }
    }
}

impl OfferRules {
    /// Sets how long an agent is rung.
    #[must_use]
    pub fn ring(mut self, ring: Duration) -> Self {
        self.ring = ring;
        self
    }

    /// Sets how long after ringing an answer may still be confirmed.
    #[must_use]
    pub fn confirm(mut self, confirm: Duration) -> Self {
        self.confirm = confirm;
        self
    }

    /// Sets how long all ringing of an attempt takes, and how long a call waits between attempts.
    #[must_use]
    pub fn attempts(mut self, attempt: Duration, retry: Duration) -> Self {
        self.attempt = Some(attempt);
        self.retry = retry;
        self
    }

    /// Sets how long an agent is left alone with a call not taken.
    #[must_use]
    pub fn pass(mut self, pass: Pauses) -> Self {
        self.pass = pass;
        self
    }

    /// Sets how long an agent is left alone altogether after a call not taken.
    #[must_use]
    pub fn rest(mut self, rest: Pauses) -> Self {
        self.rest = rest;
        self
    }

    /// Sets what is added to every wrap-up.
    #[must_use]
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// Sets after how many missed offers in a row an agent counts as away.
    #[must_use]
    pub fn misses_before_away(mut self, misses: Option<u32>) -> Self {
        self.misses_before_away = misses;
        self
    }
}
