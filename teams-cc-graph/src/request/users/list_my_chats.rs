use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::model::{Chat, Collection};
use crate::request::{Query, Via, check};

/// `GET /me/chats`: the chats the signed-in user takes part in.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
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
/// use teams_cc_graph::request::users::ListMyChats;
///
/// let request = ListMyChats::new().expand(["lastMessagePreview"]).into_request()?;
/// assert_eq!(request.uri(), "/me/chats?$expand=lastMessagePreview");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list chats")]
#[doc(alias = "me/chats")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListMyChats<C = Delegated> {
    via: C,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListMyChats via Delegated => (Collection<Chat>),
    "listChats" GET "/me/chats",
    repeat: Harmless, on_call: false,
    delegated: ["Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"]
}

paged_request! { ListMyChats via Delegated => Chat }

query_options! { ListMyChats: filter, expand, order_by }

impl ListMyChats<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListMyChats<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListMyChats<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, query: Query::new(), top: None }
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
        Self::ENDPOINT.draft(&[])?.query(&self.query).bare()
    }
}
