use bytes::Bytes;

use super::APP_ID;
use crate::client::Delegated;
use crate::error::Error;
use crate::request::Via;

/// `DELETE /appCatalogs/teamsApps/{id}`: take an app out of the catalog of the organization.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsapp-delete)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | not supported | – |
/// | Delegated | `AppCatalog.ReadWrite.All` | – |
///
/// # Limits
///
/// Clients that act for a signed-in user alone.
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
/// use teams_cc_graph::request::app_catalogs::DeleteTeamsApp;
///
/// let request = DeleteTeamsApp::new("app-1").into_request()?;
/// assert_eq!(request.method(), "DELETE");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete teamsApp")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteTeamsApp<C = Delegated> {
    via: C,
    app: String,
}

graph_request! {
    DeleteTeamsApp via Delegated => (),
    "delete" DELETE "/appCatalogs/teamsApps/{id}",
    repeat: Harmless, on_call: false,
    delegated: ["AppCatalog.ReadWrite.All"]
}

impl DeleteTeamsApp<()> {
    /// The request without a client.
    pub fn new(app: &str) -> Self {
        Self::with((), app)
    }
}

impl<C: Via> DeleteTeamsApp<C> {
    pub(crate) fn with(via: C, app: &str) -> Self {
        Self { via, app: app.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(APP_ID, &self.app)])
    }
}
