//! [Online meetings](https://learn.microsoft.com/graph/api/resources/onlinemeeting) of a user, and what remains of them.
//!
//! From a call record to the recordings of its meeting it takes the organizer and the join link.
//! Recordings are large, so they come in parts:
//!
//! ```no_run
//! # use teams_cc_graph::{Client, Error, model::call_records::CallRecord};
//! # async fn example(client: Client, record: CallRecord) -> Result<(), Error> {
//! let organizer = record.organizer_v2.as_deref().and_then(|organizer| organizer.id.text());
//! let (Some(organizer), Some(link)) = (organizer, record.join_web_url.get()) else {
//!     return Ok(()); // no meeting
//! };
//! let user = client.user(organizer);
//! let found = user.online_meetings().by_join_web_url(link.reveal()).await?;
//! for meeting in found.value.items().iter().filter_map(|meeting| meeting.id.text()) {
//!     let meeting = user.online_meeting(meeting);
//!     for recording in meeting.recordings().items().collect_all().await? {
//!         let id = recording.id.text().unwrap_or_default();
//!         let mut file = meeting.recording_content(id).stream().await?;
//!         while let Some(part) = file.next_part().await? {
//!             println!("{} bytes", part.len()); // written where it belongs
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod create_online_meeting;
mod create_or_get_online_meeting;
mod delete_online_meeting;
mod find_online_meeting;
mod get_all_recordings;
mod get_all_recordings_delta;
mod get_all_transcripts;
mod get_all_transcripts_delta;
mod get_attendance_report;
mod get_online_meeting;
mod get_recording;
mod get_recording_content;
mod get_transcript;
mod get_transcript_content;
mod get_transcript_metadata_content;
mod list_attendance_records;
mod list_attendance_reports;
mod list_recordings;
mod list_transcripts;
mod one;
mod recordings_delta;
#[cfg(test)]
mod tests;
mod times;
mod transcripts_delta;
mod update_online_meeting;

pub use create_online_meeting::CreateOnlineMeeting;
pub use create_or_get_online_meeting::CreateOrGetOnlineMeeting;
pub use delete_online_meeting::DeleteOnlineMeeting;
pub use find_online_meeting::FindOnlineMeeting;
pub use get_all_recordings::GetAllRecordings;
pub use get_all_recordings_delta::GetAllRecordingsDelta;
pub use get_all_transcripts::GetAllTranscripts;
pub use get_all_transcripts_delta::GetAllTranscriptsDelta;
pub use get_attendance_report::GetAttendanceReport;
pub use get_online_meeting::GetOnlineMeeting;
pub use get_recording::GetRecording;
pub use get_recording_content::GetRecordingContent;
pub use get_transcript::GetTranscript;
pub use get_transcript_content::GetTranscriptContent;
pub use get_transcript_metadata_content::GetTranscriptMetadataContent;
pub use list_attendance_records::ListAttendanceRecords;
pub use list_attendance_reports::ListAttendanceReports;
pub use list_recordings::ListRecordings;
pub use list_transcripts::ListTranscripts;
pub use one::OneOnlineMeeting;
pub use recordings_delta::RecordingsDelta;
pub use transcripts_delta::TranscriptsDelta;
pub use update_online_meeting::UpdateOnlineMeeting;

use self::find_online_meeting::{JOIN_MEETING_ID, JOIN_WEB_URL, VIDEO_TELECONFERENCE_ID};
use super::communications::Communications;
use super::users::OneUser;
use super::{Owner, Via};
use crate::client::{Client, Delegated};
use crate::model::OnlineMeeting;

/// Requests on the meetings of one owner.
#[derive(Clone, Debug)]
pub struct OnlineMeetings<C = Client> {
    via: C,
    owner: Owner,
}

impl<C: Via + Clone> OnlineMeetings<C> {
    /// `POST …/onlineMeetings`: make a meeting that is in no calendar.
    #[doc(alias = "application-post-onlineMeetings")]
    pub fn create(&self, meeting: OnlineMeeting) -> CreateOnlineMeeting<C> {
        CreateOnlineMeeting::with(self.via.clone(), self.owner.clone(), meeting)
    }

