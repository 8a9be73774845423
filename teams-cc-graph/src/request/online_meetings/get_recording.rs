use bytes::Bytes;

use super::{MEETING_ID, RECORDING_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::CallRecording;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/recordings/{id}`: what is known of a recording.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecording-get)
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
/// use teams_cc_graph::request::online_meetings::GetRecording;
///
/// let request = GetRecording::new("user-1", "meeting-1", "recording-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/recordings/recording-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get callRecording")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetRecording<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    recording: String,
    query: Query,
}

owned_request! {
    GetRecording => CallRecording,
    "getRecording" GET "/onlineMeetings/{id}/recordings/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingRecording.Read.All"],
    delegated: ["OnlineMeetingRecording.Read.All"],
    resource_specific: ["OnlineMeetingRecording.Read.Chat"]
}

query_options!(GetRecording: select);

impl GetRecording<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, recording: &str) -> Self {
        Self::with((), owner.into(), meeting, recording)
    }
}

impl<C: Via> GetRecording<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, recording: &str) -> Self {
        let (meeting, recording) = (meeting.to_owned(), recording.to_owned());
        Self { via, owner, meeting, recording, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(MEETING_ID, &self.meeting), (RECORDING_ID, &self.recording)])?;
        draft.query(&self.query).bare()
    }
}
