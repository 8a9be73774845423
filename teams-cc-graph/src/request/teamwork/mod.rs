//! Requests on the [Teams of a whole tenant](https://learn.microsoft.com/graph/api/resources/teamwork).

mod handle;
mod send_activity_notification_to_recipients;

pub use handle::Teamwork;
pub use send_activity_notification_to_recipients::SendActivityNotificationToRecipients;
