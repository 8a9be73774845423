use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ChatMessage, Collection};
use crate::request::{Query, Via, check};
use crate::wire::Sensitive;

/// `GET /chats/{id}/messages`: the messages of a chat, newest first.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-list-messages)
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
/// At most 50 messages a page. Reading messages as an app is a protected API: Microsoft approves it
/// on request. 20 requests a second for an app and tenant.
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
/// use teams_cc_graph::request::chats::ListMessages;
///
/// let request = ListMessages::new("19:1@thread.v2").top(20).into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/messages?$top=20");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list chatMessages")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListMessages<C = Client> {
    via: C,
    chat: Sensitive,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListMessages => (Collection<ChatMessage>),
    "listMessages" GET "/chats/{id}/messages",
    repeat: Harmless, on_call: false,
    application: ["Chat.Read.All", "Chat.ReadWrite.All"],
    delegated: ["Chat.Read", "Chat.ReadWrite"],
    resource_specific: ["ChatMessage.Read.Chat"]
}

paged_request! { ListMessages => ChatMessage }

query_options! { ListMessages: filter, order_by }

impl ListMessages<()> {
    /// The request without a client.
    pub fn new(chat: &str) -> Self {
        Self::with((), chat)
    }
}

impl<C: Via> ListMessages<C> {
    pub(crate) fn with(via: C, chat: &str) -> Self {
        Self { via, chat: chat.into(), query: Query::new(), top: None }
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
        Self::ENDPOINT.draft(&[(CHAT_ID, self.chat.reveal())])?.query(&self.query).bare()
    }
}
