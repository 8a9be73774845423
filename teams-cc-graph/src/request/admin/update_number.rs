use bytes::Bytes;

use super::number;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ReverseNumberLookupOption, UpdateNumberBody};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /admin/teams/telephoneNumberManagement/numberAssignments/updateNumber`: change the
/// location or the look-up of a phone number.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamsadministration-numberassignment-updatenumber)
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
/// What is not set stays; an empty text clears. The worldwide cloud alone.
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
/// use teams_cc_graph::request::admin::UpdateNumber;
///
/// let request = UpdateNumber::new("+12065550100").location_id("").into_request()?;
/// assert_eq!(request.method(), "POST");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "updateNumber")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateNumber<C = Client> {
    via: C,
    body: UpdateNumberBody,
}

graph_request! {
    UpdateNumber => (),
    "updateNumber" POST "/admin/teams/telephoneNumberManagement/numberAssignments/updateNumber",
    repeat: Harmless, on_call: false,
    application: ["TeamsTelephoneNumber.ReadWrite.All"],
    delegated: ["TeamsTelephoneNumber.ReadWrite.All"]
}

impl UpdateNumber<()> {
    /// The request without a client.
    pub fn new(number: impl Into<Sensitive>) -> Self {
        Self::with((), number)
    }
}

impl<C: Via> UpdateNumber<C> {
    pub(crate) fn with(via: C, number: impl Into<Sensitive>) -> Self {
        Self { via, body: UpdateNumberBody::new().telephone_number(number.into()) }
    }

    /// Set the emergency location; an empty text clears it. Default: as it is.
    pub fn location_id(mut self, location: impl Into<String>) -> Self {
        self.body = self.body.location_id(location.into());
        self
    }

    /// Set the network site; an empty text clears it. Default: as it is.
    pub fn network_site_id(mut self, site: impl Into<String>) -> Self {
        self.body = self.body.network_site_id(site.into());
        self
    }

    /// Set how calls inside the tenant find it. Default: as it is.
    pub fn reverse_number_lookup_options(
        mut self,
        options: impl IntoIterator<Item = ReverseNumberLookupOption>,
    ) -> Self {
        let options = options.into_iter().collect::<Vec<_>>();
        self.body = self.body.reverse_number_lookup_options(options);
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
