//! What can be asked of one audio routing group.

use super::{DeleteAudioRoutingGroup, GetAudioRoutingGroup, UpdateAudioRoutingGroup};
use crate::client::Client;
use crate::model::AudioRoutingGroup;

/// Requests on one private audio route of a call.
#[derive(Clone, Debug)]
pub struct OneAudioRoutingGroup {
    client: Client,
    call: String,
    id: String,
}

impl OneAudioRoutingGroup {
    pub(crate) fn new(client: Client, call: String, id: String) -> Self {
        Self { client, call, id }
    }

    /// `GET /communications/calls/{id}/audioRoutingGroups/{group}`: the route as it stands.
    pub fn get(&self) -> GetAudioRoutingGroup {
        GetAudioRoutingGroup::with(self.client.clone(), &self.call, &self.id)
    }

    /// `PATCH /communications/calls/{id}/audioRoutingGroups/{group}`: change who hears whom.
    pub fn update(&self, changes: AudioRoutingGroup) -> UpdateAudioRoutingGroup {
        UpdateAudioRoutingGroup::with(self.client.clone(), &self.call, &self.id, changes)
    }

    /// `DELETE /communications/calls/{id}/audioRoutingGroups/{group}`: end the route.
    pub fn delete(&self) -> DeleteAudioRoutingGroup {
        DeleteAudioRoutingGroup::with(self.client.clone(), &self.call, &self.id)
    }
}
