//! What a [message of the system](https://learn.microsoft.com/graph/system-messages) says: `eventMessageDetail` and its subtypes.

use super::{
    CallEndedEventMessageDetail, CallRecordingEventMessageDetail, CallStartedEventMessageDetail,
    CallTranscriptEventMessageDetail, ChannelAddedEventMessageDetail,
    ChannelDeletedEventMessageDetail, ChannelDescriptionUpdatedEventMessageDetail,
    ChannelRenamedEventMessageDetail, ChannelSetAsFavoriteByDefaultEventMessageDetail,
    ChannelUnsetAsFavoriteByDefaultEventMessageDetail, ChatRenamedEventMessageDetail,
    ConversationMemberRoleUpdatedEventMessageDetail, MeetingPolicyUpdatedEventMessageDetail,
    MembersAddedEventMessageDetail, MembersDeletedEventMessageDetail,
    MembersJoinedEventMessageDetail, MembersLeftEventMessageDetail,
    MessagePinnedEventMessageDetail, MessageUnpinnedEventMessageDetail,
    TabUpdatedEventMessageDetail, TeamArchivedEventMessageDetail, TeamCreatedEventMessageDetail,
    TeamDescriptionUpdatedEventMessageDetail, TeamJoiningDisabledEventMessageDetail,
    TeamJoiningEnabledEventMessageDetail, TeamRenamedEventMessageDetail,
    TeamUnarchivedEventMessageDetail, TeamsAppInstalledEventMessageDetail,
    TeamsAppRemovedEventMessageDetail, TeamsAppUpgradedEventMessageDetail,
};

polymorphic! {
    /// What a message of the system says.
    pub enum EventMessageDetail {
        /// A call or a meeting began.
        CallStarted(CallStartedEventMessageDetail),
        /// A call or a meeting ended.
        CallEnded(CallEndedEventMessageDetail),
        /// A recording began, ended or is ready.
        CallRecording(CallRecordingEventMessageDetail),
        /// A transcript is ready.
        CallTranscript(CallTranscriptEventMessageDetail),
        /// The chat of a meeting was switched on or off.
        MeetingPolicyUpdated(MeetingPolicyUpdatedEventMessageDetail),
        /// Members were added.
        MembersAdded(MembersAddedEventMessageDetail),
        /// Members were removed.
        MembersDeleted(MembersDeletedEventMessageDetail),
        /// Members joined by themselves.
        MembersJoined(MembersJoinedEventMessageDetail),
        /// Members left.
        MembersLeft(MembersLeftEventMessageDetail),
        /// The role of a member changed.
        ConversationMemberRoleUpdated(ConversationMemberRoleUpdatedEventMessageDetail),
        /// The chat has a new title.
        ChatRenamed(ChatRenamedEventMessageDetail),
        /// A message was pinned.
        MessagePinned(MessagePinnedEventMessageDetail),
        /// A message is no longer pinned.
        MessageUnpinned(MessageUnpinnedEventMessageDetail),
        /// A tab changed.
        TabUpdated(TabUpdatedEventMessageDetail),
        /// An app was installed.
        TeamsAppInstalled(TeamsAppInstalledEventMessageDetail),
        /// An app was removed.
        TeamsAppRemoved(TeamsAppRemovedEventMessageDetail),
        /// An app was brought to its newest version.
        TeamsAppUpgraded(TeamsAppUpgradedEventMessageDetail),
        /// A channel was added.
        ChannelAdded(ChannelAddedEventMessageDetail),
        /// A channel was deleted.
        ChannelDeleted(ChannelDeletedEventMessageDetail),
        /// A channel has a new name.
        ChannelRenamed(ChannelRenamedEventMessageDetail),
        /// A channel has a new description.
        ChannelDescriptionUpdated(ChannelDescriptionUpdatedEventMessageDetail),
        /// A channel shows for every member.
        ChannelSetAsFavoriteByDefault(ChannelSetAsFavoriteByDefaultEventMessageDetail),
        /// A channel no longer shows for every member.
        ChannelUnsetAsFavoriteByDefault(ChannelUnsetAsFavoriteByDefaultEventMessageDetail),
        /// The team was created.
        TeamCreated(TeamCreatedEventMessageDetail),
        /// The team has a new name.
        TeamRenamed(TeamRenamedEventMessageDetail),
        /// The team has a new description.
        TeamDescriptionUpdated(TeamDescriptionUpdatedEventMessageDetail),
        /// The team was archived.
        TeamArchived(TeamArchivedEventMessageDetail),
        /// The team is in use again.
        TeamUnarchived(TeamUnarchivedEventMessageDetail),
        /// Anybody may join the team.
        TeamJoiningEnabled(TeamJoiningEnabledEventMessageDetail),
        /// Nobody may join the team without being added.
        TeamJoiningDisabled(TeamJoiningDisabledEventMessageDetail),
    }
}
