//! Calls and meetings as the [messages of the system](https://learn.microsoft.com/graph/system-messages) tell them in a chat.

use crate::model::IdentitySet;
use crate::wire::Sensitive;

resource! {
    /// A call or a meeting began.
    pub struct CallStartedEventMessageDetail("microsoft.graph.callStartedEventMessageDetail") {
        /// A call, a meeting or a shared screen.
        call_event_type: TeamworkCallEventType = "callEventType",
        /// The call.
        call_id: String = "callId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A call or a meeting ended.
    pub struct CallEndedEventMessageDetail("microsoft.graph.callEndedEventMessageDetail") {
        /// How long it lasted, in ISO 8601.
        call_duration: String = "callDuration",
        /// A call, a meeting or a shared screen.
        call_event_type: TeamworkCallEventType = "callEventType",
        /// The call.
        call_id: String = "callId",
        /// Who took part.
        call_participants: Vec<CallParticipantInfo> = "callParticipants",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A recording began, ended or is ready.
    pub struct CallRecordingEventMessageDetail("microsoft.graph.callRecordingEventMessageDetail") {
        /// The call.
        call_id: String = "callId",
        /// Its name.
        call_recording_display_name: Sensitive = "callRecordingDisplayName",
        /// How long it lasts, in ISO 8601.
        call_recording_duration: String = "callRecordingDuration",
        /// How far it is.
        call_recording_status: CallRecordingStatus = "callRecordingStatus",
        /// Where it is.
        call_recording_url: Sensitive = "callRecordingUrl",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Who organizes the meeting.
        meeting_organizer: Box<IdentitySet> = "meetingOrganizer",
    }
}

resource! {
    /// A transcript is ready.
    pub struct CallTranscriptEventMessageDetail(
        "microsoft.graph.callTranscriptEventMessageDetail"
    ) {
        /// The call.
        call_id: String = "callId",
        /// The event of the calendar.
        call_transcript_i_cal_uid: String = "callTranscriptICalUid",
        /// Who organizes the meeting.
        meeting_organizer: Box<IdentitySet> = "meetingOrganizer",
    }
}

resource! {
    /// The chat of a meeting was switched on or off.
    pub struct MeetingPolicyUpdatedEventMessageDetail(
        "microsoft.graph.meetingPolicyUpdatedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Whether members may write.
        meeting_chat_enabled: bool = "meetingChatEnabled",
        /// The chat.
        meeting_chat_id: Sensitive = "meetingChatId",
    }
}

resource! {
    /// Somebody who took part in a call.
    pub struct CallParticipantInfo("microsoft.graph.callParticipantInfo") {
        /// Who.
        participant: IdentitySet = "participant",
    }
}

open_enum! {
    /// What kind of call a message of the system is about.
    pub enum TeamworkCallEventType {
        /// A call.
        Call = "call",
        /// A meeting.
        Meeting = "meeting",
        /// A shared screen.
        ScreenShare = "screenShare",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// How far a recording is.
    pub enum CallRecordingStatus {
        /// It can be watched.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It began.
        Initial = "initial",
        /// A part of it is ready.
        ChunkFinished = "chunkFinished",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}
