//! What one notification says about one call, whatever its spelling.

use teams_cc_core::{Address, contact::Tone};

use super::{OperationReport, ResultCode, RosterReport, end::TRANSFERRED};
use crate::model::{
    Call, CallState, ChangeType, CommsNotification, CommsOperation, MediaState, OperationStatus,
    ResultInfo, call_key,
};

/// What one notification says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Report {
    /// About the call itself.
    Call(CallReport),
    /// About an operation of the call.
    Operation(OperationReport),
    /// About the participants of the call.
    Roster(RosterReport),
    /// About something that does not change the call's state.
    Other,
}

/// What a notification says about a call; what it does not say stays `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallReport {
    /// Where the call stands.
    pub phase: Option<Phase>,
    /// Whether audio flows.
    pub media: Option<bool>,
    /// A tone, with its place in the order where Graph gives one.
    pub tone: Option<(Option<i64>, Tone)>,
    /// Why the call is where it stands.
    pub result: Option<ResultCode>,
    /// Whether the call ended because it was handed over.
    pub transferred: bool,
    /// Whether a mailbox answered, as `answeredBy` tells where the service sends it.
    pub mailbox: bool,
    /// What joins the legs of one conversation.
    pub chain: Option<Box<str>>,
    /// The app's own participant.
    pub own: Option<Box<str>>,
}

/// Where Graph says a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Delivered and not answered.
    Incoming,
    /// Placed or answered, not connected yet.
    Establishing,
    /// The callee is alerted.
    Ringing,
    /// On its way to somebody else.
    Redirecting,
    /// Connected.
    Established,
    /// On hold; still connected.
    Hold,
    /// Being handed over, or the target accepted.
    Transferring,
    /// About to end.
    Terminating,
    /// Over.
    Terminated,
}

impl Report {
    /// Reads a notification; none where its path names no call.
    ///
    /// The text is the call's [key](call_key), the same for every spelling of the id.
    #[must_use]
    pub fn read(notification: &CommsNotification) -> Option<(String, Self)> {
        let key = notification.call_key().filter(|key| !key.is_empty())?;
        let change = notification.change_type.get();
        let deleted = change == Some(&ChangeType::Deleted);
        if let Some(call) = notification.call() {
            return Some((key, Self::Call(CallReport::read(call, deleted))));
        }
        if let Some(operation) = notification.operation() {
            let mut report = OperationReport::read(operation, deleted);
            report.key = report.key.or_else(|| operation_key(notification.path()));
            report.graph_id = report.graph_id.or_else(|| operation_id(notification.path()));
            return Some((key, Self::Operation(report)));
        }
        if let Some(participants) = notification.participants() {
            return Some((key, Self::Roster(RosterReport::read(participants))));
        }
        let about_call = is_call_path(notification.path());
        if deleted && about_call {
            // After a rejection the service says no more than that the call is deleted.
            return Some((key, Self::Call(CallReport::over())));
        }
        if deleted && let Some(operation) = operation_key(notification.path()) {
            let mut report = OperationReport { key: Some(operation), ..OperationReport::default() };
            report.outcome = OperationReport::outcome_of(false, false, true, None);
            return Some((key, Self::Operation(report)));
        }
        Some((key, Self::Other))
    }
}

impl CallReport {
    /// The call is over and nothing is said about why.
    pub(super) fn over() -> Self {
        Self { phase: Some(Phase::Terminated), ..Self::default() }
    }

    /// Reads a call, out of a notification or an answer.
    #[must_use]
    pub fn read(call: &Call, deleted: bool) -> Self {
        let text = |text: Option<&str>| text.filter(|it| !it.is_empty()).map(Into::into);
        let result = call.result_info.get().and_then(ResultCode::read);
        let reason = call.termination_reason.text().unwrap_or_default();
        let phase =
            if deleted { Some(Phase::Terminated) } else { call.state.get().and_then(Phase::of) };
        Self {
            phase,
            media: call.media_state.get().and_then(|media| match media.audio.get()? {
                MediaState::Active => Some(true),
                MediaState::Inactive => Some(false),
                _ => None,
            }),
            tone: call.tone_info.get().and_then(|info| {
                let tone = Tone::new(info.tone.get()?.key()?).ok()?;
                Some((info.sequence_id.get().copied(), tone))
            }),
            result,
            transferred: reason.eq_ignore_ascii_case("AppTransferred")
                || result
                    .is_some_and(|result| result.is_success() && result.subcode == TRANSFERRED),
            mailbox: call
                .answered_by
                .get()
                .is_some_and(|party| matches!(party.address(), Address::Voicemail(_))),
            chain: text(call.call_chain_id.text()),
            own: text(call.my_participant_id.text()),
        }
    }
}

