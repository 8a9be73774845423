use bytes::Bytes;

use super::{CALL_ID, TRANSCRIPT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::CallTranscript;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/adhocCalls/{id}/transcripts/{id}`: what is known of a transcript.
///
/// [Learn](https://learn.microsoft.com/graph/api/calltranscript-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `CallTranscripts.Read.All` | – |
/// | Delegated (work) | `CallTranscripts.Read.All` | – |
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
/// use teams_cc_graph::request::adhoc_calls::GetTranscript;
///
/// let request = GetTranscript::new("user-1", "call-1", "transcript-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/adhocCalls/call-1/transcripts/transcript-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get callTranscript")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetTranscript<C = Client> {
    via: C,
    owner: Owner,
    call: String,
    transcript: String,
    query: Query,
}

owned_request! {
    GetTranscript => CallTranscript,
    "getTranscript" GET "/adhocCalls/{id}/transcripts/{id}",
    repeat: Harmless, on_call: false,
    application: ["CallTranscripts.Read.All"],
    delegated: ["CallTranscripts.Read.All"]
}

query_options!(GetTranscript: select);

impl GetTranscript<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, call: &str, transcript: &str) -> Self {
        Self::with((), owner.into(), call, transcript)
    }
}

impl<C: Via> GetTranscript<C> {
    pub(crate) fn with(via: C, owner: Owner, call: &str, transcript: &str) -> Self {
        let (call, transcript) = (call.to_owned(), transcript.to_owned());
        Self { via, owner, call, transcript, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(CALL_ID, &self.call), (TRANSCRIPT_ID, &self.transcript)])?;
        draft.query(&self.query).bare()
    }
}
