//! Which limits a request counts against.

use std::fmt;

use http::Method;

/// Requests that a service counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Calls and what happens in them. They go before all others where requests wait.
    Calls,
    /// Lists of call records, and logs of PSTN and Direct Routing calls.
    CallRecords,
    /// One call record, first page.
    CallRecord,
    /// One call record, further pages.
    CallRecordNextPage,
    /// Presence.
    Presence,
    /// Subscriptions to change notifications.
    Subscriptions,
    /// Sending a message to a chat.
    SendChatMessage,
    /// Sending a message to a channel.
    SendChannelMessage,
    /// Reading messages of chats and channels.
    ReadMessages,
    /// A notification in one person's or chat's activity feed.
    ActivityNotification,
    /// A notification in several persons' activity feeds.
    ActivityNotificationToRecipients,
    /// Other reads of Teams: chats, members, apps.
    TeamsRead,
    /// Other changes of Teams.
    TeamsWrite,
    /// Users and other directory objects, in resource units.
    DirectoryRead,
    /// Changes of users and other directory objects.
    DirectoryWrite,
    /// What has no limit of its own.
    Others,
}

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class<'a> {
    pub(crate) family: Family,
    /// The resource with a limit of its own.
    pub(crate) resource: Option<&'a str>,
    /// What the request costs of the limit.
    pub(crate) cost: u32,
}

/// The segments looked at.
const DEPTH: usize = 6;

impl<'a> Class<'a> {
    /// What a request to a path below the API version counts as.
    pub(crate) fn of(method: &Method, path: &'a str, query: Option<&str>) -> Self {
        let mut segments = [""; DEPTH];
        let found = split(path).filter(|segment| !segment.is_empty());
        for (place, segment) in segments.iter_mut().zip(found) {
            *place = segment;
        }
        let [first, second, third, ..] = segments;
        match first {
            "communications" => communications(second, third, query),
            "app" if second == "calls" => Family::Calls.alone(),
            "subscriptions" => Family::Subscriptions.alone(),
            "chats" | "teams" | "teamwork" | "appCatalogs" => teams(method, &segments),
            "users" => of_user(method, third, third.is_empty() && second.is_empty(), &segments),
            "me" => of_user(method, second, false, &segments),
            "applications" | "servicePrincipals" | "groups" | "directoryObjects" => {
                directory(method, second.is_empty() || third == "appRoleAssignments")
            }
            _ => Family::Others.alone(),
        }
    }
}

impl Family {
    /// The family without a resource, at the price of one.
    const fn alone(self) -> Class<'static> {
        Class { family: self, resource: None, cost: 1 }
    }

    /// Every family.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[
            Self::Calls,
            Self::CallRecords,
            Self::CallRecord,
            Self::CallRecordNextPage,
            Self::Presence,
            Self::Subscriptions,
            Self::SendChatMessage,
            Self::SendChannelMessage,
            Self::ReadMessages,
            Self::ActivityNotification,
            Self::ActivityNotificationToRecipients,
            Self::TeamsRead,
            Self::TeamsWrite,
            Self::DirectoryRead,
            Self::DirectoryWrite,
            Self::Others,
        ]
    }
}

/// The segments of a path, empty ones too. As `split('/')`, which is made for longer texts.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let whole = rest?;
        let end = memchr::memchr(b'/', whole.as_bytes());
        rest = end.and_then(|end| whole.get(end + 1..));
        whole.get(..end.unwrap_or(whole.len()))
    })
}

fn communications<'a>(what: &str, id: &'a str, query: Option<&str>) -> Class<'a> {
    match what {
        "calls" => Family::Calls.alone(),
        "callRecords" if id.is_empty() || id.contains('(') => Family::CallRecords.alone(),
        "callRecords" => {
            let next = query.is_some_and(|query| query.contains("skiptoken"));
            let family = if next { Family::CallRecordNextPage } else { Family::CallRecord };
            Class { family, resource: Some(id), cost: 1 }
        }
        "presences" | "getPresencesByUserId" => Family::Presence.alone(),
        _ => Family::Others.alone(),
    }
}

fn of_user<'a>(
    method: &Method,
    what: &str,
    is_list: bool,
    segments: &[&'a str; DEPTH],
) -> Class<'a> {
    match what {
        "presence" => Family::Presence.alone(),
        "chats" | "joinedTeams" | "teamwork" => teams(method, segments),
        "onlineMeetings" => Family::Others.alone(),
        _ => directory(method, is_list),
    }
}

fn teams<'a>(method: &Method, segments: &[&'a str; DEPTH]) -> Class<'a> {
    let has = |name: &str| segments.contains(&name);
    let [first, id, _, channel, ..] = *segments;
    // A limit of its own has a team, and each of its channels.
    let resource = match (first, has("channels"), channel) {
        ("teams", true, channel) if !channel.is_empty() => Some(channel),
        ("teams", ..) if !id.is_empty() => Some(id),
        _ => None,
    };
    let read = *method == Method::GET;
    let family = if has("sendActivityNotificationToRecipients") {
        Family::ActivityNotificationToRecipients
    } else if has("sendActivityNotification") {
        Family::ActivityNotification
    } else if has("messages") && read {
        Family::ReadMessages
    } else if has("messages") && *method == Method::POST {
        if has("channels") { Family::SendChannelMessage } else { Family::SendChatMessage }
    } else if read {
        Family::TeamsRead
    } else {
        Family::TeamsWrite
    };
    Class { family, resource, cost: 1 }
}

