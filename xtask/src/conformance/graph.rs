//! Graph bodies against the models: each decodes as its operation demands and comes back equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use teams_cc_graph::model::{AddLargeGalleryViewOperation, GraphErrorBody};
use teams_cc_graph::model::{
    AnswerBody, AudioRoutingGroup, Call, CancelMediaProcessingOperation,
    ChangeNotificationCollection, ClearPresenceBody, ClientContextBody, Collection,
    CommsNotifications, CommsOperation, InviteBody, InviteParticipantsOperation,
    MuteParticipantOperation, Participant, PlayPromptBody, PlayPromptOperation, Presence,
    PresencesBody, RecordResponseBody, RedirectBody, RejectBody, SendDtmfTonesBody,
    SetPresenceBody, StartHoldMusicBody, StartHoldMusicOperation, StopHoldMusicOperation,
    Subscription, TransferBody, UnmuteParticipantOperation, UpdateRecordingStatusBody,
};

use teams_cc_graph::model as m;

use super::{Summary, compare::difference};

/// Reads a body as one type and writes it back.
type Check = fn(Value) -> Result<Value, String>;

/// Checks every body of a directory; types that have no model are named, not counted as failures.
pub(crate) fn graph(dir: &Path) -> Summary {
    let mut summary = Summary::default();
    let mut unsupported: BTreeMap<String, usize> = BTreeMap::new();
    let files = match json_files(dir) {
        Ok(files) => files,
        Err(error) => {
            println!("{}: {error}", dir.display());
            summary.failed += 1;
            return summary;
        }
    };
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match one(&file) {
            Ok(Verdict::Equal) => summary.passed += 1,
            Ok(Verdict::Unsupported(kind)) => *unsupported.entry(kind).or_default() += 1,
            Err(reason) => {
                println!("{name}: {reason}");
                summary.failed += 1;
            }
        }
    }
    let total: usize = unsupported.values().sum();
    let names: Vec<_> =
        unsupported.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    println!("unsupported: {total} bodies of {} types: {}", names.len(), names.join(", "));
    summary
}

enum Verdict {
    Equal,
    Unsupported(String),
}

fn one(file: &Path) -> Result<Verdict, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let sample: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let field = |name: &str| sample.get(name).and_then(Value::as_str).unwrap_or_default();
    let (operation, direction) = (field("operation"), field("direction"));
    if operation.is_empty() || direction.is_empty() {
        return Err("names no operation or no direction".to_owned());
    }
    let body = sample.get("body").ok_or("has no body")?;
    let odata_type = field("odata_type");
    let Some(check) = expected(operation, direction, odata_type, body) else {
        let kind = if odata_type.is_empty() {
            format!("{operation} {direction}")
        } else {
            odata_type.trim_start_matches("microsoft.graph.").to_owned()
        };
        return Ok(Verdict::Unsupported(kind));
    };
    let written = check(body.clone())?;
    if &written == body {
        Ok(Verdict::Equal)
    } else {
        Err(format!("comes back different at {}", difference(body, &written)))
    }
}

