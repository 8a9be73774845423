use std::collections::BTreeSet;

use proptest::prelude::*;
use teams_cc_core::{Instant, UserId, agent::Availability};
use teams_cc_graph::{Error, model};

use super::*;

fn user(n: u64) -> UserId {
    UserId::numbered("u", n)
}

fn users(count: u64) -> Vec<UserId> {
    (0..count).map(user).collect()
}

fn busy(id: &str) -> model::Presence {
    model::Presence::new().id(id.to_owned()).availability("Busy".to_owned())
}

fn refused() -> Error {
    Error::connection("400 Bad Request")
}

/// Answers a whole read as a service would that refuses requests with a bad id in them.
fn served(plan: &mut BatchRead, bad: &BTreeSet<UserId>, missing: &BTreeSet<UserId>) -> usize {
    let mut requests = 0;
    while let Some(batch) = plan.next_batch() {
        requests += 1;
        assert!(!batch.users.is_empty() && batch.users.len() <= crate::MAX_IDS);
        if batch.users.iter().any(|user| bad.contains(user)) {
            plan.failed(batch.id, Refusal::OfAnId, refused());
        } else {
            let there = batch.users.iter().filter(|user| !missing.contains(user)).rev();
            let answer: Vec<_> = there.map(|user| busy(user.as_str())).collect();
            plan.answered(batch.id, Instant::from_secs(7), &answer);
        }
    }
    requests
}

#[test]
fn one_bad_id_among_650_costs_itself_alone() {
    let bad = BTreeSet::from([user(333)]);
    let mut plan = BatchRead::new(users(650), 650).unwrap();
    let requests = served(&mut plan, &bad, &BTreeSet::new());
    assert!(plan.is_done());
    let report = plan.into_report();
    assert_eq!(report.found().len(), 649);
    assert!(matches!(report.why_unread(&user(333)), Some(Unread::Refused(_))));
    // One for the lot and two for each of at most ten halvings.
    assert!(requests <= 21, "{requests}");
    assert_eq!(report.requests(), requests);
}

#[test]
fn a_service_that_refuses_everything_is_not_asked_without_end() {
    let everyone: BTreeSet<UserId> = users(2_000).into_iter().collect();
    let mut plan = BatchRead::new(users(2_000), 650).unwrap();
    let requests = served(&mut plan, &everyone, &BTreeSet::new());
    assert!(requests <= 4 + 2 * MAX_SPLITS, "{requests}");
    let report = plan.into_report();
    assert_eq!(report.unread().len(), 2_000);
    let with_others = |why: &Unread| matches!(why, Unread::RefusedWithOthers(_));
    assert!(report.unread().any(|(_, why)| with_others(why)));
}

#[test]
fn answers_are_matched_by_id_whatever_their_case_and_order() {
    let ada: UserId = "FA8BF3DC-eca7-46b7-bad1-db199b62afc3".parse().unwrap();
    let bo: UserId = "66825e03-7ef5-42da-9069-724602c31f6b".parse().unwrap();
    let mut plan = BatchRead::new([ada.clone(), bo.clone()], 650).unwrap();
    let batch = plan.next_batch().unwrap();
    let answer = [
        busy("stranger"),
        busy("66825E03-7EF5-42DA-9069-724602C31F6B"),
        busy("fa8bf3dc-eca7-46b7-bad1-db199b62afc3"),
        model::Presence::new(),
    ];
    plan.answered(batch.id, Instant::from_secs(7), &answer);
    let report = plan.into_report();
    assert!(report.is_complete());
    assert_eq!(report.unasked(), 2);
    for user in [ada, bo] {
        let seen = report.get(&user).unwrap();
        assert_eq!(seen.value.availability, Availability::Busy);
        assert_eq!(seen.read_at, Instant::from_secs(7));
    }
}

#[test]
fn of_two_presences_of_one_user_the_newer_version_counts() {
    let numbered = |number: &str, availability: &str| {
        model::Presence::new()
            .id("u0".to_owned())
            .availability(availability.to_owned())
            .sequence_number(number.to_owned())
    };
    for answer in [
        [numbered("02", "Away"), numbered("01", "Busy")],
        [numbered("01", "Busy"), numbered("02", "Away")],
    ] {
        let mut plan = BatchRead::new(users(1), 650).unwrap();
        let batch = plan.next_batch().unwrap();
        plan.answered(batch.id, Instant::ZERO, &answer);
        let report = plan.into_report();
        assert_eq!(report.get(&user(0)).unwrap().value.availability, Availability::Away);
    }
}

#[test]
fn a_refusal_of_the_app_stops_the_read_and_one_of_a_request_does_not() {
    let table = [
        (vec![Refusal::OfTheApp], 1),
        (vec![Refusal::OfTheRequest], 10),
        (vec![Refusal::OfTheRequest; MAX_FAILURES], MAX_FAILURES),
    ];
    for (failures, expected) in table {
        let mut plan = BatchRead::new(users(100), 10).unwrap();
        let mut failures = failures.into_iter();
        let mut requests = 0;
        while let Some(batch) = plan.next_batch() {
            requests += 1;
            if let Some(refusal) = failures.next() {
                plan.failed(batch.id, refusal, refused());
            } else {
                let answer: Vec<_> = batch.users.iter().map(|id| busy(id.as_str())).collect();
                plan.answered(batch.id, Instant::ZERO, &answer);
            }
        }
        assert_eq!(requests, expected);
        let report = plan.into_report();
        assert_eq!(report.found().len() + report.unread().len(), 100);
        assert!(report.failure().is_some());
    }
}

#[test]
fn an_answer_to_no_request_changes_nothing() {
    let mut plan = BatchRead::new(users(1), 650).unwrap();
    let batch = plan.next_batch().unwrap();
    plan.answered(batch.id, Instant::from_secs(1), &[busy("u0")]);
    plan.answered(batch.id, Instant::from_secs(9), &[]);
    plan.failed(batch.id, Refusal::OfTheApp, refused());
    let report = plan.into_report();
    assert!(report.is_complete());
    assert_eq!(report.get(&user(0)).unwrap().read_at, Instant::from_secs(1));
}

#[test]
fn more_users_than_the_bound_are_refused_before_anything_is_asked() {
    let over = u64::try_from(MAX_USERS).unwrap() + 1;
    assert!(BatchRead::new(users(over), 650).is_err());
    assert!(BatchRead::new(Vec::new(), 650).unwrap().is_done());
}

proptest! {
    #[test]
    fn every_user_gets_a_presence_or_a_reason_and_no_other_users_reason(
        count in 1u64..2_000,
        size in 1usize..700,
        bad in prop::collection::btree_set(0u64..2_000, 0..4),
        missing in prop::collection::btree_set(0u64..2_000, 0..50),
    ) {
        let name = |set: BTreeSet<u64>| -> BTreeSet<UserId> { set.into_iter().map(user).collect() };
        let (bad, missing) = (name(bad), name(missing));
        let mut plan = BatchRead::new(users(count), size).unwrap();
        served(&mut plan, &bad, &missing);
        prop_assert!(plan.is_done());
        let report = plan.into_report();
        for user in users(count) {
            let why = report.why_unread(&user);
            prop_assert_eq!(report.get(&user).is_some(), why.is_none());
            if bad.contains(&user) {
                prop_assert!(matches!(why, Some(Unread::Refused(_))), "{user}: {why:?}");
            } else if missing.contains(&user) {
                prop_assert!(matches!(why, Some(Unread::Missing)), "{user}: {why:?}");
            } else {
                prop_assert!(why.is_none(), "{user}: {why:?}");
            }
        }
    }
}
