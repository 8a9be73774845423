//! Requests on [chats](https://learn.microsoft.com/graph/api/resources/chat), their members, apps and messages.

mod add_installed_app;
mod add_member;
mod add_members;
mod create_chat;
mod get_chat;
mod get_installed_app;
mod get_member;
mod get_message;
mod handle;
mod import_message;
mod list_chats;
mod list_installed_apps;
mod list_members;
mod list_messages;
mod new_member;
mod remove_installed_app;
mod remove_member;
mod send_activity_notification;
mod send_message;
mod update_chat;
mod upgrade_installed_app;

pub use add_installed_app::AddInstalledApp;
pub use add_member::AddMember;
pub use add_members::AddMembers;
pub use create_chat::CreateChat;
pub use get_chat::GetChat;
pub use get_installed_app::GetInstalledApp;
pub use get_member::GetMember;
pub use get_message::GetMessage;
pub use handle::{Chats, DelegatedChat, OneChat};
pub use import_message::ImportMessage;
pub use list_chats::ListChats;
pub use list_installed_apps::ListInstalledApps;
pub use list_members::ListMembers;
pub use list_messages::ListMessages;
pub use new_member::NewMember;
pub use remove_installed_app::RemoveInstalledApp;
pub use remove_member::RemoveMember;
pub use send_activity_notification::SendActivityNotification;
pub use send_message::SendMessage;
pub use update_chat::UpdateChat;
pub use upgrade_installed_app::UpgradeInstalledApp;

use crate::error::InvalidRequest;
use crate::wire::Sensitive;

/// What path segments are called in errors.
const CHAT_ID: &str = "chat id";
const INSTALLATION_ID: &str = "installation id";
const MEMBER_ID: &str = "membership id";
const MESSAGE_ID: &str = "message id";
const USER_ID: &str = "user id";

/// The most members of one bulk request (Learn, conversationmember-add).
const MAX_BULK_MEMBERS: usize = 200;

/// The longest title of a chat, in characters (Learn, chat-patch).
const MAX_TOPIC: usize = 250;

fn check_topic(topic: Option<&Sensitive>) -> Result<(), InvalidRequest> {
    let (what, topic) = ("topic", topic.map_or("", Sensitive::reveal));
    let length = topic.chars().count();
    if length > MAX_TOPIC {
        return Err(InvalidRequest::TooLong { what, length, limit: MAX_TOPIC });
    }
    if topic.contains(':') {
        return Err(InvalidRequest::Malformed { what, wanted: "free of colons" });
    }
    Ok(())
}
