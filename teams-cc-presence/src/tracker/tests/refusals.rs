use std::collections::BTreeSet;

use super::desk::{Desk, secs, user, users};
use crate::tracker::{Input, MAX_SPLITS, Output, TrackerConfig};

/// Answers 400 to every request that names one of these.
fn run(desk: &mut Desk, bad: &[u64]) {
    let bad: Vec<_> = bad.iter().map(|n| user(*n)).collect();
    while let Some((read, asked)) = desk.ask() {
        if asked.iter().any(|user| bad.contains(user)) {
            desk.put(Input::Refused(read));
        } else {
            desk.answer(read, &asked);
        }
    }
}

/// Pain 50, and the complaints of a bare 400 and of "problematic" users.
#[test]
fn a_bad_id_is_found_by_halving_and_costs_only_itself() {
    let mut desk = Desk::new(TrackerConfig::default());
    desk.put(Input::Watch(&users(650)));
    run(&mut desk, &[77, 500]);
    assert_eq!(desk.told, [Output::Unreadable(user(77)), Output::Unreadable(user(500))]);
    assert!(desk.asked.len() <= 41, "{}", desk.asked.len());
    let known = (0..650).filter(|n| desk.shown(*n) != "nothing").count();
    assert_eq!(known, 648);

    // From then on it is left out, and asked for alone once an hour.
    desk.asked.clear();
    desk.now += secs(300);
    desk.put(Input::Tick);
    run(&mut desk, &[77, 500]);
    assert_eq!(desk.asked.len(), 1);
    assert_eq!(desk.asked[0].1.len(), 648);
}

#[test]
fn an_id_that_is_mended_is_read_again() {
    let mut desk = Desk::new(TrackerConfig::default());
    desk.put(Input::Watch(&users(10)));
    run(&mut desk, &[7]);
    assert_eq!(desk.shown(7), "nothing");
    desk.pass(secs(3600));
    assert_eq!(desk.shown(7), "Available");
    desk.asked.clear();
    desk.pass(secs(300));
    assert_eq!(desk.asked[0].1.len(), 10);
}

#[test]
fn a_service_that_refuses_everything_is_not_asked_for_each_user() {
    let mut desk = Desk::new(TrackerConfig::default());
    desk.put(Input::Watch(&users(6_500)));
    let everybody: Vec<u64> = (0..6_500).collect();
    for _ in 0..60 {
        run(&mut desk, &everybody);
        desk.now = desk.next.unwrap().min(desk.now + secs(1));
        desk.put(Input::Tick);
    }
    assert!(desk.asked.len() <= 10 + 2 * MAX_SPLITS, "{}", desk.asked.len());
}

#[test]
fn everybody_is_accounted_for_whatever_is_refused() {
    let mut desk = Desk::new(TrackerConfig::default().fill(16));
    desk.put(Input::Watch(&users(64)));
    let bad = [0, 15, 16, 40, 63];
    run(&mut desk, &bad);
    desk.pass(secs(5));
    let unread: BTreeSet<u64> = (0..64).filter(|n| desk.shown(*n) == "nothing").collect();
    assert!(unread.is_empty() || unread == BTreeSet::from(bad), "{unread:?}");
}
