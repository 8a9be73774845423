//! The day of the example `presence_100k`, in small: as data, and through JSON and encryption.

#[path = "../../examples/presence_100k/world/mod.rs"]
mod world;

use std::time::Duration;

use teams_cc_presence::Class;
use teams_cc_stories::soak;
use world::{Defect, Door, Plan, World};

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
    plan.held = users / 50;
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

/// The plan of the example itself for some hours, with fewer people: its outages, its rate of changes
/// and its share of the rate. `cargo xtask soak` runs the example as a whole.
#[test]
fn hours_of_the_enterprise_plan_keep_every_bound_with_few_people() {
    let mut plan = Plan::enterprise(42).lasting(minutes(4 * 60));
    plan.users = 2_000;
    plan.held = 20;
    let report = World::new(plan).run();
    assert_eq!(report.faults(), Vec::<String>::new(), "{report}");
    assert!(report.throttled > 0 && report.lost > 0 && report.opened > 0, "{report}");
    assert!(report.heap / report.users <= 256, "{report}");
}

#[test]
fn agents_are_held_available_within_the_same_rate_as_everybody_is_read() {
    let report = World::new(small(4, 4_000, minutes(60))).run();
    assert_eq!(report.faults(), Vec::<String>::new(), "{report}");
    let written = report.taken.iter().find(|(class, _)| *class == Class::Write).unwrap().1;
    // 80 agents for an hour, once in four minutes or a little sooner.
    assert!((1_200..3_000).contains(&written), "{written}\n{report}");
    let mut long = small(4, 1_000, minutes(60));
    long.storms = vec![(minutes(5), minutes(20))];
    let report = World::new(long).run();
    assert_eq!(report.faults(), Vec::<String>::new(), "{report}");
    assert!(report.faded > 0, "nothing could be written for twenty minutes\n{report}");
}

#[test]
fn a_broken_tracker_is_found_out() {
    for defect in [Defect::DropsChanges, Defect::SkipsAShard] {
        let mut plan = small(1, 4_000, minutes(60));
        plan.defect = Some(defect);
        let faults = World::new(plan).run().faults();
        let wrongly = "somebody was shown wrongly for longer than the bound";
        assert!(faults.iter().any(|fault| fault == wrongly), "{defect:?}: {faults:?}");
    }
}

/// In long runs with everybody and the traffic of the whole day, otherwise with fewer who change more.
#[test]
fn ten_minutes_through_json_and_full_decryption_end_in_the_truth() {
    let users = 4_000 * usize::try_from(soak()).unwrap_or(usize::MAX).min(25);
    let mut plan = small(3, users, minutes(10));
    if users > 4_000 {
        plan.changes_a_day = Plan::enterprise(3).changes_a_day;
    }
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
