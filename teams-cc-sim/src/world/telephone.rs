//! Who is on the telephone network, and what they hear.

use std::time::Duration;

use teams_cc_core::{PhoneNumber, contact::Tone};

use super::Answering;

/// Which prompt a key press follows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterPrompt {
    /// The nth prompt of the call, counted from 1.
    Nth(u32),
    /// Every prompt of this file name.
    Named(Box<str>),
}

impl AfterPrompt {
    pub(crate) fn is(&self, nth: u32, names: &[Box<str>]) -> bool {
        match self {
            Self::Nth(own) => *own == nth,
            Self::Named(own) => names.contains(own),
        }
    }
}

/// How long somebody speaks when asked to.
pub(super) const SAYS: Duration = Duration::from_secs(3);

/// A person on the telephone network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Customer {
    /// A short name for ladders; not personal data.
    pub handle: Box<str>,
    /// The number shown to whom the customer calls.
    pub number: PhoneNumber,
    /// What the customer dials, and when.
    pub dials: Option<(Duration, PhoneNumber)>,
    /// Keys pressed: after which prompt, how long after, which key.
    pub keys: Vec<(AfterPrompt, Duration, Tone)>,
    /// How long the customer waits for a person before hanging up.
    pub patience: Duration,
    /// How long the customer talks before hanging up.
    pub talk: Duration,
    /// How long the customer speaks when asked to.
    pub says: Duration,
    /// What the customer does when called.
    pub answering: Answering,
}

impl Customer {
    /// A customer who waits two minutes for a person and talks for one.
    #[must_use]
    pub fn new(handle: &str, number: &str) -> Self {
        Self {
            handle: handle.into(),
            number: PhoneNumber::presented(number),
            dials: None,
            keys: Vec::new(),
            patience: Duration::from_mins(2),
            talk: Duration::from_mins(1),
            says: SAYS,
            answering: Answering::after(Duration::from_secs(4)),
        }
    }

    /// Dials a number at a time of the day.
    ///
    /// A service number of a resource account reaches its bot through Teams; every other number
    /// reaches the trunk through the carrier.
    #[must_use]
    pub fn dials(mut self, at: Duration, number: &str) -> Self {
        self.dials = Some((at, PhoneNumber::presented(number)));
        self
    }

    /// Presses a key so long after the nth prompt, counted from 1.
    #[must_use]
    pub fn presses(mut self, key: Tone, prompt: u32, after: Duration) -> Self {
        self.keys.push((AfterPrompt::Nth(prompt), after, key));
        self
    }

    /// Presses a key so long after each prompt of this file name.
    #[must_use]
    pub fn presses_after(mut self, prompt: &str, key: Tone, after: Duration) -> Self {
        self.keys.push((AfterPrompt::Named(prompt.into()), after, key));
        self
    }

    /// Sets how long the customer waits for a person.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets how long the customer talks before hanging up.
    #[must_use]
    pub fn talks(mut self, talk: Duration) -> Self {
        self.talk = talk;
        self
    }

    /// Sets how long the customer speaks where a bot records; zero is silence.
    #[must_use]
    pub fn says(mut self, says: Duration) -> Self {
        self.says = says;
        self
    }

    /// Sets what the customer does when called.
    #[must_use]
    pub fn answering(mut self, answering: Answering) -> Self {
        self.answering = answering;
        self
    }
}

/// A recording as the platform finds it when it fetches a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromptFile {
    /// Where it lies.
    pub uri: Box<str>,
    /// How long it plays.
    pub duration: Duration,
    /// Whether it is a WAV of one channel, 16-bit samples and 16 kHz.
    pub playable: bool,
}

impl PromptFile {
    /// A recording in the format Graph demands.
    #[must_use]
    pub fn new(uri: &str, duration: Duration) -> Self {
        Self { uri: uri.into(), duration, playable: true }
    }

    /// A recording in some other format.
    #[must_use]
    pub fn unplayable(mut self) -> Self {
        self.playable = false;
        self
    }
}
