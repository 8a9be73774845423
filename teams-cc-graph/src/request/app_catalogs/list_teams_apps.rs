use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, TeamsApp};
use crate::request::{Query, Via};

/// `GET /appCatalogs/teamsApps`: the apps of the catalog.
///
/// [Learn](https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `AppCatalog.Read.All` | `AppCatalog.ReadWrite.All` |
/// | Delegated | `AppCatalog.Submit` | `AppCatalog.Read.All`, `AppCatalog.ReadWrite.All` |
///
/// # Limits
///
/// A filter on `externalId` finds an app by the id in its manifest.
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
/// use teams_cc_graph::request::app_catalogs::ListTeamsApps;
///
/// let apps = ListTeamsApps::new().filter("distributionMethod eq 'organization'");
/// assert_eq!(apps.into_request()?.uri().path(), "/appCatalogs/teamsApps");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list teamsApps")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListTeamsApps<C = Client> {
    via: C,
    query: Query,
}

graph_request! {
    ListTeamsApps => (Collection<TeamsApp>),
    "listTeamsApps" GET "/appCatalogs/teamsApps",
    repeat: Harmless, on_call: false,
    application: ["AppCatalog.Read.All", "AppCatalog.ReadWrite.All"],
    delegated: ["AppCatalog.Submit", "AppCatalog.Read.All", "AppCatalog.ReadWrite.All"]
}

paged_request! { ListTeamsApps => TeamsApp }

query_options! { ListTeamsApps: filter, select, expand }

impl ListTeamsApps<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListTeamsApps<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListTeamsApps<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the request cannot be made.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[])?.query(&self.query).bare()
    }
}
