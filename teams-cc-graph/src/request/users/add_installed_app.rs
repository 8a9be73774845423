use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{TeamsAppInstallation, TeamsAppPermissionSet};
use crate::request::{Via, bind};
use crate::wire::Sensitive;

/// `POST /users/{id}/teamwork/installedApps`: install an app of the catalog for a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-post-installedapps)
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
/// use teams_cc_graph::request::users::AddInstalledApp;
///
/// let request = AddInstalledApp::new("agent-1", "app-1").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/installedApps");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "install app")]
#[doc(alias = "409")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddInstalledApp<C = Client> {
    via: C,
    user: Sensitive,
    teams_app: String,
    body: TeamsAppInstallation,
}

graph_request! {
    AddInstalledApp => [Located ()],
    "addInstalledApp" POST "/users/{id}/teamwork/installedApps",
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

impl AddInstalledApp<()> {
    /// The request without a client.
    pub fn new(user: &str, teams_app: &str) -> Self {
        Self::with((), user, teams_app)
    }
}

impl<C: Via> AddInstalledApp<C> {
    pub(crate) fn with(via: C, user: &str, teams_app: &str) -> Self {
        Self {
            via,
            user: user.into(),
            teams_app: teams_app.to_owned(),
            body: TeamsAppInstallation::new(),
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
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let bind = bind::teams_app(&self.via.service_root(), &self.teams_app);
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &self.body.teams_app_bind(bind))
    }
}
