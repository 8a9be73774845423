use bytes::Bytes;

use crate::client::Delegated;
use crate::error::Error;
use crate::model::{SetLocationBody, WorkLocationType};
use crate::request::Via;

/// `POST /me/presence/setManualLocation`: say where the signed-in user works.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-setmanuallocation)
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
/// A manual place comes before one found automatically, and that before the calendar's; of two in
/// one layer the more precise. The worldwide cloud alone. The page says 200 and shows 204: either
/// is success. 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still set it.
///
/// ```
/// use teams_cc_graph::model::WorkLocationType;
/// use teams_cc_graph::request::users::SetManualLocation;
///
/// let request = SetManualLocation::new(WorkLocationType::Office).into_request()?;
/// assert_eq!(request.uri(), "/me/presence/setManualLocation");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "setManualLocation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SetManualLocation<C = Delegated> {
    via: C,
    body: SetLocationBody,
}

graph_request! {
    SetManualLocation via Delegated => (),
    "setManualLocation" POST "/me/presence/setManualLocation",
    repeat: Harmless, on_call: false,
    delegated: ["Presence.ReadWrite"]
}

impl SetManualLocation<()> {
    /// The request without a client.
    pub fn new(kind: WorkLocationType) -> Self {
        Self::with((), kind)
    }
}

impl<C: Via> SetManualLocation<C> {
    pub(crate) fn with(via: C, kind: WorkLocationType) -> Self {
        Self { via, body: SetLocationBody::new(kind) }
    }

    /// Set the place, such as a building, by its id. Default: none.
    pub fn place_id(mut self, place: impl Into<String>) -> Self {
        self.body.place_id = place.into().into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// None: there is nothing in it to be wrong.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.json(&[], &self.body)
    }
}
