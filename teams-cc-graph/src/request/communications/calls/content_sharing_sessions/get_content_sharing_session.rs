use bytes::Bytes;

use super::{CALL_ID, SESSION_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::ContentSharingSession;
use crate::request::Via;

/// `GET /communications/calls/{id}/contentSharingSessions/{session}`: one sharing of content.
///
/// [Learn](https://learn.microsoft.com/graph/api/contentsharingsession-get)
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
/// [`ErrorKind::Service`](crate::ErrorKind::Service) with status 404 where the session or the call
/// is gone; the state of the call tells which.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::calls::content_sharing_sessions::GetContentSharingSession;
///
/// let request = GetContentSharingSession::new("call-1", "session-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/contentSharingSessions/session-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get contentSharingSession")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetContentSharingSession<C = Client> {
    via: C,
    call: String,
    session: String,
}

graph_request! {
    GetContentSharingSession => ContentSharingSession,
    "getContentSharingSession" GET "/communications/calls/{id}/contentSharingSessions/{session}",
    repeat: Harmless, on_call: false,
    permissions: [CALLS_JOIN_GROUP, CALLS_INITIATE_GROUP]
}

impl GetContentSharingSession<()> {
    /// The request without a client.
    pub fn new(call: &str, session: &str) -> Self {
        Self::with((), call, session)
    }
}

impl<C: Via> GetContentSharingSession<C> {
    pub(crate) fn with(via: C, call: &str, session: &str) -> Self {
        Self { via, call: call.to_owned(), session: session.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        Self::ENDPOINT.bare(&[(CALL_ID, &self.call), (SESSION_ID, &self.session)])
    }
}
