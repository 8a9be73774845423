use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, NumberAssignment};
use crate::request::{Query, Via, check};

/// `GET /admin/teams/telephoneNumberManagement/numberAssignments`: the phone numbers of the tenant,
/// and who has them.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-telephonenumbermanagementroot-list-numberassignments)
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
/// 500 numbers a page, at most 1,000. Filters know every property but `id` and `city`. The
/// worldwide cloud alone.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::admin::ListNumberAssignments;
///
/// let free = ListNumberAssignments::new().filter("assignmentStatus eq 'unassigned'").top(100);
/// assert_eq!(free.into_request()?.method(), "GET");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list numberAssignments")]
#[doc(alias = "Get-CsPhoneNumberAssignment")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListNumberAssignments<C = Client> {
    via: C,
    query: Query,
    top: Option<u32>,
}

graph_request! {
    ListNumberAssignments => (Collection<NumberAssignment>),
    "listNumberAssignments" GET "/admin/teams/telephoneNumberManagement/numberAssignments",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.Read.All", "TeamsTelephoneNumber.ReadWrite.All"]
}

paged_request! { ListNumberAssignments => NumberAssignment }

query_options! { ListNumberAssignments: filter, skip }

impl ListNumberAssignments<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListNumberAssignments<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListNumberAssignments<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via, query: Query::new(), top: None }
    }

    /// Set how many items a page holds (`$top`), at most 1,000. Default: the service's choice.
    pub fn top(mut self, items: u32) -> Self {
        self.top = Some(items);
        self.query = self.query.top(items);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::top(self.top, 1_000)?;
        Self::ENDPOINT.draft(&[])?.query(&self.query).bare()
    }
}
