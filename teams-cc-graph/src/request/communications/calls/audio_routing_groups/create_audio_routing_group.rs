use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::AudioRoutingGroup;
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/audioRoutingGroups`: let some hear what others do not.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-post-audioroutinggroups)
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
/// receivers are participants by their ids; one receiver for `oneToOne`, several for `multicast`.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a group without routing mode or with
/// several receivers of `oneToOne`, [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the
/// call is over.
///
/// # Retries
///
/// It would make the group twice: retried on 429 alone. Dropping the future may still make it.
///
/// ```
/// use teams_cc_graph::model::{AudioRoutingGroup, RoutingMode};
/// use teams_cc_graph::request::communications::calls::audio_routing_groups::CreateAudioRoutingGroup;
///
/// let whisper = AudioRoutingGroup::new()
///     .routing_mode(RoutingMode::OneToOne)
///     .sources(vec!["supervisor".to_owned()])
///     .receivers(vec!["agent".to_owned()]);
/// let request = CreateAudioRoutingGroup::new("call-1", whisper).into_request()?;
/// assert_eq!(request.method(), "POST");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create audioRoutingGroup")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateAudioRoutingGroup<C = Client> {
    via: C,
    call: String,
    body: AudioRoutingGroup,
}

graph_request! {
    CreateAudioRoutingGroup => AudioRoutingGroup,
    "createAudioRoutingGroup" POST "/communications/calls/{id}/audioRoutingGroups",
    repeat: Twice, on_call: true,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

impl CreateAudioRoutingGroup<()> {
    /// The request without a client.
    pub fn new(call: &str, group: AudioRoutingGroup) -> Self {
        Self::with((), call, group)
    }
}

impl<C: Via> CreateAudioRoutingGroup<C> {
    pub(crate) fn with(via: C, call: &str, group: AudioRoutingGroup) -> Self {
        Self { via, call: call.to_owned(), body: group }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        if self.body.routing_mode.get().is_none() {
            return Err(InvalidRequest::Missing { what: "routingMode" }.into());
        }
        check::routing(&self.body)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
