use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `POST /communications/calls/{id}/keepAlive`: say that the app is still there.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-keepalive)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Every 15 to 45 minutes; the service ends a call that is silent for 45 minutes (408/8537).
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
/// use teams_cc_graph::request::communications::calls::KeepAlive;
///
/// let request = KeepAlive::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/keepAlive");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "keepAlive")]
#[doc(alias = "8537")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct KeepAlive<C = Client> {
    via: C,
    call: String,
}

graph_request! {
    KeepAlive => (),
    "keepAlive" POST "/communications/calls/{id}/keepAlive",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

impl KeepAlive<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> KeepAlive<C> {
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
