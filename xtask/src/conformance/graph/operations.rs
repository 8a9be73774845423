//! Which type the body of an operation has to be.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use teams_cc_graph::model::{
    AddLargeGalleryViewOperation, AnswerBody, AttendanceRecord, AudioRoutingGroup, Call,
    CallRecording, CallTranscript, CancelMediaProcessingOperation, ChangeNotificationCollection,
    ChangeScreenSharingRoleBody, ClearPresenceBody, ClientContextBody, Collection,
    CommsNotifications, CommsOperation, ContentSharingSession, CreateOrGetBody, GraphErrorBody,
    InviteBody, InviteParticipantsOperation, LogTeleconferenceDeviceQualityBody,
    MeetingAttendanceReport, MuteParticipantOperation, OnlineMeeting, Participant, PlayPromptBody,
    PlayPromptOperation, Presence, PresencesBody, RecordOperation, RecordResponseBody,
    RedirectBody, RejectBody, SendDtmfTonesBody, SendDtmfTonesOperation, SetLocationBody,
    SetPresenceBody, SetStatusMessageBody, SetUserPreferredPresenceBody, StartHoldMusicBody,
    StartHoldMusicOperation, StopHoldMusicOperation, SubscribeToToneOperation, Subscription,
    TransferBody, UnmuteParticipantOperation, UpdateRecordingStatusBody,
    UpdateRecordingStatusOperation, call_records,
};

use super::super::compare::{Read, read};
use super::{directory, teamwork};

/// Reads a body as one type and writes it back.
pub(super) type Check = fn(&Value) -> Result<Read, String>;

/// Reads a page of a collection, or one item of it.
pub(super) fn some<T>(body: &Value) -> Result<Read, String>
where
    T: DeserializeOwned + Serialize + std::fmt::Debug,
    Collection<T>: DeserializeOwned + Serialize,
{
    if body.get("value").is_some_and(Value::is_array) {
        read::<Collection<T>>(body)
    } else {
        read::<T>(body)
    }
}

/// The type a body has to be, by operation and direction.
///
/// The body itself decides only where one operation has several.
pub(super) fn expected(operation: &str, direction: &str, body: &Value) -> Option<Check> {
    if operation == "errors" || direction == "response" && body.get("error").is_some() {
        return Some(read::<GraphErrorBody>);
    }
    call(operation, direction)
        .or_else(|| participant(operation, direction))
        .or_else(|| record(operation))
        .or_else(|| meeting(operation, direction, body))
        .or_else(|| presence(operation, direction))
        .or_else(|| directory::expected(operation, direction, body))
        .or_else(|| subscription(operation, direction, body))
        .or_else(|| teamwork::expected(operation, direction, body))
}

/// Calls, their operations and what is shared and routed in them.
fn call(operation: &str, direction: &str) -> Option<Check> {
    let action = operation.strip_prefix("call-").unwrap_or_default();
    Some(match (operation, direction) {
        ("application-post-calls", "notification") => read::<CommsNotifications>,
        ("application-post-calls", _) => some::<Call>,
        _ if action.contains("participants") => some::<Participant>,
        _ if operation.contains("audioroutinggroup") => some::<AudioRoutingGroup>,
        _ if operation.contains("contentsharingsession") => some::<ContentSharingSession>,
        _ if action.contains("operation") || operation.starts_with("commsoperation") => {
            some::<CommsOperation>
        }
        (_, "notification") if !action.is_empty() => read::<CommsNotifications>,
        // The pages of these show their answers under other headings too.
        (_, "request" | "response") if matches!(action, "get" | "list") => some::<Call>,
        (_, "request") => match action {
            "answer" => read::<AnswerBody>,
            "reject" => read::<RejectBody>,
            "redirect" => read::<RedirectBody>,
            "transfer" => read::<TransferBody>,
            "playprompt" => read::<PlayPromptBody>,
            "record" | "recordresponse" => read::<RecordResponseBody>,
            "senddtmftones" => read::<SendDtmfTonesBody>,
            "updaterecordingstatus" => read::<UpdateRecordingStatusBody>,
            "changescreensharingrole" => read::<ChangeScreenSharingRoleBody>,
            "logteleconferencedevicequality" => read::<LogTeleconferenceDeviceQualityBody>,
            "mute"
            | "unmute"
            | "subscribetotone"
            | "cancelmediaprocessing"
            | "addlargegalleryview"
            | "keepalive" => read::<ClientContextBody>,
            _ => return None,
        },
        (_, "response") => match action {
            "playprompt" => read::<PlayPromptOperation>,
            "record" | "recordresponse" => read::<RecordOperation>,
            "senddtmftones" => read::<SendDtmfTonesOperation>,
            "updaterecordingstatus" => read::<UpdateRecordingStatusOperation>,
            "mute" => read::<MuteParticipantOperation>,
            "unmute" => read::<UnmuteParticipantOperation>,
            "subscribetotone" => read::<SubscribeToToneOperation>,
            "cancelmediaprocessing" => read::<CancelMediaProcessingOperation>,
            "addlargegalleryview" => read::<AddLargeGalleryViewOperation>,
            "transfer" | "redirect" | "answer" | "reject" => read::<CommsOperation>,
            _ => return None,
        },
        _ => return None,
    })
}

