use bytes::Bytes;
use teams_cc_core::Timestamp;

use crate::client::Client;
use crate::error::Error;
use crate::model::Collection;
use crate::model::call_records::CallRecord;
use crate::request::prefer::Preferences;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /communications/callRecords`: the records of calls and meetings of the last 30 days.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecords-cloudcommunications-list-callrecords)
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
/// Records are kept for 30 days; a page holds at most 60; sessions and participants are not part of
/// the list ([`GetCallRecord`](super::GetCallRecord) has them). A record is written some time after
/// its call, mostly within an hour, and once more when more of the call becomes known.
/// 1,500 requests in 20 s for an app and a tenant.
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
/// use teams_cc_graph::request::communications::call_records::ListCallRecords;
///
/// let from = "2026-11-21T00:00:00Z".parse().expect("it is a timestamp");
/// let request = ListCallRecords::new().started_from(from).into_request()?;
/// let wanted = "/communications/callRecords?$filter=startDateTime%20ge%202026-11-21T00:00:00Z";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list callRecords")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListCallRecords<C = Client> {
    via: C,
    query: Query,
    conditions: Vec<Sensitive>,
    preferences: Preferences,
}

graph_request! {
    ListCallRecords => (Collection<CallRecord>),
    "listCallRecords" GET "/communications/callRecords",
    repeat: Harmless, on_call: false,
    application: ["CallRecords.Read.All"]
}

query_options!(ListCallRecords: select);
preferences!(ListCallRecords: unknown_enum_members, omit_nulls, page_size);
paged_request!(ListCallRecords => CallRecord);

impl ListCallRecords<()> {
    /// The request without a client.
    pub fn new() -> Self {
        Self::with(())
    }
}

impl Default for ListCallRecords<()> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Via> ListCallRecords<C> {
    pub(crate) fn with(via: C) -> Self {
        let preferences = Preferences::default();
        Self { via, query: Query::new(), conditions: Vec::new(), preferences }
    }

    /// Ask for calls that started then or later, to the second.
    pub fn started_from(self, from: Timestamp) -> Self {
        self.condition(format!("startDateTime ge {}", seconds(from)))
    }

    /// Ask for calls that started earlier, to the second.
    pub fn started_before(self, before: Timestamp) -> Self {
        self.condition(format!("startDateTime lt {}", seconds(before)))
    }

    /// Ask for calls a user took part in, by object id.
    pub fn participant(self, user: &str) -> Self {
        self.condition(format!("participants_v2/any(p:p/id eq {})", Query::quoted(user)))
    }

    /// Ask for calls that meet a condition of `$filter`; several conditions must all be met.
    ///
    /// The service knows `startDateTime` and `participants_v2/any(p:p/id eq '…')`.
    pub fn filter(self, condition: impl Into<String>) -> Self {
        self.condition(condition.into())
    }

    fn condition(mut self, condition: String) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// None but for headers that HTTP does not allow.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut query = self.query;
        if !self.conditions.is_empty() {
            let all: Vec<_> = self.conditions.iter().map(Sensitive::reveal).collect();
            query = query.filter(all.join(" and "));
        }
        Self::ENDPOINT.draft(&[])?.query(&query).preferences(self.preferences)?.bare()
    }
}

fn seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(time.unix_seconds())
}
