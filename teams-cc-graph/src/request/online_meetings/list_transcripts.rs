use bytes::Bytes;

use super::MEETING_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{CallTranscript, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/transcripts`: the transcripts of a meeting.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-list-transcripts)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetingTranscript.Read.All` | – |
/// | Application, for one chat | `OnlineMeetingTranscript.Read.Chat` | – |
/// | Delegated (work) | `OnlineMeetingTranscript.Read.All` | – |
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
/// use teams_cc_graph::request::online_meetings::ListTranscripts;
///
/// let request = ListTranscripts::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/transcripts");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list transcripts")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListTranscripts<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    query: Query,
}

owned_request! {
    ListTranscripts => (Collection<CallTranscript>),
    "listTranscripts" GET "/onlineMeetings/{id}/transcripts",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingTranscript.Read.All"],
    delegated: ["OnlineMeetingTranscript.Read.All"],
    resource_specific: ["OnlineMeetingTranscript.Read.Chat"]
}

query_options!(ListTranscripts: top);
paged_request!(ListTranscripts => CallTranscript);
paged_request!(ListTranscripts via Delegated => CallTranscript);

impl ListTranscripts<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> ListTranscripts<C> {
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
