use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::Presence;
use crate::request::Via;
use crate::wire::Sensitive;

/// `GET /communications/presences/{id}`: what a user shows to others.
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
/// The same as [`users::GetPresence`](crate::request::users::GetPresence) under another path, the
/// one presence notifications name. The service may answer the presence alone or as a list of one.
/// 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
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
/// use teams_cc_graph::request::communications::GetPresence;
///
/// let request = GetPresence::new("user-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/presences/user-1");
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
    "getPresence" GET "/communications/presences/{id}",
    repeat: Harmless, on_call: false,
    application: ["Presence.Read.All", "Presence.ReadWrite.All"],
    delegated: ["Presence.Read.All"]
}

/// What the segment that names a user is called in errors.
const USER_ID: &str = "user id";

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
