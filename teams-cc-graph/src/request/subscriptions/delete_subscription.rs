use bytes::Bytes;

use super::SUBSCRIPTION_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::Via;

/// `DELETE /subscriptions/{id}`: be told nothing more.
///
/// [Learn](https://learn.microsoft.com/graph/api/subscription-delete)
///
/// # Permissions
///
/// Those that let the app read the resource ([`limit_of`](super::limit_of) names them).
///
/// # Limits
///
/// Notifications under way may still arrive.
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
/// use teams_cc_graph::request::subscriptions::DeleteSubscription;
///
/// let request = DeleteSubscription::new("s1").into_request()?;
/// assert_eq!(request.method(), "DELETE");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete subscription")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteSubscription<C = Client> {
    via: C,
    subscription: String,
}

graph_request! {
    DeleteSubscription => (),
    "deleteSubscription" DELETE "/subscriptions/{id}",
    repeat: Harmless, on_call: false
}

impl DeleteSubscription<()> {
    /// The request without a client.
    pub fn new(subscription: &str) -> Self {
        Self::with((), subscription)
    }
}

impl<C: Via> DeleteSubscription<C> {
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
