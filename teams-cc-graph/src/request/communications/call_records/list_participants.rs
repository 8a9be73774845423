use bytes::Bytes;

use super::CALL_RECORD_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::Collection;
use crate::model::call_records::Participant;
use crate::request::prefer::Preferences;
use crate::request::{Query, Via};

/// `GET /communications/callRecords/{id}/participants_v2`: who took part in a recorded call.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecords-callrecord-list-participants_v2)
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
/// A page holds at most 130 participants. The worldwide cloud alone has it. Records are kept for 30 days.
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
/// use teams_cc_graph::request::communications::call_records::ListParticipants;
///
/// let request = ListParticipants::new("chain-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/callRecords/chain-1/participants_v2");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list participants_v2")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListParticipants<C = Client> {
    via: C,
    record: String,
    query: Query,
    preferences: Preferences,
}

graph_request! {
    ListParticipants => (Collection<Participant>),
    "listParticipants_v2" GET "/communications/callRecords/{id}/participants_v2",
    repeat: Harmless, on_call: false,
    application: ["CallRecords.Read.All"]
}

query_options!(ListParticipants: select);
preferences!(ListParticipants: unknown_enum_members, omit_nulls, page_size);
paged_request!(ListParticipants => Participant);

impl ListParticipants<()> {
    /// The request without a client.
    pub fn new(record: &str) -> Self {
        Self::with((), record)
    }
}

impl<C: Via> ListParticipants<C> {
    pub(crate) fn with(via: C, record: &str) -> Self {
        let preferences = Preferences::default();
        Self { via, record: record.to_owned(), query: Query::new(), preferences }
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
