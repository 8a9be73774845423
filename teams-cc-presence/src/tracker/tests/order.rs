//! Whatever comes in whatever order, the last full read leaves the truth.

use proptest::prelude::*;

use super::desk::{Desk, presence, secs, user};
use crate::tracker::{Input, Push, TrackerConfig};

const STATES: [&str; 4] = ["Available", "Busy", "Away", "DoNotDisturb"];
const USERS: u64 = 30;

#[derive(Clone, Debug)]
enum Step {
    Change(u64, usize),
    Notify(u64, usize),
    Name(u64),
    Want(u64),
    Ask,
    Answer,
    Refuse,
    Throttle(u64),
    Fail,
    Push(u8),
    Pass(u64),
    Leave(u64),
    Come(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let user = 0..USERS;
    prop_oneof![
        3 => (user.clone(), 0..4usize).prop_map(|(user, state)| Step::Change(user, state)),
        3 => (user.clone(), 0..4usize).prop_map(|(user, state)| Step::Notify(user, state)),
        1 => user.clone().prop_map(Step::Name),
        1 => user.clone().prop_map(Step::Want),
        3 => Just(Step::Ask),
        3 => Just(Step::Answer),
        1 => Just(Step::Refuse),
        1 => (0..40_000u64).prop_map(Step::Throttle),
        1 => Just(Step::Fail),
        1 => (0..3u8).prop_map(Step::Push),
        3 => (0..90_000u64).prop_map(Step::Pass),
        1 => user.clone().prop_map(Step::Leave),
        1 => user.prop_map(Step::Come),
    ]
}

#[test]
fn a_shard_whose_every_id_was_refused_has_its_turns_once_one_is_taken_again() {
    let config = TrackerConfig::default().period(secs(60));
    let mut desk = Desk::new(config);
    desk.put(Input::Watch(&[user(0)]));
    let (read, _) = desk.ask().expect("whoever is new is read");
    desk.put(Input::Refused(read));
    desk.pass(secs(2 * 3600));
    let seen = desk.tracker.get(&user(0)).expect("asked for again within the hour");
    assert!(seen.age(desk.now) <= secs(60 + 20), "{:?}", seen.age(desk.now));
}

proptest! {
    #[test]
    fn nothing_is_lost_whatever_happens(steps in prop::collection::vec(step(), 0..120)) {
        let config = TrackerConfig::default().fill(8).period(secs(60)).dead_man(secs(90));
        let mut desk = Desk::watching(config.answer_within(secs(10)), USERS);
        let mut out = Vec::new();
        let mut shown = std::collections::BTreeMap::new();
        for step in steps {
            match step {
                Step::Change(n, state) => desk.set(n, presence(STATES[state])),
                Step::Notify(n, state) => desk.notify(n, STATES[state]),
                Step::Name(n) => desk.put(Input::Named(&user(n))),
                Step::Want(n) => desk.put(Input::Want(&[user(n)])),
                Step::Ask => out.extend(desk.ask()),
                Step::Answer => if let Some((read, asked)) = out.pop() { desk.answer(read, &asked) },
                Step::Refuse => if let Some((read, _)) = out.pop() { desk.put(Input::Refused(read)) },
                Step::Fail => if let Some((read, _)) = out.pop() { desk.put(Input::Failed(read)) },
                Step::Throttle(millis) => if let Some((read, _)) = out.pop() {
                    let retry_after = Some(std::time::Duration::from_millis(millis));
                    desk.put(Input::Throttled { read, retry_after });
                },
                Step::Push(kind) => {
                    let shard = desk.tracker.shards().next().unwrap().shard;
                    let push = [Push::None, Push::IdOnly, Push::Rich][usize::from(kind)];
                    desk.put(Input::Push { shard, push });
                }
                Step::Pass(millis) => {
                    desk.now += std::time::Duration::from_millis(millis);
                    desk.put(Input::Tick);
                }
                Step::Leave(n) => {
                    desk.put(Input::Forget(&[user(n)]));
                    shown.remove(&user(n));
                }
                Step::Come(n) => desk.put(Input::Watch(&[user(n)])),
            }
            while let Some(change) = desk.tracker.poll_change() {
                shown.insert(change.user, change.seen.value);
            }
        }
        // What is out is lost; an id that was refused is asked for again within the hour.
        desk.pass(secs(3600 + 300));
        prop_assert_eq!(desk.tracker.in_flight(), 0);
        while let Some(change) = desk.tracker.poll_change() {
            shown.insert(change.user, change.seen.value);
        }
        let usual = presence("Available");
        for n in 0..USERS {
            let id = user(n);
            let Some(seen) = desk.tracker.get(&id) else {
                prop_assert!(!desk.tracker.is_watched(&id), "{} was never read", id);
                continue;
            };
            let truth = desk.truth.get(&id).unwrap_or(&usual);
            prop_assert_eq!(&seen.value, truth, "{}", id);
            if let Some(shown) = shown.get(&id) {
                prop_assert_eq!(shown, truth, "{} as shown", id);
            }
            prop_assert!(seen.age(desk.now) <= secs(90 + 20), "{}", id);
        }
    }
}
