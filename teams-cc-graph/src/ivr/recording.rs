//! How an answer is recorded.

use std::{ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};
use teams_cc_core::{
    contact::{Prompt, Tone},
    time::IsoDuration,
};

use super::{InvalidDialog, Next};
use crate::{
    model,
    request::{Via, communications::calls::RecordResponse},
};

/// What `recordResponse` takes for each of its times (Learn, call-record).
const TIMES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(2);

/// What each of them is unless said otherwise (Learn, call-record).
const DEFAULT_TIME: Duration = Duration::from_secs(5);

/// The most keys that end a recording.
const MAX_STOP_TONES: usize = 12;

/// How an answer is recorded.
///
/// Such a clip is for recognition and must not be kept: see
/// [`EphemeralClip`](crate::call::recording::EphemeralClip).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recording {
    pub(super) recorded: Next,
    pub(super) failed: Next,
    #[serde(default = "default_time")]
    pub(super) max_duration: IsoDuration,
    #[serde(default = "default_time")]
    pub(super) initial_silence: IsoDuration,
    #[serde(default = "default_time")]
    pub(super) max_silence: IsoDuration,
    #[serde(default = "yes")]
    pub(super) beep: bool,
    #[serde(default)]
    pub(super) barge_in: bool,
    #[serde(default)]
    pub(super) stop_tones: Vec<Tone>,
}

fn default_time() -> IsoDuration {
    DEFAULT_TIME.into()
}

fn yes() -> bool {
    true
}

impl Recording {
    /// A recording, and where the dialog goes when it was made or failed.
    #[must_use]
    pub fn new(recorded: Next, failed: Next) -> Self {
        Self {
            recorded,
            failed,
            max_duration: default_time(),
            initial_silence: default_time(),
            max_silence: default_time(),
            beep: true,
            barge_in: false,
            stop_tones: Vec::new(),
        }
    }

    /// Sets how long it may be. Default 5 s, at most 120 s.
    #[must_use]
    pub fn max_duration(mut self, time: Duration) -> Self {
        self.max_duration = time.into();
        self
    }

    /// Sets how long the caller may be silent at first. Default 5 s, at most 120 s.
    #[must_use]
    pub fn initial_silence(mut self, time: Duration) -> Self {
        self.initial_silence = time.into();
        self
    }

    /// Sets how long the caller may be silent later. Default 5 s, at most 120 s.
    #[must_use]
    pub fn max_silence(mut self, time: Duration) -> Self {
        self.max_silence = time.into();
        self
    }

    /// Sets whether a beep comes first. Default yes.
    #[must_use]
    pub fn beep(mut self, beep: bool) -> Self {
        self.beep = beep;
        self
    }

    /// Sets whether a key cuts the prompt short. Default no.
    #[must_use]
    pub fn barge_in(mut self, allowed: bool) -> Self {
        self.barge_in = allowed;
        self
    }

    /// Sets the keys that end it.
    #[must_use]
    pub fn stop_tones(mut self, tones: impl IntoIterator<Item = Tone>) -> Self {
        self.stop_tones = tones.into_iter().collect();
        self
    }

    /// The request that records so.
    pub(crate) fn request<C: Via>(
        &self,
        request: RecordResponse<C>,
        prompt: Option<Prompt>,
    ) -> RecordResponse<C> {
        let tones = self.stop_tones.iter().filter_map(|tone| model::Tone::of_key(tone.reveal()));
        let request = request
            .max_record_duration(self.max_duration.get())
            .initial_silence_timeout(self.initial_silence.get())
            .max_silence_timeout(self.max_silence.get())
            .play_beep(self.beep)
            .barge_in_allowed(self.barge_in)
            .stop_tones(tones);
        match prompt {
            Some(prompt) => request.prompt(model::Prompt::wav(prompt.uri())),
            None => request,
        }
    }

    /// The longest time from its end of prompt to its own end.
    pub(super) fn longest(&self) -> Duration {
        self.initial_silence.get() + self.max_duration.get()
    }

    pub(super) fn check(&self, step: &str) -> Result<(), InvalidDialog> {
        for (what, time) in [
            ("the length of a recording", self.max_duration),
            ("the silence before a recording", self.initial_silence),
            ("the silence in a recording", self.max_silence),
        ] {
            if !TIMES.contains(&time.get()) {
                return Err(InvalidDialog::Time { step: step.into(), what });
            }
        }
        if self.stop_tones.len() > MAX_STOP_TONES {
            let why = "at most 12 keys end a recording";
            return Err(InvalidDialog::Keys { step: step.into(), why });
        }
        Ok(())
    }
}
