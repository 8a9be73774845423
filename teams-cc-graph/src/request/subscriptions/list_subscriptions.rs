use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, Subscription};
use crate::request::Via;

/// `GET /subscriptions`: the subscriptions of the app.
///
/// [Learn](https://learn.microsoft.com/graph/api/subscription-list)
///
/// # Permissions
///
/// Those that let the app read the resource ([`limit_of`](super::limit_of) names them).
///
/// # Limits
///
/// An app sees its own; the first page may be empty and still name a next one.
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
/// use teams_cc_graph::request::subscriptions::ListSubscriptions;
///
/// let request = ListSubscriptions::new().into_request()?;
/// assert_eq!(request.uri(), "/subscriptions");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list subscriptions")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListSubscriptions<C = Client> {
    via: C,
}

graph_request! {
    ListSubscriptions => (Collection<Subscription>),
    "listSubscriptions" GET "/subscriptions",
    repeat: Harmless, on_call: false
}

paged_request! { ListSubscriptions => Subscription }

impl ListSubscriptions<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListSubscriptions<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListSubscriptions<C> {
    pub(crate) fn with(via: C) -> Self {
        Self { via }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the request cannot be made.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[])
    }
}
