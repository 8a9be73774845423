use bytes::Bytes;

use super::{CALL_ID, PARTICIPANT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{ClientContextBody, StopHoldMusicOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/participants/{participant}/stopHoldMusic`: take somebody back from hold.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-stopholdmusic)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings. The participant hears and is heard again once the operation is done.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the participant or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still end the music.
///
/// ```
/// use teams_cc_graph::request::communications::calls::participants::StopHoldMusic;
///
/// let request = StopHoldMusic::new("call-1", "participant-1").client_context("stopHoldMusic").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants/participant-1/stopHoldMusic");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "stopHoldMusic")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct StopHoldMusic<C = Client> {
    via: C,
    call: String,
    participant: String,
    body: ClientContextBody,
}

graph_request! {
    StopHoldMusic => StopHoldMusicOperation,
    "stopHoldMusic" POST "/communications/calls/{id}/participants/{participant}/stopHoldMusic",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

client_context!(StopHoldMusic);

impl StopHoldMusic<()> {
    /// The request without a client.
    pub fn new(call: &str, participant: &str) -> Self {
        Self::with((), call, participant)
    }
}

impl<C: Via> StopHoldMusic<C> {
    pub(crate) fn with(via: C, call: &str, participant: &str) -> Self {
        let body = ClientContextBody::new().client_context(via.client_context());
        Self { via, call: call.to_owned(), participant: participant.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a client context that is too long.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::client_context(&self.body.client_context)?;
        Self::ENDPOINT
            .json(&[(CALL_ID, &self.call), (PARTICIPANT_ID, &self.participant)], &self.body)
    }
}
