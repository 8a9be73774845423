use bytes::Bytes;

use super::{CALL_ID, PARTICIPANT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::Participant;
use crate::request::{Query, Via};

/// `GET /communications/calls/{id}/participants/{participant}`: one party of a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-get)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the participant or the
/// call is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::calls::participants::GetParticipant;
///
/// let request = GetParticipant::new("call-1", "participant-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants/participant-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get participant")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetParticipant<C = Client> {
    via: C,
    call: String,
    participant: String,
    query: Query,
}

graph_request! {
    GetParticipant => Participant,
    "getParticipant" GET "/communications/calls/{id}/participants/{participant}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_JOIN_GROUP_AS_GUEST, CALLS_INITIATE_GROUP, CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

query_options!(GetParticipant: select);

impl GetParticipant<()> {
    /// The request without a client.
    pub fn new(call: &str, participant: &str) -> Self {
        Self::with((), call, participant)
    }
}

impl<C: Via> GetParticipant<C> {
    pub(crate) fn with(via: C, call: &str, participant: &str) -> Self {
        Self {
            via,
            call: call.to_owned(),
            participant: participant.to_owned(),
            query: Query::new(),
        }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .draft(&[(CALL_ID, &self.call), (PARTICIPANT_ID, &self.participant)])?
            .query(&self.query)
            .bare()
    }
}
