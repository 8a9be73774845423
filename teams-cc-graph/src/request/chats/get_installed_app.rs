use bytes::Bytes;

use super::{CHAT_ID, INSTALLATION_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::TeamsAppInstallation;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /chats/{id}/installedApps/{installation-id}`: one app installed in a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-get-installedapps)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsAppInstallation.ReadForChat.All` | `TeamsAppInstallation.ReadWriteSelfForChat.All`, `TeamsAppInstallation.ReadWriteForChat.All` |
/// | Delegated | `TeamsAppInstallation.ReadForChat` | `TeamsAppInstallation.ReadWriteSelfForChat`, `TeamsAppInstallation.ReadWriteForChat` |
/// | Inside the chat or team | `TeamsAppInstallation.Read.Chat` | – |
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
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::chats::GetInstalledApp;
///
/// let request = GetInstalledApp::new("19:1@thread.v2", "MTk6").into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/installedApps/MTk6");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get teamsAppInstallation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetInstalledApp<C = Client> {
    via: C,
    chat: Sensitive,
    installation: Sensitive,
    query: Query,
}

graph_request! {
    GetInstalledApp => TeamsAppInstallation,
    "getInstalledApp" GET "/chats/{id}/installedApps/{installation-id}",
    repeat: Harmless, on_call: false,
    application: [
        "TeamsAppInstallation.ReadForChat.All", "TeamsAppInstallation.ReadWriteSelfForChat.All",
        "TeamsAppInstallation.ReadWriteForChat.All"
    ],
    delegated: [
        "TeamsAppInstallation.ReadForChat", "TeamsAppInstallation.ReadWriteSelfForChat",
        "TeamsAppInstallation.ReadWriteForChat"
    ],
    resource_specific: ["TeamsAppInstallation.Read.Chat"]
}

query_options! { GetInstalledApp: select, expand }

impl GetInstalledApp<()> {
    /// The request without a client.
    pub fn new(chat: &str, installation: &str) -> Self {
        Self::with((), chat, installation)
    }
}

impl<C: Via> GetInstalledApp<C> {
    pub(crate) fn with(via: C, chat: &str, installation: &str) -> Self {
        Self { via, chat: chat.into(), installation: installation.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .draft(&[(CHAT_ID, self.chat.reveal()), (INSTALLATION_ID, self.installation.reveal())])?
            .query(&self.query)
            .bare()
    }
}
