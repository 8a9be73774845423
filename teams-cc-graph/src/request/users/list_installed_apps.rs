use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, TeamsAppInstallation};
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/teamwork/installedApps`: the apps installed for a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-list-installedapps)
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
/// use teams_cc_graph::request::users::ListInstalledApps;
///
/// let request = ListInstalledApps::new("agent-1").expand(["teamsApp"]).into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/installedApps?$expand=teamsApp");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list teamsAppInstallations")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListInstalledApps<C = Client> {
    via: C,
    user: Sensitive,
    query: Query,
}

graph_request! {
    ListInstalledApps => (Collection<TeamsAppInstallation>),
    "listInstalledApps" GET "/users/{id}/teamwork/installedApps",
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

paged_request! { ListInstalledApps => TeamsAppInstallation }

query_options! { ListInstalledApps: filter, select, expand }

impl ListInstalledApps<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> ListInstalledApps<C> {
    pub(crate) fn with(via: C, user: &str) -> Self {
        Self { via, user: user.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(USER_ID, self.user.reveal())])?.query(&self.query).bare()
    }
}
