use bytes::Bytes;
use teams_cc_core::Timestamp;

use super::log_range::LogRange;
use crate::client::Client;
use crate::error::Error;
use crate::model::Collection;
use crate::model::call_records::PstnCallLogRow;
use crate::request::Via;
use crate::request::prefer::Preferences;

/// `GET /communications/callRecords/getPstnCalls(…)`: calls over calling plans, as billed.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `CallRecord-PstnCalls.Read.All` | `CallRecords.Read.All` |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// At most 90 days, both ends included, by the start of the calls; fractions of a second are dropped.
/// A page holds at most 1,000 rows. Calling plans of Telstra and `SoftBank` are left out, and call ids
/// are not unique.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a range that is too long or runs backwards,
/// otherwise what the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::call_records::GetPstnCalls;
///
/// let from = "2026-10-01T00:00:00Z".parse().expect("it is a timestamp");
/// let to = "2026-11-01T00:00:00Z".parse().expect("it is a timestamp");
/// let request = GetPstnCalls::new(from, to).into_request()?;
/// let wanted = "/communications/callRecords/getPstnCalls(fromDateTime=2026-10-01T00%3A00%3A00Z,\
///               toDateTime=2026-11-01T00%3A00%3A00Z)";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "getPstnCalls")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetPstnCalls<C = Client> {
    via: C,
    range: LogRange,
    preferences: Preferences,
}

graph_request! {
    GetPstnCalls => (Collection<PstnCallLogRow>),
    "getPstnCalls" GET "/communications/callRecords/getPstnCalls(fromDateTime={from},toDateTime={to})",
    repeat: Harmless, on_call: false,
    application: ["CallRecord-PstnCalls.Read.All", "CallRecords.Read.All"]
}

preferences!(GetPstnCalls: unknown_enum_members);
paged_request!(GetPstnCalls => PstnCallLogRow);

impl GetPstnCalls<()> {
    /// The request without a client.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self::with((), from, to)
    }
}

impl<C: Via> GetPstnCalls<C> {
    pub(crate) fn with(via: C, from: Timestamp, to: Timestamp) -> Self {
        let preferences = Preferences::default();
        Self { via, range: LogRange::new(from, to), preferences }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a range that is too long or runs backwards.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let (from, to) = self.range.checked()?;
        let draft = Self::ENDPOINT.draft(&[("fromDateTime", &from), ("toDateTime", &to)])?;
        draft.preferences(self.preferences)?.bare()
    }
}
