use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::request::Via;

/// `POST /me/presence/clearLocation`: forget where the signed-in user works today.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-clearlocation)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated (work) | `Presence.ReadWrite` | – |
///
/// # Limits
///
/// It clears the manual place and the automatic one, for the current date. The worldwide cloud
/// alone. 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
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
/// use teams_cc_graph::request::users::ClearLocation;
///
/// let request = ClearLocation::new().into_request()?;
/// assert_eq!(request.uri(), "/me/presence/clearLocation");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "clearLocation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ClearLocation<C = Delegated> {
    via: C,
}

graph_request! {
    ClearLocation via Delegated => (),
    "clearLocation" POST "/me/presence/clearLocation",
    repeat: Harmless, on_call: false,
    delegated: ["Presence.ReadWrite"]
}

impl ClearLocation<()> {
    /// The request without a client.
    #[expect(clippy::new_without_default, reason = "a request is made on purpose")]
    pub fn new() -> Self {
        Self::with(())
    }
}

impl<C: Via> ClearLocation<C> {
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
