//! Operations on a call's media: prompts one after the other, and their ends.

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
const FINISHED: ResultInfo = ResultInfo::new(200, 0, "Action completed successfully.");

impl World {
    /// Queues a prompt; `None` where too many wait.
    pub(crate) fn play(
        &mut self,
        key: u64,
        uris: &[&str],
        context: Option<String>,
    ) -> Option<String> {
        let mut plays = Ok(std::time::Duration::ZERO);
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
        let id = self.dice.uuid();
        let call = self.calls.get_mut(&key)?;
        if call.operations.len() >= MAX_OPERATIONS {
            return None;
        }
        call.operations.push_back(Operation {
            id: id.clone(),
            context,
            names: uris.iter().map(|uri| file_name(uri).into()).collect(),
            plays,
        });
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
        let result = operation.plays.map_or_else(|why| why, |_| FINISHED);
        self.operation_over(key, &operation, result);
        if operation.plays.is_ok() {
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
    fn operation_over(&mut self, key: u64, operation: &Operation, result: ResultInfo) {
        let Some(call) = self.calls.get(&key) else {
            return;
        };
        let done = result.code == 200;
        let suffix = format!("/operations/{}", operation.id);
        let data = json!({
            "@odata.type": "#microsoft.graph.playPromptOperation",
            "@odata.id": format!("{}{suffix}", call.resource()),
            "id": operation.id,
            "clientContext": operation.context,
            "status": if done { "completed" } else { "failed" },
            "resultInfo": result.json(),
        });
        let text = if done {
            "playPrompt completed".to_owned()
        } else {
            format!("playPrompt failed: {}/{}", result.code, result.subcode)
        };
        self.notify(key, "deleted", &suffix, &data, &text);
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
