//! How long an agent is left alone after an offer that came to nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::contact::OfferEnd;

/// How long an agent is left alone, by what became of the offer.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Pauses {
    /// After nobody answered, or a mailbox did.
    #[serde(with = "crate::time::seconds::written")]
    pub no_answer: Duration,
    /// After the agent declined.
    #[serde(with = "crate::time::seconds::written")]
    pub declined: Duration,
    /// After the agent was busy, or could not be called.
    #[serde(with = "crate::time::seconds::written")]
    pub busy: Duration,
}

impl Pauses {
    /// Until the agent signs in again or says to be available.
    pub const UNTIL_BACK: Duration = Duration::MAX;

    /// The same pause whatever became of the offer.
    #[must_use]
    pub const fn all(pause: Duration) -> Self {
        Self { no_answer: pause, declined: pause, busy: pause }
    }

    /// Sets the pause after nobody answered.
    #[must_use]
    pub const fn no_answer(mut self, pause: Duration) -> Self {
        self.no_answer = pause;
        self
    }

    /// Sets the pause after the agent declined.
    #[must_use]
    pub const fn declined(mut self, pause: Duration) -> Self {
        self.declined = pause;
        self
    }

    /// Sets the pause after the agent was busy.
    #[must_use]
    pub const fn busy(mut self, pause: Duration) -> Self {
        self.busy = pause;
        self
    }

    pub(crate) const fn after(&self, end: OfferEnd) -> Duration {
        match end {
            OfferEnd::NoAnswer | OfferEnd::SuspectedVoicemail => self.no_answer,
            OfferEnd::Declined => self.declined,
            OfferEnd::Busy | OfferEnd::Failed => self.busy,
            OfferEnd::Withdrawn => Duration::ZERO,
        }
    }
}
