//! The [chatMessage resource](https://learn.microsoft.com/graph/api/resources/chatmessage): messages of chats and channels.

use super::EventMessageDetail;
use crate::model::{BodyType, IdentitySet, ItemBody};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A message of a chat or of a channel.
    pub struct ChatMessage("microsoft.graph.chatMessage") {
        /// Identifier of the message.
        id: String = "id",
        /// The version of the message.
        etag: String = "etag",
        /// The root message of the thread; channels alone have threads.
        reply_to_id: String = "replyToId",
        /// Who wrote it; `from` on the wire.
        sender: IdentitySet = "from",
        /// The text.
        body: ItemBody = "body",
        /// The kind of message.
        message_type: ChatMessageType = "messageType",
        /// When it was written.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// When it was edited or reacted to.
        last_modified_date_time: DateTimeOffset = "lastModifiedDateTime",
        /// When it was edited.
        last_edited_date_time: DateTimeOffset = "lastEditedDateTime",
        /// When it was deleted.
        deleted_date_time: DateTimeOffset = "deletedDateTime",
        /// The subject, in plain text.
        subject: Sensitive = "subject",
        /// A text for previews; channels alone have it.
        summary: Sensitive = "summary",
        /// How urgent it is.
        importance: ChatMessageImportance = "importance",
        /// The language the author's client named.
        locale: String = "locale",
        /// The chat it belongs to.
        chat_id: Sensitive = "chatId",
        /// The channel it belongs to.
        channel_identity: ChannelIdentity = "channelIdentity",
        /// Where Teams shows it; the link names the thread.
        web_url: Sensitive = "webUrl",
        /// Files, cards and other messages that it refers to.
        attachments: Vec<ChatMessageAttachment> = "attachments",
        /// Who is mentioned.
        mentions: Vec<ChatMessageMention> = "mentions",
        /// Who reacted, and how.
        reactions: Vec<ChatMessageReaction> = "reactions",
        /// Images and code that the text refers to.
        hosted_contents: Vec<ChatMessageHostedContent> = "hostedContents",
        /// What happened, for a message of the system.
        event_detail: EventMessageDetail = "eventDetail",
        /// How it was edited.
        message_history: Vec<ChatMessageHistoryItem> = "messageHistory",
        /// What a data loss prevention app found.
        policy_violation: ChatMessagePolicyViolation = "policyViolation",
        /// The answers, when expanded.
        replies: Vec<ChatMessage> = "replies",
    }
}

impl ChatMessage {
    /// A message of plain text.
    pub fn of_text(text: impl Into<Sensitive>) -> Self {
        Self::new().body(ItemBody::new().content_type(BodyType::Text).content(text.into()))
    }

    /// A message of HTML, as mentions, attachments and images need.
    pub fn of_html(html: impl Into<Sensitive>) -> Self {
        Self::new().body(ItemBody::new().content_type(BodyType::Html).content(html.into()))
    }
}

impl From<&str> for ChatMessage {
    /// A message of plain text.
    fn from(text: &str) -> Self {
        Self::of_text(text)
    }
}

impl From<String> for ChatMessage {
    /// A message of plain text.
    fn from(text: String) -> Self {
        Self::of_text(text)
    }
}

open_enum! {
    /// The kind of a message.
    pub enum ChatMessageType {
        /// Written by a user or an app.
        Message = "message",
        /// An event of the chat.
        ChatEvent = "chatEvent",
        /// Being written.
        Typing = "typing",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
        /// An event of the system, such as members that were added.
        SystemEventMessage = "systemEventMessage",
    }
}

