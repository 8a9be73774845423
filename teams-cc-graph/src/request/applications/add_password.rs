use bytes::Bytes;

use super::APPLICATION_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{AddPasswordBody, PasswordCredential};
use crate::request::Via;
use crate::wire::DateTimeOffset;

/// `POST /applications/{id}/addPassword`: make a secret of an app; the answer alone tells it.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-addpassword)
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
/// The secret lives two years unless it is told when to end. Its text is answered once and never
/// again.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Two secrets would be made: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::applications::AddPassword;
///
/// let request = AddPassword::new("object-1", "November").into_request()?;
/// assert_eq!(request.uri(), "/applications/object-1/addPassword");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "addPassword")]
#[doc(alias = "client secret")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AddPassword<C = Client> {
    via: C,
    application: String,
    credential: PasswordCredential,
}

graph_request! {
    AddPassword => PasswordCredential,
    "addPassword" POST "/applications/{id}/addPassword",
    repeat: Twice, on_call: false,
    application: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
    delegated: ["Application.ReadWrite.All"]
}

impl AddPassword<()> {
    /// The request without a client.
    pub fn new(application: &str, display_name: impl Into<String>) -> Self {
        Self::with((), application, display_name)
    }
}

impl<C: Via> AddPassword<C> {
    pub(crate) fn with(via: C, application: &str, display_name: impl Into<String>) -> Self {
        Self {
            via,
            application: application.to_owned(),
            credential: PasswordCredential::new().display_name(display_name.into()),
        }
    }

    /// Set when the secret ends. Default: in two years.
    pub fn end_date_time(mut self, end: impl Into<DateTimeOffset>) -> Self {
        self.credential = self.credential.end_date_time(end.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.json(
            &[(APPLICATION_ID, &self.application)],
            &AddPasswordBody::new().password_credential(self.credential),
        )
    }
}
