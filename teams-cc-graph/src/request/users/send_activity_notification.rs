use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{ActivityNotificationBody, TeamworkActivityTopic};
use crate::request::{Via, activity};
use crate::wire::Sensitive;

/// `POST /users/{id}/teamwork/sendActivityNotification`: a note in the activity feed of a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsActivity.Send` | – |
/// | Delegated | `TeamsActivity.Send` | – |
/// | Inside the chat or team | `TeamsActivity.Send.User` | – |
///
/// # Limits
///
/// The manifest of the app declares the activity type. A topic that is a text needs a link. The app
/// must be installed for the user. Five notifications a second for an app and tenant.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::Permission`](crate::ErrorKind::Permission) where a role or consent is missing.
///
/// # Retries
///
/// It would notify twice: retried on 429 alone. Dropping the future may still take effect.
///
/// ```
/// use teams_cc_graph::model::TeamworkActivityTopic;
/// use teams_cc_graph::request::users::SendActivityNotification;
///
/// let topic = TeamworkActivityTopic::text("Order 4711", "https://teams.microsoft.com/l/entity/1");
/// let request = SendActivityNotification::new("agent-1", topic, "orderWaits").into_request()?;
/// assert_eq!(request.uri(), "/users/agent-1/teamwork/sendActivityNotification");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "sendActivityNotification")]
#[doc(alias = "activity feed")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendActivityNotification<C = Client> {
    via: C,
    user: Sensitive,
    body: ActivityNotificationBody,
}

graph_request! {
    SendActivityNotification => (),
    "sendActivityNotification" POST "/users/{id}/teamwork/sendActivityNotification",
    repeat: Twice, on_call: false,
    application: ["TeamsActivity.Send"],
    delegated: ["TeamsActivity.Send"],
    resource_specific: ["TeamsActivity.Send.User"]
}

activity_setters!(SendActivityNotification);

impl SendActivityNotification<()> {
    /// The request without a client.
    pub fn new(user: &str, topic: TeamworkActivityTopic, activity_type: impl Into<String>) -> Self {
        Self::with((), user, topic, activity_type)
    }
}

impl<C: Via> SendActivityNotification<C> {
    pub(crate) fn with(
        via: C,
        user: &str,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
    ) -> Self {
        let body = ActivityNotificationBody::new().topic(topic).activity_type(activity_type.into());
        Self { via, user: user.into(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        activity::check(&self.body)?;
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &self.body)
    }
}
