use bytes::Bytes;

use super::CALL_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{CallTranscript, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/adhocCalls/{id}/transcripts`: the transcripts of an ad hoc call.
///
/// [Learn](https://learn.microsoft.com/graph/api/resources/adhoccall)
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
/// id. Worldwide cloud only. The schema has this list, the documentation does not promise it:
/// [`GetAllTranscripts`](super::GetAllTranscripts) lists those of a user.
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
/// use teams_cc_graph::request::adhoc_calls::ListTranscripts;
///
/// let request = ListTranscripts::new("user-1", "call-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/adhocCalls/call-1/transcripts");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list transcripts")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListTranscripts<C = Client> {
    via: C,
    owner: Owner,
    call: String,
    query: Query,
}

owned_request! {
    ListTranscripts => (Collection<CallTranscript>),
    "listTranscripts" GET "/adhocCalls/{id}/transcripts",
    repeat: Harmless, on_call: false,
    application: ["CallTranscripts.Read.All"],
    delegated: ["CallTranscripts.Read.All"]
}

query_options!(ListTranscripts: top);
paged_request!(ListTranscripts => CallTranscript);
paged_request!(ListTranscripts via Delegated => CallTranscript);

impl ListTranscripts<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, call: &str) -> Self {
        Self::with((), owner.into(), call)
    }
}

impl<C: Via> ListTranscripts<C> {
    pub(crate) fn with(via: C, owner: Owner, call: &str) -> Self {
        Self { via, owner, call: call.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        self.draft(&[(CALL_ID, &self.call)])?.query(&self.query).bare()
    }
}
