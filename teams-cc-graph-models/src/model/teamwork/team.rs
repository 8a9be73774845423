//! [Teams](https://learn.microsoft.com/graph/api/resources/team) and their [channels](https://learn.microsoft.com/graph/api/resources/channel).

use super::{ChatMessage, ConversationMember};
use crate::wire::{DateTimeOffset, Sensitive};

resource! {
    /// A team.
    pub struct Team("microsoft.graph.team") {
        /// Identifier of the team, and of its group.
        id: String = "id",
        /// How confidential it is.
        classification: String = "classification",
        /// When it was created.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// What it is for.
        description: Sensitive = "description",
        /// The name to show.
        display_name: Sensitive = "displayName",
        /// The thread of its general channel.
        internal_id: Sensitive = "internalId",
        /// Whether it is read-only.
        is_archived: bool = "isArchived",
        /// Whether only owners see its members.
        is_membership_limited_to_owners: bool = "isMembershipLimitedToOwners",
        /// Where searches find it.
        discovery_settings: TeamDiscoverySettings = "discoverySettings",
        /// What amuses in it.
        fun_settings: TeamFunSettings = "funSettings",
        /// What guests may do.
        guest_settings: TeamGuestSettings = "guestSettings",
        /// What members may do.
        member_settings: TeamMemberSettings = "memberSettings",
        /// What may be done with messages.
        messaging_settings: TeamMessagingSettings = "messagingSettings",
        /// What it is specialized for.
        specialization: String = "specialization",
        /// The tenant.
        tenant_id: String = "tenantId",
        /// Who may see it.
        visibility: String = "visibility",
        /// Where Teams shows it.
        web_url: Sensitive = "webUrl",
        /// The channels, when expanded.
        channels: Vec<Channel> = "channels",
        /// The members, when expanded.
        members: Vec<ConversationMember> = "members",
    }
}

resource! {
    /// A channel of a team. Its id is a thread id, so Debug does not show it.
    pub struct Channel("microsoft.graph.channel") {
        /// Identifier of the channel: the id of its thread.
        id: Sensitive = "id",
        /// When it was created.
        created_date_time: DateTimeOffset = "createdDateTime",
        /// What it is for.
        description: Sensitive = "description",
        /// The name to show.
        display_name: Sensitive = "displayName",
        /// The mail address that writes into it.
        email: Sensitive = "email",
        /// Whether it is read-only.
        is_archived: bool = "isArchived",
        /// Whether it shows for every member.
        is_favorite_by_default: bool = "isFavoriteByDefault",
        /// Who belongs to it.
        membership_type: ChannelMembershipType = "membershipType",
        /// Who may write, and what; undeclared, seen on the wire.
        moderation_settings: ChannelModerationSettings = "moderationSettings",
        /// The tenant.
        tenant_id: String = "tenantId",
        /// Where Teams shows it.
        web_url: Sensitive = "webUrl",
        /// The members, when expanded.
        members: Vec<ConversationMember> = "members",
        /// The messages, when expanded.
        messages: Vec<ChatMessage> = "messages",
    }
}

open_enum! {
    /// Who belongs to a channel.
    pub enum ChannelMembershipType {
        /// Every member of the team.
        Standard = "standard",
        /// Its own members, all of the team.
        Private = "private",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
        /// Its own members, of other teams and tenants too.
        Shared = "shared",
    }
}

resource! {
    /// What members of a team may do.
    pub struct TeamMemberSettings("microsoft.graph.teamMemberSettings") {
        /// Add and remove apps.
        allow_add_remove_apps: bool = "allowAddRemoveApps",
        /// Add private channels.
        allow_create_private_channels: bool = "allowCreatePrivateChannels",
        /// Add and change channels.
        allow_create_update_channels: bool = "allowCreateUpdateChannels",
        /// Add, change and remove connectors.
        allow_create_update_remove_connectors: bool = "allowCreateUpdateRemoveConnectors",
        /// Add, change and remove tabs.
        allow_create_update_remove_tabs: bool = "allowCreateUpdateRemoveTabs",
        /// Delete channels.
        allow_delete_channels: bool = "allowDeleteChannels",
    }
}

resource! {
    /// What guests of a team may do.
    pub struct TeamGuestSettings("microsoft.graph.teamGuestSettings") {
        /// Add and change channels.
        allow_create_update_channels: bool = "allowCreateUpdateChannels",
        /// Delete channels.
        allow_delete_channels: bool = "allowDeleteChannels",
    }
}

resource! {
    /// What may be done with the messages of a team.
    pub struct TeamMessagingSettings("microsoft.graph.teamMessagingSettings") {
        /// Mention a channel.
        allow_channel_mentions: bool = "allowChannelMentions",
        /// Owners delete messages of others.
        allow_owner_delete_messages: bool = "allowOwnerDeleteMessages",
        /// Mention the team.
        allow_team_mentions: bool = "allowTeamMentions",
        /// Users delete their own messages.
        allow_user_delete_messages: bool = "allowUserDeleteMessages",
        /// Users edit their own messages.
        allow_user_edit_messages: bool = "allowUserEditMessages",
    }
}

resource! {
    /// What amuses in a team.
    pub struct TeamFunSettings("microsoft.graph.teamFunSettings") {
        /// Memes of one's own.
        allow_custom_memes: bool = "allowCustomMemes",
        /// Moving pictures.
        allow_giphy: bool = "allowGiphy",
        /// Stickers and memes.
        allow_stickers_and_memes: bool = "allowStickersAndMemes",
        /// How strictly moving pictures are rated.
        giphy_content_rating: String = "giphyContentRating",
    }
}

resource! {
    /// Where searches find a team.
    pub struct TeamDiscoverySettings("microsoft.graph.teamDiscoverySettings") {
        /// In searches and suggestions of the client.
        show_in_teams_search_and_suggestions: bool = "showInTeamsSearchAndSuggestions",
    }
}

resource! {
    /// Who may write in a channel, and what.
    pub struct ChannelModerationSettings("microsoft.graph.channelModerationSettings") {
        /// Whether bots may write.
        allow_new_message_from_bots: bool = "allowNewMessageFromBots",
        /// Whether connectors may write.
        allow_new_message_from_connectors: bool = "allowNewMessageFromConnectors",
        /// Who may answer.
        reply_restriction: String = "replyRestriction",
        /// Who may begin.
        user_new_message_restriction: String = "userNewMessageRestriction",
    }
}
