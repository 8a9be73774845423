use bytes::Bytes;

use super::CALL_RECORD_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::call_records::CallRecord;
use crate::request::prefer::Preferences;
use crate::request::{Query, Via};

/// `GET /communications/callRecords/{id}`: what was written down of one call.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecords-callrecord-get)
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
/// The id is the call chain id of the call. Records are kept for 30 days. An expanded record holds at
/// most 60 sessions and 130 participants; [`OneCallRecord::complete`](super::OneCallRecord::complete)
/// fetches the rest. 1,500 requests in 20 s for an app and a tenant; for one record 10 in 20 s, and 50 in 5 minutes for
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
/// use teams_cc_graph::request::communications::call_records::GetCallRecord;
///
/// let request = GetCallRecord::new("chain-1").with_segments().into_request()?;
/// let wanted = "/communications/callRecords/chain-1?$expand=sessions($expand=segments)";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get callRecord")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetCallRecord<C = Client> {
    via: C,
    record: String,
    query: Query,
    expand: Vec<&'static str>,
    preferences: Preferences,
}

graph_request! {
    GetCallRecord => CallRecord,
    "getCallRecord" GET "/communications/callRecords/{id}",
    repeat: Harmless, on_call: false,
    application: ["CallRecords.Read.All"]
}

query_options!(GetCallRecord: select);
preferences!(GetCallRecord: unknown_enum_members, omit_nulls, page_size);

impl GetCallRecord<()> {
    /// The request without a client.
    pub fn new(record: &str) -> Self {
        Self::with((), record)
    }
}

impl<C: Via> GetCallRecord<C> {
    pub(crate) fn with(via: C, record: &str) -> Self {
        let preferences = Preferences::default();
        let record = record.to_owned();
        Self { via, record, query: Query::new(), expand: Vec::new(), preferences }
    }

    /// Ask for the sessions too.
    pub fn with_sessions(self) -> Self {
        self.and("sessions")
    }

    /// Ask for the sessions and their segments too.
    pub fn with_segments(self) -> Self {
        self.and("sessions($expand=segments)")
    }

    /// Ask for the participants too.
    pub fn with_participants(self) -> Self {
        self.and("participants_v2")
    }

    /// A relation once, with its own relations or without: the later word counts.
    fn and(mut self, relation: &'static str) -> Self {
        let name = |relation: &'static str| relation.split('(').next();
        self.expand.retain(|known| name(known) != name(relation));
        self.expand.push(relation);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut query = self.query;
        if !self.expand.is_empty() {
            query = query.expand(self.expand);
        }
        let draft = Self::ENDPOINT.draft(&[(CALL_RECORD_ID, &self.record)])?;
        draft.query(&query).preferences(self.preferences)?.bare()
    }
}
