//! Bodies of [actions on a call](https://learn.microsoft.com/graph/api/resources/call#methods) and on presence.

use super::{
    CallOptions, ChatInfo, InvitationParticipantInfo, MediaConfig, MeetingParticipants, Modality,
    ParticipantInfo, PresenceStatusMessage, Prompt, RecordingStatus, RejectReason,
    ScreenSharingRole, TeleconferenceDeviceQuality, Tone, WorkLocationType,
};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// Body of `answer`.
    pub struct AnswerBody("") requires (callback_uri, media_config) {
        /// Where notifications of this call go.
        callback_uri: String = "callbackUri",
        /// Who hosts the media.
        media_config: MediaConfig = "mediaConfig",
        /// The modalities the app accepts.
        accepted_modalities: Vec<Modality> = "acceptedModalities",
        /// How many calls a recording app takes on in this one.
        participant_capacity: i32 = "participantCapacity",
        /// Options of the call.
        call_options: CallOptions = "callOptions",
    }
}

resource! {
    /// Body of `reject`.
    pub struct RejectBody("") {
        /// Why.
        reason: RejectReason = "reason",
        /// Where notifications of this call go.
        callback_uri: String = "callbackUri",
    }
}

resource! {
    /// Body of `redirect`.
    pub struct RedirectBody("") requires (targets) {
        /// Where the call goes, at most 25.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// How long the targets ring, in seconds.
        timeout: i32 = "timeout",
        /// Where notifications of this call go.
        callback_uri: String = "callbackUri",
        /// How the call may go on, such as `disableForwarding`; undeclared, documented.
        routing_policies: Vec<String> = "routingPolicies",
    }
}

resource! {
    /// Body of `transfer`.
    pub struct TransferBody("") requires (transfer_target) {
        /// Where the call goes.
        transfer_target: InvitationParticipantInfo = "transferTarget",
        /// Who is transferred, out of a group call.
        transferee: ParticipantInfo = "transferee",
        /// The text that joins notifications to this request; undeclared, documented.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `playPrompt`.
    pub struct PlayPromptBody("") requires (prompts) {
        /// What to play, at most 20.
        prompts: Vec<Prompt> = "prompts",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `recordResponse`.
    pub struct RecordResponseBody("") {
        /// What to play first, at most one.
        prompts: Vec<Prompt> = "prompts",
        /// Whether a tone ends the prompt.
        barge_in_allowed: bool = "bargeInAllowed",
        /// How long silence may last at first, in seconds.
        initial_silence_timeout_in_seconds: i32 = "initialSilenceTimeoutInSeconds",
        /// How long silence may last later, in seconds.
        max_silence_timeout_in_seconds: i32 = "maxSilenceTimeoutInSeconds",
        /// How long the clip may be, in seconds.
        max_record_duration_in_seconds: i32 = "maxRecordDurationInSeconds",
        /// Whether a beep comes first.
        play_beep: bool = "playBeep",
        /// Tones that end the clip.
        stop_tones: Vec<String> = "stopTones",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of actions that take a client context alone.
    pub struct ClientContextBody("") {
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `sendDtmfTones`.
    pub struct SendDtmfTonesBody("") requires (tones) {
        /// The tones.
        tones: Vec<Tone> = "tones",
        /// The pause between them, in milliseconds.
        delay_between_tones_ms: i32 = "delayBetweenTonesMs",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `updateRecordingStatus`.
    pub struct UpdateRecordingStatusBody("") requires (status) {
        /// Whether the app records.
        status: RecordingStatus = "status",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `participants/invite`.
    pub struct InviteBody("") requires (participants) {
        /// Who is invited.
        participants: Vec<InvitationParticipantInfo> = "participants",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `startHoldMusic`.
    pub struct StartHoldMusicBody("") {
        /// What to play in place of the service's music.
        custom_prompt: Prompt = "customPrompt",
        /// The text that joins the operation to this request.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Body of `getPresencesByUserId`.
    pub struct PresencesBody("") requires (ids) {
        /// Users, at most 650.
        ids: Vec<String> = "ids",
    }
}

resource! {
    /// Body of `setPresence`.
    pub struct SetPresenceBody("") requires (availability, activity) {
        /// The presence session: the app's client id.
        session_id: String = "sessionId",
        /// The availability to show.
        availability: String = "availability",
        /// The activity to show.
        activity: String = "activity",
        /// How long, as an ISO 8601 duration.
        expiration_duration: String = "expirationDuration",
    }
}

resource! {
    /// Body of `clearPresence`.
    pub struct ClearPresenceBody("") {
        /// The presence session: the app's client id.
        session_id: String = "sessionId",
    }
}

resource! {
    /// Body of `setUserPreferredPresence`.
    pub struct SetUserPreferredPresenceBody("") requires (availability, activity) {
        /// The availability to show.
        availability: String = "availability",
        /// The activity to show.
        activity: String = "activity",
        /// How long, as an ISO 8601 duration.
        expiration_duration: String = "expirationDuration",
    }
}

resource! {
    /// Body of `setStatusMessage`.
    pub struct SetStatusMessageBody("") {
        /// The note to show.
        status_message: PresenceStatusMessage = "statusMessage",
    }
}

resource! {
    /// Body of `setAutomaticLocation` and `setManualLocation`.
    pub struct SetLocationBody("") requires (work_location_type) {
        /// The kind of place.
        work_location_type: WorkLocationType = "workLocationType",
        /// The place, where it is known.
        place_id: String = "placeId",
    }
}

resource! {
    /// Body of `changeScreenSharingRole`.
    pub struct ChangeScreenSharingRoleBody("") requires (role) {
        /// What the app does in screen sharing.
        role: ScreenSharingRole = "role",
    }
}

resource! {
    /// Body of `logTeleconferenceDeviceQuality`.
    pub struct LogTeleconferenceDeviceQualityBody("") requires (quality) {
        /// What the device measured.
        quality: TeleconferenceDeviceQuality = "quality",
    }
}

resource! {
    /// Body of `createOrGet` on meetings.
    pub struct CreateOrGetBody("") requires (external_id) {
        /// The chat to bind the meeting to.
        chat_info: ChatInfo = "chatInfo",
        /// When the meeting ends.
        end_date_time: DateTimeOffset = "endDateTime",
        /// The caller's own name for the meeting: one meeting for each.
        external_id: String = "externalId",
        /// Who is invited.
        participants: MeetingParticipants = "participants",
        /// When the meeting starts.
        start_date_time: DateTimeOffset = "startDateTime",
        /// What the meeting is about.
        subject: Sensitive = "subject",
    }
}
