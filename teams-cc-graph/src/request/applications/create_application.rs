use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Application, RequiredResourceAccess};
use crate::request::Via;

/// `POST /applications`: register an app, such as a calling bot.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-post-applications)
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
/// The client id in the answer is the app's; its secret is made by `addPassword`.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// It would be registered twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::applications::CreateApplication;
///
/// let request = CreateApplication::new("Contoso bot").into_request()?;
/// assert_eq!(request.uri(), "/applications");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create application")]
#[doc(alias = "register app")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateApplication<C = Client> {
    via: C,
    body: Application,
}

graph_request! {
    CreateApplication => Application,
    "createApplication" POST "/applications",
    repeat: Twice, on_call: false,
    application: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
    delegated: ["Application.ReadWrite.All"]
}

impl CreateApplication<()> {
    /// The request without a client.
    pub fn new(display_name: impl Into<String>) -> Self {
        Self::with((), display_name)
    }
}

impl<C: Via> CreateApplication<C> {
    pub(crate) fn with(via: C, display_name: impl Into<String>) -> Self {
        Self { via, body: Application::new().display_name(display_name.into()) }
    }

    /// Set whose accounts may sign in, such as `AzureADMultipleOrgs`. Default: the tenant's own.
    pub fn sign_in_audience(mut self, audience: impl Into<String>) -> Self {
        self.body = self.body.sign_in_audience(audience.into());
        self
    }

    /// Set the permissions the app asks for. Default: none.
    pub fn required_resource_access(mut self, access: Vec<RequiredResourceAccess>) -> Self {
        self.body = self.body.required_resource_access(access);
        self
    }

    /// The registration as it stands, to reach properties that have no setter.
    pub fn body_mut(&mut self) -> &mut Application {
        &mut self.body
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
