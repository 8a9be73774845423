//! Requests on [audio routing groups](https://learn.microsoft.com/graph/api/resources/audioroutinggroup) of a call.

mod create_audio_routing_group;
mod delete_audio_routing_group;
mod get_audio_routing_group;
mod list_audio_routing_groups;
mod one_audio_routing_group;
mod update_audio_routing_group;

pub use create_audio_routing_group::CreateAudioRoutingGroup;
pub use delete_audio_routing_group::DeleteAudioRoutingGroup;
pub use get_audio_routing_group::GetAudioRoutingGroup;
pub use list_audio_routing_groups::ListAudioRoutingGroups;
pub use one_audio_routing_group::OneAudioRoutingGroup;
pub use update_audio_routing_group::UpdateAudioRoutingGroup;

use super::CALL_ID;

/// What a path segment that names a group is called in errors.
const GROUP_ID: &str = "audio routing group id";