impl Phase {
    fn of(state: &CallState) -> Option<Self> {
        Some(match state {
            CallState::Incoming => Self::Incoming,
            CallState::Establishing => Self::Establishing,
            CallState::Ringing => Self::Ringing,
            CallState::Redirecting => Self::Redirecting,
            CallState::Established => Self::Established,
            CallState::Hold => Self::Hold,
            CallState::Transferring | CallState::TransferAccepted => Self::Transferring,
            CallState::Terminating => Self::Terminating,
            CallState::Terminated => Self::Terminated,
            _ => return None,
        })
    }
}

impl OperationReport {
    /// Reads an operation, out of a notification or a response.
    #[must_use]
    pub fn read(operation: &CommsOperation, deleted: bool) -> Self {
        let status = operation.status();
        let id = operation.id().filter(|id| !id.is_empty());
        Self {
            key: id.map(|id| call_key(id).into()),
            graph_id: id.map(Into::into),
            context: operation.client_context().map(Into::into),
            code: operation.result_info().and_then(ResultCode::read),
            operation: Some(Box::new(operation.clone())),
            response: false,
            outcome: Self::outcome_of(
                status == Some(&OperationStatus::Completed),
                status == Some(&OperationStatus::Failed),
                deleted,
                operation.result_info().and_then(ResultCode::read),
            ),
        }
    }
}

impl ResultCode {
    fn read(info: &ResultInfo) -> Option<Self> {
        let subcode = info.subcode.get().copied().unwrap_or(0);
        Some(Self::new(*info.code.get()?, subcode))
    }
}