/// The type a body has to be, by operation and direction; the named type decides only where an
/// operation has several.
fn expected(operation: &str, direction: &str, odata_type: &str, body: &Value) -> Option<Check> {
    let collection = body.get("value").is_some_and(Value::is_array);
    let last = odata_type.rsplit('.').next().unwrap_or_default().trim_end_matches(')');
    Some(match (operation, direction) {
        ("errors", "response") => as_type::<GraphErrorBody>,
        ("application-addpassword", "request") => as_type::<m::AddPasswordBody>,
        ("application-addpassword", "response") => as_type::<m::PasswordCredential>,
        ("application-get", "response") => as_type::<m::Application>,
        ("application-list", "response") => as_type::<Collection<m::Application>>,
        ("application-post-applications" | "application-post" | "application-update", _) => {
            as_type::<m::Application>
        }
        ("serviceprincipal-post-serviceprincipals", _) | ("serviceprincipal-get", "response") => {
            as_type::<m::ServicePrincipal>
        }
        ("change-notifications-delivery", "request") if body.get("appId").is_some() => {
            as_type::<m::ServicePrincipal>
        }
        ("serviceprincipal-list", "response") => as_type::<Collection<m::ServicePrincipal>>,
        ("serviceprincipal-post-approleassignments", _) => as_type::<m::AppRoleAssignment>,
        ("json-batching", "request") => as_type::<m::BatchRequestContent>,
        ("json-batching", "response") => as_type::<m::BatchResponseContent>,
        ("user-get", "response") => as_type::<m::User>,
        ("user-list", "response") => as_type::<Collection<m::User>>,
        ("chat-post" | "chat-get", _) | ("chat-patch", "response") => as_type::<m::Chat>,
        ("chat-patch", "request") => as_type::<m::UpdateChatBody>,
        ("chat-list", "response") => as_type::<Collection<m::Chat>>,
        (operation, "request" | "response") if operation.ends_with("-tabs") => {
            if collection {
                as_type::<Collection<m::TeamsTab>>
            } else {
                as_type::<m::TeamsTab>
            }
        }
        ("teamsapp-publish" | "teamsapp-update" | "teamsapp-get", _)
            if body.get("publishingState").is_some() =>
        {
            as_type::<m::TeamsAppDefinition>
        }
        ("teamsapp-publish" | "teamsapp-update" | "teamsapp-get", _) => as_type::<m::TeamsApp>,
        ("teamsapp-list", _) => as_type::<Collection<m::TeamsApp>>,
        (operation, _) if operation.contains("installedapps") => {
            if collection {
                as_type::<Collection<m::TeamsAppInstallation>>
            } else {
                as_type::<m::TeamsAppInstallation>
            }
        }
        ("conversationmember-add" | "conversationmember-remove", "request")
            if body.get("values").is_some() =>
        {
            as_type::<m::ConversationMembersBody>
        }
        ("conversationmember-add" | "conversationmember-remove", "response") if collection => {
            as_type::<Collection<m::AadUserConversationMemberResult>>
        }
        (operation, _) if operation.contains("member") && !operation.contains("changenot") => {
            if collection {
                as_type::<Collection<m::ConversationMember>>
            } else {
                as_type::<m::ConversationMember>
            }
        }
        (operation, "request")
            if operation.contains("activitynotification") || operation.contains("activityfeed") =>
        {
            as_type::<m::ActivityNotificationBody>
        }
        (operation, _) if operation.contains("hostedcontent") => {
            if collection {
                as_type::<Collection<m::ChatMessageHostedContent>>
            } else {
                as_type::<m::ChatMessageHostedContent>
            }
        }
        (operation, "notification") if operation.starts_with("teams-change") && !collection => {
            let has = |name: &str| body.get(name).is_some();
            if has("messageType") {
                as_type::<m::ChatMessage>
            } else if has("chatType") {
                as_type::<m::Chat>
            } else if has("roles") {
                as_type::<m::ConversationMember>
            } else if has("membershipType") {
                as_type::<m::Channel>
            } else {
                as_type::<m::Team>
            }
        }
        (operation, "request" | "response")
            if operation.contains("message") && !operation.contains("changenot") =>
        {
            if collection {
                as_type::<Collection<m::ChatMessage>>
            } else {
                as_type::<m::ChatMessage>
            }
        }
        (operation, "notification") if is_call(operation) => as_type::<CommsNotifications>,
        ("application-post-calls", "request" | "response") | ("call-get", "response") => {
            as_type::<Call>
        }
        ("call-answer", "request") => as_type::<AnswerBody>,
        ("call-reject", "request") => as_type::<RejectBody>,
        ("call-redirect", "request") => as_type::<RedirectBody>,
        ("call-transfer", "request") => as_type::<TransferBody>,
        ("call-playprompt", "request") => as_type::<PlayPromptBody>,
        ("call-record", "request") => as_type::<RecordResponseBody>,
        ("call-senddtmftones", "request") => as_type::<SendDtmfTonesBody>,
        ("call-updaterecordingstatus", "request") => as_type::<UpdateRecordingStatusBody>,
        ("participant-invite", "request") => as_type::<InviteBody>,
        ("participant-startholdmusic", "request") => as_type::<StartHoldMusicBody>,
        (
            "call-cancelmediaprocessing"
            | "call-mute"
            | "call-unmute"
            | "call-subscribetotone"
            | "participant-stopholdmusic",
            "request",
        ) => as_type::<ClientContextBody>,
        ("call-addlargegalleryview", "response") => as_type::<AddLargeGalleryViewOperation>,
        ("call-cancelmediaprocessing", "response") => as_type::<CancelMediaProcessingOperation>,
        ("call-mute", "response") => as_type::<MuteParticipantOperation>,
        ("call-unmute", "response") => as_type::<UnmuteParticipantOperation>,
        ("call-playprompt", "response") => as_type::<PlayPromptOperation>,
        ("participant-invite", "response") => as_type::<InviteParticipantsOperation>,
        ("participant-startholdmusic", "response") => as_type::<StartHoldMusicOperation>,
        ("participant-stopholdmusic", "response") => as_type::<StopHoldMusicOperation>,
        (operation, "response") if is_call(operation) && last.ends_with("Operation") => {
            as_type::<CommsOperation>
        }
        ("call-list-participants", "response") => as_type::<Collection<Participant>>,
        ("participant-get", "response") => as_type::<Participant>,
        ("call-list-audioroutinggroups", "response") => as_type::<Collection<AudioRoutingGroup>>,
        (operation, "request" | "response") if operation.contains("audioroutinggroup") => {
            as_type::<AudioRoutingGroup>
        }
        ("cloudcommunications-getpresencesbyuserid", "request") => as_type::<PresencesBody>,
        ("presence-setpresence", "request") => as_type::<SetPresenceBody>,
        ("presence-clearpresence", "request") => as_type::<ClearPresenceBody>,
        (_, "response") if last == "presence" && collection => as_type::<Collection<Presence>>,
        (_, "response") if last == "presence" => as_type::<Presence>,
        (_, "response") if last == "subscription" && collection => {
            as_type::<Collection<Subscription>>
        }
        (_, "response") if last == "subscription" => as_type::<Subscription>,
        ("subscription-update", "request") => as_type::<Subscription>,
        (operation, direction) if is_subscription(operation) => {
            match (direction, collection, body.get("expirationDateTime").is_some()) {
                ("notification", true, _) => as_type::<ChangeNotificationCollection>,
                (_, false, true) => as_type::<Subscription>,
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn is_call(operation: &str) -> bool {
    operation == "application-post-calls"
        || operation.starts_with("call-")
        || operation.starts_with("participant-")
}

fn is_subscription(operation: &str) -> bool {
    operation.starts_with("webhooks")
        || operation.starts_with("teams-changenotifications")
        || operation.starts_with("teams-change-notification")
        || operation == "change-notifications-delivery"
}

fn as_type<T: DeserializeOwned + Serialize>(body: Value) -> Result<Value, String> {
    let typed: T = serde_json::from_value(body).map_err(|error| error.to_string())?;
    serde_json::to_value(&typed).map_err(|error| error.to_string())
}

fn json_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let is_index = path.file_name().is_some_and(|name| name == "index.json");
        if is_json && !is_index {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
