//! Recordings and transcripts of [ad hoc calls](https://learn.microsoft.com/graph/api/resources/adhoccall): calls that no meeting planned.

mod get_all_recordings;
mod get_all_transcripts;
mod get_recording;
mod get_recording_content;
mod get_transcript;
mod get_transcript_content;
mod get_transcript_metadata_content;
mod list_recordings;
mod list_transcripts;
#[cfg(test)]
mod tests;

pub use get_all_recordings::GetAllRecordings;
pub use get_all_transcripts::GetAllTranscripts;
pub use get_recording::GetRecording;
pub use get_recording_content::GetRecordingContent;
pub use get_transcript::GetTranscript;
pub use get_transcript_content::GetTranscriptContent;
pub use get_transcript_metadata_content::GetTranscriptMetadataContent;
pub use list_recordings::ListRecordings;
pub use list_transcripts::ListTranscripts;

use super::communications::Communications;
use super::users::OneUser;
use super::{Owner, Via};
use crate::client::{Client, Delegated};

/// Requests on one ad hoc call.
#[derive(Clone, Debug)]
pub struct OneAdhocCall<C = Client> {
    via: C,
    owner: Owner,
    id: String,
}

impl<C: Via + Clone> OneAdhocCall<C> {
    /// The id of the call: its call chain id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn parts(&self) -> (C, Owner) {
        (self.via.clone(), self.owner.clone())
    }

    /// `GET …/adhocCalls/{id}/recordings`: the recordings.
    pub fn recordings(&self) -> ListRecordings<C> {
        let (via, owner) = self.parts();
        ListRecordings::with(via, owner, &self.id)
    }

    /// `GET …/adhocCalls/{id}/recordings/{id}`: what is known of a recording.
    pub fn recording(&self, id: &str) -> GetRecording<C> {
        let (via, owner) = self.parts();
        GetRecording::with(via, owner, &self.id, id)
    }

    /// `GET …/adhocCalls/{id}/recordings/{id}/content`: a recording itself.
    pub fn recording_content(&self, id: &str) -> GetRecordingContent<C> {
        let (via, owner) = self.parts();
        GetRecordingContent::with(via, owner, &self.id, id)
    }

    /// `GET …/adhocCalls/{id}/transcripts`: the transcripts.
    pub fn transcripts(&self) -> ListTranscripts<C> {
        let (via, owner) = self.parts();
        ListTranscripts::with(via, owner, &self.id)
    }

    /// `GET …/adhocCalls/{id}/transcripts/{id}`: what is known of a transcript.
    pub fn transcript(&self, id: &str) -> GetTranscript<C> {
        let (via, owner) = self.parts();
        GetTranscript::with(via, owner, &self.id, id)
    }

    /// `GET …/adhocCalls/{id}/transcripts/{id}/content`: a transcript itself.
    pub fn transcript_content(&self, id: &str) -> GetTranscriptContent<C> {
        let (via, owner) = self.parts();
        GetTranscriptContent::with(via, owner, &self.id, id)
    }

    /// `GET …/adhocCalls/{id}/transcripts/{id}/metadataContent`: who spoke when.
    #[doc(alias = "metadataContent")]
    pub fn transcript_metadata_content(&self, id: &str) -> GetTranscriptMetadataContent<C> {
        let (via, owner) = self.parts();
        GetTranscriptMetadataContent::with(via, owner, &self.id, id)
    }
}

impl OneUser {
    /// Requests on one ad hoc call of the user, by its call chain id.
    pub fn adhoc_call(&self, id: impl Into<String>) -> OneAdhocCall {
        OneAdhocCall { via: self.client().clone(), owner: self.id().into(), id: id.into() }
    }

    /// `GET /users/{id}/adhocCalls/getAllRecordings(…)`: of all calls the user began.
    #[doc(alias = "getAllRecordings")]
    pub fn all_adhoc_call_recordings(&self) -> GetAllRecordings {
        GetAllRecordings::with(self.client().clone(), self.id())
    }

    /// `GET /users/{id}/adhocCalls/getAllTranscripts(…)`: of all calls the user began.
    #[doc(alias = "getAllTranscripts")]
    pub fn all_adhoc_call_transcripts(&self) -> GetAllTranscripts {
        GetAllTranscripts::with(self.client().clone(), self.id())
    }
}

impl Delegated {
    /// Requests on one ad hoc call of the signed-in user, by its call chain id.
    pub fn adhoc_call(&self, id: impl Into<String>) -> OneAdhocCall<Self> {
        OneAdhocCall { via: self.clone(), owner: Owner::Me, id: id.into() }
    }
}

impl Communications {
    /// Requests on one ad hoc call, where the schema has them beside `/users/{id}/adhocCalls`.
    pub fn adhoc_call(&self, id: impl Into<String>) -> OneAdhocCall {
        let via = self.client().clone();
        OneAdhocCall { via, owner: Owner::Communications, id: id.into() }
    }
}

/// How ids are named in errors.
const CALL_ID: &str = "ad hoc call id";
const RECORDING_ID: &str = "recording id";
const TRANSCRIPT_ID: &str = "transcript id";
