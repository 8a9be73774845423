use std::time::Duration;

use super::desk::{Desk, secs, user, users};
use crate::{
    rate::{Class, Rate},
    tracker::{Input, TrackerConfig},
};

#[test]
fn a_hundred_thousand_users_are_read_within_six_seconds_and_then_spread_over_the_period() {
    let config = TrackerConfig::default().period(secs(30)).in_flight(8);
    let mut desk = Desk::new(config);
    desk.put(Input::Watch(&users(100_000)));
    desk.pass(secs(6));
    let (first, spread) = desk.asked.split_at(154);
    assert_eq!(first.iter().map(|(_, asked)| asked.len()).sum::<usize>(), 100_000);
    assert!(spread.len() < 40, "{}", spread.len());
    desk.pass(secs(60));
    desk.asked.clear();
    desk.pass(secs(30));
    assert!((153..=155).contains(&desk.asked.len()), "{}", desk.asked.len());
    let start = desk.asked[0].0;
    for tenth in 0..10 {
        let from = start + secs(3) * tenth;
        let within =
            desk.asked.iter().filter(|(at, _)| *at >= from && *at < from + secs(3)).count();
        assert!((14..=17).contains(&within), "{within} in {tenth}");
    }
}

/// Pain 50: the size of a request is built in.
#[test]
fn no_request_names_more_than_650_users_however_many_are_wanted() {
    let mut desk = Desk::watching(TrackerConfig::default(), 2_000);
    desk.asked.clear();
    desk.put(Input::Want(&users(2_000)));
    desk.pass(secs(5));
    assert!(desk.asked.iter().all(|(_, asked)| asked.len() <= 650));
    assert_eq!(desk.asked.iter().map(|(_, asked)| asked.len()).sum::<usize>(), 2_000);
}

#[test]
fn a_wanted_user_goes_before_every_turn() {
    let mut desk = Desk::watching(TrackerConfig::default().fill(10).coalesce(Duration::ZERO), 100);
    desk.now += secs(300);
    desk.put(Input::Tick);
    desk.put(Input::Want(&[user(77)]));
    assert_eq!(desk.ask().unwrap().1, [user(77)]);
}

#[test]
fn wishes_made_together_share_a_request() {
    let mut desk = Desk::watching(TrackerConfig::default().hot(secs(1), Duration::ZERO), 5_000);
    desk.asked.clear();
    for n in [1, 4_000, 2_000] {
        desk.put(Input::Want(&[user(n)]));
        desk.run();
        desk.now += Duration::from_millis(80);
    }
    desk.pass(secs(1));
    assert_eq!(desk.asked.len(), 1);
    assert_eq!(desk.asked[0].1, [user(1), user(4_000), user(2_000)]);
}

#[test]
fn who_was_asked_for_is_read_more_often_for_a_while() {
    let mut desk = Desk::watching(TrackerConfig::default().hot(secs(20), secs(120)), 5_000);
    desk.put(Input::Want(&[user(77)]));
    desk.pass(secs(1));
    desk.asked.clear();
    desk.pass(secs(280));
    let hot = desk.asked.iter().filter(|(_, asked)| *asked == [user(77)]).count();
    assert!((4..=6).contains(&hot), "{hot}");
    desk.asked.clear();
    desk.pass(secs(150));
    assert!(desk.asked.iter().all(|(_, asked)| asked.len() > 1), "no longer");
}

#[test]
fn a_429_stops_everything_for_exactly_as_long_as_it_says() {
    let mut desk = Desk::new(TrackerConfig::default().fill(10));
    desk.put(Input::Watch(&users(100)));
    let (read, _) = desk.ask().unwrap();
    desk.put(Input::Throttled { read, retry_after: Some(Duration::from_millis(2_128)) });
    assert!(desk.ask().is_none());
    let start = desk.now;
    desk.asked.clear();
    desk.pass(secs(10));
    assert!(desk.asked.iter().all(|(at, _)| *at - start >= Duration::from_millis(2_128)));
    assert_eq!(desk.asked.iter().map(|(_, asked)| asked.len()).sum::<usize>(), 100);
}

#[test]
fn a_storm_of_throttling_loses_nobody() {
    let mut desk = Desk::watching(TrackerConfig::default().fill(10).period(secs(30)), 100);
    let end = desk.now + secs(600);
    while desk.now < end {
        while let Some((read, _)) = desk.ask() {
            desk.put(Input::Throttled { read, retry_after: Some(Duration::from_millis(2_128)) });
        }
        desk.now = desk.next.unwrap().max(desk.now + Duration::from_millis(1));
        desk.put(Input::Tick);
    }
    for n in 0..100 {
        desk.set(n, super::desk::presence("Busy"));
    }
    desk.pass(secs(30));
    assert!((0..100).all(|n| desk.shown(n) == "Busy"));
}

/// A revoked token, or no network.
#[test]
fn failures_in_a_row_are_answered_by_longer_pauses() {
    let mut desk = Desk::new(TrackerConfig::default());
    desk.put(Input::Watch(&users(5)));
    let start = desk.now;
    for _ in 0..8 {
        let (read, _) = desk.ask().unwrap();
        desk.put(Input::Failed(read));
        assert!(desk.ask().is_none());
        desk.now = desk.next.unwrap();
        desk.put(Input::Tick);
    }
    assert_eq!(desk.now - start, secs(1 + 2 + 4 + 8 + 16 + 30 + 30 + 30));
    desk.run();
    assert_eq!(desk.shown(4), "Available");
}

#[test]
fn a_request_without_an_answer_is_made_again() {
    let mut desk = Desk::new(TrackerConfig::default().answer_within(secs(10)));
    desk.put(Input::Watch(&users(5)));
    let (lost, asked) = desk.ask().unwrap();
    assert!(desk.ask().is_none());
    desk.pass(secs(10));
    assert_eq!((desk.asked.len(), desk.shown(0).as_str()), (2, "Available"));
    // Its answer comes after all, and counts no more.
    desk.set(0, super::desk::presence("Busy"));
    desk.answer(lost, &asked);
    assert_eq!((desk.shown(0).as_str(), desk.tracker.counts().lost), ("Available", 1));
}

#[test]
fn a_rate_that_others_have_used_up_makes_turns_wait_and_not_calls() {
    let mut desk = Desk::watching(TrackerConfig::default().coalesce(Duration::ZERO), 5);
    desk.rate = Rate::new(10);
    while desk.rate.take(desk.now, Class::Sweep).is_ok() {}
    desk.now += secs(0);
    desk.put(Input::Want(&[user(1)]));
    assert_eq!(desk.ask().unwrap().1, [user(1)]);
}

#[test]
fn a_turn_that_waited_a_tenth_of_its_period_comes_before_writes() {
    let mut desk = Desk::watching(TrackerConfig::default().period(secs(60)), 5);
    let start = desk.now;
    desk.asked.clear();
    for _ in 0..700 {
        // Somebody writes whatever the rate lets through.
        while desk.rate.take(desk.now, Class::Write).is_ok() {}
        desk.run();
        desk.now += Duration::from_millis(100);
        desk.put(Input::Tick);
    }
    let first = desk.asked.first().expect("a read").0 - start;
    assert!(first > secs(60) && first <= secs(67), "{first:?}");
}
