//! How large the enterprise is, and how bad its day.

use std::time::Duration;

use teams_cc_core::Seed;
use teams_cc_presence::tracker::TrackerConfig;

/// How requests and notifications pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// As data; so many notifications in a million are encrypted and opened in full.
    Data { sealed: u64 },
    /// As JSON, every notification encrypted and opened in full.
    Json,
}

/// How a tracker may be broken, to see that the judge finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// One change in a thousand is not told.
    DropsChanges,
    /// The sweep of one shard goes out, and what comes back is forgotten.
    SkipsAShard,
}

/// How large the enterprise is, and how bad its day.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: Seed,
    pub(crate) users: usize,
    pub(crate) lasts: Duration,
    /// How often everybody changes in 24 hours.
    pub(crate) changes_a_day: u32,
    pub(crate) tracker: TrackerConfig,
    /// Percent of the documented rate that the tracker may use.
    pub(crate) share: u32,
    pub(crate) door: Door,
    /// When the service throttles everything, and for how long.
    pub(crate) storms: Vec<(Duration, Duration)>,
    /// When the token is revoked, and how long it takes to get another.
    pub(crate) revocations: Vec<(Duration, Duration)>,
    /// When nobody takes changes, and for how long.
    pub(crate) stalls: Vec<(Duration, Duration)>,
    /// How often a subscription dies without a word.
    pub(crate) silence_every: Duration,
    /// How often a subscription is taken away and told so.
    pub(crate) removal_every: Duration,
    /// How many of them are agents whom the app holds available, within the same rate.
    pub(crate) held: usize,
    /// What is broken, where anything is.
    pub(crate) defect: Option<Defect>,
}

/// The sweep period that the example states.
pub(crate) const PERIOD: Duration = Duration::from_mins(1);

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

impl Plan {
    /// 100,000 people for a day, with two thirds of the documented rate.
    pub(crate) fn enterprise(seed: u64) -> Self {
        let second = Duration::from_secs(1);
        Self {
            seed: Seed::new(seed),
            users: 100_000,
            lasts: minutes(24 * 60),
            changes_a_day: 20,
            tracker: TrackerConfig::default()
                .period(PERIOD)
                .dead_man(PERIOD)
                .in_flight(8)
                .answer_within(second * 10),
            share: 66,
            door: Door::Data { sealed: 10_000 },
            storms: vec![
                (minutes(12), minutes(2)),
                (minutes(9 * 60), minutes(30)),
                (minutes(14 * 60 + 3), minutes(5)),
                (minutes(20 * 60), minutes(1)),
            ],
            revocations: vec![(minutes(30), minutes(3)), (minutes(16 * 60), minutes(20))],
            stalls: vec![(minutes(45), minutes(2)), (minutes(11 * 60), minutes(10))],
            silence_every: minutes(24 * 60),
            removal_every: minutes(12 * 60),
            held: 1_000,
            defect: None,
        }
    }

    pub(crate) fn lasting(mut self, lasts: Duration) -> Self {
        self.lasts = lasts;
        self
    }
}
