use bytes::Bytes;

use super::{CALL_ID, GROUP_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `DELETE /communications/calls/{id}/audioRoutingGroups/{group}`: end a private audio route.
///
/// [Learn](https://learn.microsoft.com/graph/api/audioroutinggroup-delete)
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
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the group or the call is
/// gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still end it.
///
/// ```
/// use teams_cc_graph::request::communications::calls::audio_routing_groups::DeleteAudioRoutingGroup;
///
/// let request = DeleteAudioRoutingGroup::new("call-1", "group-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/audioRoutingGroups/group-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete audioRoutingGroup")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteAudioRoutingGroup<C = Client> {
    via: C,
    call: String,
    group: String,
}

graph_request! {
    DeleteAudioRoutingGroup => (),
    "deleteAudioRoutingGroup" DELETE "/communications/calls/{id}/audioRoutingGroups/{group}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

impl DeleteAudioRoutingGroup<()> {
    /// The request without a client.
    pub fn new(call: &str, group: &str) -> Self {
        Self::with((), call, group)
    }
}

impl<C: Via> DeleteAudioRoutingGroup<C> {
    pub(crate) fn with(via: C, call: &str, group: &str) -> Self {
        Self { via, call: call.to_owned(), group: group.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call), (GROUP_ID, &self.group)])
    }
}
