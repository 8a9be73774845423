use std::time::Duration;

use crate::permission::Permission;

/// What the service demands of subscriptions to one resource.
///
/// Sources, read in November 2026: [subscription](https://learn.microsoft.com/graph/api/resources/subscription)
/// and [change notifications in Teams](https://learn.microsoft.com/graph/teams-change-notification-in-microsoft-teams-overview).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionLimit {
    /// The resource, with its variables in braces.
    pub resource: &'static str,
    /// The longest life of a subscription.
    pub longest: Duration,
    /// The life above which a lifecycle URL is needed.
    pub lifecycle_url_above: Option<Duration>,
    /// Permissions that allow it, least privileged first; one suffices.
    pub permissions: &'static [Permission],
}

/// What the service demands of subscriptions to `resource`; `None` for one this crate does not
/// know.
///
/// A leading slash, query options and keys in parentheses make no difference.
///
/// ```
/// use teams_cc_graph::request::subscriptions::limit_of;
///
/// let limit = limit_of("/communications/presences/agent-1").expect("it is known");
/// assert_eq!(limit.longest.as_secs(), 3600);
/// ```
#[must_use]
pub fn limit_of(resource: &str) -> Option<&'static SubscriptionLimit> {
    let path = resource.split('?').next().unwrap_or_default().trim_matches('/');
    let path = path.replace("('", "/").replace("')", "");
    SUBSCRIPTION_LIMITS.iter().find(|limit| is_of(&path, limit.resource))
}

/// What the service demands, resource by resource.
pub const SUBSCRIPTION_LIMITS: &[SubscriptionLimit] = &[
    SubscriptionLimit {
        longest: minutes(4230),
        lifecycle_url_above: None,
        ..teams("communications/callRecords", &[app("CallRecords.Read.All")])
    },
    presence("communications/presences"),
    presence("communications/presences/{id}"),
    teams(
        "communications/onlineMeetings/getAllRecordings",
        &[app("OnlineMeetingRecording.Read.All")],
    ),
    teams(
        "communications/onlineMeetings/getAllTranscripts",
        &[app("OnlineMeetingTranscript.Read.All")],
    ),
    teams("communications/onlineMeetings/{id}/recordings", RECORDING),
    teams("communications/onlineMeetings/{id}/transcripts", TRANSCRIPT),
    teams("users/{id}/onlineMeetings/getAllRecordings", RECORDING),
    teams("users/{id}/onlineMeetings/getAllTranscripts", TRANSCRIPT),
    teams("chats", &[app("Chat.ReadBasic.All"), app("Chat.Read.All")]),
    teams("chats/getAllMembers", &[app("ChatMember.Read.All"), app("Chat.ReadBasic.All")]),
    teams("chats/getAllMessages", &[app("Chat.Read.All")]),
    teams("chats/{id}", &[app("Chat.ReadBasic.All"), app("Chat.Read.All"), user("Chat.ReadBasic")]),
    teams(
        "chats/{id}/members",
        &[app("ChatMember.Read.All"), app("Chat.ReadBasic.All"), user("ChatMember.Read")],
    ),
    teams("chats/{id}/messages", &[app("Chat.Read.All"), user("Chat.Read")]),
    teams("users/{id}/chats/getAllMessages", &[app("Chat.Read.All"), user("Chat.Read")]),
    teams("teams", &[app("Team.ReadBasic.All")]),
    teams("teams/getAllChannels", &[app("Channel.ReadBasic.All")]),
    teams("teams/getAllMessages", &[app("ChannelMessage.Read.All")]),
    teams("teams/{id}", &[app("Team.ReadBasic.All"), user("Team.ReadBasic.All")]),
    teams("teams/{id}/channels", &[app("Channel.ReadBasic.All"), user("Channel.ReadBasic.All")]),
    teams("teams/{id}/members", &[app("TeamMember.Read.All")]),
    teams(
        "teams/{id}/channels/{id}/messages",
        &[app("ChannelMessage.Read.All"), user("ChannelMessage.Read.All")],
    ),
    SubscriptionLimit {
        longest: minutes(41_760),
        lifecycle_url_above: None,
        ..teams("users", &[app("User.Read.All"), user("User.Read.All")])
    },
    SubscriptionLimit {
        longest: minutes(41_760),
        lifecycle_url_above: None,
        ..teams("users/{id}", &[app("User.Read.All"), user("User.Read.All")])
    },
];

const PRESENCE: &[Permission] = &[user("Presence.Read.All")];
const RECORDING: &[Permission] =
    &[app("OnlineMeetingRecording.Read.All"), user("OnlineMeetingRecording.Read.All")];
const TRANSCRIPT: &[Permission] =
    &[app("OnlineMeetingTranscript.Read.All"), user("OnlineMeetingTranscript.Read.All")];

/// What most resources of Teams have in common: three days, and a lifecycle URL above an hour.
const fn teams(resource: &'static str, permissions: &'static [Permission]) -> SubscriptionLimit {
    SubscriptionLimit {
        resource,
        longest: minutes(4320),
        lifecycle_url_above: Some(minutes(60)),
        permissions,
    }
}

/// Presence lives an hour, for signed-in users alone. Without resource data it names who changed.
const fn presence(resource: &'static str) -> SubscriptionLimit {
    SubscriptionLimit {
        resource,
        longest: minutes(60),
        lifecycle_url_above: None,
        permissions: PRESENCE,
    }
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

const fn app(name: &'static str) -> Permission {
    Permission::application(name)
}

const fn user(name: &'static str) -> Permission {
    Permission::delegated(name)
}

fn is_of(path: &str, pattern: &str) -> bool {
    let (mut path, mut pattern) = (path.split('/'), pattern.split('/'));
    loop {
        match (path.next(), pattern.next()) {
            (None, None) => return true,
            (Some(_), Some("{id}")) => {}
            (Some(part), Some(wanted)) if part.eq_ignore_ascii_case(wanted) => {}
            _ => return false,
        }
    }
}
