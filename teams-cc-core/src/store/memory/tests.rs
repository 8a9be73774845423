//! The store against a naive model, and the model's mutants against the checks.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::*;
use crate::{
    AgentId, CallId, ContactId, Timestamp,
    agent::Capacity,
    store::{
        CallRecord, CallStore, Change, DispatchStore, FencingToken, MAX_RECORD_BYTES,
        RecordVersion, StoreError, StoreVersion,
    },
};

/// The stores in memory never wait.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a store in memory waits"),
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn agent(n: u8) -> AgentId {
    AgentId::numbered("a", n.into())
}

fn call(n: u8) -> ContactId {
    ContactId::numbered("C", n.into())
}

/// What a step of a store answers, in a form two stores can be compared in.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Token(u64),
    Refused(&'static str),
    Freed(Vec<u64>),
}

fn refusal(error: &StoreError) -> Answer {
    Answer::Refused(match error {
        StoreError::AgentTaken => "agent",
        StoreError::CallTaken => "call",
        StoreError::Fenced => "fenced",
        _ => "other",
    })
}

trait Steps {
    fn reserve(&mut self, agent: u8, call: u8, now: u64) -> Answer;
    fn accept(&mut self, token: u64, now: u64) -> Answer;
    fn release(&mut self, token: u64) -> Answer;
    fn withdraw(&mut self, call: u8) -> Answer;
    fn enqueue(&mut self, call: u8) -> Answer;
    fn sweep(&mut self, now: u64) -> Answer;
}

const LEASE: u64 = 10;
const AGENTS: u8 = 3;

/// Agents 0 and 1 have one place, agent 2 has two.
fn places(agent: u8) -> usize {
    if agent == 2 { 2 } else { 1 }
}

impl Steps for MemoryDispatchStore {
    fn reserve(&mut self, a: u8, c: u8, t: u64) -> Answer {
        let lease = Duration::from_secs(LEASE);
        match now(DispatchStore::reserve(self, &agent(a), &call(c), lease, at(t))) {
            Ok(token) => Answer::Token(token.get()),
            Err(error) => refusal(&error),
        }
    }

    fn accept(&mut self, token: u64, t: u64) -> Answer {
        match now(DispatchStore::accept(self, FencingToken::new(token), at(t))) {
            Ok(()) => Answer::Done,
            Err(error) => refusal(&error),
        }
    }

    fn release(&mut self, token: u64) -> Answer {
        now(DispatchStore::release(self, FencingToken::new(token))).unwrap();
        Answer::Done
    }

    fn withdraw(&mut self, c: u8) -> Answer {
        now(DispatchStore::withdraw(self, &call(c))).unwrap();
        Answer::Done
    }

    fn enqueue(&mut self, c: u8) -> Answer {
        now(DispatchStore::enqueue(self, &call(c))).unwrap();
        Answer::Done
    }

    fn sweep(&mut self, t: u64) -> Answer {
        let expired = now(DispatchStore::sweep(self, at(t))).unwrap();
        Answer::Freed(expired.iter().map(|expired| expired.token.get()).collect())
    }
}

/// What may be wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    IgnoresCapacity,
    IgnoresTheCall,
    AcceptsLate,
    AcceptsOldTokens,
    ReusesTokens,
    SweepsTooEarly,
    NeverSweeps,
}

/// A store as one would write it on a napkin: a list, looked through from end to end.
#[derive(Debug)]
struct Naive {
    fault: Fault,
    waiting: Vec<u8>,
    /// Token, agent, call, end of the lease.
    live: Vec<(u64, u8, u8, Option<u64>)>,
    tokens: u64,
}

impl Naive {
    fn new(fault: Fault) -> Self {
        Self { fault, waiting: Vec::new(), live: Vec::new(), tokens: 0 }
    }
}

impl Steps for Naive {
    fn reserve(&mut self, a: u8, c: u8, t: u64) -> Answer {
        let load = self.live.iter().filter(|r| r.1 == a).count();
        if load >= places(a) && self.fault != Fault::IgnoresCapacity {
            return Answer::Refused("agent");
        }
        let free = self.waiting.contains(&c);
        let known = free || self.live.iter().any(|r| r.2 == c);
        if !(free || (known && self.fault == Fault::IgnoresTheCall)) {
            return Answer::Refused("call");
        }
        self.tokens += u64::from(self.fault != Fault::ReusesTokens || self.tokens == 0);
        self.waiting.retain(|w| *w != c);
        self.live.push((self.tokens, a, c, Some(t + LEASE)));
        Answer::Token(self.tokens)
    }