/// The roster.
fn participant(operation: &str, direction: &str) -> Option<Check> {
    let action = operation.strip_prefix("participant-")?;
    Some(match (direction, action) {
        ("notification", _) => read::<CommsNotifications>,
        ("request", "invite") => read::<InviteBody>,
        ("request", "startholdmusic") => read::<StartHoldMusicBody>,
        ("request", "mute" | "stopholdmusic") => read::<ClientContextBody>,
        ("response", "invite") => read::<InviteParticipantsOperation>,
        ("response", "mute") => read::<MuteParticipantOperation>,
        ("response", "startholdmusic") => read::<StartHoldMusicOperation>,
        ("response", "stopholdmusic") => read::<StopHoldMusicOperation>,
        ("response", "get" | "list" | "delete") => some::<Participant>,
        // What only the beta version answers with is an operation too.
        ("response", _) => read::<CommsOperation>,
        _ => return None,
    })
}

/// Call records and the logs beside them.
fn record(operation: &str) -> Option<Check> {
    let operation = operation.strip_prefix("callrecords-")?;
    Some(match operation {
        _ if operation.contains("getpstncalls") => some::<call_records::PstnCallLogRow>,
        _ if operation.contains("getdirectroutingcalls") => {
            some::<call_records::DirectRoutingLogRow>
        }
        _ if operation.contains("participant") => some::<call_records::Participant>,
        _ if operation.contains("organizer") => some::<call_records::Organizer>,
        _ if operation.contains("segment") => some::<call_records::Segment>,
        _ if operation.contains("session") => some::<call_records::Session>,
        _ if operation.contains("callrecord") => some::<call_records::CallRecord>,
        _ => return None,
    })
}

/// Meetings and what remains of them.
fn meeting(operation: &str, direction: &str, body: &Value) -> Option<Check> {
    let of_meeting = ["onlinemeeting", "adhoccall", "callrecording", "calltranscript"];
    let known = of_meeting.iter().any(|prefix| operation.starts_with(prefix))
        || operation.starts_with("meetingattendance")
        || operation.starts_with("attendancerecord")
        || operation.contains("-onlinemeeting");
    let names = |name: &str| body.get(name).is_some();
    Some(match operation {
        _ if !known => return None,
        _ if operation.contains("recording") => some::<CallRecording>,
        _ if operation.contains("transcript") => some::<CallTranscript>,
        _ if operation.contains("attendancerecord") => some::<AttendanceRecord>,
        _ if operation.contains("attendancereport") => some::<MeetingAttendanceReport>,
        // The page shows the report of a live event too.
        "onlinemeeting-get" if names("attendanceRecords") => read::<MeetingAttendanceReport>,
        "onlinemeeting-createorget" if direction == "request" => read::<CreateOrGetBody>,
        _ => some::<OnlineMeeting>,
    })
}

/// What users show to others.
fn presence(operation: &str, direction: &str) -> Option<Check> {
    Some(match (operation, direction) {
        ("cloudcommunications-getpresencesbyuserid", "request") => read::<PresencesBody>,
        ("presence-setpresence", "request") => read::<SetPresenceBody>,
        ("presence-clearpresence", "request") => read::<ClearPresenceBody>,
        ("presence-setuserpreferredpresence", "request") => read::<SetUserPreferredPresenceBody>,
        ("presence-setstatusmessage", "request") => read::<SetStatusMessageBody>,
        ("presence-setautomaticlocation" | "presence-setmanuallocation", "request") => {
            read::<SetLocationBody>
        }
        _ if operation.starts_with("presence-") || operation.contains("presences") => {
            some::<Presence>
        }
        _ => return None,
    })
}

/// Subscriptions and the notifications of changes.
fn subscription(operation: &str, direction: &str, body: &Value) -> Option<Check> {
    let concept = operation.starts_with("webhooks")
        || operation.starts_with("teams-change")
        || operation.starts_with("change-notifications")
        || operation.starts_with("changenotifications");
    if !concept && !operation.starts_with("subscription") {
        return None;
    }
    let batch = body.get("value").is_some_and(Value::is_array);
    Some(match direction {
        "notification" if batch => read::<ChangeNotificationCollection>,
        // What a notification carries once it is decrypted is of another group.
        "notification" => return None,
        _ => some::<Subscription>,
    })
}
