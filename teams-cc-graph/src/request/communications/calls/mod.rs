//! Requests on [calls](https://learn.microsoft.com/graph/api/resources/call).

mod answer_call;
mod cancel_media_processing;
mod create_call;
mod delete_call;
mod get_call;
mod keep_alive;
mod play_prompt;
mod reject_call;
mod subscribe_to_tone;
#[cfg(test)]
mod tests;
mod transfer_call;

pub use answer_call::AnswerCall;
pub use cancel_media_processing::CancelMediaProcessing;
pub use create_call::CreateCall;
pub use delete_call::DeleteCall;
pub use get_call::GetCall;
pub use keep_alive::KeepAlive;
pub use play_prompt::PlayPrompt;
pub use reject_call::RejectCall;
pub use subscribe_to_tone::SubscribeToTone;
pub use transfer_call::TransferCall;

/// What a path segment that names a call is called in errors.
const CALL_ID: &str = "call id";
