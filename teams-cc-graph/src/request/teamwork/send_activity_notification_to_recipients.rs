use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{
    ActivityNotificationBody, TeamworkActivityTopic, TeamworkNotificationRecipient,
};
use crate::request::{Via, activity};

/// `POST /teamwork/sendActivityNotificationToRecipients`: a note in the activity feed of up to 100
/// users.
///
/// [Learn](https://learn.microsoft.com/graph/api/teamwork-sendactivitynotificationtorecipients)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `TeamsActivity.Send` | – |
/// | Delegated | `TeamsActivity.Send` | – |
///
/// # Limits
///
/// The manifest of the app declares the activity type. A topic that is a text needs a link. At most
/// 100 recipients, all of them users. The token must live 45 minutes more, or the service answers
/// 412. Two requests a second for an app and tenant.
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
/// use teams_cc_graph::request::teamwork::SendActivityNotificationToRecipients;
///
/// let topic = TeamworkActivityTopic::text("Order 4711", "https://teams.microsoft.com/l/entity/1");
/// let recipient = TeamworkNotificationRecipient::of_user("agent-1");
/// let request = SendActivityNotificationToRecipients::new(topic, "orderWaits", [recipient]).into_request()?;
/// assert_eq!(request.uri(), "/teamwork/sendActivityNotificationToRecipients");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "sendActivityNotificationToRecipients")]
#[doc(alias = "412")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SendActivityNotificationToRecipients<C = Client> {
    via: C,
    body: ActivityNotificationBody,
}

graph_request! {
    SendActivityNotificationToRecipients => (),
    "sendActivityNotificationToRecipients" POST "/teamwork/sendActivityNotificationToRecipients",
    repeat: Twice, on_call: false,
    application: ["TeamsActivity.Send"],
    delegated: ["TeamsActivity.Send"]
}

activity_setters!(SendActivityNotificationToRecipients);

impl SendActivityNotificationToRecipients<()> {
    /// The request without a client.
    pub fn new(
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipients: impl IntoIterator<Item = TeamworkNotificationRecipient>,
    ) -> Self {
        Self::with((), topic, activity_type, recipients)
    }
}

impl<C: Via> SendActivityNotificationToRecipients<C> {
    pub(crate) fn with(
        via: C,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipients: impl IntoIterator<Item = TeamworkNotificationRecipient>,
    ) -> Self {
        let body = ActivityNotificationBody::new().topic(topic).activity_type(activity_type.into());
        let body = body.recipients(recipients.into_iter().collect::<Vec<_>>());
        Self { via, body }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        activity::check(&self.body)?;
        activity::recipients(self.body.recipients.items())?;
        Self::ENDPOINT.json(&[], &self.body)
    }
}
