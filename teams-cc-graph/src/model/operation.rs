//! Long-running orders on a call: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).

use super::{InvitationParticipantInfo, ResultInfo};
use crate::wire::Sensitive;

open_enum! {
    /// Where an operation stands.
    pub enum OperationStatus {
        /// Not begun; a notification follows.
        NotStarted = "NotStarted",
        /// Under way; a notification follows.
        Running = "Running",
        /// Done well; nothing follows.
        Completed = "Completed",
        /// Failed; nothing follows.
        Failed = "Failed",
    }
}

open_enum! {
    /// How sending tones ended.
    pub enum SendDtmfCompletionReason {
        /// Not known.
        Unknown = "unknown",
        /// All tones were sent.
        CompletedSuccessfully = "completedSuccessfully",
        /// Cancelled.
        MediaOperationCanceled = "mediaOperationCanceled",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

macro_rules! operations {
    ($(
        $(#[$meta:meta])*
        $variant:ident($name:ident, $type_name:literal) {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty = $key:literal, )*
        }
    )+) => {
        $(
            resource! {
                $(#[$meta])*
                pub struct $name($type_name) {
                    /// Identifier of the operation; often missing or null in notifications.
                    id: String = "id",
                    /// The text that joins the operation to its request.
                    client_context: String = "clientContext",
                    /// Why the operation is in its state.
                    result_info: ResultInfo = "resultInfo",
                    /// Where the operation stands; absent means that more is to come.
                    status: OperationStatus = "status",
                    $( $(#[$field_meta])* $field: $ty = $key, )*
                }
            }
        )+

        impl CommsOperation {
            /// Identifier of the operation, where the service names it.
            #[must_use]
            pub fn id(&self) -> Option<&str> {
                match self { $( Self::$variant(operation) => operation.id.text(), )+ }
            }

            /// The text that joins the operation to its request.
            #[must_use]
            pub fn client_context(&self) -> Option<&str> {
                match self { $( Self::$variant(operation) => operation.client_context.text(), )+ }
            }

            /// Where the operation stands; `None` means that more is to come.
            #[must_use]
            pub fn status(&self) -> Option<&OperationStatus> {
                match self { $( Self::$variant(operation) => operation.status.get(), )+ }
            }

            /// Why the operation is in its state.
            #[must_use]
            pub fn result_info(&self) -> Option<&ResultInfo> {
                match self { $( Self::$variant(operation) => operation.result_info.get(), )+ }
            }
        }
    };
}

polymorphic! {
    /// An operation of any kind.
    pub enum CommsOperation {
        /// An operation that is not named, or one this crate does not model.
        fallback Other(OtherOperation),
        /// Playing prompts.
        PlayPrompt(PlayPromptOperation),
        /// Recording a short clip after a prompt.
        Record(RecordOperation),
        /// Asking for tones.
        SubscribeToTone(SubscribeToToneOperation),
        /// Sending tones.
        SendDtmfTones(SendDtmfTonesOperation),
        /// Cancelling prompts and recordings.
        CancelMediaProcessing(CancelMediaProcessingOperation),
        /// Muting a participant.
        MuteParticipant(MuteParticipantOperation),
        /// Unmuting the app.
        UnmuteParticipant(UnmuteParticipantOperation),
        /// Inviting participants.
        InviteParticipants(InviteParticipantsOperation),
        /// Starting hold music.
        StartHoldMusic(StartHoldMusicOperation),
        /// Stopping hold music.
        StopHoldMusic(StopHoldMusicOperation),
        /// Telling Teams whether the app records.
        UpdateRecordingStatus(UpdateRecordingStatusOperation),
        /// Adding the large gallery view.
        AddLargeGalleryView(AddLargeGalleryViewOperation),
    }
}

operations! {
    /// Playing prompts.
    PlayPrompt(PlayPromptOperation, "microsoft.graph.playPromptOperation") {}
    /// Recording a short clip after a prompt.
    Record(RecordOperation, "microsoft.graph.recordOperation") {
        /// Where the clip can be fetched, shortly.
        recording_location: Sensitive = "recordingLocation",
        /// The bearer token that fetches it; the app's own token must not go there.
        recording_access_token: Sensitive = "recordingAccessToken",
        /// How the recording ended; undeclared, documented.
        completion_reason: String = "completionReason",
    }
    /// Asking for tones.
    SubscribeToTone(SubscribeToToneOperation, "microsoft.graph.subscribeToToneOperation") {}
    /// Sending tones.
    SendDtmfTones(SendDtmfTonesOperation, "microsoft.graph.sendDtmfTonesOperation") {
        /// How sending ended.
        completion_reason: SendDtmfCompletionReason = "completionReason",
    }
    /// Cancelling prompts and recordings.
    CancelMediaProcessing(
        CancelMediaProcessingOperation, "microsoft.graph.cancelMediaProcessingOperation"
    ) {}
    /// Muting a participant.
    MuteParticipant(MuteParticipantOperation, "microsoft.graph.muteParticipantOperation") {}
    /// Unmuting the app.
    UnmuteParticipant(UnmuteParticipantOperation, "microsoft.graph.unmuteParticipantOperation") {}
    /// Inviting participants.
    InviteParticipants(
        InviteParticipantsOperation, "microsoft.graph.inviteParticipantsOperation"
    ) {
        /// Who is invited.
        participants: Vec<InvitationParticipantInfo> = "participants",
    }
    /// Starting hold music.
    StartHoldMusic(StartHoldMusicOperation, "microsoft.graph.startHoldMusicOperation") {}
    /// Stopping hold music.
    StopHoldMusic(StopHoldMusicOperation, "microsoft.graph.stopHoldMusicOperation") {}
    /// Telling Teams whether the app records.
    UpdateRecordingStatus(
        UpdateRecordingStatusOperation, "microsoft.graph.updateRecordingStatusOperation"
    ) {}
    /// Adding the large gallery view.
    AddLargeGalleryView(
        AddLargeGalleryViewOperation, "microsoft.graph.addLargeGalleryViewOperation"
    ) {}
    /// An operation that is not named, or one this crate does not model.
    Other(OtherOperation, "microsoft.graph.commsOperation") {}
}

impl CommsOperation {
    /// Whether nothing more follows.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.status(), Some(OperationStatus::Completed | OperationStatus::Failed))
    }
}
