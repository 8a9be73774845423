use bytes::Bytes;

use super::number;
use crate::client::Client;
use crate::error::Error;
use crate::model::{AssignNumberBody, AssignmentCategory, NumberType};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /admin/teams/telephoneNumberManagement/numberAssignments/assignNumber`: order a phone
/// number for a user or a resource account.
///
/// The answer names the order in its `Location`; [`GetNumberOperation`](super::GetNumberOperation)
/// tells what became of it.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-numberassignment-assignnumber)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsTelephoneNumber.ReadWrite.All` | – |
/// | Delegated | `TeamsTelephoneNumber.ReadWrite.All` | – |
///
/// # Limits
///
/// A number in E.164 form; its `+` may be left out. The worldwide cloud alone.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::model::NumberType;
/// use teams_cc_graph::request::admin::AssignNumber;
///
/// let order = AssignNumber::new("+12065550100", "agent-1", NumberType::DirectRouting);
/// assert_eq!(order.into_request()?.method(), "POST");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "assignNumber")]
#[doc(alias = "Set-CsPhoneNumberAssignment")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct AssignNumber<C = Client> {
    via: C,
    body: AssignNumberBody,
}

graph_request! {
    AssignNumber => [Located ()],
    "assignNumber" POST "/admin/teams/telephoneNumberManagement/numberAssignments/assignNumber",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.ReadWrite.All"]
}

impl AssignNumber<()> {
    /// The request without a client.
    pub fn new(
        number: impl Into<Sensitive>,
        target: impl Into<String>,
        number_type: NumberType,
    ) -> Self {
        Self::with((), number, target, number_type)
    }
}

impl<C: Via> AssignNumber<C> {
    pub(crate) fn with(
        via: C,
        number: impl Into<Sensitive>,
        target: impl Into<String>,
        number_type: NumberType,
    ) -> Self {
        let body = AssignNumberBody::new()
            .telephone_number(number.into())
            .assignment_target_id(target.into())
            .number_type(number_type);
        Self { via, body }
    }

    /// Set which line of the user it becomes. Default: the first.
    pub fn assignment_category(mut self, category: AssignmentCategory) -> Self {
        self.body = self.body.assignment_category(category);
        self
    }

    /// Set the emergency location. Default: none.
    pub fn location_id(mut self, location: impl Into<String>) -> Self {
        self.body = self.body.location_id(location.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        number(self.body.telephone_number.get())?;
        Self::ENDPOINT.json(&[], &self.body)
    }
}
