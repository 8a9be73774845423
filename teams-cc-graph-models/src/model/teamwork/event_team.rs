//! Teams and channels as the [messages of the system](https://learn.microsoft.com/graph/system-messages) tell them.

use crate::model::IdentitySet;
use crate::wire::Sensitive;

resource! {
    /// A channel was added.
    pub struct ChannelAddedEventMessageDetail("microsoft.graph.channelAddedEventMessageDetail") {
        /// The name of the channel.
        channel_display_name: Sensitive = "channelDisplayName",
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A channel was deleted.
    pub struct ChannelDeletedEventMessageDetail(
        "microsoft.graph.channelDeletedEventMessageDetail"
    ) {
        /// The name of the channel.
        channel_display_name: Sensitive = "channelDisplayName",
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A channel has a new name.
    pub struct ChannelRenamedEventMessageDetail(
        "microsoft.graph.channelRenamedEventMessageDetail"
    ) {
        /// The name of the channel.
        channel_display_name: Sensitive = "channelDisplayName",
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A channel has a new description.
    pub struct ChannelDescriptionUpdatedEventMessageDetail(
        "microsoft.graph.channelDescriptionUpdatedEventMessageDetail"
    ) {
        /// What the channel is for.
        channel_description: Sensitive = "channelDescription",
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A channel shows for every member.
    pub struct ChannelSetAsFavoriteByDefaultEventMessageDetail(
        "microsoft.graph.channelSetAsFavoriteByDefaultEventMessageDetail"
    ) {
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// A channel no longer shows for every member.
    pub struct ChannelUnsetAsFavoriteByDefaultEventMessageDetail(
        "microsoft.graph.channelUnsetAsFavoriteByDefaultEventMessageDetail"
    ) {
        /// The channel.
        channel_id: Sensitive = "channelId",
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
    }
}

resource! {
    /// The team was created.
    pub struct TeamCreatedEventMessageDetail("microsoft.graph.teamCreatedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// What the team is for.
        team_description: Sensitive = "teamDescription",
        /// The name of the team.
        team_display_name: Sensitive = "teamDisplayName",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// The team has a new name.
    pub struct TeamRenamedEventMessageDetail("microsoft.graph.teamRenamedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The name of the team.
        team_display_name: Sensitive = "teamDisplayName",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// The team has a new description.
    pub struct TeamDescriptionUpdatedEventMessageDetail(
        "microsoft.graph.teamDescriptionUpdatedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// What the team is for.
        team_description: Sensitive = "teamDescription",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// The team was archived.
    pub struct TeamArchivedEventMessageDetail("microsoft.graph.teamArchivedEventMessageDetail") {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// The team is in use again.
    pub struct TeamUnarchivedEventMessageDetail(
        "microsoft.graph.teamUnarchivedEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// Anybody may join the team.
    pub struct TeamJoiningEnabledEventMessageDetail(
        "microsoft.graph.teamJoiningEnabledEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The team.
        team_id: String = "teamId",
    }
}

resource! {
    /// Nobody may join the team without being added.
    pub struct TeamJoiningDisabledEventMessageDetail(
        "microsoft.graph.teamJoiningDisabledEventMessageDetail"
    ) {
        /// Who did it.
        initiator: Box<IdentitySet> = "initiator",
        /// The team.
        team_id: String = "teamId",
    }
}
