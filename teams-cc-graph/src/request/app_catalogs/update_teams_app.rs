use bytes::Bytes;

use super::{APP_ID, MAX_PACKAGE};
use crate::client::Delegated;
use crate::error::Error;
use crate::model::TeamsAppDefinition;
use crate::request::{Query, Via, check};

/// `POST /appCatalogs/teamsApps/{id}/appDefinitions`: publish a new version of an app.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsapp-update)
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
/// The package is a zip file with manifest and icons, here of at most 32 MiB; its version is higher
/// than the one before. Clients that act for a signed-in user alone.
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
/// use teams_cc_graph::request::app_catalogs::UpdateTeamsApp;
///
/// let request = UpdateTeamsApp::new("app-1", &b"PK"[..]).into_request()?;
/// assert_eq!(request.uri(), "/appCatalogs/teamsApps/app-1/appDefinitions");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "update teamsApp")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateTeamsApp<C = Delegated> {
    via: C,
    app: String,
    package: Bytes,
    query: Query,
}

graph_request! {
    UpdateTeamsApp via Delegated => TeamsAppDefinition,
    "update" POST "/appCatalogs/teamsApps/{id}/appDefinitions",
    repeat: Twice, on_call: false,
    delegated: ["AppCatalog.Submit", "AppCatalog.ReadWrite.All"]
}

impl UpdateTeamsApp<()> {
    /// The request without a client.
    pub fn new(app: &str, package: impl Into<Bytes>) -> Self {
        Self::with((), app, package)
    }
}

impl<C: Via> UpdateTeamsApp<C> {
    pub(crate) fn with(via: C, app: &str, package: impl Into<Bytes>) -> Self {
        Self { via, app: app.to_owned(), package: package.into(), query: Query::new() }
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
        Self::ENDPOINT
            .draft(&[(APP_ID, &self.app)])?
            .query(&self.query)
            .body("application/zip", self.package)
    }
}
