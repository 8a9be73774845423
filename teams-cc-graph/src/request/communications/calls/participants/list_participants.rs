use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, Participant};
use crate::request::{Query, Via};

/// `GET /communications/calls/{id}/participants`: the roster of a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-list-participants)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings; a call of two has no roster. The answer is the whole roster, in one
/// page.
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
/// use teams_cc_graph::request::communications::calls::participants::ListParticipants;
///
/// let request = ListParticipants::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list participants")]
#[doc(alias = "roster")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListParticipants<C = Client> {
    via: C,
    call: String,
    query: Query,
}

graph_request! {
    ListParticipants => (Collection<Participant>),
    "listParticipants" GET "/communications/calls/{id}/participants",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_JOIN_GROUP, CALLS_JOIN_GROUP_AS_GUEST, CALLS_INITIATE_GROUP, CALLS_INITIATE, CALLS_ACCESS_MEDIA]
}

query_options!(ListParticipants: select);

impl ListParticipants<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> ListParticipants<C> {
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
