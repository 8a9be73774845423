use bytes::Bytes;

use super::{MEETING_ID, REPORT_ID};
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{AttendanceRecord, Collection};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/attendanceReports/{id}/attendanceRecords`: how each person attended.
///
/// [Learn](https://learn.microsoft.com/graph/api/attendancerecord-list)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetingArtifact.Read.All` | – |
/// | Delegated (work) | `OnlineMeetingArtifact.Read.All` | – |
///
/// # Limits
///
/// An app needs an application access policy for the user in the path; a delegated client asks under
/// `/me` alone. Reports
/// are kept for a year.
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
/// use teams_cc_graph::request::online_meetings::ListAttendanceRecords;
///
/// let request = ListAttendanceRecords::new("user-1", "meeting-1", "report-1").into_request()?;
/// let wanted = "/users/user-1/onlineMeetings/meeting-1/attendanceReports/report-1/attendanceRecords";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list attendanceRecords")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListAttendanceRecords<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    report: String,
    query: Query,
}

owned_request! {
    ListAttendanceRecords => (Collection<AttendanceRecord>),
    "listAttendanceRecords" GET "/onlineMeetings/{id}/attendanceReports/{id}/attendanceRecords",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingArtifact.Read.All"],
    delegated: ["OnlineMeetingArtifact.Read.All"]
}

query_options!(ListAttendanceRecords: top);
paged_request!(ListAttendanceRecords => AttendanceRecord);
paged_request!(ListAttendanceRecords via Delegated => AttendanceRecord);

impl ListAttendanceRecords<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, report: &str) -> Self {
        Self::with((), owner.into(), meeting, report)
    }
}

impl<C: Via> ListAttendanceRecords<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, report: &str) -> Self {
        let (meeting, report) = (meeting.to_owned(), report.to_owned());
        Self { via, owner, meeting, report, query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(MEETING_ID, &self.meeting), (REPORT_ID, &self.report)])?;
        draft.query(&self.query).bare()
    }
}
