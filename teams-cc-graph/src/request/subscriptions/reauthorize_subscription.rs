use bytes::Bytes;

use super::SUBSCRIPTION_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `POST /subscriptions/{id}/reauthorize`: answer a wish for fresh authorization.
///
/// [Learn](https://learn.microsoft.com/graph/api/subscription-reauthorize)
///
/// # Permissions
///
/// Those that let the app read the resource ([`limit_of`](super::limit_of) names them).
///
/// # Limits
///
/// A renewal reauthorizes too; this one leaves the end as it is.
///
/// # Errors
///
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing; 404
/// is [`ErrorKind::Service`](crate::ErrorKind::Service).
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::request::subscriptions::ReauthorizeSubscription;
///
/// let request = ReauthorizeSubscription::new("s1").into_request()?;
/// assert_eq!(request.uri(), "/subscriptions/s1/reauthorize");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "reauthorize")]
#[doc(alias = "reauthorizationRequired")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ReauthorizeSubscription<C = Client> {
    via: C,
    subscription: String,
}

graph_request! {
    ReauthorizeSubscription => (),
    "reauthorize" POST "/subscriptions/{id}/reauthorize",
    repeat: Harmless, on_call: false
}

impl ReauthorizeSubscription<()> {
    /// The request without a client.
    pub fn new(subscription: &str) -> Self {
        Self::with((), subscription)
    }
}

impl<C: Via> ReauthorizeSubscription<C> {
    pub(crate) fn with(via: C, subscription: &str) -> Self {
        Self { via, subscription: subscription.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(SUBSCRIPTION_ID, &self.subscription)])
    }
}
