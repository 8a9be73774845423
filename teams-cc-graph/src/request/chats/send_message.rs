use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Delegated;
use crate::error::Error;
use crate::model::ChatMessage;
use crate::request::{Via, new_message};
use crate::wire::Sensitive;

/// `POST /chats/{id}/messages`: write to a chat.
///
/// It exists only for a client that acts for a signed-in user ([`Delegated`]): an app by itself may
/// import what was said elsewhere ([`ImportMessage`](super::ImportMessage)), and say nothing. A bot
/// writes through the Bot Framework.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-post-messages)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated | `ChatMessage.Send` | `Chat.ReadWrite`, `Group.ReadWrite.All` |
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
/// use teams_cc_graph::request::chats::SendMessage;
///
/// let request = SendMessage::new("19:1@thread.v2", "Your customer is on the line").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/messages");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
///
/// A [card](crate::model::ChatMessageAttachment::adaptive_card) is an attachment whose id the HTML
/// repeats:
///
/// ```
/// use teams_cc_graph::model::{ChatMessage, ChatMessageAttachment};
/// use teams_cc_graph::request::chats::SendMessage;
///
/// let card = serde_json::json!({ "type": "AdaptiveCard", "version": "1.4", "body": [] });
/// let card = ChatMessageAttachment::adaptive_card("card-1", &card);
/// let message = ChatMessage::of_html(r#"<attachment id="card-1"></attachment>"#);
/// let request = SendMessage::new("19:1@thread.v2", message).attachment(card).into_request()?;
/// assert_eq!(request.method(), "POST");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "send chatMessage")]
#[doc(alias = "post chatMessage")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendMessage<C = Delegated> {
    via: C,
    chat: Sensitive,
    body: ChatMessage,
}

graph_request! {
    SendMessage via Delegated => ChatMessage,
    "send" POST "/chats/{id}/messages",
    repeat: Twice, on_call: false,
    delegated: ["ChatMessage.Send", "Chat.ReadWrite", "Group.ReadWrite.All"]
}

message_setters!(SendMessage);

impl SendMessage<()> {
    /// The request without a client.
    pub fn new(chat: &str, message: impl Into<ChatMessage>) -> Self {
        Self::with((), chat, message)
    }
}

impl<C: Via> SendMessage<C> {
    pub(crate) fn with(via: C, chat: &str, message: impl Into<ChatMessage>) -> Self {
        Self { via, chat: chat.into(), body: message.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        new_message::check(&self.body)?;
        Self::ENDPOINT.json(&[(CHAT_ID, self.chat.reveal())], &self.body)
    }
}