fn segments(path: Option<&str>) -> Vec<&str> {
    path.unwrap_or_default().split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Whether the path ends with the call itself.
fn is_call_path(path: Option<&str>) -> bool {
    matches!(segments(path).as_slice(), [.., calls, _] if calls.eq_ignore_ascii_case("calls"))
}

/// The operation that the path ends with, as it is spelled there.
///
/// The end of an invitation is told under `operations/participants`, which names none.
fn operation_id(path: Option<&str>) -> Option<Box<str>> {
    match segments(path).as_slice() {
        [.., operations, id]
            if operations.eq_ignore_ascii_case("operations")
                && !id.eq_ignore_ascii_case("participants") =>
        {
            Some((*id).into())
        }
        _ => None,
    }
}

fn operation_key(path: Option<&str>) -> Option<Box<str>> {
    operation_id(path).map(|id| call_key(&id).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use teams_cc_core::contact::OperationOutcome;

    use super::*;

    fn read(notification: Value) -> Option<(String, Report)> {
        Report::read(&serde_json::from_value(notification).expect("a notification"))
    }

    fn call(report: Option<(String, Report)>) -> CallReport {
        match report {
            Some((key, Report::Call(call))) => {
                assert_eq!(key, "57dab8b1894c");
                call
            }
            other => panic!("{other:?}"),
        }
    }

    /// Traps 1, 22.
    #[test]
    fn every_spelling_of_a_call_is_the_same_call() {
        for path in [
            "/communications/calls/57dab8b1-894c",
            "communications/calls/57DAB8B1894C",
            "/app/calls/57dab8b1-894c",
            "/communications/calls/57DAB8B1894C/",
        ] {
            for state in ["established", "Established"] {
                let report = call(read(json!({
                    "changeType": "Updated", "resourceUrl": path,
                    "resourceData": { "@odata.type": "#microsoft.graph.call", "state": state,
                                      "mediaState": { "audio": "Active" } }
                })));
                assert_eq!(report.phase, Some(Phase::Established), "{path} {state}");
                assert_eq!(report.media, Some(true));
            }
        }
        let older = call(read(json!({
            "changeType": "updated", "resource": "/app/calls/57dab8b1-894c",
            "resourceData": { "state": "ringing" }
        })));
        assert_eq!(older.phase, Some(Phase::Ringing));
    }

    /// Trap 24.
    #[test]
    fn a_deleted_call_is_over_whatever_else_it_says() {
        for data in [
            json!({ "@odata.type": "#microsoft.graph.call" }),
            json!({ "@odata.type": "#microsoft.graph.call", "state": "established" }),
            Value::Null,
        ] {
            let report = call(read(json!({
                "changeType": "deleted", "resourceUrl": "/communications/calls/57dab8b1-894c",
                "resourceData": data
            })));
            assert_eq!(report.phase, Some(Phase::Terminated));
        }
    }

    /// Traps 21, 26.
    #[test]
    fn a_completed_transfer_is_known_by_reason_or_subcode() {
        for (data, transferred) in [
            (json!({ "state": "terminated", "terminationReason": "AppTransferred" }), true),
            (json!({ "state": "terminated", "resultInfo": { "code": 0, "subcode": 7015 } }), true),
            (json!({ "resultInfo": { "code": "200", "subCode": "7015" } }), true),
            (json!({ "resultInfo": { "code": 500, "subCode": 7015 } }), false),
            (json!({ "resultInfo": { "code": 200, "subcode": 4521 } }), false),
        ] {
            let report = call(read(json!({
                "changeType": "deleted", "resourceUrl": "/communications/calls/57dab8b1-894c",
                "resourceData": data
            })));
            assert_eq!(report.transferred, transferred, "{data}");
        }
    }

    #[test]
    fn a_mailbox_that_answers_is_known_by_its_endpoint() {
        for (endpoint, mailbox) in [("voicemail", true), ("default", false)] {
            let report = call(read(json!({
                "changeType": "updated", "resourceUrl": "/communications/calls/57dab8b1-894c",
                "resourceData": { "state": "established", "answeredBy": {
                    "endpointType": endpoint, "identity": { "user": { "id": "29362bd4" } }
                } }
            })));
            assert_eq!(report.mailbox, mailbox, "{endpoint}");
        }
    }

    /// Trap 34.
    #[test]
    fn an_operation_is_known_by_its_path_where_it_does_not_name_itself() {
        for data in [
            json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed" }),
            Value::Null,
        ] {
            let report = read(json!({
                "changeType": "deleted",
                "resourceUrl": "/communications/calls/57DAB8B1894C/operations/0FE0-623F",
                "resourceData": data
            }));
            let Some((_, Report::Operation(operation))) = report else { panic!("{report:?}") };
            assert_eq!(operation.key.as_deref(), Some("0fe0623f"));
            assert_eq!(operation.outcome, Some(OperationOutcome::Completed));
        }
    }

    /// Trap 35.
    #[test]
    fn the_end_of_an_invitation_is_known_by_its_context_alone() {
        let (key, report) = read(json!({
            "changeType": "deleted",
            "resource": "/communications/calls/57dab8b1-894c/operations/participants",
            "resourceUrl": "/communications/calls/57dab8b1-894c/operations/participants",
            "resourceData": {
                "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
                "status": "completed", "clientContext": "ours", "id": null
            }
        }))
        .expect("a report");
        let Report::Operation(operation) = report else { panic!("{report:?}") };
        assert_eq!(key, "57dab8b1894c");
        assert_eq!((operation.key, operation.graph_id), (None, None));
        assert_eq!(operation.context.as_deref(), Some("ours"));
        assert_eq!(operation.outcome, Some(OperationOutcome::Completed));
    }

    #[test]
    fn what_is_about_no_call_is_passed_over() {
        assert_eq!(read(json!({ "changeType": "updated" })), None);
        assert_eq!(read(json!({ "resourceUrl": "/communications/calls" })), None);
        let sharing = read(json!({
            "changeType": "updated",
            "resourceUrl": "/communications/calls/57dab8b1-894c/contentsharingsessions",
            "resourceData": []
        }));
        assert_eq!(sharing.map(|(_, report)| report), Some(Report::Other));
    }
}
