use super::SendActivityNotificationToRecipients;
use crate::client::Client;
use crate::model::{TeamworkActivityTopic, TeamworkNotificationRecipient};

/// Requests on the Teams of the whole tenant.
#[derive(Clone, Debug)]
pub struct Teamwork {
    client: Client,
}

impl Client {
    /// Requests on the Teams of the whole tenant.
    #[must_use]
    pub fn teamwork(&self) -> Teamwork {
        Teamwork { client: self.clone() }
    }
}

impl Teamwork {
    /// `POST /teamwork/sendActivityNotificationToRecipients`: a note for up to 100 users.
    #[doc(alias = "sendActivityNotificationToRecipients")]
    pub fn send_activity_notification_to_recipients(
        &self,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipients: impl IntoIterator<Item = TeamworkNotificationRecipient>,
    ) -> SendActivityNotificationToRecipients {
        let client = self.client.clone();
        SendActivityNotificationToRecipients::with(client, topic, activity_type, recipients)
    }
}
