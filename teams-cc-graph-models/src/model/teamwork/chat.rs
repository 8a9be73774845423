//! The [chat resource](https://learn.microsoft.com/graph/api/resources/chat) and what hangs on it.

use super::{
    ChatMessage, ChatMessageType, ConversationMember, EventMessageDetail, TeamsAppInstallation,
    TeamsTab,
};
use crate::model::{Identity, IdentitySet, ItemBody};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A conversation of users and apps. Its id is a thread id, so Debug does not show it.
    pub struct Chat("microsoft.graph.chat") {
        /// Identifier of the chat: the id of its thread.
        id: Sensitive = "id",
        /// One to one, a group, or a meeting's.
        chat_type: ChatType = "chatType",
        /// The title; group chats alone have one.
        topic: Sensitive = "topic",
        /// When it was created.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// When it was renamed or its members changed.
        last_updated_date_time: DateTimeOffset = "lastUpdatedDateTime",
        /// The meeting the chat belongs to.
        online_meeting_info: TeamworkOnlineMeetingInfo = "onlineMeetingInfo",
        /// The tenant the chat was created in.
        tenant_id: String = "tenantId",
        /// What the signed-in user sees of it; delegated requests alone have it.
        viewpoint: ChatViewpoint = "viewpoint",
        /// Where Teams shows it; an opaque link that names the thread.
        web_url: Sensitive = "webUrl",
        /// Whether no member sees it in the list of chats.
        is_hidden_for_all_members: bool = "isHiddenForAllMembers",
        /// The members, when expanded or when creating.
        members: Vec<ConversationMember> = "members",
        /// The messages, when expanded.
        messages: Vec<ChatMessage> = "messages",
        /// The apps, when expanded or when creating.
        installed_apps: Vec<TeamsAppInstallation> = "installedApps",
        /// The tabs, when expanded.
        tabs: Vec<TeamsTab> = "tabs",
        /// The newest message, when expanded by a list.
        last_message_preview: Box<ChatMessageInfo> = "lastMessagePreview",
        /// The pinned messages, when expanded.
        pinned_messages: Vec<PinnedChatMessageInfo> = "pinnedMessages",
        /// What apps may do in the chat, when expanded.
        permission_grants: Vec<ResourceSpecificPermissionGrant> = "permissionGrants",
    }
}

open_enum! {
    /// The kind of a chat.
    pub enum ChatType {
        /// Two members for ever.
        OneOnOne = "oneOnOne",
        /// Members may come and go.
        Group = "group",
        /// The chat of a meeting; only creating a meeting creates it.
        Meeting = "meeting",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

resource! {
    /// The meeting that a chat belongs to.
    pub struct TeamworkOnlineMeetingInfo("microsoft.graph.teamworkOnlineMeetingInfo") {
        /// The event of the calendar.
        calendar_event_id: String = "calendarEventId",
        /// The link to join.
        join_web_url: Sensitive = "joinWebUrl",
        /// Who organizes the meeting.
        organizer: Box<Identity> = "organizer",
    }
}

resource! {
    /// What one user sees of a chat.
    pub struct ChatViewpoint("microsoft.graph.chatViewpoint") {
        /// Whether the user hid it.
        is_hidden: bool = "isHidden",
        /// Up to when the user has read it.
        last_message_read_date_time: DateTimeOffset = "lastMessageReadDateTime",
    }
}

resource! {
    /// A message in short, as lists of chats show it.
    pub struct ChatMessageInfo("microsoft.graph.chatMessageInfo") {
        /// Identifier of the message.
        id: String = "id",
        /// The text.
        body: ItemBody = "body",
        /// When it was written.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// What happened, for a message of the system.
        event_detail: EventMessageDetail = "eventDetail",
        /// Who wrote it; `from` on the wire.
        sender: IdentitySet = "from",
        /// Whether it was deleted.
        is_deleted: bool = "isDeleted",
        /// The kind of message.
        message_type: ChatMessageType = "messageType",
    }
}

resource! {
    /// A message pinned to a chat.
    pub struct PinnedChatMessageInfo("microsoft.graph.pinnedChatMessageInfo") {
        /// Identifier of the pin.
        id: String = "id",
        /// The message, when expanded.
        message: Box<ChatMessage> = "message",
    }
}

resource! {
    /// What an app may do in one chat or team.
    pub struct ResourceSpecificPermissionGrant("microsoft.graph.resourceSpecificPermissionGrant") {
        /// Identifier of the grant.
        id: String = "id",
        /// The app, by client id.
        client_app_id: String = "clientAppId",
        /// The app, by the object id of its service principal.
        client_id: String = "clientId",
        /// When the grant was deleted.
        deleted_date_time: DateTimeOffset = "deletedDateTime",
        /// The permission.
        permission: String = "permission",
        /// Who acts under it.
        permission_type: String = "permissionType",
        /// The app that serves the permission.
        resource_app_id: String = "resourceAppId",
    }
}

resource! {
    /// Body of an update of a chat.
    pub struct UpdateChatBody("") {
        /// The new title.
        topic: Sensitive = "topic",
    }
}
