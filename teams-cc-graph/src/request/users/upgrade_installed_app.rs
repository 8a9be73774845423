use bytes::Bytes;

use super::{INSTALLATION_ID, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::{TeamsAppPermissionSet, UpgradeInstallationBody};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /users/{id}/teamwork/installedApps/{installation-id}/upgrade`: bring an installed app to
/// its newest version.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-teamsappinstallation-upgrade)
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
/// use teams_cc_graph::request::users::UpgradeInstalledApp;
///
/// let request = UpgradeInstalledApp::new("agent-1", "MTk6").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/installedApps/MTk6/upgrade");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "upgrade")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpgradeInstalledApp<C = Client> {
    via: C,
    user: Sensitive,
    installation: Sensitive,
    body: UpgradeInstallationBody,
}

graph_request! {
    UpgradeInstalledApp => (),
    "upgrade" POST "/users/{id}/teamwork/installedApps/{installation-id}/upgrade",
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

impl UpgradeInstalledApp<()> {
    /// The request without a client.
    pub fn new(user: &str, installation: &str) -> Self {
        Self::with((), user, installation)
    }
}

impl<C: Via> UpgradeInstalledApp<C> {
    pub(crate) fn with(via: C, user: &str, installation: &str) -> Self {
        Self {
            via,
            user: user.into(),
            installation: installation.into(),
            body: UpgradeInstallationBody::new(),
        }
    }

    /// Set what the app is allowed inside the user; what its manifest asks for. Default: nothing.
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
                (USER_ID, self.user.reveal()),
                (INSTALLATION_ID, self.installation.reveal()),
            ]);
        }
        Self::ENDPOINT.json(
            &[(USER_ID, self.user.reveal()), (INSTALLATION_ID, self.installation.reveal())],
            &self.body,
        )
    }
}
