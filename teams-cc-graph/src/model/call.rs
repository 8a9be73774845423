//! The [call resource](https://learn.microsoft.com/graph/api/resources/call).

use super::{
    CallOptions, ChatInfo, IdentitySet, InvitationParticipantInfo, MediaConfig, MeetingInfo,
    Modality, ParticipantInfo, ResultInfo, ToneInfo,
};
use crate::wire::DateTimeOffset;

resource! {
    /// A call, as the service tells it.
    ///
    /// In a notification it is partial: a missing property says nothing about its value.
    pub struct Call("microsoft.graph.call") {
        /// Identifier of the call, compared without case and dashes.
        id: String = "id",
        /// Where the service posts notifications of this call.
        callback_uri: String = "callbackUri",
        /// Joins the legs of one conversation; the identifier of its call record.
        call_chain_id: String = "callChainId",
        /// Options of the call, made for incoming or outgoing calls.
        call_options: CallOptions = "callOptions",
        /// How the call was redirected before it came here.
        call_routes: Vec<CallRoute> = "callRoutes",
        /// The chat that belongs to a group call or meeting.
        chat_info: ChatInfo = "chatInfo",
        /// Whether the call came in or went out.
        direction: CallDirection = "direction",
        /// On whose behalf an incoming call is delivered.
        incoming_context: IncomingContext = "incomingContext",
        /// Who hosts the media.
        media_config: MediaConfig = "mediaConfig",
        /// Whether media flows; prompts need it active.
        media_state: CallMediaState = "mediaState",
        /// The meeting to join.
        meeting_info: MeetingInfo = "meetingInfo",
        /// The app's own participant in the roster.
        my_participant_id: String = "myParticipantId",
        /// The modalities asked for.
        requested_modalities: Vec<Modality> = "requestedModalities",
        /// Why the call is in its state, most of all why it ended.
        result_info: ResultInfo = "resultInfo",
        /// Who calls.
        source: ParticipantInfo = "source",
        /// The state of the call.
        state: CallState = "state",
        /// The subject of the conversation.
        subject: String = "subject",
        /// Who is called.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// The tenant the call belongs to.
        tenant_id: String = "tenantId",
        /// The last tone heard.
        tone_info: ToneInfo = "toneInfo",
        /// Whether the call is transcribed.
        transcription: CallTranscriptionInfo = "transcription",
        /// Who answered; undeclared, seen on the wire.
        answered_by: ParticipantInfo = "answeredBy",
        /// How an outgoing call rings at most, in seconds; undeclared, seen on the wire.
        ringing_timeout_in_seconds: i32 = "ringingTimeoutInSeconds",
        /// Why the call ended, such as `AppTransferred`; undeclared, seen on the wire.
        termination_reason: String = "terminationReason",
    }
}

open_enum! {
    /// Where a call stands.
    pub enum CallState {
        /// Delivered to the app, not answered yet.
        Incoming = "incoming",
        /// Answered or placed, not connected yet.
        Establishing = "establishing",
        /// The callee's device rings; documented, absent from the v1.0 schema.
        Ringing = "ringing",
        /// Connected.
        Established = "established",
        /// On hold.
        Hold = "hold",
        /// A transfer is under way.
        Transferring = "transferring",
        /// The transfer target accepted.
        TransferAccepted = "transferAccepted",
        /// A redirect is under way.
        Redirecting = "redirecting",
        /// Ending.
        Terminating = "terminating",
        /// Ended; nothing follows.
        Terminated = "terminated",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

open_enum! {
    /// Whether a call came in or went out.
    pub enum CallDirection {
        /// Somebody calls the app.
        Incoming = "incoming",
        /// The app calls somebody.
        Outgoing = "outgoing",
    }
}

resource! {
    /// Whether media flows.
    pub struct CallMediaState("microsoft.graph.callMediaState") {
        /// Whether audio flows.
        audio: MediaState = "audio",
    }
}

open_enum! {
    /// Whether one kind of media flows.
    pub enum MediaState {
        /// It flows.
        Active = "active",
        /// It does not.
        Inactive = "inactive",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// One redirection a call went through.
    pub struct CallRoute("microsoft.graph.callRoute") {
        /// Where the call went.
        r#final: IdentitySet = "final",
        /// Where the call was meant to go.
        original: IdentitySet = "original",
        /// What kind of redirection it was.
        routing_type: RoutingType = "routingType",
    }
}

open_enum! {
    /// A kind of redirection.
    pub enum RoutingType {
        /// Forwarded by the callee.
        Forwarded = "forwarded",
        /// Looked up.
        Lookup = "lookup",
        /// Forked to the callee's own devices.
        SelfFork = "selfFork",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// On whose behalf an incoming call is delivered.
    pub struct IncomingContext("microsoft.graph.incomingContext") {
        /// The participant under observation, for a recording bot.
        observed_participant_id: String = "observedParticipantId",
        /// The identity the call is made on behalf of.
        on_behalf_of: IdentitySet = "onBehalfOf",
        /// The participant that triggered the incoming call.
        source_participant_id: String = "sourceParticipantId",
        /// Who transferred the call here.
        transferor: IdentitySet = "transferor",
    }
}

resource! {
    /// Whether a call is transcribed.
    pub struct CallTranscriptionInfo("microsoft.graph.callTranscriptionInfo") {
        /// When the state changed last.
        last_modified_date_time: DateTimeOffset = "lastModifiedDateTime",
        /// The state of the transcription.
        state: CallTranscriptionState = "state",
    }
}

open_enum! {
    /// Where a transcription stands.
    pub enum CallTranscriptionState {
        /// Not started.
        NotStarted = "notStarted",
        /// Running.
        Active = "active",
        /// Stopped.
        Inactive = "inactive",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

impl Call {
    /// Whether the call is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.state.get() == Some(&CallState::Terminated)
    }
}
