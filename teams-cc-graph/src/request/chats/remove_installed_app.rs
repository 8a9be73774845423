use bytes::Bytes;

use super::{CHAT_ID, INSTALLATION_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;
use crate::wire::Sensitive;

/// `DELETE /chats/{id}/installedApps/{installation-id}`: take an app out of a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-delete-installedapps)
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
/// The id is that of the installation, not of the app.
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
/// use teams_cc_graph::request::chats::RemoveInstalledApp;
///
/// let request = RemoveInstalledApp::new("19:1@thread.v2", "MTk6").into_request()?;
/// assert_eq!(request.method(), "DELETE");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "uninstall app")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RemoveInstalledApp<C = Client> {
    via: C,
    chat: Sensitive,
    installation: Sensitive,
}

graph_request! {
    RemoveInstalledApp => (),
    "removeInstalledApp" DELETE "/chats/{id}/installedApps/{installation-id}",
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

impl RemoveInstalledApp<()> {
    /// The request without a client.
    pub fn new(chat: &str, installation: &str) -> Self {
        Self::with((), chat, installation)
    }
}

impl<C: Via> RemoveInstalledApp<C> {
    pub(crate) fn with(via: C, chat: &str, installation: &str) -> Self {
        Self { via, chat: chat.into(), installation: installation.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .bare(&[(CHAT_ID, self.chat.reveal()), (INSTALLATION_ID, self.installation.reveal())])
    }
}
