//! The roster: [participant](https://learn.microsoft.com/graph/api/resources/participant).

use super::{IdentitySet, Modality, ParticipantInfo};

resource! {
    /// A party of a call.
    pub struct Participant("microsoft.graph.participant") {
        /// Identifier of the participant; null in some notifications.
        id: String = "id",
        /// Who it is.
        info: ParticipantInfo = "info",
        /// Whether the participant waits in the lobby.
        is_in_lobby: bool = "isInLobby",
        /// Whether the participant muted itself.
        is_muted: bool = "isMuted",
        /// The media of the participant.
        media_streams: Vec<MediaStream> = "mediaStreams",
        /// Text the participant brought along.
        metadata: String = "metadata",
        /// Whether the participant records.
        recording_info: RecordingInfo = "recordingInfo",
        /// Why the participant left.
        removed_state: RemovedState = "removedState",
        /// What the participant may not do.
        restricted_experience: OnlineMeetingRestricted = "restrictedExperience",
        /// Order of roster notifications; a lower number is older.
        roster_sequence_number: i64 = "rosterSequenceNumber",
    }
}

resource! {
    /// One medium of a participant.
    pub struct MediaStream("microsoft.graph.mediaStream") {
        /// Which way it flows.
        direction: MediaDirection = "direction",
        /// The label of the stream.
        label: String = "label",
        /// Its kind.
        media_type: Modality = "mediaType",
        /// Whether the server mutes it.
        server_muted: bool = "serverMuted",
        /// The source in the media session.
        source_id: String = "sourceId",
    }
}

open_enum! {
    /// Which way a medium flows, seen from the participant.
    pub enum MediaDirection {
        /// Neither way.
        Inactive = "inactive",
        /// From the participant.
        SendOnly = "sendOnly",
        /// To the participant.
        ReceiveOnly = "receiveOnly",
        /// Both ways.
        SendReceive = "sendReceive",
    }
}

resource! {
    /// Whether a participant records.
    pub struct RecordingInfo("microsoft.graph.recordingInfo") {
        /// Who started it.
        initiator: IdentitySet = "initiator",
        /// Whether it runs.
        recording_status: RecordingStatus = "recordingStatus",
    }
}

open_enum! {
    /// Whether something is recorded.
    pub enum RecordingStatus {
        /// Not known.
        Unknown = "unknown",
        /// Not recorded.
        NotRecording = "notRecording",
        /// Recorded.
        Recording = "recording",
        /// Recording failed.
        Failed = "failed",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// Why a participant left.
    pub struct RemovedState("microsoft.graph.removedState") {
        /// The reason, a free text.
        reason: String = "reason",
    }
}

resource! {
    /// What a participant of a meeting may not do.
    pub struct OnlineMeetingRestricted("microsoft.graph.onlineMeetingRestricted") {
        /// Why content sharing is off; several reasons are joined by commas.
        content_sharing_disabled: String = "contentSharingDisabled",
        /// Why video is off; several reasons are joined by commas.
        video_disabled: String = "videoDisabled",
    }
}
