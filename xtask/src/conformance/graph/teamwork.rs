//! Chats, channels, their members, messages and apps.

use serde_json::Value;
use teams_cc_graph::model::{
    AadUserConversationMemberResult, ActivityNotificationBody, AssignNumberBody, Channel, Chat,
    ChatMessage, ChatMessageHostedContent, Collection, ConversationMember, ConversationMembersBody,
    NumberAssignment, Presence, Team, TeamsApp, TeamsAppDefinition, TeamsAppInstallation, TeamsTab,
    TelephoneNumberLongRunningOperation, UnassignNumberBody, UpdateChatBody, UpdateNumberBody,
    UpgradeInstallationBody,
};

use super::super::compare::read;
use super::operations::{Check, some};

/// The type a body has to be, by operation and direction.
pub(super) fn expected(operation: &str, direction: &str, body: &Value) -> Option<Check> {
    let has = |name: &str| body.get(name).is_some();
    let batch = body.get("value").is_some_and(Value::is_array);
    let bulk = matches!(operation, "conversationmember-add" | "conversationmember-remove");
    Some(match (operation, direction) {
        (_, "notification") => changed(operation, body)?,
        ("chat-patch", "request") => read::<UpdateChatBody>,
        ("chat-post" | "chat-get" | "chat-list" | "chat-patch", _) => some::<Chat>,
        _ if operation.ends_with("-tabs") => some::<TeamsTab>,
        _ if operation.starts_with("teamsapp-") && has("publishingState") => {
            read::<TeamsAppDefinition>
        }
        _ if operation.starts_with("teamsapp-") => some::<TeamsApp>,
        _ if operation.starts_with("teamsappdefinition-") => some::<TeamsAppDefinition>,
        (_, "request") if operation.ends_with("installation-upgrade") => {
            read::<UpgradeInstallationBody>
        }
        ("userscopeteamsappinstallation-get-chat", _) => some::<Chat>,
        ("appcatalogs-list-teamsapps", _) => some::<TeamsApp>,
        _ if operation.contains("numberassignment") => match operation.rsplit('-').next() {
            Some("assignnumber") => read::<AssignNumberBody>,
            Some("unassignnumber") => read::<UnassignNumberBody>,
            Some("updatenumber") => read::<UpdateNumberBody>,
            _ => some::<NumberAssignment>,
        },
        _ if operation.contains("telephonenumberlongrunningoperation") => {
            some::<TelephoneNumberLongRunningOperation>
        }
        _ if operation.contains("installedapps")
            || operation.starts_with("teamsappinstallation") =>
        {
            some::<TeamsAppInstallation>
        }
        (_, "request") if bulk && has("values") => read::<ConversationMembersBody>,
        (_, "response") if bulk && batch => read::<Collection<AadUserConversationMemberResult>>,
        _ if operation.contains("member") => some::<ConversationMember>,
        (_, "request")
            if operation.contains("activitynotification") || operation.contains("activityfeed") =>
        {
            read::<ActivityNotificationBody>
        }
        _ if operation.contains("hostedcontent") => some::<ChatMessageHostedContent>,
        _ if operation.contains("message") => some::<ChatMessage>,
        ("channel-get" | "channel-list" | "channel-post" | "channel-patch", _) => some::<Channel>,
        ("team-get" | "team-list" | "team-post" | "team-update", _) => some::<Team>,
        _ => return None,
    })
}

/// The resource of a change notification, decrypted: it is told by what it has.
fn changed(operation: &str, body: &Value) -> Option<Check> {
    let has = |name: &str| body.get(name).is_some();
    Some(match operation {
        _ if has("messageType") => read::<ChatMessage>,
        _ if has("chatType") => read::<Chat>,
        _ if has("roles") => read::<ConversationMember>,
        _ if has("membershipType") => read::<Channel>,
        _ if has("availability") => read::<Presence>,
        _ if operation.starts_with("teams-change") => read::<Team>,
        _ => return None,
    })
}
