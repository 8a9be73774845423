use bytes::Bytes;

use super::{CALL_ID, PARTICIPANT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{ClientContextBody, MuteParticipantOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/participants/{participant}/mute`: mute somebody.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-mute)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCall.All` | `Calls.InitiateGroupCall.All` |
/// | Delegated | not supported | – |
///
/// The page names none beyond those the app joined the call with.
///
/// # Limits
///
/// Group calls and meetings, by the server. The participant alone can unmute itself; nobody can do
/// it from outside.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the participant or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still mute the
/// participant.
///
/// ```
/// use teams_cc_graph::request::communications::calls::participants::MuteParticipant;
///
/// let request = MuteParticipant::new("call-1", "participant-1").client_context("muteParticipant").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants/participant-1/mute");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "mute")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct MuteParticipant<C = Client> {
    via: C,
    call: String,
    participant: String,
    body: ClientContextBody,
}

graph_request! {
    MuteParticipant => MuteParticipantOperation,
    "muteParticipant" POST "/communications/calls/{id}/participants/{participant}/mute",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

client_context!(MuteParticipant);

impl MuteParticipant<()> {
    /// The request without a client.
    pub fn new(call: &str, participant: &str) -> Self {
        Self::with((), call, participant)
    }
}

impl<C: Via> MuteParticipant<C> {
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
