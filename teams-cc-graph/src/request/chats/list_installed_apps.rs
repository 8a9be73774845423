use bytes::Bytes;

use super::CHAT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, TeamsAppInstallation};
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /chats/{id}/installedApps`: the apps installed in a chat.
///
/// [Learn](https://learn.microsoft.com/graph/api/chat-list-installedapps)
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
/// `teamsApp` and `teamsAppDefinition` come when they are expanded.
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
/// use teams_cc_graph::request::chats::ListInstalledApps;
///
/// let request = ListInstalledApps::new("19:1@thread.v2").expand(["teamsApp"]).into_request()?;
/// assert_eq!(request.uri(), "/chats/19%3A1%40thread.v2/installedApps?$expand=teamsApp");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list teamsAppInstallations")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListInstalledApps<C = Client> {
    via: C,
    chat: Sensitive,
    query: Query,
}

graph_request! {
    ListInstalledApps => (Collection<TeamsAppInstallation>),
    "listInstalledApps" GET "/chats/{id}/installedApps",
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

paged_request! { ListInstalledApps => TeamsAppInstallation }

query_options! { ListInstalledApps: filter, select, expand }

impl ListInstalledApps<()> {
    /// The request without a client.
    pub fn new(chat: &str) -> Self {
        Self::with((), chat)
    }
}

impl<C: Via> ListInstalledApps<C> {
    pub(crate) fn with(via: C, chat: &str) -> Self {
        Self { via, chat: chat.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(CHAT_ID, self.chat.reveal())])?.query(&self.query).bare()
    }
}
