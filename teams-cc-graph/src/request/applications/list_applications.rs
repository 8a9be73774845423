use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Application, Collection};
use crate::request::{Query, Via, check, eventual};

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

eventual_query! { ListApplications }

query_options! { ListApplications: select, filter, order_by }

impl ListApplications<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListApplications<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListApplications<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, eventual: false, query: Query::new(), top: None }
    }

    /// Set how many items a page holds (`$top`), at most 999. Default: the service's choice.
    pub fn top(mut self, items: u32) -> Self {
        self.top = Some(items);
        self.query = self.query.top(items);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::top(self.top, 999)?;
        let draft = Self::ENDPOINT.draft(&[])?.query(&self.query);
        eventual::draft(draft, self.eventual)?.bare()
    }
}
