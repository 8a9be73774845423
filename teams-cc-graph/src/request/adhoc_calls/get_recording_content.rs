use bytes::Bytes;

use super::{CALL_ID, RECORDING_ID};
use crate::client::Client;
use crate::error::Error;
use crate::request::{Owner, Via};

/// `GET /users/{id}/adhocCalls/{id}/recordings/{id}/content`: the recording itself.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecording-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `CallRecordings.Read.All` | – |
/// | Delegated (work) | `CallRecordings.Read.All` | – |
///
/// # Limits
///
/// Calls over the telephone network, between two and in groups. The id of the call is its call chain
/// id. Worldwide cloud only.
///
/// It is an MP4 file. It is held whole, up to
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
/// use teams_cc_graph::request::adhoc_calls::GetRecordingContent;
///
/// let request = GetRecordingContent::new("user-1", "call-1", "recording-1").into_request()?;
/// assert_eq!(request.uri().path(), "/users/user-1/adhocCalls/call-1/recordings/recording-1/content");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "callRecording content")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetRecordingContent<C = Client> {
    via: C,
    owner: Owner,
    call: String,
    recording: String,
}

owned_request! {
    GetRecordingContent => Content,
    "getRecordingContent" GET "/adhocCalls/{id}/recordings/{id}/content",
    repeat: Harmless, on_call: false,
    application: ["CallRecordings.Read.All"],
    delegated: ["CallRecordings.Read.All"]
}

streamed_request!(GetRecordingContent);

impl GetRecordingContent<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, call: &str, recording: &str) -> Self {
        Self::with((), owner.into(), call, recording)
    }
}

impl<C: Via> GetRecordingContent<C> {
    pub(crate) fn with(via: C, owner: Owner, call: &str, recording: &str) -> Self {
        let (call, recording) = (call.to_owned(), recording.to_owned());
        Self { via, owner, call, recording }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(CALL_ID, &self.call), (RECORDING_ID, &self.recording)])?;
        draft.bare()
    }
}
