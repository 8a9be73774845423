//! Operations on a call's media: prompts one after the other, and their ends.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    World,
    call::{MAX_OPERATIONS, Operation, ResultInfo},
    schedule::Action,
};

/// What a cancelled operation ends with (Learn: 400/8508).
const CANCELLED: ResultInfo =
    ResultInfo::new(400, 8508, "Action failed, the operation was cancelled.");
/// What a finished operation ends with (Learn: 200/0).
pub(crate) const FINISHED: ResultInfo = ResultInfo::new(200, 0, "Action completed successfully.");

impl World {
    /// Queues a prompt; `None` where too many wait.
    pub(crate) fn play(
        &mut self,
        key: u64,
        uris: &[&str],
        context: Option<String>,
    ) -> Option<String> {
        let plays = self.length_of(uris);
        let operation = Operation {
            id: self.dice.uuid(),
            context,
            kind: "playPromptOperation",
            names: uris.iter().map(|uri| file_name(uri).into()).collect(),
            plays,
            ends: FINISHED,
            records: None,
        };
        self.begin_operation(key, operation)
    }

    /// How long recordings play one after the other, or why they cannot.
    pub(crate) fn length_of(&self, uris: &[&str]) -> Result<Duration, ResultInfo> {
        let mut plays = Ok(Duration::ZERO);
        for uri in uris {
            let listed = self.setup.prompts.iter().find(|file| *file.uri == **uri);
            let one = match (listed, self.setup.unlisted_prompt) {
                (Some(file), _) if !file.playable => Err(ResultInfo::new(
                    400,
                    0,
                    "The prompt is not a WAV file of one channel, 16 bit and 16 kHz.",
                )),
                (Some(file), _) => Ok(file.duration),
                (None, Some(duration)) => Ok(duration),
                (None, None) => Err(ResultInfo::new(400, 0, "The prompt cannot be fetched.")),
            };
            plays = match (plays, one) {
                (Ok(sum), Ok(more)) => Ok(sum + more),
                (Err(why), _) | (_, Err(why)) => Err(why),
            };
        }
        plays
    }

    /// Queues an operation behind those that wait; `None` where too many do.
    pub(crate) fn begin_operation(&mut self, key: u64, operation: Operation) -> Option<String> {
        let id = operation.id.clone();
        let call = self.calls.get_mut(&key)?;
        if call.operations.len() >= MAX_OPERATIONS {
            return None;
        }
        call.operations.push_back(operation);
        if call.operations.len() == 1 {
            self.start_next(key);
        }
        Some(id)
    }

    fn start_next(&mut self, key: u64) {
        let Some(operation) = self.calls.get(&key).and_then(|call| call.operations.front()) else {
            return;
        };
        let (id, plays) = (operation.id.clone(), operation.plays);
        if let (Some(recording), false) = (&operation.records, operation.names.is_empty()) {
            let (after, names) = (recording.prompt, operation.names.clone());
            self.schedule.plan(self.now + after, Action::Heard { call: key, names });
        }
        // A prompt that cannot be played fails once it has been fetched.
        let after = plays.unwrap_or_else(|_| self.dice.millis(100..=300));
        self.schedule.plan(self.now + after, Action::OperationEnds { call: key, operation: id });
    }

    pub(crate) fn operation_ends(&mut self, key: u64, id: &str) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        if call.operations.front().is_none_or(|first| first.id != id) {
            return;
        }
        let Some(operation) = call.operations.pop_front() else {
            return;
        };
        let result = operation.plays.map_or_else(|why| why, |_| operation.ends);
        self.operation_over(key, &operation, result);
        if operation.plays.is_ok() && operation.kind == "playPromptOperation" {
            self.after_prompt(key, &operation.names);
        }
        self.start_next(key);
    }

    /// Cancels what plays and what waits.
    pub(crate) fn cancel_operations(&mut self, key: u64) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        for operation in std::mem::take(&mut call.operations) {
            self.operation_over(key, &operation, CANCELLED);
        }
    }

    /// `deleted` on an operation means that it finished, well or not.
    pub(super) fn operation_over(&mut self, key: u64, operation: &Operation, result: ResultInfo) {
        let clip = self.keep_clip(key, operation, result);
        let Some(call) = self.calls.get(&key) else {
            return;
        };
        let done = result.code == 200;
        let suffix = format!("/operations/{}", operation.id);
        let mut data = json!({
            "@odata.type": format!("#microsoft.graph.{}", operation.kind),
            "@odata.id": format!("{}{suffix}", call.resource()),
            "id": operation.id,
            "clientContext": operation.context,
            "status": if done { "completed" } else { "failed" },
            "resultInfo": result.json(),
        });
        if let Some((location, token)) = clip {
            data["recordingLocation"] = location.into();
            data["recordingAccessToken"] = token.into();
        }
        let name = operation.kind.trim_end_matches("Operation");
        let text = if done {
            format!("{name} completed")
        } else {
            format!("{name} failed: {}/{}", result.code, result.subcode)
        };
        self.remember(key, data.clone());
        self.notify(key, "deleted", &suffix, &data, &text);
    }

    /// Keeps an operation that ended, for who asks about it later.
    pub(crate) fn remember(&mut self, key: u64, operation: Value) {
        if let Some(call) = self.calls.get_mut(&key) {
            if call.ended.len() >= MAX_OPERATIONS {
                call.ended.pop_front();
            }
            call.ended.push_back(operation);
        }
    }

    /// An operation as GET shows it, where the call knows it.
    pub(crate) fn operation_named(&self, key: u64, id: &str) -> Option<Value> {
        let call = self.calls.get(&key)?;
        let ended = call.ended.iter().find(|operation| operation["id"] == id);
        let running = || call.operations.iter().find(|operation| operation.id == id);
        let invite = || call.invite.as_ref().filter(|invite| invite.operation.id == id);
        let entity = |operation: &Operation| {
            let context = operation.context.as_deref();
            Self::operation_entity(operation.kind, id, "running", context)
        };
        let running = || running().or_else(|| invite().map(|invite| &invite.operation));
        ended.cloned().or_else(|| running().map(entity))
    }

    /// The operation entity a request is answered with.
    pub(crate) fn operation_entity(
        kind: &str,
        id: &str,
        status: &str,
        context: Option<&str>,
    ) -> Value {
        json!({
            "@odata.type": format!("#microsoft.graph.{kind}"),
            "id": id,
            "status": status,
            "clientContext": context,
        })
    }
}

/// The last part of a prompt's address.
pub(crate) fn file_name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or_default()
}
