use bytes::Bytes;

use super::PRINCIPAL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{AppRoleAssignment, Collection};
use crate::request::{Query, Via};

/// `GET /servicePrincipals/{id}/appRoleAssignments`: the permissions an app was given.
///
/// [Learn](https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Application.Read.All` | `AppRoleAssignment.ReadWrite.All` |
/// | Delegated | `Application.Read.All` | `AppRoleAssignment.ReadWrite.All` |
///
/// # Limits
///
/// The id is the object id of the app's account.
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
/// use teams_cc_graph::request::applications::ListAppRoleAssignments;
///
/// let request = ListAppRoleAssignments::new("bot-1").into_request()?;
/// assert_eq!(request.uri(), "/servicePrincipals/bot-1/appRoleAssignments");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list appRoleAssignments")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListAppRoleAssignments<C = Client> {
    via: C,
    principal: String,
    query: Query,
}

graph_request! {
    ListAppRoleAssignments => (Collection<AppRoleAssignment>),
    "listAppRoleAssignments" GET "/servicePrincipals/{id}/appRoleAssignments",
    repeat: Harmless, on_call: false,
    application: ["Application.Read.All", "AppRoleAssignment.ReadWrite.All"],
    delegated: ["Application.Read.All", "AppRoleAssignment.ReadWrite.All"]
}

paged_request! { ListAppRoleAssignments => AppRoleAssignment }

query_options! { ListAppRoleAssignments: filter }

impl ListAppRoleAssignments<()> {
    /// The request without a client.
    pub fn new(principal: &str) -> Self {
        Self::with((), principal)
    }
}

impl<C: Via> ListAppRoleAssignments<C> {
    pub(crate) fn with(via: C, principal: &str) -> Self {
        Self { via, principal: principal.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(PRINCIPAL_ID, &self.principal)])?.query(&self.query).bare()
    }
}
