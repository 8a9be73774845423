//! The table of limits.

use std::time::Duration;

use super::{Family, Limit, Scope};

/// The page that lists the limits of all services.
pub const LIMITS_PAGE: &str = "https://learn.microsoft.com/graph/throttling-limits";

/// How many meetings one user may have created in a month (Learn, throttling-limits). Nobody here
/// counts them: the service refuses.
pub const MEETINGS_PER_USER_AND_MONTH: u32 = 2000;

const SECOND: Duration = Duration::from_secs(1);
const MINUTES_5: Duration = Duration::from_mins(5);
const DAY: Duration = Duration::from_hours(24);

/// A row of [`LIMITS_PAGE`] as read on 2026-11-22.
const fn row(requests: u32, period: Duration, scope: Scope) -> Limit {
    Limit { requests, period, scope, source: LIMITS_PAGE, read: "2026-11-22" }
}

/// A row of the same page as it was in July 2021, which later versions no longer repeat.
const fn row_2021(requests: u32, period: Duration, scope: Scope) -> Limit {
    Limit { requests, period, scope, source: LIMITS_PAGE, read: "2021-07-01" }
}

use Scope::{App, AppAndTenant, Resource, Tenant};

/// What every request counts against. A version of June 2024 says 130,000 in 10 s instead; the
/// stricter figure is kept.
pub(super) const ANY: Limit = row(2000, SECOND, App);

const CALLS: &[Limit] = &[row_2021(5000, Duration::from_secs(10), App)];

const RECORDS: &[Limit] = &[
    row(1500, Duration::from_secs(20), AppAndTenant),
    row(10_000, Duration::from_secs(20), Tenant),
];

const RECORD: &[Limit] = &[
    row(1500, Duration::from_secs(20), AppAndTenant),
    row(10_000, Duration::from_secs(20), Tenant),
    row(10, Duration::from_secs(20), Resource),
];

const RECORD_NEXT: &[Limit] = &[
    row(1500, Duration::from_secs(20), AppAndTenant),
    row(10_000, Duration::from_secs(20), Tenant),
    row(50, MINUTES_5, Resource),
];

const PRESENCE: &[Limit] = &[row(1500, Duration::from_secs(30), AppAndTenant)];

const SUBSCRIPTIONS: &[Limit] = &[
    row_2021(5000, Duration::from_secs(20), AppAndTenant),
    row_2021(10_000, Duration::from_secs(20), Tenant),
];

const CHAT_MESSAGE: &[Limit] = &[row(20, SECOND, AppAndTenant), row(200, SECOND, App)];

const CHANNEL_MESSAGE: &[Limit] = &[
    row(50, SECOND, AppAndTenant),
    row(500, SECOND, App),
    row(4, SECOND, Resource),
    row(3000, DAY, Resource),
];

const MESSAGES: &[Limit] =
    &[row(20, SECOND, AppAndTenant), row(200, SECOND, App), row(4, SECOND, Resource)];

const ACTIVITY: &[Limit] = &[row(5, SECOND, AppAndTenant), row(50, SECOND, App)];

const ACTIVITY_TO_RECIPIENTS: &[Limit] = &[row(2, SECOND, AppAndTenant), row(20, SECOND, App)];

const TEAMS_READ: &[Limit] =
    &[row(30, SECOND, AppAndTenant), row(1500, SECOND, App), row(4, SECOND, Resource)];

const TEAMS_WRITE: &[Limit] =
    &[row(30, SECOND, AppAndTenant), row(300, SECOND, App), row(4, SECOND, Resource)];

/// Resource units; the quota of a tenant grows with it from 50 and 500 users on, the least is kept.
const DIRECTORY_READ: &[Limit] =
    &[row(3500, Duration::from_secs(10), AppAndTenant), row(150_000, Duration::from_secs(20), App)];

const DIRECTORY_WRITE: &[Limit] = &[
    row(3000, Duration::from_secs(150), AppAndTenant),
    row(70_000, MINUTES_5, App),
    row(18_000, MINUTES_5, Tenant),
];

impl Family {
    /// The limits of the family, besides [`Family::every_request`].
    #[must_use]
    pub const fn limits(self) -> &'static [Limit] {
        match self {
            Self::Calls => CALLS,
            Self::CallRecords => RECORDS,
            Self::CallRecord => RECORD,
            Self::CallRecordNextPage => RECORD_NEXT,
            Self::Presence => PRESENCE,
            Self::Subscriptions => SUBSCRIPTIONS,
            Self::SendChatMessage => CHAT_MESSAGE,
            Self::SendChannelMessage => CHANNEL_MESSAGE,
            Self::ReadMessages => MESSAGES,
            Self::ActivityNotification => ACTIVITY,
            Self::ActivityNotificationToRecipients => ACTIVITY_TO_RECIPIENTS,
            Self::TeamsRead => TEAMS_READ,
            Self::TeamsWrite => TEAMS_WRITE,
            Self::DirectoryRead => DIRECTORY_READ,
            Self::DirectoryWrite => DIRECTORY_WRITE,
            Self::Others => &[],
        }
    }

    /// The limit that counts every request of the app, whatever its family.
    #[must_use]
    pub const fn every_request() -> &'static Limit {
        &ANY
    }
}
