//! Members, titles and apps as the [messages of the system](https://learn.microsoft.com/graph/system-messages) tell them in a chat.

use crate::model::{Identity, IdentitySet};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// Members were added.
    pub struct MembersAddedEventMessageDetail("microsoft.graph.membersAddedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Who.
        members: Vec<Identity> = "members",
        /// From when on they see what was written.
        visible_history_start_date_time: DateTimeOffset = "visibleHistoryStartDateTime",
    }
}

resource! {
    /// Members were removed.
    pub struct MembersDeletedEventMessageDetail(
        "microsoft.graph.membersDeletedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Who.
        members: Vec<Identity> = "members",
    }
}

resource! {
    /// Members joined by themselves.
    pub struct MembersJoinedEventMessageDetail("microsoft.graph.membersJoinedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Who.
        members: Vec<Identity> = "members",
    }
}

resource! {
    /// Members left.
    pub struct MembersLeftEventMessageDetail("microsoft.graph.membersLeftEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// Who.
        members: Vec<Identity> = "members",
    }
}

resource! {
    /// The role of a member changed.
    pub struct ConversationMemberRoleUpdatedEventMessageDetail(
        "microsoft.graph.conversationMemberRoleUpdatedEventMessageDetail"
    ) {
        /// The new roles.
        conversation_member_roles: Vec<String> = "conversationMemberRoles",
        /// The member.
        conversation_member_user: Box<Identity> = "conversationMemberUser",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// The chat has a new title.
    pub struct ChatRenamedEventMessageDetail("microsoft.graph.chatRenamedEventMessageDetail") {
        /// The new title.
        chat_display_name: Sensitive = "chatDisplayName",
        /// The chat.
        chat_id: Sensitive = "chatId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A message was pinned.
    pub struct MessagePinnedEventMessageDetail("microsoft.graph.messagePinnedEventMessageDetail") {
        /// When.
        event_date_time: DateTimeOffset = "eventDateTime",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A message is no longer pinned.
    pub struct MessageUnpinnedEventMessageDetail(
        "microsoft.graph.messageUnpinnedEventMessageDetail"
    ) {
        /// When.
        event_date_time: DateTimeOffset = "eventDateTime",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A tab changed.
    pub struct TabUpdatedEventMessageDetail("microsoft.graph.tabUpdatedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The tab.
        tab_id: String = "tabId",
    }
}

resource! {
    /// An app was installed.
    pub struct TeamsAppInstalledEventMessageDetail(
        "microsoft.graph.teamsAppInstalledEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The name of the app.
        teams_app_display_name: String = "teamsAppDisplayName",
        /// The app.
        teams_app_id: String = "teamsAppId",
    }
}

resource! {
    /// An app was removed.
    pub struct TeamsAppRemovedEventMessageDetail(
        "microsoft.graph.teamsAppRemovedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The name of the app.
        teams_app_display_name: String = "teamsAppDisplayName",
        /// The app.
        teams_app_id: String = "teamsAppId",
    }
}

resource! {
    /// An app was brought to its newest version.
    pub struct TeamsAppUpgradedEventMessageDetail(
        "microsoft.graph.teamsAppUpgradedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The name of the app.
        teams_app_display_name: String = "teamsAppDisplayName",
        /// The app.
        teams_app_id: String = "teamsAppId",
    }
}
