use bytes::Bytes;

use super::MEETING_ID;
use crate::client::{Client, Delegated};
use crate::error::Error;
use crate::model::{Collection, MeetingAttendanceReport};
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}/attendanceReports`: who attended, one report for each run.
///
/// [Learn](https://learn.microsoft.com/graph/api/meetingattendancereport-list)
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
/// `/me` alone. The 50
/// newest reports at most, kept for a year; of a channel meeting those of every meeting in the channel.
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
/// use teams_cc_graph::request::online_meetings::ListAttendanceReports;
///
/// let request = ListAttendanceReports::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1/attendanceReports");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "list meetingAttendanceReports")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct ListAttendanceReports<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    query: Query,
}

owned_request! {
    ListAttendanceReports => (Collection<MeetingAttendanceReport>),
    "listAttendanceReports" GET "/onlineMeetings/{id}/attendanceReports",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingArtifact.Read.All"],
    delegated: ["OnlineMeetingArtifact.Read.All"]
}

query_options!(ListAttendanceReports: top);
paged_request!(ListAttendanceReports => MeetingAttendanceReport);
paged_request!(ListAttendanceReports via Delegated => MeetingAttendanceReport);

impl ListAttendanceReports<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> ListAttendanceReports<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str) -> Self {
        Self { via, owner, meeting: meeting.to_owned(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        self.draft(&[(MEETING_ID, &self.meeting)])?.query(&self.query).bare()
    }
}
