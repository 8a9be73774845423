use bytes::Bytes;

use super::APPLICATION_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Application;
use crate::request::{Query, Via};

/// `GET /applications/{id}`: an app registration, by object id.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-get)
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
/// The object id is not the client id.
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
/// use teams_cc_graph::request::applications::GetApplication;
///
/// let request = GetApplication::new("object-1").into_request()?;
/// assert_eq!(request.uri(), "/applications/object-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get application")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetApplication<C = Client> {
    via: C,
    application: String,
    query: Query,
}

graph_request! {
    GetApplication => Application,
    "getApplication" GET "/applications/{id}",
    repeat: Harmless, on_call: false,
    application: [
        "Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"
    ],
    delegated: ["Application.Read.All", "Application.ReadWrite.All"]
}

query_options! { GetApplication: select }

impl GetApplication<()> {
    /// The request without a client.
    pub fn new(application: &str) -> Self {
        Self::with((), application)
    }
}

impl<C: Via> GetApplication<C> {
    pub(crate) fn with(via: C, application: &str) -> Self {
        Self { via, application: application.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.draft(&[(APPLICATION_ID, &self.application)])?.query(&self.query).bare()
    }
}
