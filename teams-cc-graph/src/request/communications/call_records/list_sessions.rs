use bytes::Bytes;

use super::CALL_RECORD_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Collection;
use crate::model::call_records::Session;
use crate::request::prefer::Preferences;
use crate::request::{Query, Via};

/// `GET /communications/callRecords/{id}/sessions`: the sessions of a recorded call.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecords-session-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `CallRecords.Read.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// A page holds at most 60 sessions. Records are kept for 30 days.
/// 1,500 requests in 20 s for an app and a tenant; for one record 10 in 20 s, and 50 in 5 minutes for
/// pages after the first.
///
/// # Errors
///
/// [`ErrorKind::NoCallRecord`](crate::ErrorKind::NoCallRecord) where there is no such record, not
/// yet or not any more; otherwise what the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::call_records::ListSessions;
///
/// let request = ListSessions::new("chain-1").with_segments().into_request()?;
/// assert_eq!(request.uri(), "/communications/callRecords/chain-1/sessions?$expand=segments");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list sessions")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListSessions<C = Client> {
    via: C,
    record: String,
    query: Query,
    preferences: Preferences,
}

graph_request! {
    ListSessions => (Collection<Session>),
    "listSessions" GET "/communications/callRecords/{id}/sessions",
    repeat: Harmless, on_call: false,
    application: ["CallRecords.Read.All"]
}

query_options!(ListSessions: select);
preferences!(ListSessions: unknown_enum_members, omit_nulls, page_size);
paged_request!(ListSessions => Session);

impl ListSessions<()> {
    /// The request without a client.
    pub fn new(record: &str) -> Self {
        Self::with((), record)
    }
}

impl<C: Via> ListSessions<C> {
    pub(crate) fn with(via: C, record: &str) -> Self {
        let preferences = Preferences::default();
        Self { via, record: record.to_owned(), query: Query::new(), preferences }
    }

    /// Ask for the segments of each session too.
    pub fn with_segments(mut self) -> Self {
        self.query = self.query.expand(["segments"]);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = Self::ENDPOINT.draft(&[(CALL_RECORD_ID, &self.record)])?;
        draft.query(&self.query).preferences(self.preferences)?.bare()
    }
}
