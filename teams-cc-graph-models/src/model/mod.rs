//! Resources of Microsoft Graph cloud communications.
//!
//! Property names follow the [v1.0 reference](https://learn.microsoft.com/graph/api/resources/communications-api-overview)
//! in Rust's spelling. Every property is a [`Field`](crate::wire::Field), every enumeration is open,
//! and what a model does not name stays in its `additional`.
//!
//! The types of the schema are generated into `schema`; what they can do stands beside, by hand.

mod action;
mod batch;
mod call;
mod collection;
mod directory;
mod error;
mod identity;
mod media;
mod meeting_link;
pub(crate) mod notification;
mod operation;
mod participant_info;
mod result_info;
mod schema;
mod teamwork;
mod tone;

pub use action::{
    AnswerBody, ChangeScreenSharingRoleBody, ClearPresenceBody, ClientContextBody, CreateOrGetBody,
    InviteBody, LogTeleconferenceDeviceQualityBody, PlayPromptBody, PresencesBody,
    RecordResponseBody, RedirectBody, RejectBody, SendDtmfTonesBody, SetLocationBody,
    SetPresenceBody, SetStatusMessageBody, SetUserPreferredPresenceBody, StartHoldMusicBody,
    TransferBody, UpdateRecordingStatusBody,
};
pub use batch::*;
pub use collection::Collection;
pub use directory::*;
pub use error::{ErrorCode, GraphError, GraphErrorBody, InnerError};
pub use meeting_link::{MeetingLink, ParseLinkError};
pub use notification::{ResourceData, call_key};
pub use schema::*;
pub use teamwork::*;
pub use tone::{Digit, Tone};
