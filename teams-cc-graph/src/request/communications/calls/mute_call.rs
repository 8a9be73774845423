use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ClientContextBody, MuteParticipantOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/mute`: mute the app itself.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-mute)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings, where a roster notification follows. What the app hears goes on.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still mute the app.
///
/// ```
/// use teams_cc_graph::request::communications::calls::MuteCall;
///
/// let request = MuteCall::new("call-1").client_context("mute").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/mute");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "mute")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct MuteCall<C = Client> {
    via: C,
    call: String,
    body: ClientContextBody,
}

graph_request! {
    MuteCall => MuteParticipantOperation,
    "mute" POST "/communications/calls/{id}/mute",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

client_context!(MuteCall);

impl MuteCall<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> MuteCall<C> {
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
