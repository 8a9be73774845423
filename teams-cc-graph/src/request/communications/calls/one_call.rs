//! What can be asked of one call.

use super::audio_routing_groups::{
    CreateAudioRoutingGroup, ListAudioRoutingGroups, OneAudioRoutingGroup,
};
use super::content_sharing_sessions::{GetContentSharingSession, ListContentSharingSessions};
use super::participants::{InviteParticipants, ListParticipants, OneParticipant};
use super::{
    AddLargeGalleryView, AnswerCall, CancelMediaProcessing, ChangeScreenSharingRole, DeleteCall,
    GetCall, GetOperation, KeepAlive, MuteCall, PlayPrompt, RecordResponse, RedirectCall,
    RejectCall, SendDtmfTones, SubscribeToTone, TransferCall, UnmuteCall, UpdateRecordingStatus,
};
use crate::client::Client;
use crate::model::{
    AudioRoutingGroup, InvitationParticipantInfo, Prompt, RecordingStatus, ScreenSharingRole, Tone,
};

/// Requests on one call.
#[derive(Clone, Debug)]
pub struct OneCall {
    client: Client,
    id: String,
}

impl OneCall {
    pub(crate) fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }

    /// The id of the call.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `GET /communications/calls/{id}`: the call as it stands.
    pub fn get(&self) -> GetCall {
        GetCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/answer`: answer an incoming call.
    pub fn answer(&self, callback_uri: impl Into<String>) -> AnswerCall {
        AnswerCall::with(self.client.clone(), &self.id, callback_uri)
    }

    /// `POST /communications/calls/{id}/reject`: refuse an incoming call.
    pub fn reject(&self) -> RejectCall {
        RejectCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/redirect`: send an incoming call on to others.
    pub fn redirect(
        &self,
        targets: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> RedirectCall {
        RedirectCall::with(self.client.clone(), &self.id, targets)
    }

    /// `POST /communications/calls/{id}/transfer`: hand the call over.
    pub fn transfer(&self, target: InvitationParticipantInfo) -> TransferCall {
        TransferCall::with(self.client.clone(), &self.id, target)
    }

    /// `POST /communications/calls/{id}/playPrompt`: play WAV files one after the other.
    #[doc(alias = "playPrompt")]
    pub fn play_prompt(&self, prompts: impl IntoIterator<Item = Prompt>) -> PlayPrompt {
        PlayPrompt::with(self.client.clone(), &self.id, prompts)
    }

    /// `POST /communications/calls/{id}/recordResponse`: record a short spoken answer.
    #[doc(alias = "recordResponse")]
    pub fn record_response(&self) -> RecordResponse {
        RecordResponse::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/subscribeToTone`: hear the keys the caller presses.
    #[doc(alias = "subscribeToTone")]
    pub fn subscribe_to_tone(&self) -> SubscribeToTone {
        SubscribeToTone::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/sendDtmfTones`: press keys.
    #[doc(alias = "sendDtmfTones")]
    pub fn send_dtmf_tones(&self, tones: impl IntoIterator<Item = Tone>) -> SendDtmfTones {
        SendDtmfTones::with(self.client.clone(), &self.id, tones)
    }

    /// `POST /communications/calls/{id}/cancelMediaProcessing`: stop prompts and recordings.
    #[doc(alias = "cancelMediaProcessing")]
    pub fn cancel_media_processing(&self) -> CancelMediaProcessing {
        CancelMediaProcessing::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/mute`: mute the app itself.
    pub fn mute(&self) -> MuteCall {
        MuteCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/unmute`: unmute the app itself.
    pub fn unmute(&self) -> UnmuteCall {
        UnmuteCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/updateRecordingStatus`: tell Teams whether the app records.
    #[doc(alias = "updateRecordingStatus")]
    pub fn update_recording_status(&self, status: RecordingStatus) -> UpdateRecordingStatus {
        UpdateRecordingStatus::with(self.client.clone(), &self.id, status)
    }

    /// `POST /communications/calls/{id}/changeScreenSharingRole`: share the screen, or watch.
    #[doc(alias = "changeScreenSharingRole")]
    pub fn change_screen_sharing_role(&self, role: ScreenSharingRole) -> ChangeScreenSharingRole {
        ChangeScreenSharingRole::with(self.client.clone(), &self.id, role)
    }

    /// `POST /communications/calls/{id}/addLargeGalleryView`: add the large gallery view.
    #[doc(alias = "addLargeGalleryView")]
    pub fn add_large_gallery_view(&self) -> AddLargeGalleryView {
        AddLargeGalleryView::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/keepAlive`: say that the app is still there.
    #[doc(alias = "keepAlive")]
    pub fn keep_alive(&self) -> KeepAlive {
        KeepAlive::with(self.client.clone(), &self.id)
    }

    /// `DELETE /communications/calls/{id}`: hang up.
    #[doc(alias = "hang up")]
    pub fn delete(&self) -> DeleteCall {
        DeleteCall::with(self.client.clone(), &self.id)
    }

    /// `GET /communications/calls/{id}/operations/{operation}`: where an operation stands.
    pub fn operation(&self, id: &str) -> GetOperation {
        GetOperation::with(self.client.clone(), &self.id, id)
    }

    /// `GET /communications/calls/{id}/participants`: the roster.
    pub fn participants(&self) -> ListParticipants {
        ListParticipants::with(self.client.clone(), &self.id)
    }

    /// Requests on one participant, by its id in the roster.
    pub fn participant(&self, id: impl Into<String>) -> OneParticipant {
        OneParticipant::new(self.client.clone(), self.id.clone(), id.into())
    }

    /// `POST /communications/calls/{id}/participants/invite`: bring others in.
    pub fn invite(
        &self,
        participants: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> InviteParticipants {
        InviteParticipants::with(self.client.clone(), &self.id, participants)
    }

    /// `GET /communications/calls/{id}/audioRoutingGroups`: the private audio routes.
    pub fn audio_routing_groups(&self) -> ListAudioRoutingGroups {
        ListAudioRoutingGroups::with(self.client.clone(), &self.id)
    }

    /// Requests on one private audio route, by its id.
    pub fn audio_routing_group(&self, id: impl Into<String>) -> OneAudioRoutingGroup {
        OneAudioRoutingGroup::new(self.client.clone(), self.id.clone(), id.into())
    }

    /// `POST /communications/calls/{id}/audioRoutingGroups`: let some hear what others do not.
    pub fn create_audio_routing_group(&self, group: AudioRoutingGroup) -> CreateAudioRoutingGroup {
        CreateAudioRoutingGroup::with(self.client.clone(), &self.id, group)
    }

    /// `GET /communications/calls/{id}/contentSharingSessions`: who shares content.
    pub fn content_sharing_sessions(&self) -> ListContentSharingSessions {
        ListContentSharingSessions::with(self.client.clone(), &self.id)
    }

    /// `GET /communications/calls/{id}/contentSharingSessions/{session}`: one sharing of content.
    pub fn content_sharing_session(&self, id: &str) -> GetContentSharingSession {
        GetContentSharingSession::with(self.client.clone(), &self.id, id)
    }
}
