use bytes::Bytes;

use super::{CHAT_ID, check_topic};
use crate::client::Client;
use crate::error::Error;
use crate::model::{Chat, UpdateChatBody};
use crate::request::Via;
use crate::wire::Sensitive;

/// `PATCH /chats/{id}`: give a group chat another title.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-patch)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.ReadWrite.All` | – |
/// | Delegated | `Chat.ReadWrite` | – |
/// | Inside the chat or team | `ChatSettings.ReadWrite.Chat` | – |
///
/// # Limits
///
/// Group chats alone have a title; at most 250 characters, none of them a colon.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::chats::UpdateChat;
///
/// let request = UpdateChat::new("19:1@thread.v2", "Order 4711").into_request()?;
/// assert_eq!(request.body(), r#"{"topic":"Order 4711"}"#);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "update chat")]
#[doc(alias = "rename chat")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateChat<C = Client> {
    via: C,
    chat: Sensitive,
    body: UpdateChatBody,
}

graph_request! {
    UpdateChat => Chat,
    "updateChat" PATCH "/chats/{id}",
    repeat: Harmless, on_call: false,
    application: ["Chat.ReadWrite.All"],
    delegated: ["Chat.ReadWrite"],
    resource_specific: ["ChatSettings.ReadWrite.Chat"]
}

impl UpdateChat<()> {
    /// The request without a client.
    pub fn new(chat: &str, topic: impl Into<Sensitive>) -> Self {
        Self::with((), chat, topic)
    }
}

impl<C: Via> UpdateChat<C> {
    pub(crate) fn with(via: C, chat: &str, topic: impl Into<Sensitive>) -> Self {
        Self { via, chat: chat.into(), body: UpdateChatBody::new().topic(topic.into()) }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check_topic(self.body.topic.get())?;
        Self::ENDPOINT.json(&[(CHAT_ID, self.chat.reveal())], &self.body)
    }
}
