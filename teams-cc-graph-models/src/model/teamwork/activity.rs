//! [Notifications in the activity feed](https://learn.microsoft.com/graph/teams-send-activityfeednotifications).

use crate::model::ItemBody;
use crate::wire::Sensitive;

resource! {
    /// What a notification is about.
    pub struct TeamworkActivityTopic("microsoft.graph.teamworkActivityTopic") {
        /// Whether the value is a link to a resource or a text.
        source: TeamworkActivityTopicSource = "source",
        /// The link, or the text.
        value: Sensitive = "value",
        /// Where a click leads; needed where the source is a text.
        web_url: Sensitive = "webUrl",
    }
}

open_enum! {
    /// What the value of a topic is.
    pub enum TeamworkActivityTopicSource {
        /// The absolute link of a resource of Graph.
        EntityUrl = "entityUrl",
        /// A text.
        Text = "text",
    }
}

impl TeamworkActivityTopic {
    /// A topic that is a resource of Graph, by its absolute link.
    pub fn entity_url(url: impl Into<Sensitive>) -> Self {
        Self::new().source(TeamworkActivityTopicSource::EntityUrl).value(url.into())
    }

    /// A topic that is a text, and where a click on it leads.
    pub fn text(text: impl Into<Sensitive>, web_url: impl Into<Sensitive>) -> Self {
        Self::new()
            .source(TeamworkActivityTopicSource::Text)
            .value(text.into())
            .web_url(web_url.into())
    }
}

resource! {
    /// A name and a value.
    pub struct KeyValuePair("microsoft.graph.keyValuePair") {
        /// The name.
        name: String = "name",
        /// The value.
        value: Sensitive = "value",
    }
}

polymorphic! {
    /// Who is notified.
    pub enum TeamworkNotificationRecipient {
        /// One user.
        AadUser(AadUserNotificationRecipient),
        /// Every member of a channel.
        ChannelMembers(ChannelMembersNotificationRecipient),
        /// Every member of a chat.
        ChatMembers(ChatMembersNotificationRecipient),
        /// Every member of a team.
        TeamMembers(TeamMembersNotificationRecipient),
    }
}

resource! {
    /// One user.
    pub struct AadUserNotificationRecipient("microsoft.graph.aadUserNotificationRecipient") {
        /// The user, by object id or principal name.
        user_id: Sensitive = "userId",
    }
}

resource! {
    /// Every member of a channel.
    pub struct ChannelMembersNotificationRecipient(
        "microsoft.graph.channelMembersNotificationRecipient"
    ) {
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Its team.
        team_id: String = "teamId",
    }
}

resource! {
    /// Every member of a chat.
    pub struct ChatMembersNotificationRecipient("microsoft.graph.chatMembersNotificationRecipient")
    {
        /// The chat.
        chat_id: Sensitive = "chatId",
    }
}

resource! {
    /// Every member of a team.
    pub struct TeamMembersNotificationRecipient("microsoft.graph.teamMembersNotificationRecipient")
    {
        /// The team.
        team_id: String = "teamId",
    }
}

impl TeamworkNotificationRecipient {
    /// One user, by object id or principal name.
    pub fn of_user(id: impl Into<Sensitive>) -> Self {
        Self::AadUser(AadUserNotificationRecipient::new().user_id(id.into()))
    }

    /// Every member of a chat.
    pub fn of_chat_members(chat: impl Into<Sensitive>) -> Self {
        Self::ChatMembers(ChatMembersNotificationRecipient::new().chat_id(chat.into()))
    }

    /// Every member of a team.
    pub fn of_team_members(team: impl Into<String>) -> Self {
        Self::TeamMembers(TeamMembersNotificationRecipient::new().team_id(team.into()))
    }

    /// Every member of a channel.
    pub fn of_channel_members(team: impl Into<String>, channel: impl Into<Sensitive>) -> Self {
        let recipient = ChannelMembersNotificationRecipient::new();
        Self::ChannelMembers(recipient.team_id(team.into()).channel_id(channel.into()))
    }
}

resource! {
    /// Body of a notification in the activity feed.
    pub struct ActivityNotificationBody("") {
        /// What it is about.
        topic: TeamworkActivityTopic = "topic",
        /// The kind, as the app's manifest declares it.
        activity_type: String = "activityType",
        /// Replaces an earlier notification of the same number.
        chain_id: i64 = "chainId",
        /// What the feed shows; Teams cuts it after 150 characters.
        preview_text: ItemBody = "previewText",
        /// The app that notifies, where the registration has several.
        teams_app_id: String = "teamsAppId",
        /// Values for the template in the manifest.
        template_parameters: Vec<KeyValuePair> = "templateParameters",
        /// Who is notified, in a chat or a team.
        recipient: TeamworkNotificationRecipient = "recipient",
        /// Who is notified, where there are several.
        recipients: Vec<TeamworkNotificationRecipient> = "recipients",
        /// The icon, as the app's manifest declares it.
        icon_id: String = "iconId",
    }
}
