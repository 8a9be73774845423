use super::{
    GetChannelMessage, GetReply, ImportChannelMessage, ImportReply, ListChannelMessages,
    ListReplies, SendActivityNotification, SendChannelMessage, SendReply,
};
use crate::client::{Client, Delegated};
use crate::model::{ChatMessage, TeamworkActivityTopic, TeamworkNotificationRecipient};
use crate::wire::{DateTimeOffset, Sensitive};

/// Requests on one team.
#[derive(Clone, Debug)]
pub struct OneTeam<C = Client> {
    client: C,
    id: String,
}

/// Requests on one channel of a team.
#[derive(Clone, Debug)]
pub struct OneChannel<C = Client> {
    client: C,
    team: String,
    id: Sensitive,
}

/// Requests on one message of a channel.
#[derive(Clone, Debug)]
pub struct OneChannelMessage<C = Client> {
    client: C,
    team: String,
    channel: Sensitive,
    id: String,
}

impl Client {
    /// Requests on one team, by its id.
    pub fn team(&self, id: impl Into<String>) -> OneTeam {
        OneTeam { client: self.clone(), id: id.into() }
    }
}

impl Delegated {
    /// Requests on one team that a signed-in user alone can make.
    pub fn team(&self, id: impl Into<String>) -> OneTeam<Self> {
        OneTeam { client: self.clone(), id: id.into() }
    }
}

impl<C: Clone> OneTeam<C> {
    /// Requests on one channel, by the id of its thread.
    pub fn channel(&self, id: impl Into<Sensitive>) -> OneChannel<C> {
        OneChannel { client: self.client.clone(), team: self.id.clone(), id: id.into() }
    }
}

impl OneTeam {
    /// `POST /teams/{id}/sendActivityNotification`: a note in the activity feed of members.
    #[doc(alias = "sendActivityNotification")]
    pub fn send_activity_notification(
        &self,
        topic: TeamworkActivityTopic,
        activity_type: impl Into<String>,
        recipient: TeamworkNotificationRecipient,
    ) -> SendActivityNotification {
        let client = self.client.clone();
        SendActivityNotification::with(client, &self.id, topic, activity_type, recipient)
    }
}

impl<C: Clone> OneChannel<C> {
    /// Requests on one root message of the channel.
    pub fn message(&self, id: impl Into<String>) -> OneChannelMessage<C> {
        OneChannelMessage {
            client: self.client.clone(),
            team: self.team.clone(),
            channel: self.id.clone(),
            id: id.into(),
        }
    }
}

impl OneChannel {
    /// `GET /teams/{team-id}/channels/{id}/messages`: the root messages.
    pub fn messages(&self) -> ListChannelMessages {
        ListChannelMessages::with(self.client.clone(), &self.team, self.id.reveal())
    }

    /// `POST /teams/{team-id}/channels/{id}/messages`: bring an old message in.
    ///
    /// To say something new, act for a signed-in user: [`Delegated::team`].
    pub fn import_message(
        &self,
        message: impl Into<ChatMessage>,
        author: &str,
        written_at: impl Into<DateTimeOffset>,
    ) -> ImportChannelMessage {
        let (client, channel) = (self.client.clone(), self.id.reveal());
        ImportChannelMessage::with(client, &self.team, channel, message, author, written_at)
    }
}

impl OneChannel<Delegated> {
    /// `POST /teams/{team-id}/channels/{id}/messages`: write to the channel.
    pub fn send(&self, message: impl Into<ChatMessage>) -> SendChannelMessage {
        SendChannelMessage::with(self.client.clone(), &self.team, self.id.reveal(), message)
    }
}

impl OneChannelMessage {
    /// `GET /teams/{team-id}/channels/{id}/messages/{message-id}`: the message.
    pub fn get(&self) -> GetChannelMessage {
        let client = self.client.clone();
        GetChannelMessage::with(client, &self.team, self.channel.reveal(), &self.id)
    }

    /// `GET /teams/{team-id}/channels/{id}/messages/{message-id}/replies`: the answers.
    pub fn replies(&self) -> ListReplies {
        ListReplies::with(self.client.clone(), &self.team, self.channel.reveal(), &self.id)
    }

    /// `GET …/messages/{message-id}/replies/{reply-id}`: one answer.
    pub fn reply(&self, reply: &str) -> GetReply {
        let (client, channel) = (self.client.clone(), self.channel.reveal());
        GetReply::with(client, &self.team, channel, &self.id, reply)
    }

    /// `POST …/messages/{message-id}/replies`: bring an old answer in.
    pub fn import_reply(
        &self,
        message: impl Into<ChatMessage>,
        author: &str,
        written_at: impl Into<DateTimeOffset>,
    ) -> ImportReply {
        let (client, channel) = (self.client.clone(), self.channel.reveal());
        ImportReply::with(client, &self.team, channel, &self.id, message, author, written_at)
    }
}

impl OneChannelMessage<Delegated> {
    /// `POST …/messages/{message-id}/replies`: answer the message.
    pub fn send_reply(&self, message: impl Into<ChatMessage>) -> SendReply {
        let (client, channel) = (self.client.clone(), self.channel.reveal());
        SendReply::with(client, &self.team, channel, &self.id, message)
    }
}
