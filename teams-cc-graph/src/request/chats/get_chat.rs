use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Chat;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /chats/{id}`: a chat, without its messages.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.ReadBasic.WhereInstalled` | `Chat.ReadBasic.All`, `Chat.Read.All`, `Chat.ReadWrite.All` |
/// | Delegated | `Chat.ReadBasic` | `Chat.Read`, `Chat.ReadWrite` |
/// | Inside the chat or team | `ChatSettings.Read.Chat` | `ChatSettings.ReadWrite.Chat`, `Chat.Manage.Chat` |
///
/// # Limits
///
/// A member of the chat must belong to the tenant. Of the relations, members can be expanded.
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
/// use teams_cc_graph::request::chats::GetChat;
///
/// let request = GetChat::new("19:1@thread.v2").expand(["members"]).into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2?$expand=members");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get chat")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetChat<C = Client> {
    via: C,
    chat: Sensitive,
    query: Query,
}

graph_request! {
    GetChat => Chat,
    "getChat" GET "/chats/{id}",
    repeat: Harmless, on_call: false,
    application: [
        "Chat.ReadBasic.WhereInstalled", "Chat.ReadBasic.All", "Chat.Read.All",
        "Chat.ReadWrite.All"
    ],
    delegated: ["Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"],
    resource_specific: [
        "ChatSettings.Read.Chat", "ChatSettings.ReadWrite.Chat", "Chat.Manage.Chat"
    ]
}

query_options! { GetChat: select, expand }

impl GetChat<()> {
    /// The request without a client.
    pub fn new(chat: &str) -> Self {
        Self::with((), chat)
    }
}

impl<C: Via> GetChat<C> {
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
