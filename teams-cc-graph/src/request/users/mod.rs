//! Requests on [users](https://learn.microsoft.com/graph/api/resources/user).

mod add_installed_app;
mod directory;
mod get_installed_app;
mod get_installed_app_chat;
mod get_me;
mod get_user;
mod list_all_messages;
mod list_installed_apps;
mod list_my_chats;
mod list_users;
mod me;
mod presence;
mod remove_installed_app;
mod send_activity_notification;
mod upgrade_installed_app;

pub use add_installed_app::AddInstalledApp;
pub use directory::Users;
pub use get_installed_app::GetInstalledApp;
pub use get_installed_app_chat::GetInstalledAppChat;
pub use get_me::GetMe;
pub use get_user::GetUser;
pub use list_all_messages::ListAllMessages;
pub use list_installed_apps::ListInstalledApps;
pub use list_my_chats::ListMyChats;
pub use list_users::ListUsers;
pub use me::Me;
pub use presence::{
    ClearAutomaticLocation, ClearLocation, ClearPresence, ClearUserPreferredPresence,
    GetMyPresence, GetPresence, MyPresence, PreferredPresence, SessionPresence,
    SetAutomaticLocation, SetManualLocation, SetPresence, SetStatusMessage,
    SetUserPreferredPresence,
};
pub use remove_installed_app::RemoveInstalledApp;
pub use send_activity_notification::SendActivityNotification;
pub use upgrade_installed_app::UpgradeInstalledApp;

use std::fmt;

use crate::client::Client;

/// What path segments are called in errors.
const INSTALLATION_ID: &str = "installation id";
const USER_ID: &str = "user id";

/// Requests on one user. Debug does not show whom: an id may be a name that the user signs in by.
#[derive(Clone)]
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

impl fmt::Debug for OneUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneUser").field("client", &self.client).finish_non_exhaustive()
    }
}
