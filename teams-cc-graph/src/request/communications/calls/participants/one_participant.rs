//! What can be asked of one participant.

use super::{GetParticipant, MuteParticipant, RemoveParticipant, StartHoldMusic, StopHoldMusic};
use crate::client::Client;

/// Requests on one participant of a call.
#[derive(Clone, Debug)]
pub struct OneParticipant {
    client: Client,
    call: String,
    id: String,
}

impl OneParticipant {
    pub(crate) fn new(client: Client, call: String, id: String) -> Self {
        Self { client, call, id }
    }

    /// `GET /communications/calls/{id}/participants/{participant}`: the party as it stands.
    pub fn get(&self) -> GetParticipant {
        GetParticipant::with(self.client.clone(), &self.call, &self.id)
    }

    /// `DELETE /communications/calls/{id}/participants/{participant}`: put it out of the call.
    pub fn remove(&self) -> RemoveParticipant {
        RemoveParticipant::with(self.client.clone(), &self.call, &self.id)
    }

    /// `POST …/participants/{participant}/mute`: mute it; it alone can unmute itself.
    pub fn mute(&self) -> MuteParticipant {
        MuteParticipant::with(self.client.clone(), &self.call, &self.id)
    }

    /// `POST …/participants/{participant}/startHoldMusic`: put it on hold.
    #[doc(alias = "startHoldMusic")]
    pub fn start_hold_music(&self) -> StartHoldMusic {
        StartHoldMusic::with(self.client.clone(), &self.call, &self.id)
    }

    /// `POST …/participants/{participant}/stopHoldMusic`: take it back from hold.
    #[doc(alias = "stopHoldMusic")]
    pub fn stop_hold_music(&self) -> StopHoldMusic {
        StopHoldMusic::with(self.client.clone(), &self.call, &self.id)
    }
}
