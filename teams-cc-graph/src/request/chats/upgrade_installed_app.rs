use bytes::Bytes;

use super::{CHAT_ID, INSTALLATION_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{TeamsAppPermissionSet, UpgradeInstallationBody};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /chats/{id}/installedApps/{installation-id}/upgrade`: bring an installed app to its newest
/// version.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-teamsappinstallation-upgrade)
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
/// A version that asks for more permissions needs their consent here.
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
/// use teams_cc_graph::request::chats::UpgradeInstalledApp;
///
/// let request = UpgradeInstalledApp::new("19:1@thread.v2", "MTk6").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/installedApps/MTk6/upgrade");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "upgrade")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpgradeInstalledApp<C = Client> {
    via: C,
    chat: Sensitive,
    installation: Sensitive,
    body: UpgradeInstallationBody,
}

graph_request! {
    UpgradeInstalledApp => (),
    "upgrade" POST "/chats/{id}/installedApps/{installation-id}/upgrade",
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

impl UpgradeInstalledApp<()> {
    /// The request without a client.
    pub fn new(chat: &str, installation: &str) -> Self {
        Self::with((), chat, installation)
    }
}

impl<C: Via> UpgradeInstalledApp<C> {
    pub(crate) fn with(via: C, chat: &str, installation: &str) -> Self {
        Self {
            via,
            chat: chat.into(),
            installation: installation.into(),
            body: UpgradeInstallationBody::new(),
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
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        if self.body.consented_permission_set.is_missing() {
            return Self::ENDPOINT.bare(&[
                (CHAT_ID, self.chat.reveal()),
                (INSTALLATION_ID, self.installation.reveal()),
            ]);
        }
        Self::ENDPOINT.json(
            &[(CHAT_ID, self.chat.reveal()), (INSTALLATION_ID, self.installation.reveal())],
            &self.body,
        )
    }
}
