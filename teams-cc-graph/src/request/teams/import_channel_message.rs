use bytes::Bytes;

use super::{CHANNEL_ID, TEAM_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::request::{Via, new_message};
use crate::wire::{DateTimeOffset, Sensitive};

/// `POST /teams/{team-id}/channels/{id}/messages`: bring an old message into a channel.
///
/// What was said elsewhere, at its own time and by its own author: the message names both.
///
/// [Learn](https://learn.microsoft.com/graph/api/channel-post-messages)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Teamwork.Migrate.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Team and channel must be in migration mode. Five messages a second for a channel. Nobody is
/// notified.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// It would stand there twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::teams::ImportChannelMessage;
///
/// let old = ImportChannelMessage::new("team-1", "19:1@thread.tacv2", "Hello", "agent-1", "2026-01-02T03:04:05Z");
/// assert_eq!(old.into_request()?.uri(), "/teams/team-1/channels/19%3A1%40thread.tacv2/messages");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "import messages")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ImportChannelMessage<C = Client> {
    via: C,
    team: String,
    channel: Sensitive,
    body: ChatMessage,
}

graph_request! {
    ImportChannelMessage => ChatMessage,
    "import" POST "/teams/{team-id}/channels/{id}/messages",
    repeat: Twice, on_call: false,
    application: ["Teamwork.Migrate.All"]
}

impl ImportChannelMessage<()> {
    /// The request without a client.
    pub fn new(
        team: &str,
        channel: &str,
        message: impl Into<ChatMessage>,
        author: &str,
        written_at: impl Into<DateTimeOffset>,
    ) -> Self {
        Self::with((), team, channel, message, author, written_at)
    }
}

impl<C: Via> ImportChannelMessage<C> {
    pub(crate) fn with(
        via: C,
        team: &str,
        channel: &str,
        message: impl Into<ChatMessage>,
        author: &str,
        written_at: impl Into<DateTimeOffset>,
    ) -> Self {
        let body = new_message::imported(message.into(), author, written_at.into());
        Self { via, team: team.to_owned(), channel: channel.into(), body }
    }

    /// The message as it stands, to reach properties that have no setter.
    pub fn body_mut(&mut self) -> &mut ChatMessage {
        &mut self.body
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        new_message::check(&self.body)?;
        new_message::check_import(&self.body)?;
        Self::ENDPOINT
            .json(&[(TEAM_ID, &self.team), (CHANNEL_ID, self.channel.reveal())], &self.body)
    }
}
