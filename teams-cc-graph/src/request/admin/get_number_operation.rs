use bytes::Bytes;

use super::OPERATION_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::TelephoneNumberLongRunningOperation;
use crate::request::Via;

/// `GET /admin/teams/telephoneNumberManagement/operations/{id}`: what became of an order on a phone
/// number.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-telephonenumberlongrunningoperation-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsTelephoneNumber.Read.All` | `TeamsTelephoneNumber.ReadWrite.All` |
/// | Delegated | `TeamsTelephoneNumber.Read.All` | `TeamsTelephoneNumber.ReadWrite.All` |
///
/// # Limits
///
/// The id stands in the `Location` of the order; [`operation_id`](super::operation_id) takes it
/// out. The worldwide cloud alone.
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
/// use teams_cc_graph::request::admin::GetNumberOperation;
///
/// let request = GetNumberOperation::new("QXNz").into_request()?;
/// assert_eq!(request.method(), "GET");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get telephoneNumberLongRunningOperation")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetNumberOperation<C = Client> {
    via: C,
    operation: String,
}

graph_request! {
    GetNumberOperation => TelephoneNumberLongRunningOperation,
    "getOperation" GET "/admin/teams/telephoneNumberManagement/operations/{id}",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"]
}

impl GetNumberOperation<()> {
    /// The request without a client.
    pub fn new(operation: &str) -> Self {
        Self::with((), operation)
    }
}

impl<C: Via> GetNumberOperation<C> {
    pub(crate) fn with(via: C, operation: &str) -> Self {
        Self { via, operation: operation.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(OPERATION_ID, &self.operation)])
    }
}