    fn accept(&mut self, token: u64, t: u64) -> Answer {
        let late = self.fault == Fault::AcceptsLate;
        match self.live.iter_mut().find(|r| r.0 == token) {
            Some(r) if late || r.3.is_none_or(|until| t < until) => {
                r.3 = None;
                Answer::Done
            }
            None if self.fault == Fault::AcceptsOldTokens && token <= self.tokens => Answer::Done,
            _ => Answer::Refused("fenced"),
        }
    }

    fn release(&mut self, token: u64) -> Answer {
        if let Some(i) = self.live.iter().position(|r| r.0 == token) {
            let (_, _, c, until) = self.live.remove(i);
            if until.is_some() {
                self.waiting.push(c);
            }
        }
        Answer::Done
    }

    fn withdraw(&mut self, c: u8) -> Answer {
        self.waiting.retain(|w| *w != c);
        self.live.retain(|r| r.2 != c || r.3.is_none());
        Answer::Done
    }

    fn enqueue(&mut self, c: u8) -> Answer {
        if !self.waiting.contains(&c) && !self.live.iter().any(|r| r.2 == c) {
            self.waiting.push(c);
        }
        Answer::Done
    }

    fn sweep(&mut self, t: u64) -> Answer {
        let t = match self.fault {
            Fault::NeverSweeps => return Answer::Freed(Vec::new()),
            Fault::SweepsTooEarly => t + 5,
            _ => t,
        };
        let over: Vec<_> =
            self.live.iter().copied().filter(|r| r.3.is_some_and(|until| until <= t)).collect();
        for r in &over {
            self.release(r.0);
        }
        Answer::Freed(over.iter().map(|r| r.0).collect())
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u8),
    Enqueue(u8),
    Withdraw(u8),
    Reserve(u8, u8),
    Accept(u8),
    Release(u8),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0u8..6).prop_map(Step::Pass),
        3 => (0u8..5).prop_map(Step::Enqueue),
        1 => (0u8..5).prop_map(Step::Withdraw),
        6 => (0..AGENTS, 0u8..5).prop_map(|(a, c)| Step::Reserve(a, c)),
        3 => (0u8..6).prop_map(Step::Accept),
        2 => (0u8..6).prop_map(Step::Release),
        2 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..80)
}

/// Runs steps, and holds what is answered against the rules every store must keep.
fn run(store: &mut dyn Steps, steps: &[Step]) -> Result<Vec<Answer>, &'static str> {
    let (mut t, mut last) = (100, 0_u64);
    // Token, agent, call, end of the lease; none once taken.
    let mut live: Vec<(u64, u8, u8, Option<u64>)> = Vec::new();
    let mut answers = Vec::new();
    for step in steps {
        let recent = |back: u8| last.saturating_sub(u64::from(back));
        let answer = match *step {
            Step::Pass(seconds) => {
                t += u64::from(seconds);
                Answer::Done
            }
            Step::Enqueue(c) => store.enqueue(c),
            Step::Withdraw(c) => {
                live.retain(|r| r.2 != c || r.3.is_none());
                store.withdraw(c)
            }
            Step::Reserve(a, c) => {
                let answer = store.reserve(a, c, t);
                if let Answer::Token(token) = answer {
                    if token <= last {
                        return Err("I7: a token is not larger than the last");
                    }
                    last = token;
                    live.push((token, a, c, Some(t + LEASE)));
                }
                answer
            }
            Step::Accept(back) => {
                let token = recent(back);
                let answer = store.accept(token, t);
                let held = live.iter_mut().find(|r| r.0 == token);
                match held {
                    Some(r) if r.3.is_none_or(|until| t < until) => {
                        if answer != Answer::Done {
                            return Err("an acceptance in time is refused");
                        }
                        r.3 = None;
                    }
                    _ if answer == Answer::Done => return Err("I6: accepted after the end"),
                    _ => {}
                }
                answer
            }
            Step::Release(back) => {
                live.retain(|r| r.0 != recent(back));
                store.release(recent(back))
            }
            Step::Sweep => {
                let answer = store.sweep(t);
                let over: Vec<u64> = live
                    .iter()
                    .filter(|r| r.3.is_some_and(|until| until <= t))
                    .map(|r| r.0)
                    .collect();
                if answer != Answer::Freed(over) {
                    return Err("I5: a sweep frees what is over, and nothing else");
                }
                live.retain(|r| r.3.is_none_or(|until| until > t));
                answer
            }
        };
        for a in 0..AGENTS {
            if live.iter().filter(|r| r.1 == a).count() > places(a) {
                return Err("I1, I8: an agent has more than there are places");
            }
        }
        for c in 0..5 {
            if live.iter().filter(|r| r.2 == c).count() > 1 {
                return Err("I2: a call is reserved twice");
            }
        }
        answers.push(answer);
    }
    Ok(answers)
}

