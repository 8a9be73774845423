//! Requests on [teams](https://learn.microsoft.com/graph/api/resources/team) and their channels.

mod get_channel_message;
mod get_reply;
mod handle;
mod import_channel_message;
mod import_reply;
mod list_channel_messages;
mod list_replies;
mod send_activity_notification;
mod send_channel_message;
mod send_reply;

pub use get_channel_message::GetChannelMessage;
pub use get_reply::GetReply;
pub use handle::{OneChannel, OneChannelMessage, OneTeam};
pub use import_channel_message::ImportChannelMessage;
pub use import_reply::ImportReply;
pub use list_channel_messages::ListChannelMessages;
pub use list_replies::ListReplies;
pub use send_activity_notification::SendActivityNotification;
pub use send_channel_message::SendChannelMessage;
pub use send_reply::SendReply;

/// What path segments are called in errors.
const CHANNEL_ID: &str = "channel id";
const MESSAGE_ID: &str = "message id";
const REPLY_ID: &str = "reply id";
const TEAM_ID: &str = "team id";
