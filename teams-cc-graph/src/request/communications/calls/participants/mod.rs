//! Requests on [participants](https://learn.microsoft.com/graph/api/resources/participant) of a call.

mod get_participant;
mod invite_participants;
mod list_participants;
mod mute_participant;
mod one_participant;
mod remove_participant;
mod start_hold_music;
mod stop_hold_music;

pub use get_participant::GetParticipant;
pub use invite_participants::InviteParticipants;
pub use list_participants::ListParticipants;
pub use mute_participant::MuteParticipant;
pub use one_participant::OneParticipant;
pub use remove_participant::RemoveParticipant;
pub use start_hold_music::StartHoldMusic;
pub use stop_hold_music::StopHoldMusic;

use super::CALL_ID;

/// What a path segment that names a participant is called in errors.
const PARTICIPANT_ID: &str = "participant id";
