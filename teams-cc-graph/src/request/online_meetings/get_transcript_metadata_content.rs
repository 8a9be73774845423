use bytes::Bytes;

use super::{MEETING_ID, TRANSCRIPT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::{Owner, Via};

/// `GET /users/{id}/onlineMeetings/{id}/transcripts/{id}/metadataContent`: who spoke when in a transcript.
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
/// It is WebVTT text with JSON. It is held whole, up to
/// [`Config::max_response_bytes`](crate::Config::max_response_bytes), and has to come within
/// [`Config::attempt_timeout`](crate::Config::attempt_timeout): give a client that fetches files more of
/// both, or ask for it in parts by [`stream`](Self::stream). The address is built from ids: the one
/// that the service names may hold a fragment or another host, which the token must not see.
///
/// # Errors
///
/// [`ErrorKind::ResponseTooLarge`](crate::ErrorKind::ResponseTooLarge) for more than the client takes,
/// otherwise what the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::online_meetings::GetTranscriptMetadataContent;
///
/// let request = GetTranscriptMetadataContent::new("user-1", "meeting-1", "transcript-1").into_request()?;
/// assert_eq!(request.uri().path(), "/users/user-1/onlineMeetings/meeting-1/transcripts/transcript-1/metadataContent");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "callTranscript metadataContent")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetTranscriptMetadataContent<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    transcript: String,
}

owned_request! {
    GetTranscriptMetadataContent => Content,
    "getTranscriptMetadataContent" GET "/onlineMeetings/{id}/transcripts/{id}/metadataContent",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingTranscript.Read.All"],
    delegated: ["OnlineMeetingTranscript.Read.All"],
    resource_specific: ["OnlineMeetingTranscript.Read.Chat"]
}

streamed_request!(GetTranscriptMetadataContent);

impl GetTranscriptMetadataContent<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, transcript: &str) -> Self {
        Self::with((), owner.into(), meeting, transcript)
    }
}

impl<C: Via> GetTranscriptMetadataContent<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, transcript: &str) -> Self {
        let (meeting, transcript) = (meeting.to_owned(), transcript.to_owned());
        Self { via, owner, meeting, transcript }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft =
            self.draft(&[(MEETING_ID, &self.meeting), (TRANSCRIPT_ID, &self.transcript)])?;
        draft.bare()
    }
}
