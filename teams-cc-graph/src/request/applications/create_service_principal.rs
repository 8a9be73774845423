use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::ServicePrincipal;
use crate::request::Via;
use teams_cc_core::AppId;

/// `POST /servicePrincipals`: give an app an account in the tenant.
///
/// [Learn](https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Application.ReadWrite.OwnedBy` | `Application.ReadWrite.All` |
/// | Delegated | `Application.ReadWrite.All` | – |
///
/// # Limits
///
/// One account for an app and tenant; a second is refused with 409.
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
/// use teams_cc_graph::request::applications::CreateServicePrincipal;
///
/// let app = "65415bb1-9267-4313-bbf5-ae259732ee12".parse().expect("it is an id");
/// let request = CreateServicePrincipal::new(&app).into_request()?;
/// assert_eq!(request.uri(), "/servicePrincipals");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create servicePrincipal")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateServicePrincipal<C = Client> {
    via: C,
    body: ServicePrincipal,
}

graph_request! {
    CreateServicePrincipal => ServicePrincipal,
    "createServicePrincipal" POST "/servicePrincipals",
    repeat: Harmless, on_call: false,
    application: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
    delegated: ["Application.ReadWrite.All"]
}

impl CreateServicePrincipal<()> {
    /// The request without a client.
    pub fn new(app: &AppId) -> Self {
        Self::with((), app)
    }
}

impl<C: Via> CreateServicePrincipal<C> {
    pub(crate) fn with(via: C, app: &AppId) -> Self {
        Self { via, body: ServicePrincipal::new().app_id(app.as_str()) }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the request cannot be made.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.json(&[], &self.body)
    }
}
