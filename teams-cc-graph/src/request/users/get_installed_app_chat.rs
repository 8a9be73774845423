use bytes::Bytes;

use super::{INSTALLATION_ID, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::Chat;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/teamwork/installedApps/{installation-id}/chat`: the chat between a user and an
/// installed app.
///
/// [Learn](https://learn.microsoft.com/graph/api/userscopeteamsappinstallation-get-chat)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsAppInstallation.ReadForUser.All` | `TeamsAppInstallation.ReadWriteSelfForUser.All`, `TeamsAppInstallation.ReadWriteForUser.All` |
/// | Delegated | `TeamsAppInstallation.ReadForUser` | `TeamsAppInstallation.ReadWriteSelfForUser`, `TeamsAppInstallation.ReadWriteForUser` |
///
/// # Limits
///
/// Here a bot finds the chat it writes to a user in.
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
/// use teams_cc_graph::request::users::GetInstalledAppChat;
///
/// let request = GetInstalledAppChat::new("agent-1", "MTk6").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/installedApps/MTk6/chat");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get chat between user and app")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetInstalledAppChat<C = Client> {
    via: C,
    user: Sensitive,
    installation: Sensitive,
    query: Query,
}

graph_request! {
    GetInstalledAppChat => Chat,
    "getChat" GET "/users/{id}/teamwork/installedApps/{installation-id}/chat",
    repeat: Harmless, on_call: false,
    application: [
        "TeamsAppInstallation.ReadForUser.All", "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "TeamsAppInstallation.ReadWriteForUser.All"
    ],
    delegated: [
        "TeamsAppInstallation.ReadForUser", "TeamsAppInstallation.ReadWriteSelfForUser",
        "TeamsAppInstallation.ReadWriteForUser"
    ]
}

query_options! { GetInstalledAppChat: select }

impl GetInstalledAppChat<()> {
    /// The request without a client.
    pub fn new(user: &str, installation: &str) -> Self {
        Self::with((), user, installation)
    }
}

impl<C: Via> GetInstalledAppChat<C> {
    pub(crate) fn with(via: C, user: &str, installation: &str) -> Self {
        Self { via, user: user.into(), installation: installation.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .draft(&[(USER_ID, self.user.reveal()), (INSTALLATION_ID, self.installation.reveal())])?
            .query(&self.query)
            .bare()
    }
}
