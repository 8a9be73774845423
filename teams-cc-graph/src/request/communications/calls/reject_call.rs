use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{RejectBody, RejectReason};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/reject`: refuse an incoming call.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-reject)
///
/// # Permissions
///
/// None beyond those that let the app receive calls.
///
/// # Limits
///
/// Only before the call is answered, and within 15 s; an answered call is ended by
/// [`DeleteCall`](super::DeleteCall).
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the caller has hung up.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still reject the call.
///
/// ```
/// use teams_cc_graph::request::communications::calls::RejectCall;
///
/// let request = RejectCall::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/reject");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "reject")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RejectCall<C = Client> {
    via: C,
    call: String,
    body: RejectBody,
}

graph_request! {
    RejectCall => (),
    "reject" POST "/communications/calls/{id}/reject",
    repeat: Harmless, on_call: true,
    permissions: []
}

impl RejectCall<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> RejectCall<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        Self { via, call: call.to_owned(), body: RejectBody::new() }
    }

    /// Say why. Default: no reason.
    pub fn reason(mut self, reason: RejectReason) -> Self {
        self.body.reason = reason.into();
        self
    }

    /// Set where the notification of the ended call goes. Default: where its first one went.
    pub fn callback_uri(mut self, uri: impl Into<String>) -> Self {
        self.body.callback_uri = uri.into().into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a callback that is not HTTPS.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        if let Some(uri) = self.body.callback_uri.text() {
            check::https("callbackUri", uri)?;
        }
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
