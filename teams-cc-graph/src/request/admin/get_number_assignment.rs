use bytes::Bytes;

use super::ASSIGNMENT_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::NumberAssignment;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /admin/teams/telephoneNumberManagement/numberAssignments/{id}`: one phone number of the
/// tenant, and who has it.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-numberassignment-get)
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
/// The id is the assignment's, not the number. The worldwide cloud alone.
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
/// use teams_cc_graph::request::admin::GetNumberAssignment;
///
/// let request = GetNumberAssignment::new("YmMy").into_request()?;
/// assert_eq!(request.method(), "GET");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get numberAssignment")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetNumberAssignment<C = Client> {
    via: C,
    assignment: Sensitive,
    query: Query,
}

graph_request! {
    GetNumberAssignment => NumberAssignment,
    "getNumberAssignment" GET "/admin/teams/telephoneNumberManagement/numberAssignments/{id}",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"]
}

query_options! { GetNumberAssignment: select }

impl GetNumberAssignment<()> {
    /// The request without a client.
    pub fn new(assignment: &str) -> Self {
        Self::with((), assignment)
    }
}

impl<C: Via> GetNumberAssignment<C> {
    pub(crate) fn with(via: C, assignment: &str) -> Self {
        Self { via, assignment: assignment.into(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT
            .draft(&[(ASSIGNMENT_ID, self.assignment.reveal())])?
            .query(&self.query)
            .bare()
    }
}
