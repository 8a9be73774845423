use super::desk::{Desk, presence, secs, user, users};
use crate::tracker::{Input, Push, Tracker, TrackerConfig};

#[test]
fn one_user_too_many_is_refused_and_changes_nothing() {
    let mut desk = Desk::new(TrackerConfig::default());
    let many = users(Tracker::MAX_USERS as u64 + 1);
    assert!(desk.tracker.handle_input(desk.now, Input::Watch(&many)).is_err());
    assert!(desk.tracker.is_empty());
    desk.put(Input::Watch(&many[..10]));
    desk.put(Input::Watch(&many[..10]));
    assert_eq!(desk.tracker.len(), 10);
}

#[test]
fn a_user_who_comes_later_is_read_alone_and_then_with_the_shard() {
    let mut desk = Desk::watching(TrackerConfig::default(), 5);
    desk.put(Input::Watch(&[user(9)]));
    desk.pass(secs(1));
    assert_eq!(desk.asked.last().unwrap().1, [user(9)]);
    desk.pass(secs(300));
    assert_eq!(desk.asked.last().unwrap().1.len(), 6);
}

#[test]
fn a_place_given_to_another_does_not_mix_them_up() {
    let mut desk = Desk::watching(TrackerConfig::default(), 5);
    desk.notify(2, "Busy");
    desk.now += secs(300);
    desk.put(Input::Tick);
    let (read, asked) = desk.ask().unwrap();
    desk.put(Input::Forget(&[user(2)]));
    desk.put(Input::Watch(&[user(9)]));
    desk.set(2, presence("Away"));
    desk.answer(read, &asked);
    assert_eq!((desk.shown(2).as_str(), desk.shown(9).as_str()), ("nothing", "nothing"));
    desk.pass(secs(1));
    assert_eq!(desk.shown(9), "Available");
    assert_eq!(desk.changes(), ["u9 Available 0"]);
}

#[test]
fn a_shard_that_was_empty_has_turns_again() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    desk.put(Input::Forget(&users(3)));
    desk.pass(secs(900));
    desk.asked.clear();
    desk.put(Input::Watch(&[user(7)]));
    desk.pass(secs(601));
    assert!(desk.asked.len() >= 3, "{:?}", desk.asked);
}

#[test]
fn coming_and_going_leaves_nothing_behind() {
    let mut desk = Desk::watching(TrackerConfig::default(), 10);
    let before = desk.tracker.heap_bytes();
    for round in 0..2_000 {
        desk.put(Input::Watch(&[user(100 + round)]));
        desk.notify(100 + round, "Busy");
        desk.put(Input::Want(&[user(100 + round)]));
        desk.put(Input::Named(&user(100 + round)));
        desk.put(Input::Forget(&[user(100 + round)]));
    }
    assert!(desk.tracker.heap_bytes() < before + 4096, "{before}");
    desk.pass(secs(900));
    assert_eq!(desk.tracker.len(), 10);
}

#[test]
fn strangers_are_counted_and_nothing_else() {
    let mut desk = Desk::watching(TrackerConfig::default(), 2);
    desk.notify(99, "Busy");
    desk.put(Input::Named(&user(98)));
    desk.put(Input::Want(&[user(97)]));
    assert_eq!((desk.tracker.counts().unknown, desk.tracker.len()), (3, 2));
}

#[test]
fn a_shard_is_as_large_as_a_subscription_may_be_and_no_larger() {
    let mut desk = Desk::watching(TrackerConfig::default(), 1_301);
    let sizes: Vec<usize> = desk.tracker.shards().map(|standing| standing.users).collect();
    assert_eq!(sizes, [650, 650, 1]);
    let shard = desk.shard(1_300);
    desk.put(Input::Push { shard, push: Push::Rich });
    assert_eq!(desk.tracker.users(shard), [user(1_300)]);
}

#[test]
fn a_watched_user_takes_no_more_than_256_bytes() {
    let ids: Vec<_> = (0..100_000_u64)
        .map(|n| {
            format!("fa8bf3dc-eca7-46b7-bad1-{n:012x}").parse::<teams_cc_core::UserId>().unwrap()
        })
        .collect();
    let mut desk = Desk::new(TrackerConfig::default());
    for id in &ids {
        desk.truth.insert(id.clone(), super::desk::version("Busy", "A0811517236"));
    }
    desk.put(Input::Watch(&ids));
    desk.pass(secs(10));
    desk.changes();
    desk.pass(secs(600));
    assert!(desk.tracker.get(&ids[99_999]).is_some());
    let each = desk.tracker.heap_bytes() / ids.len();
    assert!(each <= 256, "{each}");
}
