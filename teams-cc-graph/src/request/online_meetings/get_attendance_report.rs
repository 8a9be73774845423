use bytes::Bytes;

use super::{MEETING_ID, REPORT_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::MeetingAttendanceReport;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/attendanceReports/{id}`: who attended one run of a meeting.
///
/// [Learn](https://learn.microsoft.com/graph/api/meetingattendancereport-get)
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
/// are kept for a year. The records come only when expanded.
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
/// use teams_cc_graph::request::online_meetings::GetAttendanceReport;
///
/// let request = GetAttendanceReport::new("user-1", "meeting-1", "report-1").with_records();
/// let wanted = "/users/user-1/onlineMeetings/meeting-1/attendanceReports/report-1\
///               ?$expand=attendanceRecords";
/// assert_eq!(request.into_request()?.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get meetingAttendanceReport")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetAttendanceReport<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    report: String,
    query: Query,
}

owned_request! {
    GetAttendanceReport => MeetingAttendanceReport,
    "getAttendanceReport" GET "/onlineMeetings/{id}/attendanceReports/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingArtifact.Read.All"],
    delegated: ["OnlineMeetingArtifact.Read.All"]
}

query_options!(GetAttendanceReport: select);

impl GetAttendanceReport<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, report: &str) -> Self {
        Self::with((), owner.into(), meeting, report)
    }
}

impl<C: Via> GetAttendanceReport<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, report: &str) -> Self {
        let (meeting, report) = (meeting.to_owned(), report.to_owned());
        Self { via, owner, meeting, report, query: Query::new() }
    }

    /// Ask for the records of everyone who attended too.
    pub fn with_records(mut self) -> Self {
        self.query = self.query.expand(["attendanceRecords"]);
        self
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
