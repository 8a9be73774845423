//! What a caller says when asked: clips of `recordResponse`, and where they lie.

use std::time::Duration;

use teams_cc_core::contact::Tone;

use super::{
    World,
    call::{Far, Operation, ResultInfo},
    operation::FINISHED,
    telephone::SAYS,
};

/// The most clips at once; one more takes the place of the first.
const MAX_CLIPS: usize = 1000;
/// A clip that became as long as it may (Learn: 200/8515).
const LONGEST: ResultInfo =
    ResultInfo::new(200, 8515, "The maximum recording duration is reached.");
/// Nobody said anything (assumed).
const SILENCE: ResultInfo = ResultInfo::new(400, 0, "Nobody spoke in time.");

/// A recording under way.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    /// How long the prompt before it plays.
    pub(crate) prompt: Duration,
    /// How long the clip becomes.
    clip: Duration,
    stop_tones: Vec<char>,
    origin: String,
}

/// A clip that can be fetched while its call lasts (how long is assumed).
#[derive(Clone)]
pub(crate) struct Clip {
    pub(crate) call: u64,
    pub(crate) token: String,
    pub(crate) length: Duration,
}

/// What a `recordResponse` asks for.
pub(crate) struct Wanted<'a> {
    pub(crate) uris: Vec<&'a str>,
    pub(crate) context: Option<String>,
    pub(crate) stop_tones: Vec<char>,
    pub(crate) initial_silence: Duration,
    pub(crate) max_silence: Duration,
    pub(crate) max_duration: Duration,
    /// Scheme and host where the clip will lie.
    pub(crate) origin: String,
}

impl World {
    /// Queues a recording; `None` where too many operations wait.
    pub(crate) fn record(&mut self, key: u64, wanted: Wanted<'_>) -> Option<String> {
        let says = match self.calls.get(&key)?.far {
            Far::Customer(customer) => self.setup.customers.get(customer).map(|c| c.says),
            Far::User(_) => Some(SAYS),
            Far::Mailbox(_) | Far::Nobody => None,
        };
        let says = says.unwrap_or_default();
        let (clip, takes, ends) = if says.is_zero() {
            (Duration::ZERO, wanted.initial_silence, SILENCE)
        } else if says >= wanted.max_duration {
            (wanted.max_duration, wanted.max_duration, LONGEST)
        } else {
            (says, says + wanted.max_silence, FINISHED)
        };
        let prompt = self.length_of(&wanted.uris);
        let operation = Operation {
            id: self.dice.uuid(),
            context: wanted.context,
            kind: "recordOperation",
            names: wanted.uris.iter().map(|uri| super::file_name(uri).into()).collect(),
            plays: prompt.map(|prompt| prompt + takes),
            ends,
            records: Some(Recording {
                prompt: prompt.unwrap_or_default(),
                clip,
                stop_tones: wanted.stop_tones,
                origin: wanted.origin,
            }),
        };
        self.begin_operation(key, operation)
    }

    /// A key that stops the recording ends it at once.
    pub(crate) fn stop_recording(&mut self, key: u64, tone: Tone) {
        let first = self.calls.get_mut(&key).and_then(|call| call.operations.front_mut());
        let Some(operation) = first else {
            return;
        };
        let Some(recording) = &operation.records else {
            return;
        };
        if recording.stop_tones.contains(&tone.reveal()) {
            operation.ends = FINISHED;
            let id = operation.id.clone();
            self.operation_ends(key, &id);
        }
    }

    /// Puts the clip of a recording that ended well where it can be fetched.
    pub(super) fn keep_clip(
        &mut self,
        key: u64,
        operation: &Operation,
        result: ResultInfo,
    ) -> Option<(String, String)> {
        let recording = operation.records.as_ref().filter(|_| result.code == 200)?;
        while self.clips.len() >= MAX_CLIPS {
            self.clips.pop_first();
        }
        let token = self.dice.token();
        let clip = Clip { call: key, token: token.clone(), length: recording.clip };
        self.clips.insert(operation.id.clone(), clip);
        Some((format!("{}/clips/{}", recording.origin, operation.id), token))
    }
}
