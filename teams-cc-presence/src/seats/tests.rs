use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::prelude::*;
use teams_cc_core::{Instant, UserId};
use teams_cc_graph::subscription::{Event, Failure, Reason, Wanted};

use super::*;
use crate::{
    model::Presence,
    rate::Rate,
    tracker::{self, Push, ReadId, Rung, Seen, Tracker, TrackerConfig, Why},
};

const URL: &str = "https://bot.example/changes";

fn user(n: u64) -> UserId {
    UserId::numbered("u", n)
}

fn users(numbers: impl IntoIterator<Item = u64>) -> Vec<UserId> {
    numbers.into_iter().map(user).collect()
}

fn mins(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// A tracker in shards of two, its seats, and a keeper that does at once what it is asked for.
struct Desk {
    tracker: Tracker,
    seats: Seats,
    now: Instant,
    /// The subscriptions that live, by key.
    live: BTreeMap<String, Wanted>,
    /// Those that are to be made.
    waiting: BTreeMap<String, Wanted>,
    /// Accounts the service refuses.
    refused: Vec<&'static str>,
    /// Users the service leaves out, and ids it refuses.
    missing: Vec<UserId>,
    bad: Vec<UserId>,
    /// What was done, in order.
    log: Vec<String>,
    made: u64,
}

impl Desk {
    fn new(accounts: &[&str], count: u64) -> Self {
        let mut seats = Seats::new(SeatsConfig::new(URL).rich());
        for account in accounts {
            seats.add(account).unwrap();
        }
        let mut desk = Self {
            tracker: Tracker::new(TrackerConfig::default().fill(2)),
            seats,
            now: Instant::from_secs(1_000),
            live: BTreeMap::new(),
            waiting: BTreeMap::new(),
            refused: Vec::new(),
            missing: Vec::new(),
            bad: Vec::new(),
            log: Vec::new(),
            made: 0,
        };
        desk.put(tracker::Input::Watch(&users(0..count)));
        desk
    }

    fn put(&mut self, input: tracker::Input<'_>) {
        self.tracker.handle_input(self.now, input).unwrap();
    }

    fn answer(&mut self, read: ReadId, asked: &[UserId]) {
        if asked.iter().any(|user| self.bad.contains(user)) {
            return self.put(tracker::Input::Refused(read));
        }
        let free = Presence::new("Available", "Available");
        let there = asked.iter().filter(|user| !self.missing.contains(user));
        let seen: Vec<Seen<'_>> = there.map(|user| Seen { user, presence: &free }).collect();
        self.tracker
            .handle_input(self.now, tracker::Input::Answered { read, seen: &seen })
            .unwrap();
    }

    fn event(&mut self, event: &Event) {
        self.seats.handle_input(self.now, Input::Kept(event));
    }

    /// Until nobody has anything to say; when to look again.
    fn settle(&mut self) -> Option<Instant> {
        let mut rate = Rate::new(100);
        loop {
            match self.tracker.poll_output(&mut rate) {
                tracker::Output::Read { read, users } => self.answer(read, &users),
                tracker::Output::Moved { shard, why, .. } => {
                    self.seats.handle_input(self.now, Input::Moved { shard, why });
                }
                tracker::Output::Timeout(_) => {
                    self.seats.handle_input(self.now, Input::Look(&self.tracker));
                    let (next, idle) = self.keep();
                    if idle {
                        return next;
                    }
                }
                tracker::Output::Unreadable(_) => {}
            }
        }
    }

    /// Does what the seats ask for; when to look again, and whether there was nothing to do.
    fn keep(&mut self) -> (Option<Instant>, bool) {
        let mut idle = true;
        loop {
            match self.seats.poll_output() {
                Output::Want(wanted) => {
                    let key = wanted.key.to_string();
                    let ids = wanted.resource.reveal().split_once("in ").unwrap().1.to_owned();
                    self.log.push(format!("want {key} {ids}"));
                    self.live.remove(&key);
                    self.waiting.insert(key, *wanted);
                    self.make();
                }
                Output::Forget(key) => {
                    self.log.push(format!("forget {key}"));
                    self.live.remove(&*key);
                    self.waiting.remove(&*key);
                    self.event(&Event::Ended { key });
                }
                Output::Push { shard, push } => self.put(tracker::Input::Push { shard, push }),
                Output::Missed(shard) => self.put(tracker::Input::Missed(shard)),
                Output::Timeout(next) => return (next, idle),
            }
            idle = false;
        }
    }

    /// Tries to make what is waited for.
    fn make(&mut self) {
        for (key, wanted) in std::mem::take(&mut self.waiting) {
            if self.refused.contains(&&*wanted.account) {
                let failure = Failure::Refused;
                self.event(&Event::Failing { key: key.clone().into(), failure });
                self.waiting.insert(key, wanted);
                continue;
            }
            self.made += 1;
            let id = format!("s{}", self.made).into();
            self.live.insert(key.clone(), wanted);
            self.event(&Event::Active { key: key.clone().into(), id });
            self.event(&Event::Resync { key: key.into(), reason: Reason::Created });
        }
    }

    fn pass(&mut self, by: Duration) {
        let end = self.now + by;
        while self.now < end {
            self.now = end.min(self.now + Duration::from_secs(30));
            self.make();
            self.put(tracker::Input::Tick);
            self.settle();
        }
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    fn rungs(&self) -> Vec<Rung> {
        self.tracker.shards().map(|one| one.rung).collect()
    }
}

/// Pain 51, and the complaint of thousands of users where one account takes 650.
#[test]
fn each_shard_has_a_seat_of_its_own_as_far_as_there_are_any() {
    let mut desk = Desk::new(&["a", "b"], 5);
    desk.settle();
    assert_eq!(desk.said(), ["want presence/a ('u0','u1')", "want presence/b ('u2','u3')"]);
    assert_eq!(desk.rungs(), [Rung::Rich, Rung::Rich, Rung::Sweep]);
    let wanted = &desk.live["presence/a"];
    assert_eq!((&*wanted.account, wanted.content, wanted.life), ("a", true, mins(60)));
    assert_eq!(&*wanted.lifecycle_notification_url, URL);
    desk.seats.add("c").unwrap();
    desk.settle();
    assert_eq!(desk.said(), ["want presence/c ('u4')"]);
}

/// The complaint that there is no application permission for subscriptions to presence.
#[test]
fn without_a_signed_in_account_everybody_is_read() {
    let mut desk = Desk::new(&[], 5);
    desk.settle();
    assert!(desk.said().is_empty());
    assert_eq!(desk.rungs(), [Rung::Sweep; 3]);
    assert_eq!(desk.tracker.counts().seen, 5);
}

/// Pain 49: whatever happens, an account is asked for one subscription at a time.
#[test]
fn users_who_come_and_go_change_their_shards_subscription_once_and_no_other() {
    let mut desk = Desk::new(&["a", "b", "c"], 6);
    desk.settle();
    desk.said();
    desk.put(tracker::Input::Forget(&users([1])));
    desk.settle();
    desk.pass(mins(2));
    desk.put(tracker::Input::Watch(&users([9])));
    desk.settle();
    assert_eq!(desk.said(), [""; 0], "others may come and go meanwhile");
    desk.pass(mins(2));
    assert_eq!(desk.said(), [""; 0]);
    desk.pass(mins(2));
    assert_eq!(desk.said(), ["want presence/a ('u0','u9')"]);
    desk.pass(mins(120));
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn a_shard_that_everybody_left_gives_its_seat_to_another() {
    let mut desk = Desk::new(&["a"], 4);
    desk.settle();
    desk.said();
    desk.put(tracker::Input::Forget(&users([0, 1])));
    desk.settle();
    assert_eq!(desk.said(), ["forget presence/a", "want presence/a ('u2','u3')"]);
    assert_eq!(desk.rungs()[1], Rung::Rich);
}

/// The complaint that a subscription failed by 500 with users named as problematic.
#[test]
fn users_the_service_refuses_or_does_not_know_are_not_subscribed_to() {
    let mut desk = Desk::new(&["a", "b"], 4);
    desk.bad = users([0]);
    desk.missing = users([2]);
    desk.settle();
    desk.pass(mins(1));
    let first = desk.said();
    assert_eq!(first, ["want presence/a ('u3')"], "the other was not read as a whole yet");
    desk.pass(mins(10));
    assert!(desk.live["presence/b"].resource.reveal().ends_with("in ('u1')"));
    // The one is made known, the other mended.
    desk.said();
    (desk.bad, desk.missing) = (Vec::new(), Vec::new());
    desk.pass(mins(90));
    let mut said = desk.said();
    said.sort();
    assert_eq!(said, ["want presence/a ('u2','u3')", "want presence/b ('u0','u1')"]);
}

/// The complaint of a subscription, valid and renewed, that told nothing for days.
#[test]
fn a_subscription_that_told_nothing_is_made_anew_and_later_each_time() {
    let mut desk = Desk::new(&["a"], 2);
    desk.settle();
    desk.said();
    let mut times = Vec::new();
    for minute in 0..240u64 {
        let shard = desk.tracker.shard(&user(0)).unwrap();
        desk.seats.handle_input(desk.now, Input::Moved { shard, why: Why::Silent });
        desk.settle();
        if !desk.said().is_empty() {
            times.push(minute);
        }
        desk.now += mins(1);
    }
    assert_eq!(times, [0, 5, 15, 35, 75, 135, 195]);
}

#[test]
fn one_that_speaks_again_by_itself_is_left_alone() {
    let mut desk = Desk::new(&["a"], 2);
    desk.settle();
    let shard = desk.tracker.shard(&user(0)).unwrap();
    desk.seats.handle_input(desk.now, Input::Moved { shard, why: Why::Silent });
    desk.settle();
    desk.said();
    desk.seats.handle_input(desk.now, Input::Moved { shard, why: Why::Silent });
    desk.pass(mins(3));
    desk.seats.handle_input(desk.now, Input::Moved { shard, why: Why::Heard });
    desk.pass(mins(60));
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn a_refused_account_gives_its_shard_to_one_that_works_and_rests() {
    let mut desk = Desk::new(&["a", "b", "c"], 2);
    desk.refused = vec!["a", "c"];
    desk.settle();
    assert_eq!(
        desk.said(),
        ["want presence/a ('u0','u1')", "forget presence/a", "want presence/b ('u0','u1')"]
    );
    assert_eq!(desk.rungs(), [Rung::Rich]);
    // More users than accounts that work: the one that never was tried, then that which rested.
    desk.put(tracker::Input::Watch(&users([2, 3])));
    desk.settle();
    assert_eq!(desk.said(), ["want presence/c ('u2','u3')"]);
    desk.refused = Vec::new();
    desk.put(tracker::Input::Watch(&users([4, 5])));
    desk.settle();
    assert_eq!(desk.said(), [""; 0], "it was refused a moment ago");
    desk.pass(mins(61));
    assert_eq!(desk.said(), ["want presence/a ('u4','u5')"]);
}

#[test]
fn an_interruption_is_covered_by_reads_and_a_missed_notification_read_after() {
    let mut desk = Desk::new(&["a"], 2);
    desk.settle();
    let key: Box<str> = "presence/a".into();
    desk.event(&Event::Interrupted { key: key.clone(), reason: Reason::Vanished });
    desk.settle();
    assert_eq!(desk.rungs(), [Rung::Sweep]);
    desk.event(&Event::Active { key: key.clone(), id: "s9".into() });
    desk.settle();
    assert_eq!(desk.rungs(), [Rung::Rich]);
    let reads = desk.tracker.counts().reads;
    desk.event(&Event::Resync { key, reason: Reason::Missed });
    desk.settle();
    assert_eq!(desk.tracker.counts().reads, reads + 1);
    // Nobody was told of what was between two subscriptions.
    desk.event(&Event::Active { key: "presence/a".into(), id: "s10".into() });
    desk.settle();
    assert_eq!(desk.tracker.counts().reads, reads + 2);
    // What is said of somebody else's subscriptions is nothing to these.
    desk.event(&Event::Interrupted { key: "records".into(), reason: Reason::Vanished });
    desk.event(&Event::Active { key: "presence/nobody".into(), id: "s1".into() });
    desk.settle();
    assert_eq!(desk.rungs(), [Rung::Rich]);
}

#[test]
fn a_seat_that_is_given_up_is_deleted_and_replaced() {
    let mut desk = Desk::new(&["a", "b"], 2);
    desk.settle();
    desk.said();
    desk.seats.remove("a");
    desk.settle();
    assert_eq!(desk.said(), ["forget presence/a", "want presence/b ('u0','u1')"]);
    let left: Vec<_> = desk.seats.seats().map(|one| (one.account, one.is_live)).collect();
    assert_eq!(left, [("b".into(), true)]);
    desk.seats.remove("nobody");
}

#[test]
fn one_seat_too_many_is_refused_and_changes_nothing() {
    let mut seats = Seats::new(SeatsConfig::new(URL));
    for n in 0..MAX_SEATS {
        seats.add(&format!("s{n}")).unwrap();
    }
    assert_eq!(seats.add("more"), Err(TooManySeats));
    assert_eq!(seats.add("s0"), Ok(()));
    assert_eq!(seats.seats().len(), MAX_SEATS);
}

#[derive(Clone, Debug)]
enum Act {
    Watch(Vec<u64>),
    Forget(Vec<u64>),
    Add(usize),
    Remove(usize),
    Refuse(usize),
    Silent(u64),
    Interrupt(usize),
    Pass(u64),
}

const ACCOUNTS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn act() -> impl Strategy<Value = Act> {
    let some = || prop::collection::vec(0u64..16, 1..5);
    prop_oneof![
        some().prop_map(Act::Watch),
        some().prop_map(Act::Forget),
        (0..5usize).prop_map(Act::Add),
        (0..5usize).prop_map(Act::Remove),
        (0..5usize).prop_map(Act::Refuse),
        (0..16u64).prop_map(Act::Silent),
        (0..5usize).prop_map(Act::Interrupt),
        (1..90u64).prop_map(Act::Pass),
    ]
}

proptest! {
    #[test]
    fn no_account_has_two_shards_no_shard_two_accounts_and_users_stay_where_they_are(
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let mut desk = Desk::new(&[], 0);
        for act in acts {
            let before: Vec<_> = desk.seats.all.iter().map(|(k, s)| (k.clone(), s.shard)).collect();
            let only_users = matches!(act, Act::Watch(_));
            match act {
                Act::Watch(numbers) => desk.put(tracker::Input::Watch(&users(numbers))),
                Act::Forget(numbers) => desk.put(tracker::Input::Forget(&users(numbers))),
                Act::Add(n) => desk.seats.add(ACCOUNTS[n]).unwrap(),
                Act::Remove(n) => desk.seats.remove(ACCOUNTS[n]),
                Act::Refuse(n) => match desk.refused.iter().position(|one| *one == ACCOUNTS[n]) {
                    Some(at) => drop(desk.refused.remove(at)),
                    None => desk.refused.push(ACCOUNTS[n]),
                },
                Act::Silent(n) => {
                    if let Some(shard) = desk.tracker.shard(&user(n)) {
                        desk.seats.handle_input(desk.now, Input::Moved { shard, why: Why::Silent });
                    }
                }
                Act::Interrupt(n) => {
                    let key = Seats::key(ACCOUNTS[n]);
                    if desk.live.contains_key(&*key) {
                        let id = "again".into();
                        desk.event(&Event::Interrupted { key: key.clone(), reason: Reason::Expired });
                        desk.event(&Event::Active { key, id });
                    }
                }
                Act::Pass(minutes) => desk.pass(mins(minutes)),
            }
            desk.settle();
            let seated: Vec<_> = desk.seats.all.values().filter_map(|seat| seat.shard).collect();
            let distinct: BTreeSet<_> = seated.iter().copied().collect();
            prop_assert_eq!(seated.len(), distinct.len());
            if only_users {
                for (account, shard) in before {
                    prop_assert!(shard.is_none() || desk.seats.shard(&account) == shard);
                }
            }
            // What lives is what a seat has, and a shard that is told of says so.
            for (key, wanted) in &desk.live {
                let shard = desk.seats.shard(&wanted.account);
                prop_assert!(shard.is_some(), "{key} has no shard");
            }
            for one in desk.tracker.shards() {
                let live = desk.seats.all.values().any(|seat| {
                    seat.shard == Some(one.shard) && seat.told == Push::Rich
                });
                prop_assert!(live || one.rung == Rung::Sweep, "{one:?}");
            }
        }
        // In the end every subscription names exactly the users of its shard.
        desk.pass(mins(10));
        for wanted in desk.live.values() {
            let shard = desk.seats.shard(&wanted.account).unwrap();
            prop_assert_eq!(wanted.resource.reveal(), &resource(&desk.tracker.users(shard)));
        }
        let shards = desk.tracker.shards().filter(|one| one.users > 0).count();
        let works = desk.seats.seats().filter(|one| !desk.refused.contains(&&*one.account)).count();
        if desk.refused.is_empty() {
            desk.pass(mins(70));
            prop_assert_eq!(desk.live.len(), shards.min(works));
        }
    }
}
