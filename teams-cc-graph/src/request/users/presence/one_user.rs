//! What can be asked of the presence of one user.

use teams_cc_core::AppId;

use super::{
    ClearPresence, ClearUserPreferredPresence, GetPresence, PreferredPresence, SessionPresence,
    SetPresence, SetStatusMessage, SetUserPreferredPresence,
};
use crate::request::users::OneUser;

impl OneUser {
    /// `GET /users/{id}/presence`: what the user shows to others.
    pub fn presence(&self) -> GetPresence {
        GetPresence::with(self.client.clone(), &self.id)
    }

    /// `POST /users/{id}/presence/setPresence`: set what the app's session shows.
    #[doc(alias = "setPresence")]
    pub fn set_presence(&self, session: &AppId, presence: SessionPresence) -> SetPresence {
        SetPresence::with(self.client.clone(), &self.id, session, presence)
    }

    /// `POST /users/{id}/presence/clearPresence`: end the app's session.
    #[doc(alias = "clearPresence")]
    pub fn clear_presence(&self, session: &AppId) -> ClearPresence {
        ClearPresence::with(self.client.clone(), &self.id, session)
    }

    /// `POST /users/{id}/presence/setUserPreferredPresence`: set what the user prefers to show.
    #[doc(alias = "setUserPreferredPresence")]
    pub fn set_preferred_presence(&self, presence: PreferredPresence) -> SetUserPreferredPresence {
        SetUserPreferredPresence::with(self.client.clone(), &self.id, presence)
    }

    /// `POST /users/{id}/presence/clearUserPreferredPresence`: let sessions decide again.
    #[doc(alias = "clearUserPreferredPresence")]
    pub fn clear_preferred_presence(&self) -> ClearUserPreferredPresence {
        ClearUserPreferredPresence::with(self.client.clone(), &self.id)
    }

    /// `POST /users/{id}/presence/setStatusMessage`: set the note the user shows.
    #[doc(alias = "setStatusMessage")]
    pub fn set_status_message(&self, text: impl Into<String>) -> SetStatusMessage {
        SetStatusMessage::with(self.client.clone(), &self.id, text)
    }
}
