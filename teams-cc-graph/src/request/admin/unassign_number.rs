use bytes::Bytes;

use super::number;
use crate::client::Client;
use crate::error::Error;
use crate::model::{NumberType, UnassignNumberBody};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /admin/teams/telephoneNumberManagement/numberAssignments/unassignNumber`: order a phone
/// number back.
///
/// The answer names the order in its `Location`; [`GetNumberOperation`](super::GetNumberOperation)
/// tells what became of it.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-numberassignment-unassignnumber)
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
/// use teams_cc_graph::request::admin::UnassignNumber;
///
/// let order = UnassignNumber::new("+12065550100", NumberType::DirectRouting);
/// assert_eq!(order.into_request()?.method(), "POST");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "unassignNumber")]
#[doc(alias = "Remove-CsPhoneNumberAssignment")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UnassignNumber<C = Client> {
    via: C,
    body: UnassignNumberBody,
}

graph_request! {
    UnassignNumber => [Located ()],
    "unassignNumber" POST "/admin/teams/telephoneNumberManagement/numberAssignments/unassignNumber",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.ReadWrite.All"]
}

impl UnassignNumber<()> {
    /// The request without a client.
    pub fn new(number: impl Into<Sensitive>, number_type: NumberType) -> Self {
        Self::with((), number, number_type)
    }
}

impl<C: Via> UnassignNumber<C> {
    pub(crate) fn with(via: C, number: impl Into<Sensitive>, number_type: NumberType) -> Self {
        let body =
            UnassignNumberBody::new().telephone_number(number.into()).number_type(number_type);
        Self { via, body }
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
