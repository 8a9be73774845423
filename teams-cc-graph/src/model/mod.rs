//! Resources of Microsoft Graph cloud communications.
//!
//! Property names follow the [v1.0 reference](https://learn.microsoft.com/graph/api/resources/communications-api-overview)
//! in Rust's spelling. Every property is a [`Field`](crate::wire::Field), every enumeration is open,
//! and what a model does not name stays in its `additional`.

mod action;
mod audio_routing_group;
mod batch;
mod call;
mod call_options;
mod change_notification;
mod collection;
mod directory;
mod error;
mod identity;
mod media;
mod meeting_info;
mod notification;
mod operation;
mod participant;
mod participant_info;
mod presence;
mod result_info;
mod subscription;
mod teamwork;
mod tone;

pub use action::{
    AnswerBody, ClearPresenceBody, ClientContextBody, InviteBody, PlayPromptBody, PresencesBody,
    RecordResponseBody, RedirectBody, RejectBody, RejectReason, SendDtmfTonesBody, SetPresenceBody,
    StartHoldMusicBody, TransferBody, UpdateRecordingStatusBody,
};
pub use audio_routing_group::{AudioRoutingGroup, RoutingMode};
pub use batch::*;
pub use call::{
    Call, CallDirection, CallMediaState, CallRoute, CallState, CallTranscriptionInfo,
    CallTranscriptionState, IncomingContext, MediaState, RoutingType,
};
pub use call_options::{CallOptions, IncomingCallOptions, OutgoingCallOptions};
pub use change_notification::{
    ChangeNotification, ChangeNotificationCollection, ChangeNotificationEncryptedContent,
    LifecycleEventType,
};
pub use collection::Collection;
pub use directory::*;
pub use error::{ErrorCode, GraphError, GraphErrorBody, InnerError};
pub use identity::{Identity, IdentitySet};
pub use media::{
    AppHostedMediaConfig, MediaConfig, MediaInfo, MediaPrompt, Modality, Prompt,
    ServiceHostedMediaConfig,
};
pub use meeting_info::{
    ChatInfo, JoinMeetingIdMeetingInfo, MeetingInfo, OrganizerMeetingInfo, TokenMeetingInfo,
};
pub use notification::{ChangeType, CommsNotification, CommsNotifications, ResourceData, call_key};
pub use operation::{
    AddLargeGalleryViewOperation, CancelMediaProcessingOperation, CommsOperation,
    InviteParticipantsOperation, MuteParticipantOperation, OperationStatus, OtherOperation,
    PlayPromptOperation, RecordOperation, SendDtmfCompletionReason, SendDtmfTonesOperation,
    StartHoldMusicOperation, StopHoldMusicOperation, SubscribeToToneOperation,
    UnmuteParticipantOperation, UpdateRecordingStatusOperation,
};
pub use participant::{
    MediaDirection, MediaStream, OnlineMeetingRestricted, Participant, RecordingInfo,
    RecordingStatus, RemovedState,
};
pub use participant_info::{EndpointType, InvitationParticipantInfo, ParticipantInfo};
pub use presence::{
    BodyType, DateTimeTimeZone, ItemBody, OutOfOfficeSettings, Presence, PresenceStatusMessage,
    UserWorkLocation, WorkLocationSource, WorkLocationType,
};
pub use result_info::ResultInfo;
pub use subscription::Subscription;
pub use teamwork::*;
pub use tone::{Digit, Tone, ToneInfo};