fn memory() -> MemoryDispatchStore {
    let store = MemoryDispatchStore::new();
    for a in 0..AGENTS {
        let capacity = Capacity::new(u8::try_from(places(a)).unwrap());
        now(store.put_agent(&agent(a), capacity)).unwrap();
    }
    store
}

proptest! {
    #[test]
    fn the_store_keeps_the_rules_and_agrees_with_the_naive_one(steps in steps()) {
        let answers = run(&mut memory(), &steps);
        prop_assert!(answers.is_ok(), "{:?}", answers);
        prop_assert_eq!(answers, run(&mut Naive::new(Fault::None), &steps));
    }
}

#[test]
fn every_faulty_store_is_found_out() {
    for fault in [
        Fault::IgnoresCapacity,
        Fault::IgnoresTheCall,
        Fault::AcceptsLate,
        Fault::AcceptsOldTokens,
        Fault::ReusesTokens,
        Fault::SweepsTooEarly,
        Fault::NeverSweeps,
    ] {
        let mut runner = TestRunner::deterministic();
        let found = (0..300).find_map(|_| {
            let steps = steps().new_tree(&mut runner).unwrap().current();
            run(&mut Naive::new(fault), &steps).err()
        });
        assert!(found.is_some(), "{fault:?} keeps every rule");
    }
}

#[test]
fn a_reservation_that_runs_out_frees_both_sides_and_its_token_is_worthless() {
    let store = memory();
    now(store.enqueue(&call(0))).unwrap();
    let lease = Duration::from_secs(30);
    let token = now(store.reserve(&agent(0), &call(0), lease, at(0))).unwrap();
    assert!(now(store.sweep(at(29))).unwrap().is_empty());
    assert_eq!(now(store.sweep(at(30))).unwrap().len(), 1);
    let newer = now(store.reserve(&agent(1), &call(0), lease, at(31))).unwrap();
    assert!(newer > token);
    assert!(matches!(now(store.accept(token, at(31))), Err(StoreError::Fenced)));
    assert!(now(store.accept(newer, at(31))).is_ok());
    now(store.release(newer)).unwrap();
    assert!(now(store.reservations()).unwrap().is_empty());
}

#[test]
fn a_watcher_sees_changes_in_order_and_is_told_of_a_gap() {
    let store = memory();
    let start = now(store.watch(StoreVersion::default())).unwrap();
    assert_eq!((start.list.len(), start.gap), (3, false));
    now(store.enqueue(&call(0))).unwrap();
    now(store.withdraw(&call(0))).unwrap();
    let next = now(store.watch(start.version)).unwrap();
    assert_eq!(next.list, [Change::Waiting(call(0)), Change::Gone(call(0))]);
    for _ in 0..MAX_CHANGES {
        now(store.put_agent(&agent(0), Capacity::ONE)).unwrap();
    }
    let late = now(store.watch(start.version)).unwrap();
    assert!(late.gap && late.list.len() == MAX_CHANGES);
    assert!(now(store.watch(late.version)).unwrap().list.is_empty());
}

#[test]
fn a_record_is_written_only_over_the_version_that_was_read() {
    let store = MemoryCallStore::new();
    let id = CallId::new("call").unwrap();
    let record = |text: &str| CallRecord::new(1, "node-a", text.into());
    let first = now(store.put_if(&id, RecordVersion::NONE, record("one"))).unwrap();
    assert!(matches!(
        now(store.put_if(&id, RecordVersion::NONE, record("two"))),
        Err(StoreError::VersionConflict { found: 1 })
    ));
    let second = now(store.put_if(&id, first, record("two"))).unwrap();
    assert!(second > first);
    assert_eq!(now(store.get(&id)).unwrap().unwrap().1.body, b"two");
    assert_eq!(now(store.list("node-a")).unwrap(), std::slice::from_ref(&id));
    assert!(now(store.list("node-b")).unwrap().is_empty());
    now(store.delete(&id)).unwrap();
    assert!(matches!(
        now(store.put_if(&id, second, record("three"))),
        Err(StoreError::VersionConflict { found: 0 })
    ));
}

#[test]
fn a_record_over_the_limit_is_refused_and_debug_shows_no_body() {
    let store = MemoryCallStore::new();
    let id = CallId::new("call").unwrap();
    let record = CallRecord::new(1, "n", vec![0; MAX_RECORD_BYTES + 1]);
    assert!(!format!("{record:?}").contains("0, 0"));
    assert!(matches!(
        now(store.put_if(&id, RecordVersion::NONE, record)),
        Err(StoreError::TooLarge { .. })
    ));
}
