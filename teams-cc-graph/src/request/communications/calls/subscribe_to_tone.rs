use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ClientContextBody, SubscribeToToneOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/subscribeToTone`: hear the keys the caller presses.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-subscribetotone)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.AccessMedia.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Service-hosted media. Keys arrive as notifications of the call; cancelling media processing does
/// not end the subscription.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still subscribe.
///
/// ```
/// use teams_cc_graph::request::communications::calls::SubscribeToTone;
///
/// let request = SubscribeToTone::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/subscribeToTone");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "subscribeToTone")]
#[doc(alias = "9999")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SubscribeToTone<C = Client> {
    via: C,
    call: String,
    body: ClientContextBody,
}

graph_request! {
    SubscribeToTone => SubscribeToToneOperation,
    "subscribeToTone" POST "/communications/calls/{id}/subscribeToTone",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_ACCESS_MEDIA]
}

client_context!(SubscribeToTone);

impl SubscribeToTone<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> SubscribeToTone<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        let mut body = ClientContextBody::new();
        body.client_context = via.client_context();
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
