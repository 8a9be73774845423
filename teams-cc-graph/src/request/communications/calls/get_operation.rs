use bytes::Bytes;

use super::{CALL_ID, OPERATION_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::CommsOperation;
use crate::request::Via;

/// `GET /communications/calls/{id}/operations/{operation}`: an operation of a call as it stands.
///
/// [Learn](https://learn.microsoft.com/graph/api/resources/commsoperation)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// The id is the one the operation's answer or its `Location` named. The page of the resource
/// documents it; no page documents the request.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the operation or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::calls::GetOperation;
///
/// let request = GetOperation::new("call-1", "operation-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/operations/operation-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get operation")]
#[doc(alias = "commsOperation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetOperation<C = Client> {
    via: C,
    call: String,
    operation: String,
}

graph_request! {
    GetOperation => CommsOperation,
    "getOperation" GET "/communications/calls/{id}/operations/{operation}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

impl GetOperation<()> {
    /// The request without a client.
    pub fn new(call: &str, operation: &str) -> Self {
        Self::with((), call, operation)
    }
}

impl<C: Via> GetOperation<C> {
    pub(crate) fn with(via: C, call: &str, operation: &str) -> Self {
        Self { via, call: call.to_owned(), operation: operation.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call), (OPERATION_ID, &self.operation)])
    }
}
