//! Requests on [users](https://learn.microsoft.com/graph/api/resources/user).

mod presence;

pub use presence::{
    ClearAutomaticLocation, ClearLocation, ClearPresence, ClearUserPreferredPresence,
    GetMyPresence, GetPresence, MyPresence, PreferredPresence, SessionPresence,
    SetAutomaticLocation, SetManualLocation, SetPresence, SetStatusMessage,
    SetUserPreferredPresence,
};

use crate::client::Client;

/// Requests on one user.
#[derive(Clone, Debug)]
pub struct OneUser {
    client: Client,
    id: String,
}

impl OneUser {
    pub(crate) fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The id of the user.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}
