use bytes::Bytes;

use super::MAX_PACKAGE;
use crate::client::Delegated;
use crate::error::Error;
use crate::model::TeamsApp;
use crate::request::{Query, Via, check};

/// `POST /appCatalogs/teamsApps`: publish an app in the catalog of the organization.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsapp-publish)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated | `AppCatalog.Submit` | `AppCatalog.ReadWrite.All` |
///
/// # Limits
///
/// The package is a zip file with manifest and icons, here of at most 32 MiB; each app has an id of
/// its own in its manifest. Clients that act for a signed-in user alone.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// It would be published twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::app_catalogs::PublishTeamsApp;
///
/// let package = PublishTeamsApp::new(&b"PK"[..]).requires_review();
/// let request = package.into_request()?;
/// assert_eq!(request.uri(), "/appCatalogs/teamsApps?requiresReview=true");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "publish teamsApp")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct PublishTeamsApp<C = Delegated> {
    via: C,
    package: Bytes,
    query: Query,
}

graph_request! {
    PublishTeamsApp via Delegated => TeamsApp,
    "publish" POST "/appCatalogs/teamsApps",
    repeat: Twice, on_call: false,
    delegated: ["AppCatalog.Submit", "AppCatalog.ReadWrite.All"]
}

impl PublishTeamsApp<()> {
    /// The request without a client.
    pub fn new(package: impl Into<Bytes>) -> Self {
        Self::with((), package)
    }
}

impl<C: Via> PublishTeamsApp<C> {
    pub(crate) fn with(via: C, package: impl Into<Bytes>) -> Self {
        Self { via, package: package.into(), query: Query::new() }
    }

    /// Have an administrator look at it first. Default: published at once, which takes an administrator.
    pub fn requires_review(mut self) -> Self {
        self.query = self.query.pair("requiresReview", "true");
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let length = self.package.len();
        check::count("the package", length, MAX_PACKAGE)?;
        Self::ENDPOINT.draft(&[])?.query(&self.query).body("application/zip", self.package)
    }
}
