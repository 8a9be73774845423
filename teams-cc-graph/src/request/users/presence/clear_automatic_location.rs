use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::request::Via;

/// `POST /me/presence/clearAutomaticLocation`: forget where the signed-in user was found.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-clearautomaticlocation)
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
/// A manual place stays. The worldwide cloud alone. 1,500 requests in 30 s for an app and a tenant,
/// reads and writes alike.
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
/// use teams_cc_graph::request::users::ClearAutomaticLocation;
///
/// let request = ClearAutomaticLocation::new().into_request()?;
/// assert_eq!(request.uri(), "/me/presence/clearAutomaticLocation");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "clearAutomaticLocation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ClearAutomaticLocation<C = Delegated> {
    via: C,
}

graph_request! {
    ClearAutomaticLocation via Delegated => (),
    "clearAutomaticLocation" POST "/me/presence/clearAutomaticLocation",
    repeat: Harmless, on_call: false,
    delegated: ["Presence.ReadWrite"]
}

impl ClearAutomaticLocation<()> {
    /// The request without a client.
    #[expect(clippy::new_without_default, reason = "a request is made on purpose")]
    pub fn new() -> Self {
        Self::with(())
    }
}

impl<C: Via> ClearAutomaticLocation<C> {
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
