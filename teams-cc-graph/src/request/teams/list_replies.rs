use bytes::Bytes;

use super::{CHANNEL_ID, MESSAGE_ID, TEAM_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{ChatMessage, Collection};
use crate::request::{Query, Via, check};
use crate::wire::Sensitive;

/// `GET /teams/{team-id}/channels/{id}/messages/{message-id}/replies`: the answers to a message of
/// a channel.
///
/// [Learn](https://learn.microsoft.com/graph/api/chatmessage-list-replies)
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
/// At most 50 answers a page. A protected API for apps.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::teams::ListReplies;
///
/// let request = ListReplies::new("team-1", "19:1@thread.tacv2", "1").into_request()?;
/// assert_eq!(request.uri(), "/teams/team-1/channels/19%3A1%40thread.tacv2/messages/1/replies");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list replies")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListReplies<C = Client> {
    via: C,
    team: String,
    channel: Sensitive,
    root: String,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListReplies => (Collection<ChatMessage>),
    "listReplies" GET "/teams/{team-id}/channels/{id}/messages/{message-id}/replies",
    repeat: Harmless, on_call: false,
    application: ["ChannelMessage.Read.All", "Group.Read.All"],
    delegated: ["ChannelMessage.Read.All", "Group.Read.All"],
    resource_specific: ["ChannelMessage.Read.Group"]
}

paged_request! { ListReplies => ChatMessage }

impl ListReplies<()> {
    /// The request without a client.
    pub fn new(team: &str, channel: &str, root: &str) -> Self {
        Self::with((), team, channel, root)
    }
}

impl<C: Via> ListReplies<C> {
    pub(crate) fn with(via: C, team: &str, channel: &str, root: &str) -> Self {
        Self {
            via,
            team: team.to_owned(),
            channel: channel.into(),
            root: root.to_owned(),
            query: Query::new(),
            top: None,
        }
    }

    /// Set how many items a page holds (`$top`), at most 50. Default: the service's choice.
    pub fn top(mut self, items: u32) -> Self {
        self.top = Some(items);
        self.query = self.query.top(items);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::top(self.top, 50)?;
        Self::ENDPOINT
            .draft(&[
                (TEAM_ID, &self.team),
                (CHANNEL_ID, self.channel.reveal()),
                (MESSAGE_ID, &self.root),
            ])?
            .query(&self.query)
            .bare()
    }
}
