//! One seed is one day: the same events in the same order, whatever the machine.

use std::collections::BTreeSet;

use teams_cc_sim::{scenario::Day, world::SECRET};
use teams_cc_stories::{day, soak};

/// How many days are lived through; `TEAMS_CC_SOAK` multiplies them.
const DAYS: u64 = 50;

#[test]
fn one_seed_gives_one_hash() {
    let first = day(42, |_| {});
    let second = day(42, |_| {});
    assert_eq!(first.log.events(), second.log.events());
    assert_eq!(first.log.hash(), second.log.hash());
    assert_eq!(first.watched.seen(), second.watched.seen());
}

/// Who was offered what, in order.
fn offers(seed: u64) -> Vec<String> {
    let events = day(seed, |_| {}).watched.events();
    let told = events.iter().map(|(_, contact, event)| format!("{contact} {event}"));
    told.filter(|line| line.contains("offered")).collect()
}

#[test]
fn another_seed_gives_another_hash_and_other_offers() {
    assert_ne!(day(42, |_| {}).log.hash(), day(43, |_| {}).log.hash());
    assert_ne!(offers(42), offers(43));
    assert!(!offers(42).is_empty());
}

#[test]
fn no_day_loses_a_contact_or_breaks_a_rule() {
    for seed in 0..DAYS * soak() {
        let ended = day(seed, |_| {});
        let report = ended.report;
        let ladder = ended.log.ladder();
        assert_eq!(
            (report.contacts, report.emergencies),
            (5, 1),
            "seed {seed}: {report}\n{ladder}"
        );
        assert_eq!((report.lost, report.open), (0, 0), "seed {seed}: {report}\n{ladder}");
        assert_eq!(report.overflowed, 1, "seed {seed}: {report}\n{ladder}");
        assert_eq!(report.answered, 4, "seed {seed}: {report}\n{ladder}");
        assert_eq!(ended.broken, [], "seed {seed}\n{ladder}");
    }
}

#[test]
fn leaving_any_event_out_changes_the_hash() {
    let log = day(42, |_| {}).log;
    let whole = log.hash();
    assert!(log.events().len() > 100);
    let mut hashes = BTreeSet::from([whole]);
    let mut before = None;
    for (index, event) in log.events().iter().enumerate() {
        let mut less = log.clone();
        less.remove(index).expect("it is there");
        // Of two equal events in a row it does not matter which is left out.
        let new = hashes.insert(less.hash());
        assert_eq!(new, before != Some(event), "event {index} counts like another: {event}");
        before = Some(event);
    }
}

#[test]
fn the_hash_knows_no_tokens_keys_ports_or_wall_times() {
    let ended = day(42, |_| {});
    for event in ended.log.events() {
        let line = event.to_string();
        let lower = line.to_ascii_lowercase();
        for secret in ["bearer", "eyj", "inline:", "a=crypto", "branch=", "tag=", "2026-", SECRET] {
            assert!(!lower.contains(secret), "{secret} in {line}");
        }
        for port in [":5060", ":5061", ":4", ":20000"] {
            assert!(!event.what.contains(port), "{port} in {line}");
        }
    }
}

#[test]
fn a_day_that_begins_at_another_hour_has_the_same_hash() {
    let later = |day: &mut Day| {
        day.setup.start = "2027-07-01T23:30:00Z".parse().expect("a timestamp");
    };
    assert_eq!(day(42, |_| {}).log.hash(), day(42, later).log.hash());
}
