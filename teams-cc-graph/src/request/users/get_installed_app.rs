use bytes::Bytes;

use super::{INSTALLATION_ID, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::TeamsAppInstallation;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/teamwork/installedApps/{installation-id}`: one app installed for a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-get-installedapps)
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
/// use teams_cc_graph::request::users::GetInstalledApp;
///
/// let request = GetInstalledApp::new("agent-1", "MTk6").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/installedApps/MTk6");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get teamsAppInstallation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetInstalledApp<C = Client> {
    via: C,
    user: Sensitive,
    installation: Sensitive,
    query: Query,
}

graph_request! {
    GetInstalledApp => TeamsAppInstallation,
    "getInstalledApp" GET "/users/{id}/teamwork/installedApps/{installation-id}",
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

query_options! { GetInstalledApp: select, expand }

impl GetInstalledApp<()> {
    /// The request without a client.
    pub fn new(user: &str, installation: &str) -> Self {
        Self::with((), user, installation)
    }
}

impl<C: Via> GetInstalledApp<C> {
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
