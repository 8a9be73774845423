use bytes::Bytes;

use super::MEETING_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{CallTranscript, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/transcripts/delta()`: transcripts of a meeting, added since the last reading.
///
/// [Learn](https://learn.microsoft.com/graph/api/calltranscript-delta)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetingTranscript.Read.All` | – |
/// | Delegated (work) | not supported | – |
///
/// # Limits
///
/// An app needs an application access policy for the user in the path; a delegated client asks under
/// `/me` alone. Meetings
/// that are in no calendar, live events and expired meetings have none that can be read.
/// The schema has this function for one meeting; the documentation tells of
/// [`GetAllTranscriptsDelta`](super::GetAllTranscriptsDelta). The last page holds where to go on:
/// [`Pages::delta_link`](crate::page::Pages::delta_link), for [`Client::follow`](crate::Client::follow).
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
/// use teams_cc_graph::request::online_meetings::TranscriptsDelta;
///
/// let request = TranscriptsDelta::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/transcripts/delta()");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delta")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct TranscriptsDelta<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    query: Query,
}

owned_request! {
    TranscriptsDelta => (Collection<CallTranscript>),
    "delta" GET "/onlineMeetings/{id}/transcripts/delta()",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingTranscript.Read.All"]
}

query_options!(TranscriptsDelta: top);
paged_request!(TranscriptsDelta => CallTranscript);
paged_request!(TranscriptsDelta via Delegated => CallTranscript);

impl TranscriptsDelta<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> TranscriptsDelta<C> {
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
