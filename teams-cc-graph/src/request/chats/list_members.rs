use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, ConversationMember};
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /chats/{id}/members`: the members of a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-list-members)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `ChatMember.Read.All` | `Chat.ReadBasic.All`, `ChatMember.ReadWrite.All`, `Chat.Read.All`, `Chat.ReadWrite.All` |
/// | Delegated | `Chat.ReadBasic` | `ChatMember.Read`, `ChatMember.ReadWrite`, `Chat.Read`, `Chat.ReadWrite` |
/// | Inside the chat or team | `ChatMember.Read.Chat` | – |
///
/// # Limits
///
/// Meeting chats of more than 1,000 members are answered in part.
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
/// use teams_cc_graph::request::chats::ListMembers;
///
/// let request = ListMembers::new("19:1@thread.v2").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/members");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list members")]
#[doc(alias = "list conversationMembers")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListMembers<C = Client> {
    via: C,
    chat: Sensitive,
    query: Query,
}

graph_request! {
    ListMembers => (Collection<ConversationMember>),
    "listMembers" GET "/chats/{id}/members",
    repeat: Harmless, on_call: false,
    application: [
        "ChatMember.Read.All", "Chat.ReadBasic.All", "ChatMember.ReadWrite.All", "Chat.Read.All",
        "Chat.ReadWrite.All"
    ],
    delegated: [
        "Chat.ReadBasic", "ChatMember.Read", "ChatMember.ReadWrite", "Chat.Read",
        "Chat.ReadWrite"
    ],
    resource_specific: ["ChatMember.Read.Chat"]
}

paged_request! { ListMembers => ConversationMember }

query_options! { ListMembers: filter }

impl ListMembers<()> {
    /// The request without a client.
    pub fn new(chat: &str) -> Self {
        Self::with((), chat)
    }
}

impl<C: Via> ListMembers<C> {
    pub(crate) fn with(via: C, chat: &str) -> Self {
        Self { via, chat: chat.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(CHAT_ID, self.chat.reveal())])?.query(&self.query).bare()
    }
}
