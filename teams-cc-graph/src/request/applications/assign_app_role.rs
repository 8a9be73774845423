use bytes::Bytes;

use super::PRINCIPAL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::AppRoleAssignment;
use crate::permission::Permission;
use crate::request::Via;

/// `POST /servicePrincipals/{id}/appRoleAssignments`: give an app a permission of an API.
///
/// It is what granting admin consent to an application permission does.
///
/// [Learn](https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `AppRoleAssignment.ReadWrite.All` and `Application.Read.All` | `Directory.Read.All` for the latter |
/// | Delegated | `AppRoleAssignment.ReadWrite.All` and `Application.Read.All` | `Directory.Read.All` for the latter |
///
/// It takes both: [`ALSO_REQUIRED`](Self::ALSO_REQUIRED) lists what reads the directory.
///
/// # Limits
///
/// All three are object ids: of the app's account, of the API's account, and of the role among
/// `appRoles` of the API.
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
/// use teams_cc_graph::request::applications::AssignAppRole;
///
/// let request = AssignAppRole::new("bot-1", "graph-1", "role-1").into_request()?;
/// assert_eq!(request.uri(), "/servicePrincipals/bot-1/appRoleAssignments");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "appRoleAssignments")]
#[doc(alias = "grant admin consent")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AssignAppRole<C = Client> {
    via: C,
    principal: String,
    body: AppRoleAssignment,
}

graph_request! {
    AssignAppRole => AppRoleAssignment,
    "assignAppRole" POST "/servicePrincipals/{id}/appRoleAssignments",
    repeat: Harmless, on_call: false,
    application: ["AppRoleAssignment.ReadWrite.All"],
    delegated: ["AppRoleAssignment.ReadWrite.All"],
    besides: READS_APPS
}

/// Both APIs have to be found in the directory.
const READS_APPS: &[&[Permission]] = &[&[
    Permission::application("Application.Read.All"),
    Permission::application("Directory.Read.All"),
    Permission::delegated("Application.Read.All"),
    Permission::delegated("Directory.Read.All"),
]];

impl AssignAppRole<()> {
    /// The request without a client.
    pub fn new(principal: &str, resource: impl Into<String>, app_role: impl Into<String>) -> Self {
        Self::with((), principal, resource, app_role)
    }
}

impl<C: Via> AssignAppRole<C> {
    pub(crate) fn with(
        via: C,
        principal: &str,
        resource: impl Into<String>,
        app_role: impl Into<String>,
    ) -> Self {
        let body = AppRoleAssignment::new()
            .principal_id(principal)
            .resource_id(resource.into())
            .app_role_id(app_role.into());
        Self { via, principal: principal.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.json(&[(PRINCIPAL_ID, &self.principal)], &self.body)
    }
}
