//! Requests on [calls](https://learn.microsoft.com/graph/api/resources/call).

mod add_large_gallery_view;
mod answer_call;
pub mod audio_routing_groups;
mod cancel_media_processing;
mod change_screen_sharing_role;
mod collection;
pub mod content_sharing_sessions;
mod create_call;
mod delete_call;
mod get_call;
mod get_operation;
mod keep_alive;
mod log_teleconference_device_quality;
mod mute_call;
mod one_call;
pub mod participants;
mod play_prompt;
mod record_response;
mod redirect_call;
mod reject_call;
mod send_dtmf_tones;
mod subscribe_to_tone;
#[cfg(test)]
mod tests;
mod transfer_call;
mod unmute_call;
mod update_recording_status;

pub use add_large_gallery_view::AddLargeGalleryView;
pub use answer_call::AnswerCall;
pub use cancel_media_processing::CancelMediaProcessing;
pub use change_screen_sharing_role::ChangeScreenSharingRole;
pub use collection::CallCollection;
pub use create_call::CreateCall;
pub use delete_call::DeleteCall;
pub use get_call::GetCall;
pub use get_operation::GetOperation;
pub use keep_alive::KeepAlive;
pub use log_teleconference_device_quality::LogTeleconferenceDeviceQuality;
pub use mute_call::MuteCall;
pub use one_call::OneCall;
pub use play_prompt::PlayPrompt;
pub use record_response::RecordResponse;
pub use redirect_call::RedirectCall;
pub use reject_call::RejectCall;
pub use send_dtmf_tones::SendDtmfTones;
pub use subscribe_to_tone::SubscribeToTone;
pub use transfer_call::TransferCall;
pub use unmute_call::UnmuteCall;
pub use update_recording_status::UpdateRecordingStatus;

/// What a path segment that names a call is called in errors.
const CALL_ID: &str = "call id";

/// What a path segment that names an operation is called in errors.
const OPERATION_ID: &str = "operation id";
