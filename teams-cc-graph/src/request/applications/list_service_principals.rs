use crate::client::Client;
use crate::model::{Collection, ServicePrincipal};
use crate::request::Query;

/// `GET /servicePrincipals`: the apps that have an account in the tenant.
///
/// [Learn](https://learn.microsoft.com/graph/api/serviceprincipal-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Application.Read.All` | `Application.ReadWrite.OwnedBy`, `Application.ReadWrite.All` |
/// | Delegated | `Application.Read.All` | `Application.ReadWrite.All` |
///
/// # Limits
///
/// At most 999 a page. Graph itself is found by `appId eq '00000003-0000-0000-c000-000000000000'`;
/// its `appRoles` tell the ids of the permissions.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::applications::ListServicePrincipals;
///
/// let request = ListServicePrincipals::new().select(["id", "appId"]).into_request()?;
/// assert_eq!(request.uri(), "/servicePrincipals?$select=id,appId");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list servicePrincipals")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListServicePrincipals<C = Client> {
    via: C,
    eventual: bool,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListServicePrincipals => (Collection<ServicePrincipal>),
    "listServicePrincipals" GET "/servicePrincipals",
    repeat: Harmless, on_call: false,
    application: [
        "Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"
    ],
    delegated: ["Application.Read.All", "Application.ReadWrite.All"]
}

paged_request! { ListServicePrincipals => ServicePrincipal }

directory_list! { ListServicePrincipals }

query_options! { ListServicePrincipals: select, filter, order_by }
