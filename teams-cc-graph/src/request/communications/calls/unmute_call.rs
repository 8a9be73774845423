use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ClientContextBody, UnmuteParticipantOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/unmute`: unmute the app itself.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-unmute)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// It undoes what [`MuteCall`](super::MuteCall) did. A participant whom the server muted can only
/// unmute itself.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still unmute the app.
///
/// ```
/// use teams_cc_graph::request::communications::calls::UnmuteCall;
///
/// let request = UnmuteCall::new("call-1").client_context("unmute").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/unmute");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "unmute")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UnmuteCall<C = Client> {
    via: C,
    call: String,
    body: ClientContextBody,
}

graph_request! {
    UnmuteCall => UnmuteParticipantOperation,
    "unmute" POST "/communications/calls/{id}/unmute",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

client_context!(UnmuteCall);

impl UnmuteCall<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> UnmuteCall<C> {
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
