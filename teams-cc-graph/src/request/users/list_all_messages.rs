use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ChatMessage, Collection};
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/chats/getAllMessages`: every message of every chat of a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/chats-getallmessages)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Chat.Read.All` | `Chat.ReadWrite.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Applications alone; a protected API, which Microsoft approves on request, and metered: `model=A`
/// or `model=B` says how it is paid for.
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
/// use teams_cc_graph::request::users::ListAllMessages;
///
/// let request = ListAllMessages::new("agent-1").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/chats/getAllMessages");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "getAllMessages")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListAllMessages<C = Client> {
    via: C,
    user: Sensitive,
    query: Query,
}

graph_request! {
    ListAllMessages => (Collection<ChatMessage>),
    "getAllMessages" GET "/users/{id}/chats/getAllMessages",
    repeat: Harmless, on_call: false,
    application: ["Chat.Read.All", "Chat.ReadWrite.All"]
}

paged_request! { ListAllMessages => ChatMessage }

query_options! { ListAllMessages: filter, query }

impl ListAllMessages<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> ListAllMessages<C> {
    pub(crate) fn with(via: C, user: &str) -> Self {
        Self { via, user: user.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(USER_ID, self.user.reveal())])?.query(&self.query).bare()
    }
}
