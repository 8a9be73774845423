use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::model::Presence;
use crate::request::Via;

/// `GET /me/presence`: what the signed-in user shows to others.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated (work) | `Presence.Read` | `Presence.Read.All` |
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
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::users::GetMyPresence;
///
/// let request = GetMyPresence::new().into_request()?;
/// assert_eq!(request.uri(), "/me/presence");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get presence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetMyPresence<C = Delegated> {
    via: C,
}

graph_request! {
    GetMyPresence via Delegated => Presence,
    "getMyPresence" GET "/me/presence",
    repeat: Harmless, on_call: false,
    delegated: ["Presence.Read", "Presence.Read.All"]
}

impl GetMyPresence<()> {
    /// The request without a client.
    #[expect(clippy::new_without_default, reason = "a request is made on purpose")]
    pub fn new() -> Self {
        Self::with(())
    }
}

impl<C: Via> GetMyPresence<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// None: there is nothing in it to be wrong.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[])
    }
}
