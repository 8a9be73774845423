use bytes::Bytes;

use super::CALL_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{CallRecording, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/adhocCalls/{id}/recordings`: the recordings of an ad hoc call.
///
/// [Learn](https://learn.microsoft.com/graph/api/resources/adhoccall)
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
/// id. Worldwide cloud only. The schema has this list, the documentation does not promise it:
/// [`GetAllRecordings`](super::GetAllRecordings) lists those of a user.
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
/// use teams_cc_graph::request::adhoc_calls::ListRecordings;
///
/// let request = ListRecordings::new("user-1", "call-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/adhocCalls/call-1/recordings");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list recordings")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListRecordings<C = Client> {
    via: C,
    owner: Owner,
    call: String,
    query: Query,
}

owned_request! {
    ListRecordings => (Collection<CallRecording>),
    "listRecordings" GET "/adhocCalls/{id}/recordings",
    repeat: Harmless, on_call: false,
    application: ["CallRecordings.Read.All"],
    delegated: ["CallRecordings.Read.All"]
}

query_options!(ListRecordings: top);
paged_request!(ListRecordings => CallRecording);
paged_request!(ListRecordings via Delegated => CallRecording);

impl ListRecordings<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, call: &str) -> Self {
        Self::with((), owner.into(), call)
    }
}

impl<C: Via> ListRecordings<C> {
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
