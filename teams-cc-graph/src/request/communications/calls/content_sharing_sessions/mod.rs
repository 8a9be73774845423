//! Requests on [content sharing](https://learn.microsoft.com/graph/api/resources/contentsharingsession) in a call.

mod get_content_sharing_session;
mod list_content_sharing_sessions;

pub use get_content_sharing_session::GetContentSharingSession;
pub use list_content_sharing_sessions::ListContentSharingSessions;

use super::CALL_ID;

/// What a path segment that names a sharing is called in errors.
const SESSION_ID: &str = "content sharing session id";
