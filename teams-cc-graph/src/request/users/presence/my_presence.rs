//! What can be asked of the presence of the signed-in user.

use super::{
    ClearAutomaticLocation, ClearLocation, GetMyPresence, SetAutomaticLocation, SetManualLocation,
};
use crate::client::Delegated;
use crate::model::WorkLocationType;

/// Requests on the presence of the signed-in user.
///
/// What an app may set of any user, a signed-in one may set of itself: by its id, through
/// [`Delegated::client`].
#[derive(Clone, Debug)]
pub struct MyPresence {
    client: Delegated,
}

impl Delegated {
    /// Requests on the presence of the signed-in user.
    #[must_use]
    pub fn presence(&self) -> MyPresence {
        MyPresence { client: self.clone() }
    }
}

impl MyPresence {
    /// `GET /me/presence`: what the signed-in user shows to others.
    pub fn get(&self) -> GetMyPresence {
        GetMyPresence::with(self.client.clone())
    }

    /// `POST /me/presence/setManualLocation`: say where the user works.
    #[doc(alias = "setManualLocation")]
    pub fn set_manual_location(&self, kind: WorkLocationType) -> SetManualLocation {
        SetManualLocation::with(self.client.clone(), kind)
    }

    /// `POST /me/presence/setAutomaticLocation`: say where a device finds the user.
    #[doc(alias = "setAutomaticLocation")]
    pub fn set_automatic_location(&self, kind: WorkLocationType) -> SetAutomaticLocation {
        SetAutomaticLocation::with(self.client.clone(), kind)
    }

    /// `POST /me/presence/clearAutomaticLocation`: forget where a device found the user.
    #[doc(alias = "clearAutomaticLocation")]
    pub fn clear_automatic_location(&self) -> ClearAutomaticLocation {
        ClearAutomaticLocation::with(self.client.clone())
    }

    /// `POST /me/presence/clearLocation`: forget where the user works today.
    #[doc(alias = "clearLocation")]
    pub fn clear_location(&self) -> ClearLocation {
        ClearLocation::with(self.client.clone())
    }
}
