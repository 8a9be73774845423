use crate::client::Client;
use crate::model::{Application, Collection};
use crate::request::Query;

/// `GET /applications`: the app registrations of the tenant.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-list)
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
/// At most 999 a page.
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
/// use teams_cc_graph::request::applications::ListApplications;
///
/// let request = ListApplications::new().select(["id", "appId"]).into_request()?;
/// assert_eq!(request.uri(), "/applications?$select=id,appId");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list applications")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListApplications<C = Client> {
    via: C,
    eventual: bool,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListApplications => (Collection<Application>),
    "listApplications" GET "/applications",
    repeat: Harmless, on_call: false,
    application: [
        "Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"
    ],
    delegated: ["Application.Read.All", "Application.ReadWrite.All"]
}

paged_request! { ListApplications => Application }

directory_list! { ListApplications }

query_options! { ListApplications: select, filter, order_by }
