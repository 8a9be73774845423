use bytes::Bytes;
use teams_cc_core::AppId;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::ClearPresenceBody;
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /users/{id}/presence/clearPresence`: end the app's presence session of a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-clearpresence)
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
/// A user without any other session is shown offline. 1,500 requests in 30 s for an app and a
/// tenant, reads and writes alike.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the app has no session
/// of the user, which is what was wanted.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still end the session.
///
/// ```
/// use teams_cc_graph::request::users::ClearPresence;
///
/// let app = "22553876-f5ab-4529-bffb-cfe50aa89f87".parse()?;
/// let request = ClearPresence::new("98da8a1a", &app).into_request()?;
/// assert_eq!(request.uri(), "/users/98da8a1a/presence/clearPresence");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "clearPresence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ClearPresence<C = Client> {
    via: C,
    user: Sensitive,
    body: ClearPresenceBody,
}

graph_request! {
    ClearPresence => (),
    "clearPresence" POST "/users/{id}/presence/clearPresence",
    repeat: Harmless, on_call: false,
    application: ["Presence.ReadWrite.All"],
    delegated: ["Presence.ReadWrite"]
}

impl ClearPresence<()> {
    /// The request without a client; `session` is the client id of the app.
    pub fn new(user: &str, session: &AppId) -> Self {
        Self::with((), user, session)
    }
}

impl<C: Via> ClearPresence<C> {
    pub(crate) fn with(via: C, user: &str, session: &AppId) -> Self {
        let body = ClearPresenceBody::new().session_id(session.as_str());
        Self { via, user: user.into(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &self.body)
    }
}
