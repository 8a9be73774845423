//! The day of the example `presence_100k`, in small: as data, and through JSON and encryption.

#[path = "../../examples/presence_100k/world/mod.rs"]
mod world;

use std::time::Duration;

use world::{Door, Plan, World};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Fewer people who change more often, with an outage of every kind.
fn small(seed: u64, users: usize, lasts: Duration) -> Plan {
    let mut plan = Plan::enterprise(seed).lasting(lasts);
    plan.users = users;
    plan.changes_a_day = 150;
    plan.storms = vec![(minutes(3), minutes(2))];
    plan.revocations = vec![(minutes(7), minutes(1))];
    plan.stalls = vec![(minutes(1), minutes(1))];
    plan.silence_every = minutes(60);
    plan.removal_every = minutes(30);
    plan
}

#[test]
fn an_hour_of_everything_that_goes_wrong_loses_nothing_and_keeps_every_limit() {
    for seed in [1, 2] {
        let report = World::new(small(seed, 4_000, minutes(60))).run();
        assert_eq!(report.faults(), Vec::<String>::new(), "seed {seed}\n{report}");
        assert!(report.throttled > 0 && report.lost > 0 && report.counts.fallen > 0, "{report}");
        assert!(report.heap / report.users <= 300, "{report}");
        assert!(report.opened > 0 && report.counts.doubted > 0, "{report}");
    }
}

#[test]
fn ten_minutes_through_json_and_full_decryption_end_in_the_truth() {
    let mut plan = small(3, 4_000, minutes(10));
    plan.door = Door::Json;
    let report = World::new(plan).run();
    assert_eq!(report.faults(), Vec::<String>::new(), "{report}");
    assert!(report.opened > 2_000, "{report}");
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let day = |seed| World::new(small(seed, 2_000, minutes(5))).run().to_string();
    assert_eq!(day(5), day(5));
    assert_ne!(day(5), day(6));
}
