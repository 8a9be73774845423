use bytes::Bytes;

use super::{MEETING_ID, TRANSCRIPT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::CallTranscript;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/transcripts/{id}`: what is known of a transcript.
///
/// [Learn](https://learn.microsoft.com/graph/api/calltranscript-get)
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
/// use teams_cc_graph::request::online_meetings::GetTranscript;
///
/// let request = GetTranscript::new("user-1", "meeting-1", "transcript-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/transcripts/transcript-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get callTranscript")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetTranscript<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    transcript: String,
    query: Query,
}

owned_request! {
    GetTranscript => CallTranscript,
    "getTranscript" GET "/onlineMeetings/{id}/transcripts/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingTranscript.Read.All"],
    delegated: ["OnlineMeetingTranscript.Read.All"],
    resource_specific: ["OnlineMeetingTranscript.Read.Chat"]
}

query_options!(GetTranscript: select);

impl GetTranscript<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, transcript: &str) -> Self {
        Self::with((), owner.into(), meeting, transcript)
    }
}

impl<C: Via> GetTranscript<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, transcript: &str) -> Self {
        let (meeting, transcript) = (meeting.to_owned(), transcript.to_owned());
        Self { via, owner, meeting, transcript, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft =
            self.draft(&[(MEETING_ID, &self.meeting), (TRANSCRIPT_ID, &self.transcript)])?;
        draft.query(&self.query).bare()
    }
}
