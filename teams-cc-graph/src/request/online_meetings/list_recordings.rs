use bytes::Bytes;

use super::MEETING_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{CallRecording, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/recordings`: the recordings of a meeting.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-list-recordings)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetingRecording.Read.All` | – |
/// | Application, for one chat | `OnlineMeetingRecording.Read.Chat` | – |
/// | Delegated (work) | `OnlineMeetingRecording.Read.All` | – |
///
/// # Limits
///
/// An app needs an application access policy for the user in the path; a delegated client asks under
/// `/me` alone. Meetings
/// that are in no calendar, live events and expired meetings have none that can be read.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::online_meetings::ListRecordings;
///
/// let request = ListRecordings::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/recordings");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list recordings")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListRecordings<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    query: Query,
}

owned_request! {
    ListRecordings => (Collection<CallRecording>),
    "listRecordings" GET "/onlineMeetings/{id}/recordings",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingRecording.Read.All"],
    delegated: ["OnlineMeetingRecording.Read.All"],
    resource_specific: ["OnlineMeetingRecording.Read.Chat"]
}

query_options!(ListRecordings: top);
paged_request!(ListRecordings => CallRecording);
paged_request!(ListRecordings via Delegated => CallRecording);

impl ListRecordings<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> ListRecordings<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str) -> Self {
        Self { via, owner, meeting: meeting.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        self.draft(&[(MEETING_ID, &self.meeting)])?.query(&self.query).bare()
    }
}
