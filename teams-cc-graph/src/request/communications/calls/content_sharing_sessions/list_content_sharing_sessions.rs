use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, ContentSharingSession};
use crate::request::Via;

/// `GET /communications/calls/{id}/contentSharingSessions`: who shares content in a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-list-contentsharingsessions)
///
/// # Permissions
///
/// Those that let the app create or answer the call.
///
/// # Limits
///
/// Group calls and meetings. Changes are notified where the options of the call ask for it.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::calls::content_sharing_sessions::ListContentSharingSessions;
///
/// let request = ListContentSharingSessions::new("call-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/contentSharingSessions");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list contentSharingSessions")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListContentSharingSessions<C = Client> {
    via: C,
    call: String,
}

graph_request! {
    ListContentSharingSessions => (Collection<ContentSharingSession>),
    "listContentSharingSessions" GET "/communications/calls/{id}/contentSharingSessions",
    repeat: Harmless, on_call: true,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

impl ListContentSharingSessions<()> {
    /// The request without a client.
    pub fn new(call: &str) -> Self {
        Self::with((), call)
    }
}

impl<C: Via> ListContentSharingSessions<C> {
    pub(crate) fn with(via: C, call: &str) -> Self {
        Self { via, call: call.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call)])
    }
}
