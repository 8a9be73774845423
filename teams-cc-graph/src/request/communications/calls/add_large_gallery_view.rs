use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{AddLargeGalleryViewOperation, ClientContextBody};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/addLargeGalleryView`: add the large gallery view.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-addlargegalleryview)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCallAsGuest.All` | `Calls.JoinGroupCall.All`, `Calls.InitiateGroupCall.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Group calls and meetings with video, in the worldwide cloud alone.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would add the view twice: retried on 429 alone. Dropping the future may still add it.
///
/// ```
/// use teams_cc_graph::request::communications::calls::AddLargeGalleryView;
///
/// let request = AddLargeGalleryView::new("call-1").client_context("addLargeGalleryView").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/addLargeGalleryView");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "addLargeGalleryView")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddLargeGalleryView<C = Client> {
    via: C,
    call: String,
    body: ClientContextBody,
}

graph_request! {
    AddLargeGalleryView => AddLargeGalleryViewOperation,
    "addLargeGalleryView" POST "/communications/calls/{id}/addLargeGalleryView",
    repeat: Twice, on_call: true,
    permissions: [CALLS_JOIN_GROUP_AS_GUEST, CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

client_context!(AddLargeGalleryView);

impl AddLargeGalleryView<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> AddLargeGalleryView<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        let body = ClientContextBody::new().client_context(via.client_context());
        Self { via, call: call.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a client context that is too long.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::client_context(&self.body.client_context)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
