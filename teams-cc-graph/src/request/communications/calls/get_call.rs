use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Call;
use crate::request::{Query, Via};

/// `GET /communications/calls/{id}`: the call as it stands.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-get)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// A call that has ended is not found.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::calls::GetCall;
///
/// let request = GetCall::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get call")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetCall<C = Client> {
    via: C,
    call: String,
    query: Query,
}

graph_request! {
    GetCall => Call,
    "get" GET "/communications/calls/{id}",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

query_options!(GetCall: select, expand);

impl GetCall<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> GetCall<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        Self { via, call: call.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(CALL_ID, &self.call)])?.query(&self.query).bare()
    }
}
