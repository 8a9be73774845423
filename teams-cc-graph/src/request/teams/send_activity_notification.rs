use bytes::Bytes;

use super::TEAM_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{
    ActivityNotificationBody, TeamworkActivityTopic, TeamworkNotificationRecipient,
};
use crate::request::{Via, activity};

/// `POST /teams/{id}/sendActivityNotification`: a note in the activity feed of a member, or of all,
/// of a team.
///
/// [Learn](https://learn.microsoft.com/graph/api/team-sendactivitynotification)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsActivity.Send` | – |
/// | Delegated | `TeamsActivity.Send` | – |
/// | Inside the chat or team | `TeamsActivity.Send.Group` | – |
///
/// # Limits
///
/// The manifest of the app declares the activity type. A topic that is a text needs a link. The app
/// must be installed in the team; a link as topic stays inside the team. Five notifications a
/// second for an app and tenant.
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
/// use teams_cc_graph::model::{TeamworkActivityTopic, TeamworkNotificationRecipient};
/// use teams_cc_graph::request::teams::SendActivityNotification;
///
/// let topic = TeamworkActivityTopic::text("Order 4711", "https://teams.microsoft.com/l/entity/1");
/// let recipient = TeamworkNotificationRecipient::of_user("agent-1");
/// let request = SendActivityNotification::new("team-1", topic, "orderWaits", recipient).into_request()?;
/// assert_eq!(request.uri(), "/teams/team-1/sendActivityNotification");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "sendActivityNotification")]
#[doc(alias = "activity feed")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendActivityNotification<C = Client> {
    via: C,
    team: String,
    body: ActivityNotificationBody,
}

graph_request! {
    SendActivityNotification => (),
    "sendActivityNotification" POST "/teams/{id}/sendActivityNotification",
    repeat: Twice, on_call: false,
    application: ["TeamsActivity.Send"],
    delegated: ["TeamsActivity.Send"],
    resource_specific: ["TeamsActivity.Send.Group"]
}

activity_setters!(SendActivityNotification);

impl SendActivityNotification<()> {
    /// The request without a client.
    pub fn new(
        team: &str,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipient: TeamworkNotificationRecipient,
    ) -> Self {
        Self::with((), team, topic, activity_type, recipient)
    }
}

impl<C: Via> SendActivityNotification<C> {
    pub(crate) fn with(
        via: C,
        team: &str,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipient: TeamworkNotificationRecipient,
    ) -> Self {
        let body = ActivityNotificationBody::new().topic(topic).activity_type(activity_type.into());
        let body = body.recipient(recipient);
        Self { via, team: team.to_owned(), body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        activity::check(&self.body)?;
        Self::ENDPOINT.json(&[(TEAM_ID, &self.team)], &self.body)
    }
}
