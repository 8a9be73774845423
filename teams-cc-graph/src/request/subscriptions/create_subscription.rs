use bytes::Bytes;

use super::Terms;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ChangeType, Subscription};
use crate::request::{Via, check};
use crate::wire::{DateTimeOffset, Sensitive};

/// `POST /subscriptions`: be told about changes of a resource.
///
/// Before it answers, the service asks the notification URL to repeat a token: the endpoint must be
/// up.
///
/// [Learn](https://learn.microsoft.com/graph/api/subscription-post-subscriptions)
///
/// # Permissions
///
/// Those that let the app read the resource ([`limit_of`](super::limit_of) names them).
///
/// # Limits
///
/// The longest life, and whether a lifecycle URL is needed, depend on the resource
/// ([`limit_of`](super::limit_of)); both are checked against the clock of the client. Both URLs are
/// HTTPS. A client state has at most 128 characters. Resource data comes encrypted, so it needs a
/// certificate.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken; 403 is
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission); 400 is an endpoint that did not answer
/// the validation; 409 is a presence subscription that exists already: delete it first.
///
/// # Retries
///
/// It would subscribe twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::subscriptions::CreateSubscription;
///
/// let request = CreateSubscription::new(
///     "/communications/presences?$filter=id in ('agent-1')",
///     "https://bot.example.com/changes",
///     "2026-11-22T09:00:00Z",
/// )
/// .client_state("a secret")
/// .include_resource_data("MIIC", "november")
/// .into_request()?;
/// assert_eq!(request.uri(), "/subscriptions");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create subscription")]
#[doc(alias = "409")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateSubscription<C = Client> {
    via: C,
    body: Subscription,
    change_types: Vec<ChangeType>,
}

graph_request! {
    CreateSubscription => Subscription,
    "createSubscription" POST "/subscriptions",
    repeat: Twice, on_call: false
}

impl CreateSubscription<()> {
    /// The request without a client.
    pub fn new(
        resource: impl Into<String>,
        notification_url: impl Into<String>,
        expires: impl Into<DateTimeOffset>,
    ) -> Self {
        Self::with((), resource, notification_url, expires)
    }
}

impl<C: Via> CreateSubscription<C> {
    pub(crate) fn with(
        via: C,
        resource: impl Into<String>,
        notification_url: impl Into<String>,
        expires: impl Into<DateTimeOffset>,
    ) -> Self {
        let body = Subscription::default()
            .resource(Sensitive::new(resource))
            .notification_url(notification_url.into())
            .expiration_date_time(expires.into());
        Self { via, body, change_types: vec![ChangeType::Updated] }
    }

    /// Set which changes are told. Default: updates.
    pub fn change_types(mut self, types: impl IntoIterator<Item = ChangeType>) -> Self {
        self.change_types = types.into_iter().collect();
        self
    }

    /// Set the secret that notifications repeat, so that they can be told from forged ones.
    /// Default: none.
    pub fn client_state(mut self, state: impl Into<Sensitive>) -> Self {
        self.body = self.body.client_state(state.into());
        self
    }

    /// Set where the service tells that the subscription ends or that notifications were missed.
    /// Default: nowhere.
    pub fn lifecycle_notification_url(mut self, url: impl Into<String>) -> Self {
        self.body = self.body.lifecycle_notification_url(url.into());
        self
    }

    /// Ask for the resource in each notification, encrypted with a certificate (base64) that
    /// notifications name by `id`. Default: only its address.
    pub fn include_resource_data(
        mut self,
        certificate: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        self.body = self.body.include_resource_data(true);
        self.body = self.body.encryption_certificate(certificate.into());
        self.body = self.body.encryption_certificate_id(id.into());
        self
    }

    /// The subscription as it stands, to reach properties that have no setter.
    pub fn body_mut(&mut self) -> &mut Subscription {
        &mut self.body
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(mut self) -> Result<http::Request<Bytes>, Error> {
        check::count("changeType", self.change_types.len(), 3)?;
        let types: Vec<_> = self.change_types.iter().map(ChangeType::as_str).collect();
        self.body.change_type = types.join(",").into();
        Terms::at(self.via.wall()).check(&self.body)?;
        Self::ENDPOINT.json(&[], &self.body)
    }
}
