use bytes::Bytes;

use super::{CALL_ID, RECORDING_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::CallRecording;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/adhocCalls/{id}/recordings/{id}`: what is known of a recording.
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
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::adhoc_calls::GetRecording;
///
/// let request = GetRecording::new("user-1", "call-1", "recording-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/adhocCalls/call-1/recordings/recording-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get callRecording")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetRecording<C = Client> {
    via: C,
    owner: Owner,
    call: String,
    recording: String,
    query: Query,
}

owned_request! {
    GetRecording => CallRecording,
    "getRecording" GET "/adhocCalls/{id}/recordings/{id}",
    repeat: Harmless, on_call: false,
    application: ["CallRecordings.Read.All"],
    delegated: ["CallRecordings.Read.All"]
}

query_options!(GetRecording: select);

impl GetRecording<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, call: &str, recording: &str) -> Self {
        Self::with((), owner.into(), call, recording)
    }
}

impl<C: Via> GetRecording<C> {
    pub(crate) fn with(via: C, owner: Owner, call: &str, recording: &str) -> Self {
        let (call, recording) = (call.to_owned(), recording.to_owned());
        Self { via, owner, call, recording, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(CALL_ID, &self.call), (RECORDING_ID, &self.recording)])?;
        draft.query(&self.query).bare()
    }
}
