use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::User;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}`: one user, by object id or principal name.
///
/// [Learn](https://learn.microsoft.com/graph/api/user-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `User.Read.All` | `User.ReadWrite.All`, `Directory.Read.All` |
/// | Delegated | `User.ReadBasic.All` | `User.Read.All`, `Directory.Read.All` |
///
/// # Limits
///
/// Only some properties are answered unless they are selected.
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
/// use teams_cc_graph::request::users::GetUser;
///
/// let request = GetUser::new("agent@contoso.com").select(["id"]).into_request()?;
/// assert_eq!(request.uri(), "/users/agent%40contoso.com?$select=id");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get user")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetUser<C = Client> {
    via: C,
    user: Sensitive,
    query: Query,
}

graph_request! {
    GetUser => User,
    "getUser" GET "/users/{id}",
    repeat: Harmless, on_call: false,
    application: ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"],
    delegated: ["User.ReadBasic.All", "User.Read.All", "Directory.Read.All"]
}

query_options! { GetUser: select, expand }

impl GetUser<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> GetUser<C> {
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