    /// `POST …/onlineMeetings/createOrGet`: the meeting of an external id.
    #[doc(alias = "createOrGet")]
    pub fn create_or_get(&self, external_id: &str) -> CreateOrGetOnlineMeeting<C> {
        CreateOrGetOnlineMeeting::with(self.via.clone(), self.owner.clone(), external_id)
    }

    /// `GET …/onlineMeetings?$filter=JoinWebUrl eq '…'`: the meeting of a join link.
    pub fn by_join_web_url(&self, url: &str) -> FindOnlineMeeting<C> {
        self.find(JOIN_WEB_URL, url)
    }

    /// `GET …/onlineMeetings?$filter=joinMeetingIdSettings/joinMeetingId eq '…'`: of a number.
    pub fn by_join_meeting_id(&self, id: &str) -> FindOnlineMeeting<C> {
        self.find(JOIN_MEETING_ID, id)
    }

    fn find(&self, property: &'static str, value: &str) -> FindOnlineMeeting<C> {
        FindOnlineMeeting::with(self.via.clone(), self.owner.clone(), property, value)
    }
}

impl OneUser {
    /// Requests on the meetings of the user.
    #[must_use]
    pub fn online_meetings(&self) -> OnlineMeetings {
        OnlineMeetings { via: self.client().clone(), owner: self.id().into() }
    }

    /// Requests on one meeting of the user.
    pub fn online_meeting(&self, id: impl Into<String>) -> OneOnlineMeeting {
        OneOnlineMeeting::new(self.client().clone(), self.id().into(), id.into())
    }

    /// `GET /users/{id}/onlineMeetings/getAllRecordings(…)`: of all meetings the user organizes.
    #[doc(alias = "getAllRecordings")]
    pub fn all_meeting_recordings(&self) -> GetAllRecordings {
        GetAllRecordings::with(self.client().clone(), self.id())
    }

    /// `GET /users/{id}/onlineMeetings/getAllRecordings(…)/delta`: what was added.
    pub fn all_meeting_recordings_delta(&self) -> GetAllRecordingsDelta {
        GetAllRecordingsDelta::with(self.client().clone(), self.id())
    }

    /// `GET /users/{id}/onlineMeetings/getAllTranscripts(…)`: of all meetings the user organizes.
    #[doc(alias = "getAllTranscripts")]
    pub fn all_meeting_transcripts(&self) -> GetAllTranscripts {
        GetAllTranscripts::with(self.client().clone(), self.id())
    }

    /// `GET /users/{id}/onlineMeetings/getAllTranscripts(…)/delta`: what was added.
    pub fn all_meeting_transcripts_delta(&self) -> GetAllTranscriptsDelta {
        GetAllTranscriptsDelta::with(self.client().clone(), self.id())
    }
}

impl Delegated {
    /// Requests on the meetings of the signed-in user.
    #[must_use]
    pub fn online_meetings(&self) -> OnlineMeetings<Self> {
        OnlineMeetings { via: self.clone(), owner: Owner::Me }
    }

    /// Requests on one meeting of the signed-in user.
    pub fn online_meeting(&self, id: impl Into<String>) -> OneOnlineMeeting<Self> {
        OneOnlineMeeting::new(self.clone(), Owner::Me, id.into())
    }
}

impl Communications {
    /// `GET /communications/onlineMeetings?$filter=VideoTeleconferenceId eq '…'`: of a room system.
    pub fn online_meeting_by_video_teleconference_id(&self, id: &str) -> FindOnlineMeeting {
        let via = self.client().clone();
        FindOnlineMeeting::with(via, Owner::Communications, VIDEO_TELECONFERENCE_ID, id)
    }
}

/// How ids are named in errors.
const MEETING_ID: &str = "online meeting id";
const RECORDING_ID: &str = "recording id";
const TRANSCRIPT_ID: &str = "transcript id";
const REPORT_ID: &str = "attendance report id";
