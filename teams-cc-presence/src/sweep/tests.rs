use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use teams_cc_core::{Instant, UserId};

use super::*;

fn users(count: u64) -> Vec<UserId> {
    (0..count).map(|n| UserId::numbered("u", n)).collect()
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn read(sweep: &mut Sweep) -> Option<(BatchId, Vec<UserId>)> {
    match sweep.poll_output() {
        Output::Read { batch, users } => Some((batch, users)),
        Output::Timeout(_) => None,
    }
}

fn timeout(sweep: &mut Sweep) -> Option<Instant> {
    match sweep.poll_output() {
        Output::Timeout(at) => at,
        Output::Read { .. } => panic!("a read where a timeout was expected"),
    }
}

#[test]
fn a_hundred_thousand_users_are_read_once_within_their_share_of_the_rate() {
    let config = SweepConfig::default().period(secs(30)).share(70).in_flight(8);
    let mut sweep = Sweep::new(config);
    let start = Instant::from_secs(100);
    let mut now = start;
    sweep.handle_input(now, Input::Watch(&users(100_000))).unwrap();
    let (mut requests, mut seen) = (0, 0);
    while seen < 100_000 {
        match sweep.poll_output() {
            Output::Read { batch, users } => {
                requests += 1;
                seen += users.len();
                sweep.handle_input(now, Input::Answered(batch)).unwrap();
            }
            Output::Timeout(at) => {
                now = at.expect("users are due");
                sweep.handle_input(now, Input::Tick).unwrap();
            }
        }
    }
    assert_eq!((requests, seen), (154, 100_000));
    // 154 requests at 35 a second, eight of them at once.
    assert!(now - start < Duration::from_millis(4_400), "{:?}", now - start);
    assert!(now - start > secs(4), "{:?}", now - start);
}

#[test]
fn a_wanted_user_goes_before_everyone_who_is_due() {
    let mut sweep = Sweep::new(SweepConfig::default().batch(2));
    let now = Instant::from_secs(1);
    sweep.handle_input(now, Input::Watch(&users(9))).unwrap();
    sweep.handle_input(now, Input::Want(&users(9)[7..8])).unwrap();
    let (_, first) = read(&mut sweep).unwrap();
    assert_eq!(first, [UserId::numbered("u", 7), UserId::numbered("u", 0)]);
}

#[test]
fn wishes_made_together_share_a_request_and_end_with_it() {
    let mut sweep = Sweep::new(SweepConfig::default());
    let now = Instant::from_secs(1);
    sweep.handle_input(now, Input::Want(&users(2))).unwrap();
    let due = timeout(&mut sweep).unwrap();
    assert_eq!(due - now, Duration::from_millis(250));
    sweep.handle_input(now, Input::Want(&users(3)[1..])).unwrap();
    sweep.handle_input(due, Input::Tick).unwrap();
    let (batch, together) = read(&mut sweep).unwrap();
    assert_eq!(together, users(3));
    sweep.handle_input(due, Input::Answered(batch)).unwrap();
    assert!(sweep.is_empty());
    assert_eq!(timeout(&mut sweep), None);
}

#[test]
fn a_throttled_sweep_asks_for_nothing_until_the_time_given() {
    let mut sweep = Sweep::new(SweepConfig::default());
    let now = Instant::from_secs(1);
    let wait = Duration::from_millis(2_128);
    sweep.handle_input(now, Input::Watch(&users(3))).unwrap();
    let (batch, _) = read(&mut sweep).unwrap();
    sweep.handle_input(now, Input::Failed { batch, retry_after: Some(wait) }).unwrap();
    assert_eq!(timeout(&mut sweep), Some(now + wait));
    sweep.handle_input(now, Input::Want(&users(1))).unwrap();
    let just_before = Instant::from_nanos((now + wait).as_nanos() - 1);
    sweep.handle_input(just_before, Input::Tick).unwrap();
    assert!(timeout(&mut sweep).unwrap() >= now + wait);
    sweep.handle_input(now + wait + secs(1), Input::Tick).unwrap();
    assert_eq!(read(&mut sweep).unwrap().1.len(), 3);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_a_late_one_changes_nothing() {
    let mut sweep = Sweep::new(SweepConfig::default().answer_within(secs(20)));
    let now = Instant::from_secs(1);
    sweep.handle_input(now, Input::Watch(&users(1))).unwrap();
    let (lost, _) = read(&mut sweep).unwrap();
    assert_eq!(timeout(&mut sweep), Some(now + secs(20)));
    sweep.handle_input(now + secs(20), Input::Tick).unwrap();
    let (again, _) = read(&mut sweep).unwrap();
    assert_ne!(lost, again);
    sweep.handle_input(now + secs(21), Input::Answered(lost)).unwrap();
    assert_eq!(sweep.in_flight(), 1);
}

#[test]
fn a_forgotten_user_is_read_no_more_even_from_a_request_that_is_out() {
    let mut sweep = Sweep::new(SweepConfig::default());
    let now = Instant::from_secs(1);
    sweep.handle_input(now, Input::Watch(&users(2))).unwrap();
    let (batch, _) = read(&mut sweep).unwrap();
    sweep.handle_input(now, Input::Forget(&users(1))).unwrap();
    sweep.handle_input(now, Input::Answered(batch)).unwrap();
    sweep.handle_input(now + secs(300), Input::Tick).unwrap();
    assert_eq!(read(&mut sweep).unwrap().1, users(2)[1..]);
}

#[test]
fn over_the_bound_nothing_changes() {
    let mut sweep = Sweep::new(SweepConfig::default());
    let most = u64::try_from(Sweep::MAX_USERS).unwrap();
    sweep.handle_input(Instant::ZERO, Input::Watch(&users(most))).unwrap();
    let one_more = [UserId::numbered("other", 1)];
    assert!(sweep.handle_input(Instant::ZERO, Input::Watch(&one_more)).is_err());
    assert!(sweep.handle_input(Instant::ZERO, Input::Want(&users(1))).is_ok());
    assert_eq!(sweep.len(), Sweep::MAX_USERS);
}

#[derive(Clone, Debug)]
enum Act {
    Pass(u64),
    Watch(u64),
    Want(u64),
    Answer,
    Fail(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1u64..20_000).prop_map(Act::Pass),
        (0u64..40).prop_map(Act::Watch),
        (0u64..40).prop_map(Act::Want),
        Just(Act::Answer),
        (0u64..5_000).prop_map(Act::Fail),
    ]
}

proptest! {
    #[test]
    fn nobody_is_asked_for_twice_at_once_nor_forgotten_nor_too_early(
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let period = secs(30);
        let mut sweep = Sweep::new(SweepConfig::default().period(period).batch(5).in_flight(3));
        let mut now = Instant::from_secs(1);
        let mut out: BTreeMap<BatchId, Vec<UserId>> = BTreeMap::new();
        let mut closed_until = now;
        let mut watched = std::collections::BTreeSet::new();
        for act in acts {
            let oldest = out.first_key_value().map(|(batch, _)| *batch);
            match act {
                Act::Pass(millis) => {
                    now += Duration::from_millis(millis);
                    sweep.handle_input(now, Input::Tick).unwrap();
                }
                Act::Watch(n) => {
                    watched.insert(UserId::numbered("u", n));
                    sweep.handle_input(now, Input::Watch(&[UserId::numbered("u", n)])).unwrap();
                }
                Act::Want(n) => {
                    sweep.handle_input(now, Input::Want(&[UserId::numbered("u", n)])).unwrap();
                }
                Act::Answer => if let Some(batch) = oldest {
                    out.remove(&batch);
                    sweep.handle_input(now, Input::Answered(batch)).unwrap();
                },
                Act::Fail(millis) => if let Some(batch) = oldest {
                    out.remove(&batch);
                    let wait = Duration::from_millis(millis);
                    closed_until = closed_until.max(now + wait);
                    sweep.handle_input(now, Input::Failed { batch, retry_after: Some(wait) }).unwrap();
                },
            }
            while let Output::Read { batch, users } = sweep.poll_output() {
                prop_assert!(now >= closed_until, "read before the time the service gave");
                prop_assert!(!users.is_empty() && users.len() <= 5);
                out.insert(batch, users);
                prop_assert!(sweep.in_flight() <= 3);
            }
            // What the sweep took back as lost is no longer out.
            let live: Vec<BatchId> = sweep.flights().collect();
            out.retain(|batch, _| live.contains(batch));
            let mut together: Vec<&UserId> = out.values().flatten().collect();
            let count = together.len();
            together.sort();
            together.dedup();
            prop_assert_eq!(together.len(), count, "a user is in two requests at once");
        }
        // From here every request is answered at once: within a period and some, all are read.
        for batch in out.into_keys() {
            sweep.handle_input(now, Input::Answered(batch)).unwrap();
        }
        let end = now.max(closed_until) + period + secs(30);
        while let Some(next) = match sweep.poll_output() {
            Output::Read { batch, users } => {
                for user in &users {
                    watched.remove(user);
                }
                sweep.handle_input(now, Input::Answered(batch)).unwrap();
                Some(now)
            }
            Output::Timeout(at) => at.filter(|at| *at < end),
        } {
            now = next;
            sweep.handle_input(now, Input::Tick).unwrap();
        }
        prop_assert!(watched.is_empty(), "never read: {watched:?}");
    }
}
