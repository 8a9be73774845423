//! Requests on one meeting.

use super::{
    DeleteOnlineMeeting, GetAttendanceReport, GetOnlineMeeting, GetRecording, GetRecordingContent,
    GetTranscript, GetTranscriptContent, GetTranscriptMetadataContent, ListAttendanceRecords,
    ListAttendanceReports, ListRecordings, ListTranscripts, RecordingsDelta, TranscriptsDelta,
    UpdateOnlineMeeting,
};
use crate::client::Client;
use crate::model::OnlineMeeting;
use crate::request::{Owner, Via};

/// Requests on one meeting.
#[derive(Clone, Debug)]
pub struct OneOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    id: String,
}

impl<C: Via + Clone> OneOnlineMeeting<C> {
    pub(super) fn new(via: C, owner: Owner, id: String) -> Self {
        Self { via, owner, id }
    }

    /// The id of the meeting.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn parts(&self) -> (C, Owner) {
        (self.via.clone(), self.owner.clone())
    }

    /// `GET …/onlineMeetings/{id}`: the meeting and how to join it.
    pub fn get(&self) -> GetOnlineMeeting<C> {
        let (via, owner) = self.parts();
        GetOnlineMeeting::with(via, owner, &self.id)
    }

    /// `PATCH …/onlineMeetings/{id}`: change what the meeting is and allows.
    pub fn update(&self, change: OnlineMeeting) -> UpdateOnlineMeeting<C> {
        let (via, owner) = self.parts();
        UpdateOnlineMeeting::with(via, owner, &self.id, change)
    }

    /// `DELETE …/onlineMeetings/{id}`: the meeting is no more.
    pub fn delete(&self) -> DeleteOnlineMeeting<C> {
        let (via, owner) = self.parts();
        DeleteOnlineMeeting::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/recordings`: the recordings.
    pub fn recordings(&self) -> ListRecordings<C> {
        let (via, owner) = self.parts();
        ListRecordings::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/recordings/delta()`: recordings that were added.
    pub fn recordings_delta(&self) -> RecordingsDelta<C> {
        let (via, owner) = self.parts();
        RecordingsDelta::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/recordings/{id}`: what is known of a recording.
    pub fn recording(&self, id: &str) -> GetRecording<C> {
        let (via, owner) = self.parts();
        GetRecording::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/recordings/{id}/content`: a recording itself.
    pub fn recording_content(&self, id: &str) -> GetRecordingContent<C> {
        let (via, owner) = self.parts();
        GetRecordingContent::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/transcripts`: the transcripts.
    pub fn transcripts(&self) -> ListTranscripts<C> {
        let (via, owner) = self.parts();
        ListTranscripts::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/transcripts/delta()`: transcripts that were added.
    pub fn transcripts_delta(&self) -> TranscriptsDelta<C> {
        let (via, owner) = self.parts();
        TranscriptsDelta::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/transcripts/{id}`: what is known of a transcript.
    pub fn transcript(&self, id: &str) -> GetTranscript<C> {
        let (via, owner) = self.parts();
        GetTranscript::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/transcripts/{id}/content`: a transcript itself.
    pub fn transcript_content(&self, id: &str) -> GetTranscriptContent<C> {
        let (via, owner) = self.parts();
        GetTranscriptContent::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/transcripts/{id}/metadataContent`: who spoke when.
    #[doc(alias = "metadataContent")]
    pub fn transcript_metadata_content(&self, id: &str) -> GetTranscriptMetadataContent<C> {
        let (via, owner) = self.parts();
        GetTranscriptMetadataContent::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/attendanceReports`: who attended, run by run.
    pub fn attendance_reports(&self) -> ListAttendanceReports<C> {
        let (via, owner) = self.parts();
        ListAttendanceReports::with(via, owner, &self.id)
    }

    /// `GET …/onlineMeetings/{id}/attendanceReports/{id}`: who attended one run.
    pub fn attendance_report(&self, id: &str) -> GetAttendanceReport<C> {
        let (via, owner) = self.parts();
        GetAttendanceReport::with(via, owner, &self.id, id)
    }

    /// `GET …/onlineMeetings/{id}/attendanceReports/{id}/attendanceRecords`: how each attended.
    pub fn attendance_records(&self, report: &str) -> ListAttendanceRecords<C> {
        let (via, owner) = self.parts();
        ListAttendanceRecords::with(via, owner, &self.id, report)
    }
}
