use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Presence;
use crate::request::Via;
use crate::wire::Sensitive;

/// `GET /users/{id}/presence`: what a user shows to others.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Presence.Read.All` | `Presence.ReadWrite.All` |
/// | Delegated (work) | `Presence.Read.All` | – |
///
/// # Limits
///
/// 1,500 requests in 30 s for an app and a tenant; read many users with
/// [`GetPresencesByUserId`](crate::request::communications::GetPresencesByUserId).
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::users::GetPresence;
///
/// let request = GetPresence::new("98da8a1a-1b87-452c-a713-65d3f10b5555").into_request()?;
/// assert_eq!(request.uri(), "/users/98da8a1a-1b87-452c-a713-65d3f10b5555/presence");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get presence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetPresence<C = Client> {
    via: C,
    user: Sensitive,
}

graph_request! {
    GetPresence => [Only Presence],
    "getPresence" GET "/users/{id}/presence",
    repeat: Harmless, on_call: false,
    permissions: [PRESENCE_READ_ALL, PRESENCE_READ_WRITE_ALL, PRESENCE_READ_ALL_DELEGATED]
}

impl GetPresence<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> GetPresence<C> {
    pub(crate) fn with(via: C, user: &str) -> Self {
        Self { via, user: user.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(USER_ID, self.user.reveal())])
    }
}
