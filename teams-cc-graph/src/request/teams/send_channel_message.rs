use bytes::Bytes;

use super::{CHANNEL_ID, TEAM_ID};
use crate::client::Delegated;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::request::{Via, new_message};
use crate::wire::Sensitive;

/// `POST /teams/{team-id}/channels/{id}/messages`: write to a channel.
///
/// It exists only for a client that acts for a signed-in user ([`Delegated`]): an app by itself may
/// import what was said elsewhere ([`ImportChannelMessage`](super::ImportChannelMessage)), and say
/// nothing. A bot writes through the Bot Framework.
///
/// [Learn](https://learn.microsoft.com/graph/api/channel-post-messages)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated | `ChannelMessage.Send` | `Group.ReadWrite.All` |
///
/// # Limits
///
/// A text, or HTML where the message mentions or attaches; a message of about 28 KB. 20 messages a
/// second for an app and tenant in chats, 50 in channels, and 3,000 a day in a channel. No log
/// files: messages are for people to read.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// It would be said twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::teams::SendChannelMessage;
///
/// let request = SendChannelMessage::new("team-1", "19:1@thread.tacv2", "Your customer is on the line").into_request()?;
/// assert_eq!(request.uri(), "/teams/team-1/channels/19%3A1%40thread.tacv2/messages");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "send chatMessage")]
#[doc(alias = "post channel message")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendChannelMessage<C = Delegated> {
    via: C,
    team: String,
    channel: Sensitive,
    body: ChatMessage,
}

graph_request! {
    SendChannelMessage via Delegated => ChatMessage,
    "send" POST "/teams/{team-id}/channels/{id}/messages",
    repeat: Twice, on_call: false,
    delegated: ["ChannelMessage.Send", "Group.ReadWrite.All"]
}

message_setters!(SendChannelMessage);

impl SendChannelMessage<()> {
    /// The request without a client.
    pub fn new(team: &str, channel: &str, message: impl Into<ChatMessage>) -> Self {
        Self::with((), team, channel, message)
    }
}

impl<C: Via> SendChannelMessage<C> {
    pub(crate) fn with(via: C, team: &str, channel: &str, message: impl Into<ChatMessage>) -> Self {
        Self { via, team: team.to_owned(), channel: channel.into(), body: message.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        new_message::check(&self.body)?;
        Self::ENDPOINT
            .json(&[(TEAM_ID, &self.team), (CHANNEL_ID, self.channel.reveal())], &self.body)
    }
}
