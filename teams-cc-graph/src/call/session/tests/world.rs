//! A call at Graph, told by notifications and by answers: the truth a session has to find.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use teams_cc_core::{OperationId, contact::OperationOutcome};

use super::super::*;
use crate::{
    call::{OperationReport, Report, ResultCode, RosterReport},
    model::{Call, CommsNotification, CommsOperation, Participant},
};

pub(super) const PATH: &str = "/communications/calls/57DAB8B1894C";
pub(super) const OWN: &str = "own-participant";

/// What happens at Graph.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Ring,
    Establish,
    Media(bool),
    Hold(bool),
    Join(u8),
    Leave(u8),
    Mute(u8, bool),
    EndOperation(u8, bool),
    FailTransfer,
    CompleteTransfer,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: OperationId,
    pub(super) graph_id: String,
    pub(super) outcome: Option<OperationOutcome>,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) delta: bool,
    pub(super) state: &'static str,
    pub(super) media: bool,
    /// Who is on the call: whether muted, and the roster at which that changed last.
    pub(super) people: BTreeMap<u8, (bool, i64)>,
    own_since: i64,
    sequence: i64,
    result: Option<(i32, i32)>,
    pub(super) operations: Vec<Operation>,
}

impl World {
    pub(super) fn new(delta: bool) -> Self {
        Self {
            delta,
            state: "establishing",
            media: false,
            people: BTreeMap::new(),
            own_since: 1,
            sequence: 1,
            result: None,
            operations: Vec::new(),
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.state != "terminated"
    }

    pub(super) fn is_connected(&self) -> bool {
        ["established", "hold", "transferring"].contains(&self.state)
    }

    /// Lets it happen, where it can; gives what Graph tells of it.
    pub(super) fn step(&mut self, step: Step) -> Vec<Value> {
        if !self.is_live() {
            return Vec::new();
        }
        match step {
            Step::Ring if self.state == "establishing" => self.become_("ringing"),
            Step::Establish if !self.is_connected() => {
                self.media = true;
                let mut told = self.become_("established");
                told.push(self.roster(None));
                told
            }
            Step::Media(on) if self.is_connected() => {
                self.media = on;
                self.become_(self.state)
            }
            Step::Hold(on) if self.is_connected() && self.state != "transferring" => {
                self.become_(if on { "hold" } else { "established" })
            }
            Step::Join(who) if self.is_connected() && !self.people.contains_key(&who) => {
                self.sequence += 1;
                self.people.insert(who, (false, self.sequence));
                vec![self.roster(Some((who, false)))]
            }
            Step::Leave(who) if self.people.remove(&who).is_some() => {
                self.sequence += 1;
                vec![self.roster(Some((who, true)))]
            }
            Step::Mute(who, on) if self.people.contains_key(&who) => {
                self.sequence += 1;
                self.people.insert(who, (on, self.sequence));
                vec![self.roster(Some((who, false)))]
            }
            Step::EndOperation(nth, well) => self.end_operation(nth, well),
            Step::FailTransfer if self.state == "transferring" => {
                self.result = Some((500, 7000));
                self.become_("established")
            }
            Step::CompleteTransfer if self.state == "transferring" => {
                self.result = Some((200, 7015));
                self.end()
            }
            Step::End => {
                self.result = Some((200, 4521));
                self.end()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn transfer(&mut self) -> Vec<Value> {
        self.result = None;
        self.become_("transferring")
    }

    pub(super) fn begin(&mut self, id: OperationId) -> Operation {
        let graph_id = format!("0FE0-{}", self.operations.len());
        self.operations.push(Operation { id, graph_id, outcome: None });
        self.operations.last().expect("pushed").clone()
    }

    /// What Graph answers.
    pub(super) fn answer(&self, ask: &Ask) -> Answer {
        if !self.is_live() {
            return Answer::NotFound;
        }
        match ask {
            Ask::KeepAlive => Answer::Alive,
            Ask::Call => {
                let call: Call = serde_json::from_value(self.call()).expect("a call");
                Answer::Call(Box::new(CallReport::read(&call, false)))
            }
            Ask::Participants => {
                let list: Vec<Participant> =
                    serde_json::from_value(self.list()).expect("participants");
                Answer::Participants(RosterReport::read(&list))
            }
            Ask::Operation { id, .. } => {
                let found = self.operations.iter().find(|it| it.id == *id).expect("begun");
                let operation: CommsOperation =
                    serde_json::from_value(operation(found)).expect("an operation");
                Answer::Operation(OperationReport::read(&operation, false))
            }
        }
    }

    fn become_(&mut self, state: &'static str) -> Vec<Value> {
        self.state = state;
        vec![json!({ "changeType": "Updated", "resourceUrl": PATH, "resourceData": self.call() })]
    }

    fn end(&mut self) -> Vec<Value> {
        self.state = "terminated";
        vec![json!({ "changeType": "Deleted", "resourceUrl": PATH, "resourceData": self.call() })]
    }

    fn end_operation(&mut self, nth: u8, well: bool) -> Vec<Value> {
        let running: Vec<_> =
            self.operations.iter_mut().filter(|it| it.outcome.is_none()).collect();
        let count = running.len();
        let Some(found) = running.into_iter().nth(usize::from(nth) % count.max(1)) else {
            return Vec::new();
        };
        found.outcome = Some(if well {
            OperationOutcome::Completed
        } else {
            OperationOutcome::Failed { code: 500, subcode: 8505 }
        });
        let path = format!("{PATH}/operations/{}", found.graph_id);
        vec![
            json!({ "changeType": "Deleted", "resourceUrl": path, "resourceData": operation(found) }),
        ]
    }

    fn call(&self) -> Value {
        let mut call = json!({
            "@odata.type": "#microsoft.graph.call", "state": self.state,
            "mediaState": { "audio": if self.media { "Active" } else { "inactive" } },
            "myParticipantId": OWN, "callChainId": "chain",
        });
        if let Some((code, subcode)) = self.result {
            call["resultInfo"] = json!({ "code": code, "subcode": subcode });
        }
        call
    }

    fn list(&self) -> Value {
        let own = json!({ "id": OWN, "isMuted": false, "rosterSequenceNumber": self.own_since });
        let people = self.people.iter().map(|(who, (muted, since))| person(*who, *muted, *since));
        Value::Array(std::iter::once(own).chain(people).collect())
    }

    fn roster(&self, change: Option<(u8, bool)>) -> Value {
        let data = match change {
            Some((who, gone)) if self.delta => {
                let (muted, _) = self.people.get(&who).copied().unwrap_or_default();
                let mut person = person(who, muted, self.sequence);
                if gone {
                    person["removedState"] = json!({ "reason": "left" });
                }
                json!([person])
            }
            _ => self.list(),
        };
        json!({ "changeType": "updated", "resourceUrl": format!("{PATH}/participants"),
                "resourceData": data })
    }
}

fn person(who: u8, muted: bool, since: i64) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.participant", "id": format!("P-{who}"),
        "info": { "identity": { "user": { "id": format!("user-{who}") } } },
        "isMuted": muted, "isInLobby": false, "rosterSequenceNumber": since,
    })
}

fn operation(found: &Operation) -> Value {
    let (status, code, subcode) = match found.outcome {
        None => ("running", None, 0),
        Some(OperationOutcome::Completed) => ("completed", Some(200), 0),
        Some(_) => ("failed", Some(500), 8505),
    };
    json!({
        "@odata.type": "#microsoft.graph.playPromptOperation", "id": found.graph_id,
        "clientContext": found.id.as_str(), "status": status,
        "resultInfo": code.map(|code| json!({ "code": code, "subcode": subcode })),
    })
}

/// A notification as an input.
pub(super) fn heard(notification: &Value) -> Input {
    let read: CommsNotification =
        serde_json::from_value(notification.clone()).expect("a notification");
    match Report::read(&read) {
        Some((_, Report::Call(report))) => Input::Call(report),
        Some((_, Report::Operation(report))) => Input::Operation(report),
        Some((_, Report::Roster(report))) => Input::Roster(report),
        other => panic!("{other:?}"),
    }
}

pub(super) const TRANSFERRED: ResultCode = ResultCode::new(200, 7015);
