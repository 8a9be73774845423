//! Requests on the [presence](https://learn.microsoft.com/graph/api/resources/presence) of a user.

mod clear_presence;
mod clear_user_preferred_presence;
mod get_presence;
mod one_user;
mod pair;
mod set_presence;
mod set_status_message;
mod set_user_preferred_presence;
#[cfg(test)]
mod tests;

pub use clear_presence::ClearPresence;
pub use clear_user_preferred_presence::ClearUserPreferredPresence;
pub use get_presence::GetPresence;
pub use pair::{PreferredPresence, SessionPresence};
pub use set_presence::SetPresence;
pub use set_status_message::SetStatusMessage;
pub use set_user_preferred_presence::SetUserPreferredPresence;

/// What a path segment that names a user is called in errors.
const USER_ID: &str = "user id";
