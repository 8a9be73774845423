//! The store against a naive model, and the model's mutants against the checks.

mod model;

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use self::model::{AGENTS, Fault, Naive, places, run, steps};
use super::*;
use crate::{
    AgentId, CallId, ContactId, Timestamp,
    agent::{Capacity, Channel},
    store::{
        CallRecord, CallStore, Change, DispatchStore, MAX_RECORD_BYTES, RecordVersion, StoreError,
        StoreVersion, Terms,
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
    let token = now(store.reserve(&agent(0), &call(0), Terms::new(lease), at(0))).unwrap();
    assert!(now(store.sweep(at(29))).unwrap().is_empty());
    assert_eq!(now(store.sweep(at(30))).unwrap().len(), 1);
    let newer = now(store.reserve(&agent(1), &call(0), Terms::new(lease), at(31))).unwrap();
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

#[test]
fn a_taken_call_that_is_queued_again_waits_once_it_is_released() {
    let store = memory();
    let lease = Duration::from_secs(30);
    now(store.enqueue(&call(0))).unwrap();
    let token = now(store.reserve(&agent(0), &call(0), Terms::new(lease), at(0))).unwrap();
    now(store.accept(token, at(1))).unwrap();
    now(store.enqueue(&call(0))).unwrap();
    let early = now(store.reserve(&agent(1), &call(0), Terms::new(lease), at(2)));
    assert!(matches!(early, Err(StoreError::CallTaken)));
    now(store.release(token)).unwrap();
    assert!(now(store.reserve(&agent(1), &call(0), Terms::new(lease), at(2))).is_ok());
}

#[test]
fn a_call_rung_at_several_agents_is_taken_by_one_and_the_others_are_free() {
    let store = memory();
    now(store.enqueue(&call(0))).unwrap();
    let terms = Terms::new(Duration::from_secs(30)).at_most(2.try_into().unwrap());
    let first = now(store.reserve(&agent(0), &call(0), terms, at(0))).unwrap();
    let second = now(store.reserve(&agent(1), &call(0), terms, at(0))).unwrap();
    let third = now(store.reserve(&agent(2), &call(0), terms, at(0)));
    assert!(matches!(third, Err(StoreError::CallTaken)));
    now(store.accept(second, at(1))).unwrap();
    assert!(matches!(now(store.accept(first, at(1))), Err(StoreError::Fenced)));
    now(store.enqueue(&call(1))).unwrap();
    assert!(now(store.reserve(&agent(0), &call(1), terms, at(2))).is_ok(), "agent 0 is free");
    now(store.release(first)).unwrap();
    assert_eq!(now(store.reservations()).unwrap().len(), 2, "an old token gives nothing back");
}

#[test]
fn a_call_waits_again_only_once_nobody_has_it_reserved() {
    let store = memory();
    now(store.enqueue(&call(0))).unwrap();
    let terms = Terms::new(Duration::from_secs(30)).at_most(2.try_into().unwrap());
    let first = now(store.reserve(&agent(0), &call(0), terms, at(0))).unwrap();
    let second = now(store.reserve(&agent(1), &call(0), terms, at(0))).unwrap();
    now(store.release(first)).unwrap();
    let alone = Terms::new(Duration::from_secs(30));
    let again = now(store.reserve(&agent(0), &call(0), alone, at(1)));
    assert!(matches!(again, Err(StoreError::CallTaken)));
    now(store.release(second)).unwrap();
    assert!(now(store.reserve(&agent(0), &call(0), alone, at(2))).is_ok());
}

#[test]
fn channels_are_shared_out_by_the_store_too() {
    let store = memory();
    let ada = AgentId::numbered("ada", 1);
    let blended = Capacity::units(100).channel(Channel::Voice, 60, 1).channel(Channel::Chat, 10, 4);
    now(store.put_agent(&ada, blended)).unwrap();
    let terms = Terms::new(Duration::from_secs(30));
    for n in 0..2 {
        now(store.enqueue(&call(n))).unwrap();
    }
    now(store.reserve(&ada, &call(0), terms, at(0))).unwrap();
    let second = now(store.reserve(&ada, &call(1), terms, at(0)));
    assert!(matches!(second, Err(StoreError::AgentTaken)), "two voice calls would ring");
}
