use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{CancelMediaProcessingOperation, ClientContextBody};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/cancelMediaProcessing`: stop prompts and recordings.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-cancelmediaprocessing)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.Initiate.All` | `Calls.AccessMedia.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Ends what plays and what is queued; each of those operations then fails with 400/8508.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still end the prompts.
///
/// ```
/// use teams_cc_graph::request::communications::calls::CancelMediaProcessing;
///
/// let request = CancelMediaProcessing::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/cancelMediaProcessing");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "cancelMediaProcessing")]
#[doc(alias = "8508")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CancelMediaProcessing<C = Client> {
    via: C,
    call: String,
    body: ClientContextBody,
}

graph_request! {
    CancelMediaProcessing => CancelMediaProcessingOperation,
    "cancelMediaProcessing" POST "/communications/calls/{id}/cancelMediaProcessing",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

client_context!(CancelMediaProcessing);

impl CancelMediaProcessing<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> CancelMediaProcessing<C> {
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