open_enum! {
    /// How urgent a message is.
    pub enum ChatMessageImportance {
        /// As usual.
        Normal = "normal",
        /// Marked as important.
        High = "high",
        /// Teams reminds the recipients.
        Urgent = "urgent",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// A channel and its team.
    pub struct ChannelIdentity("microsoft.graph.channelIdentity") {
        /// The channel: the id of its thread.
        channel_id: Sensitive = "channelId",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// A file, a card or another message that a message refers to.
    pub struct ChatMessageAttachment("microsoft.graph.chatMessageAttachment") {
        /// Identifier; the text refers to it by `<attachment id="…">`.
        id: String = "id",
        /// The kind, such as `reference` or `application/vnd.microsoft.card.adaptive`.
        content_type: String = "contentType",
        /// Where the content is.
        content_url: Sensitive = "contentUrl",
        /// The content itself: JSON as text for cards.
        content: Sensitive = "content",
        /// The name to show.
        name: Sensitive = "name",
        /// Where a picture of it is.
        thumbnail_url: Sensitive = "thumbnailUrl",
        /// The app that made it.
        teams_app_id: String = "teamsAppId",
    }
}

impl ChatMessageAttachment {
    /// The kind of an adaptive card.
    pub const ADAPTIVE_CARD: &str = "application/vnd.microsoft.card.adaptive";

    /// An [adaptive card](https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#adaptive-card),
    /// as JSON.
    ///
    /// The message shows it where its HTML says `<attachment id="…">` with the same id. What
    /// people enter comes back to a bot; Graph itself takes no answers.
    ///
    /// ```
    /// use serde_json::json;
    /// use teams_cc_graph_models::model::{ChatMessage, ChatMessageAttachment};
    ///
    /// let card = json!({
    ///     "type": "AdaptiveCard", "version": "1.4",
    ///     "body": [{ "type": "TextBlock", "text": "A customer asks for you" }],
    /// });
    /// let message = ChatMessage::of_html(r#"<attachment id="1"></attachment>"#)
    ///     .attachments(vec![ChatMessageAttachment::adaptive_card("1", &card)]);
    /// let sent = serde_json::to_value(&message)?;
    /// assert_eq!(sent["attachments"][0]["content"], card.to_string());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn adaptive_card(id: impl Into<String>, card: &serde_json::Value) -> Self {
        Self::new().id(id.into()).content_type(Self::ADAPTIVE_CARD).content(card.to_string())
    }
}

resource! {
    /// A mention of a user, a bot, a tag, a team or a channel.
    pub struct ChatMessageMention("microsoft.graph.chatMessageMention") {
        /// Index of the mention; the text refers to it by `<at id="…">`.
        id: i32 = "id",
        /// Who is mentioned.
        mentioned: IdentitySet = "mentioned",
        /// The text that stands for it.
        mention_text: Sensitive = "mentionText",
    }
}

resource! {
    /// A reaction to a message.
    pub struct ChatMessageReaction("microsoft.graph.chatMessageReaction") {
        /// When it was given.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// Its name.
        display_name: String = "displayName",
        /// Where the picture of a custom one is.
        reaction_content_url: String = "reactionContentUrl",
        /// Which one: an emoji, or a word such as `like`.
        reaction_type: String = "reactionType",
        /// Who reacted.
        user: IdentitySet = "user",
    }
}

resource! {
    /// An image or a code snippet inside a message.
    pub struct ChatMessageHostedContent("microsoft.graph.chatMessageHostedContent") {
        /// Identifier; it names the thread.
        id: Sensitive = "id",
        /// The name that the text of a new message uses for it.
        temporary_id: String = "@microsoft.graph.temporaryId",
        /// The bytes, in base64, when sent.
        content_bytes: Sensitive = "contentBytes",
        /// The media type.
        content_type: String = "contentType",
    }
}

resource! {
    /// One step in the history of a message.
    pub struct ChatMessageHistoryItem("microsoft.graph.chatMessageHistoryItem") {
        /// What was done, as flags joined by commas.
        actions: String = "actions",
        /// When.
        modified_date_time: DateTimeOffset = "modifiedDateTime",
        /// The reaction that was given or taken back.
        reaction: ChatMessageReaction = "reaction",
    }
}

resource! {
    /// What a data loss prevention app found in a message.
    pub struct ChatMessagePolicyViolation("microsoft.graph.chatMessagePolicyViolation") {
        /// What it does, as flags joined by commas.
        dlp_action: String = "dlpAction",
        /// Why the sender overrode it.
        justification_text: Sensitive = "justificationText",
        /// What the sender is told.
        policy_tip: ChatMessagePolicyViolationPolicyTip = "policyTip",
        /// What the sender did about it.
        user_action: String = "userAction",
        /// What the sender may do about it, as flags joined by commas.
        verdict_details: String = "verdictDetails",
    }
}

resource! {
    /// What the sender of a blocked message is told.
    pub struct ChatMessagePolicyViolationPolicyTip(
        "microsoft.graph.chatMessagePolicyViolationPolicyTip"
    ) {
        /// Where to read more.
        compliance_url: String = "complianceUrl",
        /// The text.
        general_text: String = "generalText",
        /// What was found.
        matched_condition_descriptions: Vec<String> = "matchedConditionDescriptions",
    }
}
