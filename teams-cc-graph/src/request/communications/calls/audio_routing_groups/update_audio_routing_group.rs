use bytes::Bytes;

use super::{CALL_ID, GROUP_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::AudioRoutingGroup;
use crate::request::{Via, check};

/// `PATCH /communications/calls/{id}/audioRoutingGroups/{group}`: change a private audio route.
///
/// [Learn](https://learn.microsoft.com/graph/api/audioroutinggroup-update)
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
/// Group calls and meetings. It is in the v1.0 schema; its pages stand under beta. Sources and
/// receivers replace those there are.
///
/// # Errors
///
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the group or the call is
/// gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still change it.
///
/// ```
/// use teams_cc_graph::model::{AudioRoutingGroup, RoutingMode};
/// use teams_cc_graph::request::communications::calls::audio_routing_groups::UpdateAudioRoutingGroup;
///
/// let whisper = AudioRoutingGroup::new()
///     .routing_mode(RoutingMode::OneToOne)
///     .sources(vec!["supervisor".to_owned()])
///     .receivers(vec!["agent".to_owned()]);
/// let request = UpdateAudioRoutingGroup::new("call-1", "group-1", whisper).into_request()?;
/// assert_eq!(request.method(), "PATCH");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "update audioRoutingGroup")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateAudioRoutingGroup<C = Client> {
    via: C,
    call: String,
    group: String,
    body: AudioRoutingGroup,
}

graph_request! {
    UpdateAudioRoutingGroup => AudioRoutingGroup,
    "updateAudioRoutingGroup" PATCH "/communications/calls/{id}/audioRoutingGroups/{group}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

impl UpdateAudioRoutingGroup<()> {
    /// The request without a client.
    pub fn new(call: &str, group: &str, changes: AudioRoutingGroup) -> Self {
        Self::with((), call, group, changes)
    }
}

impl<C: Via> UpdateAudioRoutingGroup<C> {
    pub(crate) fn with(via: C, call: &str, group: &str, changes: AudioRoutingGroup) -> Self {
        Self { via, call: call.to_owned(), group: group.to_owned(), body: changes }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::routing(&self.body)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call), (GROUP_ID, &self.group)], &self.body)
    }
}
