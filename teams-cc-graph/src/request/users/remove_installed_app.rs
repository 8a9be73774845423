use bytes::Bytes;

use super::{INSTALLATION_ID, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;
use crate::wire::Sensitive;

/// `DELETE /users/{id}/teamwork/installedApps/{installation-id}`: take an app away from a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-delete-installedapps)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsAppInstallation.ReadWriteSelfForUser.All` | `TeamsAppInstallation.ReadWriteForUser.All`, `TeamsAppInstallation.ReadWriteAndConsentForUser.All` |
/// | Delegated | `TeamsAppInstallation.ReadWriteSelfForUser` | `TeamsAppInstallation.ReadWriteForUser`, `TeamsAppInstallation.ReadWriteAndConsentForUser` |
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
/// use teams_cc_graph::request::users::RemoveInstalledApp;
///
/// let request = RemoveInstalledApp::new("agent-1", "MTk6").into_request()?;
/// assert_eq!(request.method(), "DELETE");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "uninstall app")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct RemoveInstalledApp<C = Client> {
    via: C,
    user: Sensitive,
    installation: Sensitive,
}

graph_request! {
    RemoveInstalledApp => (),
    "removeInstalledApp" DELETE "/users/{id}/teamwork/installedApps/{installation-id}",
    repeat: Harmless, on_call: false,
    application: [
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "TeamsAppInstallation.ReadWriteForUser.All",
        "TeamsAppInstallation.ReadWriteAndConsentForUser.All"
    ],
    delegated: [
        "TeamsAppInstallation.ReadWriteSelfForUser", "TeamsAppInstallation.ReadWriteForUser",
        "TeamsAppInstallation.ReadWriteAndConsentForUser"
    ]
}

impl RemoveInstalledApp<()> {
    /// The request without a client.
    pub fn new(user: &str, installation: &str) -> Self {
        Self::with((), user, installation)
    }
}

impl<C: Via> RemoveInstalledApp<C> {
    pub(crate) fn with(via: C, user: &str, installation: &str) -> Self {
        Self { via, user: user.into(), installation: installation.into() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .bare(&[(USER_ID, self.user.reveal()), (INSTALLATION_ID, self.installation.reveal())])
    }
}
