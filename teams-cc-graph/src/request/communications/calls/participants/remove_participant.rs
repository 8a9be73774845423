use bytes::Bytes;

use super::{CALL_ID, PARTICIPANT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `DELETE /communications/calls/{id}/participants/{participant}`: put somebody out of a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-delete)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCallAsGuest.All` | `Calls.JoinGroupCall.All` |
/// | Delegated | not supported | – |
///
/// The tenant's administrator has to name the app as well: `Set-CsApplicationMeetingConfiguration
/// -AllowRemoveParticipantAppIds`.
///
/// # Limits
///
/// Group calls and meetings. A pending invitation is cancelled; whoever is removed is told nothing.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the participant or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still remove the
/// participant.
///
/// ```
/// use teams_cc_graph::request::communications::calls::participants::RemoveParticipant;
///
/// let request = RemoveParticipant::new("call-1", "participant-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants/participant-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete participant")]
#[doc(alias = "remove")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RemoveParticipant<C = Client> {
    via: C,
    call: String,
    participant: String,
}

graph_request! {
    RemoveParticipant => (),
    "deleteParticipant" DELETE "/communications/calls/{id}/participants/{participant}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP_AS_GUEST, CALLS_JOIN_GROUP]
}

impl RemoveParticipant<()> {
    /// The request without a client.
    pub fn new(call: &str, participant: &str) -> Self {
        Self::with((), call, participant)
    }
}

impl<C: Via> RemoveParticipant<C> {
    pub(crate) fn with(via: C, call: &str, participant: &str) -> Self {
        Self { via, call: call.to_owned(), participant: participant.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call), (PARTICIPANT_ID, &self.participant)])
    }
}
