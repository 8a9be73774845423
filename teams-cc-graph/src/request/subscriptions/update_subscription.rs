use bytes::Bytes;

use super::{SUBSCRIPTION_ID, Terms};
use crate::client::Client;
use crate::error::Error;
use crate::model::{Subscription, UpdateSubscriptionBody};
use crate::request::Via;
use crate::wire::{DateTimeOffset, Sensitive};

/// `PATCH /subscriptions/{id}`: renew a subscription, or send it elsewhere.
///
/// [Learn](https://learn.microsoft.com/graph/api/subscription-update)
///
/// # Permissions
///
/// Those that let the app read the resource ([`limit_of`](super::limit_of) names them).
///
/// # Limits
///
/// The longest life depends on the resource ([`limit_of`](super::limit_of)) and is checked where
/// the resource is told. Trust the end in the answer: the service may set another.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken; 404 is a subscription
/// that has ended: make a new one.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::subscriptions::UpdateSubscription;
///
/// let request = UpdateSubscription::new("s1", "2026-11-22T10:00:00Z").into_request()?;
/// assert_eq!(request.uri(), "/subscriptions/s1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "update subscription")]
#[doc(alias = "renew subscription")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateSubscription<C = Client> {
    via: C,
    subscription: String,
    body: UpdateSubscriptionBody,
    resource: Option<Sensitive>,
}

graph_request! {
    UpdateSubscription => Subscription,
    "updateSubscription" PATCH "/subscriptions/{id}",
    repeat: Harmless, on_call: false
}

impl UpdateSubscription<()> {
    /// The request without a client.
    pub fn new(subscription: &str, expires: impl Into<DateTimeOffset>) -> Self {
        Self::with((), subscription, expires)
    }
}

impl<C: Via> UpdateSubscription<C> {
    pub(crate) fn with(via: C, subscription: &str, expires: impl Into<DateTimeOffset>) -> Self {
        let body = UpdateSubscriptionBody::new().expiration_date_time(expires.into());
        Self { via, subscription: subscription.to_owned(), body, resource: None }
    }

    /// Tell which resource it is for, so that its limit is checked. Default: not told.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(Sensitive::new(resource));
        self
    }

    /// Send notifications elsewhere from now on. Default: as it is.
    pub fn notification_url(mut self, url: impl Into<String>) -> Self {
        self.body = self.body.notification_url(url.into());
        self
    }

    /// Encrypt with another certificate (base64) from now on. Default: as it is.
    pub fn encryption_certificate(
        mut self,
        certificate: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        self.body = self.body.encryption_certificate(certificate.into());
        self.body = self.body.encryption_certificate_id(id.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Terms::at(self.via.wall())
            .check_renewal(&self.body, self.resource.as_ref().map(Sensitive::reveal))?;
        Self::ENDPOINT.json(&[(SUBSCRIPTION_ID, &self.subscription)], &self.body)
    }
}