/// Lists cost two resource units.
fn directory(method: &Method, is_list: bool) -> Class<'static> {
    if *method == Method::GET {
        Class { family: Family::DirectoryRead, resource: None, cost: 1 + u32::from(is_list) }
    } else {
        Family::DirectoryWrite.alone()
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calls => "calls",
            Self::CallRecords => "call records",
            Self::CallRecord => "one call record",
            Self::CallRecordNextPage => "pages of one call record",
            Self::Presence => "presence",
            Self::Subscriptions => "subscriptions",
            Self::SendChatMessage => "messages to chats",
            Self::SendChannelMessage => "messages to channels",
            Self::ReadMessages => "reading messages",
            Self::ActivityNotification => "activity notifications",
            Self::ActivityNotificationToRecipients => "activity notifications to recipients",
            Self::TeamsRead => "reading teams",
            Self::TeamsWrite => "changing teams",
            Self::DirectoryRead => "reading the directory",
            Self::DirectoryWrite => "changing the directory",
            Self::Others => "other requests",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_where_its_service_counts_it() {
        use Family::{
            ActivityNotification, ActivityNotificationToRecipients, CallRecord, CallRecordNextPage,
            CallRecords, Calls, DirectoryRead, DirectoryWrite, Others, Presence, ReadMessages,
            SendChannelMessage, SendChatMessage, Subscriptions, TeamsRead, TeamsWrite,
        };
        for (method, path, family, resource, cost) in [
            ("POST", "/communications/calls", Calls, None, 1),
            ("POST", "/communications/calls/c/transfer", Calls, None, 1),
            ("GET", "/app/calls/c", Calls, None, 1),
            ("GET", "/communications/callRecords", CallRecords, None, 1),
            ("GET", "/communications/callRecords/getPstnCalls(a=b)", CallRecords, None, 1),
            ("GET", "/communications/callRecords/r1", CallRecord, Some("r1"), 1),
            ("GET", "/communications/callRecords/r1/sessions", CallRecord, Some("r1"), 1),
            ("GET", "/communications/presences/u", Presence, None, 1),
            ("POST", "/communications/getPresencesByUserId", Presence, None, 1),
            ("GET", "/communications/onlineMeetings", Others, None, 1),
            ("GET", "/users/u/presence", Presence, None, 1),
            ("POST", "/users/u/presence/setPresence", Presence, None, 1),
            ("GET", "/me/presence", Presence, None, 1),
            ("PATCH", "/subscriptions/s", Subscriptions, None, 1),
            ("POST", "/chats/c/messages", SendChatMessage, None, 1),
            ("GET", "/chats/c/messages", ReadMessages, None, 1),
            ("POST", "/teams/t/channels/ch/messages", SendChannelMessage, Some("ch"), 1),
            ("POST", "/teams/t/channels/ch/messages/m/replies", SendChannelMessage, Some("ch"), 1),
            ("GET", "/teams/t/channels/ch/messages", ReadMessages, Some("ch"), 1),
            ("GET", "/teams/t", TeamsRead, Some("t"), 1),
            ("POST", "/chats", TeamsWrite, None, 1),
            ("GET", "/users/u/chats", TeamsRead, None, 1),
            ("POST", "/users/u/teamwork/sendActivityNotification", ActivityNotification, None, 1),
            (
                "POST",
                "/teamwork/sendActivityNotificationToRecipients",
                ActivityNotificationToRecipients,
                None,
                1,
            ),
            ("GET", "/users", DirectoryRead, None, 2),
            ("GET", "/users/u", DirectoryRead, None, 1),
            ("GET", "/me", DirectoryRead, None, 1),
            ("POST", "/applications", DirectoryWrite, None, 1),
            ("GET", "/users/u/onlineMeetings", Others, None, 1),
            ("POST", "/$batch", Others, None, 1),
            ("GET", "", Others, None, 1),
            ("GET", "//////////", Others, None, 1),
        ] {
            let class = Class::of(&method.parse().unwrap(), path, None);
            assert_eq!(class, Class { family, resource, cost }, "{method} {path}");
        }
        let next = Class::of(&Method::GET, "/communications/callRecords/r", Some("$skiptoken=1"));
        assert_eq!(next.family, CallRecordNextPage);
    }

    #[test]
    fn families_stand_in_the_order_of_their_declaration() {
        let places: Vec<_> = Family::all().iter().map(|family| *family as usize).collect();
        assert_eq!(places, (0..Family::all().len()).collect::<Vec<_>>());
    }

    #[test]
    fn every_limit_says_where_it_is_written_and_when_it_was_read() {
        let mut limits: Vec<_> = Family::all().iter().flat_map(|family| family.limits()).collect();
        limits.push(Family::every_request());
        assert!(limits.len() > 25);
        for limit in limits {
            assert!(limit.source.starts_with("https://learn.microsoft.com/"));
            assert_eq!(limit.read.len(), "2026-11-22".len());
            assert!(limit.requests > 0 && !limit.period.is_zero());
        }
        let written = format!("{:?}", Family::Presence.limits());
        assert!(written.contains("requests: 1500, period: 30s, scope: AppAndTenant"), "{written}");
    }
}
