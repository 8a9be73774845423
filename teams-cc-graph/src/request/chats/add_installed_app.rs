use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{TeamsAppInstallation, TeamsAppPermissionSet};
use crate::request::{Via, bind};
use crate::wire::Sensitive;

/// `POST /chats/{id}/installedApps`: install an app of the catalog in a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-post-installedapps)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsAppInstallation.ReadWriteSelfForChat.All` | `TeamsAppInstallation.ReadWriteForChat.All`, `TeamsAppInstallation.ReadWriteAndConsentForChat.All` |
/// | Delegated | `TeamsAppInstallation.ReadWriteSelfForChat` | `TeamsAppInstallation.ReadWriteForChat`, `TeamsAppInstallation.ReadWriteAndConsentForChat` |
/// | Inside the chat or team | `Chat.Manage.Chat` | – |
///
/// # Limits
///
/// The permissions that write `Self` install the app itself alone. An app that asks for permissions
/// of its own needs their consent here. One that is there already is refused with 409.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::chats::AddInstalledApp;
///
/// let request = AddInstalledApp::new("19:1@thread.v2", "app-1").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/installedApps");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "install app")]
#[doc(alias = "409")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddInstalledApp<C = Client> {
    via: C,
    chat: Sensitive,
    teams_app: String,
    body: TeamsAppInstallation,
}

graph_request! {
    AddInstalledApp => [Located ()],
    "addInstalledApp" POST "/chats/{id}/installedApps",
    repeat: Harmless, on_call: false,
    application: [
        "TeamsAppInstallation.ReadWriteSelfForChat.All",
        "TeamsAppInstallation.ReadWriteForChat.All",
        "TeamsAppInstallation.ReadWriteAndConsentForChat.All"
    ],
    delegated: [
        "TeamsAppInstallation.ReadWriteSelfForChat", "TeamsAppInstallation.ReadWriteForChat",
        "TeamsAppInstallation.ReadWriteAndConsentForChat"
    ],
    resource_specific: ["Chat.Manage.Chat"]
}

impl AddInstalledApp<()> {
    /// The request without a client.
    pub fn new(chat: &str, teams_app: &str) -> Self {
        Self::with((), chat, teams_app)
    }
}

impl<C: Via> AddInstalledApp<C> {
    pub(crate) fn with(via: C, chat: &str, teams_app: &str) -> Self {
        Self {
            via,
            chat: chat.into(),
            teams_app: teams_app.to_owned(),
            body: TeamsAppInstallation::new(),
        }
    }

    /// Set what the app is allowed inside the chat; what its manifest asks for. Default: nothing.
    pub fn consent(mut self, permissions: TeamsAppPermissionSet) -> Self {
        self.body = self.body.consented_permission_set(permissions);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let bind = bind::teams_app(&self.via.service_root(), &self.teams_app);
        Self::ENDPOINT.json(&[(CHAT_ID, self.chat.reveal())], &self.body.teams_app_bind(bind))
    }
}
