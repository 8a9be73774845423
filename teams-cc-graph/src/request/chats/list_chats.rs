use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Chat, Collection};
use crate::request::{Query, Via, check};
use crate::wire::Sensitive;

/// `GET /users/{id}/chats`: the chats a user takes part in.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.ReadBasic.All` | `Chat.Read.All`, `Chat.ReadWrite.All` |
/// | Delegated | `Chat.ReadBasic` | `Chat.Read`, `Chat.ReadWrite` |
///
/// # Limits
///
/// At most 50 chats a page. Of the relations, `members` and `lastMessagePreview` can be expanded.
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
/// use teams_cc_graph::request::chats::ListChats;
///
/// let request = ListChats::new("agent-1").expand(["members"]).into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/chats?$expand=members");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list chats")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListChats<C = Client> {
    via: C,
    user: Sensitive,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListChats => (Collection<Chat>),
    "listChats" GET "/users/{id}/chats",
    repeat: Harmless, on_call: false,
    application: ["Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"],
    delegated: ["Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"]
}

paged_request! { ListChats => Chat }

query_options! { ListChats: filter, expand, order_by }

impl ListChats<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> ListChats<C> {
    pub(crate) fn with(via: C, user: &str) -> Self {
        Self { via, user: user.into(), query: Query::new(), top: None }
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
        Self::ENDPOINT.draft(&[(USER_ID, self.user.reveal())])?.query(&self.query).bare()
    }
}
