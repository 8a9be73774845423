use bytes::Bytes;

use super::{CHANNEL_ID, MESSAGE_ID, REPLY_ID, TEAM_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::request::Via;
use crate::wire::Sensitive;

/// `GET /teams/{team-id}/channels/{id}/messages/{message-id}/replies/{reply-id}`: one answer to a
/// message of a channel.
///
/// [Learn](https://learn.microsoft.com/graph/api/chatmessage-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `ChannelMessage.Read.All` | `Group.Read.All` |
/// | Delegated | `ChannelMessage.Read.All` | `Group.Read.All` |
/// | Inside the chat or team | `ChannelMessage.Read.Group` | – |
///
/// # Limits
///
/// A protected API for apps.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::teams::GetReply;
///
/// let request = GetReply::new("team-1", "19:1@thread.tacv2", "1", "2").into_request()?;
/// assert_eq!(request.uri(), "/teams/team-1/channels/19%3A1%40thread.tacv2/messages/1/replies/2");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get reply")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetReply<C = Client> {
    via: C,
    team: String,
    channel: Sensitive,
    root: String,
    reply: String,
}

graph_request! {
    GetReply => ChatMessage,
    "getReply" GET "/teams/{team-id}/channels/{id}/messages/{message-id}/replies/{reply-id}",
    repeat: Harmless, on_call: false,
    application: ["ChannelMessage.Read.All", "Group.Read.All"],
    delegated: ["ChannelMessage.Read.All", "Group.Read.All"],
    resource_specific: ["ChannelMessage.Read.Group"]
}

impl GetReply<()> {
    /// The request without a client.
    pub fn new(team: &str, channel: &str, root: &str, reply: &str) -> Self {
        Self::with((), team, channel, root, reply)
    }
}

impl<C: Via> GetReply<C> {
    pub(crate) fn with(via: C, team: &str, channel: &str, root: &str, reply: &str) -> Self {
        Self {
            via,
            team: team.to_owned(),
            channel: channel.into(),
            root: root.to_owned(),
            reply: reply.to_owned(),
        }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[
            (TEAM_ID, &self.team),
            (CHANNEL_ID, self.channel.reveal()),
            (MESSAGE_ID, &self.root),
            (REPLY_ID, &self.reply),
        ])
    }
}
