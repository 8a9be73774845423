use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `DELETE /communications/calls/{id}`: hang up.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-delete)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// In a group call it ends the leg of the app alone.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still hang up.
///
/// ```
/// use teams_cc_graph::request::communications::calls::DeleteCall;
///
/// let request = DeleteCall::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete call")]
#[doc(alias = "hang up")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteCall<C = Client> {
    via: C,
    call: String,
}

graph_request! {
    DeleteCall => (),
    "delete" DELETE "/communications/calls/{id}",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

impl DeleteCall<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> DeleteCall<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        Self { via, call: call.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call)])
    }
}
