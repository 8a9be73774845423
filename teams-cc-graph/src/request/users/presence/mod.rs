//! Requests on the [presence](https://learn.microsoft.com/graph/api/resources/presence) of a user.

mod clear_automatic_location;
mod clear_location;
mod clear_presence;
mod clear_user_preferred_presence;
mod get_my_presence;
mod get_presence;
mod my_presence;
mod one_user;
mod pair;
mod set_automatic_location;
mod set_manual_location;
mod set_presence;
mod set_status_message;
mod set_user_preferred_presence;
#[cfg(test)]
mod tests;

pub use clear_automatic_location::ClearAutomaticLocation;
pub use clear_location::ClearLocation;
pub use clear_presence::ClearPresence;
pub use clear_user_preferred_presence::ClearUserPreferredPresence;
pub use get_my_presence::GetMyPresence;
pub use get_presence::GetPresence;
pub use my_presence::MyPresence;
pub use pair::{PreferredPresence, SessionPresence};
pub use set_automatic_location::SetAutomaticLocation;
pub use set_manual_location::SetManualLocation;
pub use set_presence::SetPresence;
pub use set_status_message::SetStatusMessage;
pub use set_user_preferred_presence::SetUserPreferredPresence;

/// What a path segment that names a user is called in errors.
const USER_ID: &str = "user id";
