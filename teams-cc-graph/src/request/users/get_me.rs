use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::model::User;
use crate::request::{Query, Via};

/// `GET /me`: the signed-in user.
///
/// [Learn](https://learn.microsoft.com/graph/api/user-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated | `User.Read` | `User.ReadWrite`, `User.ReadBasic.All` |
///
/// # Limits
///
/// It exists only for a client that acts for a signed-in user.
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
/// use teams_cc_graph::request::users::GetMe;
///
/// let request = GetMe::new().into_request()?;
/// assert_eq!(request.uri(), "/me");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get user")]
#[doc(alias = "me")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetMe<C = Delegated> {
    via: C,
    query: Query,
}

graph_request! {
    GetMe via Delegated => User,
    "getMe" GET "/me",
    repeat: Harmless, on_call: false,
    delegated: ["User.Read", "User.ReadWrite", "User.ReadBasic.All"]
}

query_options! { GetMe: select }

impl GetMe<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for GetMe<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> GetMe<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the request cannot be made.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[])?.query(&self.query).bare()
    }
}
