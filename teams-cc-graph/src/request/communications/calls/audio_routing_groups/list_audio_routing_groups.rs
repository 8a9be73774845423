use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{AudioRoutingGroup, Collection};
use crate::request::{Query, Via};

/// `GET /communications/calls/{id}/audioRoutingGroups`: the private audio routes of a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-list-audioroutinggroups)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.JoinGroupCall.All` | `Calls.InitiateGroupCall.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// Group calls and meetings. It is in the v1.0 schema; its pages stand under beta.
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
/// use teams_cc_graph::request::communications::calls::audio_routing_groups::ListAudioRoutingGroups;
///
/// let request = ListAudioRoutingGroups::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/audioRoutingGroups");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list audioRoutingGroups")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListAudioRoutingGroups<C = Client> {
    via: C,
    call: String,
    query: Query,
}

graph_request! {
    ListAudioRoutingGroups => (Collection<AudioRoutingGroup>),
    "listAudioRoutingGroups" GET "/communications/calls/{id}/audioRoutingGroups",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

query_options!(ListAudioRoutingGroups: select);

impl ListAudioRoutingGroups<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> ListAudioRoutingGroups<C> {
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
