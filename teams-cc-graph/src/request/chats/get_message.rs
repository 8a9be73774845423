use bytes::Bytes;

use super::{CHAT_ID, MESSAGE_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::request::Via;
use crate::wire::Sensitive;

/// `GET /chats/{id}/messages/{message-id}`: one message of a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chatmessage-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.Read.All` | `Chat.ReadWrite.All` |
/// | Delegated | `Chat.Read` | `Chat.ReadWrite` |
/// | Inside the chat or team | `ChatMessage.Read.Chat` | – |
///
/// # Limits
///
/// Reading messages as an app is a protected API: Microsoft approves it on request.
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
/// use teams_cc_graph::request::chats::GetMessage;
///
/// let request = GetMessage::new("19:1@thread.v2", "1").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/messages/1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get chatMessage")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetMessage<C = Client> {
    via: C,
    chat: Sensitive,
    message: String,
}

graph_request! {
    GetMessage => ChatMessage,
    "getMessage" GET "/chats/{id}/messages/{message-id}",
    repeat: Harmless, on_call: false,
    application: ["Chat.Read.All", "Chat.ReadWrite.All"],
    delegated: ["Chat.Read", "Chat.ReadWrite"],
    resource_specific: ["ChatMessage.Read.Chat"]
}

impl GetMessage<()> {
    /// The request without a client.
    pub fn new(chat: &str, message: &str) -> Self {
        Self::with((), chat, message)
    }
}

impl<C: Via> GetMessage<C> {
    pub(crate) fn with(via: C, chat: &str, message: &str) -> Self {
        Self { via, chat: chat.into(), message: message.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CHAT_ID, self.chat.reveal()), (MESSAGE_ID, &self.message)])
    }
}
