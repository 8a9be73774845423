use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /users/{id}/presence/clearUserPreferredPresence`: let sessions decide what a user shows.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-clearuserpreferredpresence)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Presence.ReadWrite.All` | – |
/// | Delegated (work) | `Presence.ReadWrite` | – |
///
/// # Limits
///
/// 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still clear it.
///
/// ```
/// use teams_cc_graph::request::users::ClearUserPreferredPresence;
///
/// let request = ClearUserPreferredPresence::new("user-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/presence/clearUserPreferredPresence");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "clearUserPreferredPresence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ClearUserPreferredPresence<C = Client> {
    via: C,
    user: Sensitive,
}

graph_request! {
    ClearUserPreferredPresence => (),
    "clearUserPreferredPresence" POST "/users/{id}/presence/clearUserPreferredPresence",
    repeat: Harmless, on_call: false,
    application: ["Presence.ReadWrite.All"],
    delegated: ["Presence.ReadWrite"]
}

impl ClearUserPreferredPresence<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> ClearUserPreferredPresence<C> {
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
