//! Processes that go by one name: each record has one writer all the same.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::json;
use teams_cc_core::{
    CallId, Seed,
    contact::LegEvent,
    store::{CallRecord, CallStore, MemoryCallStore, RecordVersion, StoreError},
};
use teams_cc_graph::call::CallEvent;

use crate::support::{
    CALL, Graph, Setup, batch, config, incoming, setup_on, state, terminated, tone,
};

/// A store that takes its time, and now and then loses the answer to a write that it took.
#[derive(Debug, Default)]
struct Shaky {
    records: MemoryCallStore,
    /// How often each step lets others go first.
    slow: AtomicUsize,
    /// How many answers to writes get lost from here on.
    loses: AtomicU8,
}

impl Shaky {
    async fn step(&self) {
        for _ in 0..self.slow.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl CallStore for Shaky {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        self.step().await;
        let found = self.records.get(call).await;
        self.step().await;
        found
    }

    async fn put_if(
        &self,
        call: &CallId,
        expected: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        self.step().await;
        let put = self.records.put_if(call, expected, record).await;
        self.step().await;
        let lost =
            self.loses.try_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        if lost.is_ok() {
            return Err(StoreError::Backend("the answer got lost".into()));
        }
        put
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        self.step().await;
        self.records.delete(call).await
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        self.step().await;
        self.records.list(owner).await
    }
}

/// A process of its own, that goes by the one name.
fn blue(store: &Arc<Shaky>, graph: &Graph, nth: u64) -> Setup {
    setup_on(graph.clone(), config().store(store.clone(), "blue").seed(Seed::new(nth)))
}

fn graph() -> Graph {
    let graph = Graph::default();
    graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    graph
}

/// What was told, as far as it is told.
async fn taken_over(setup: &mut Setup) -> usize {
    let mut times = 0;
    let told = async {
        while let Some(event) = setup.events.next().await {
            times += usize::from(matches!(event, CallEvent::TakenOver { .. }));
        }
    };
    let _ = tokio::time::timeout(Duration::from_millis(1), told).await;
    times
}

#[tokio::test(start_paused = true)]
async fn two_processes_of_one_name_do_not_share_a_call() {
    let (store, graph) = (Arc::new(Shaky::default()), graph());
    let mut first = blue(&store, &graph, 1);
    let _call = first.connected().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let second = blue(&store, &graph, 2);
    assert_eq!(second.calls.rehydrate("blue").await.expect("read").calls.len(), 1);

    first.notify([tone(CALL, 1, "tone1")]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let sessions = |setup: &Setup| setup.calls.counts().sessions;
    assert_eq!((sessions(&first), sessions(&second)), (0, 1), "who is behind lets go");
    assert_eq!(taken_over(&mut first).await, 1);
    second.notify([tone(CALL, 1, "tone1")]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(sessions(&second), 1, "and who took it over goes on");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_rings_at_two_processes_of_one_name_belongs_to_one() {
    let (store, graph) = (Arc::new(Shaky::default()), graph());
    store.slow.store(3, Ordering::Relaxed);
    let processes = [blue(&store, &graph, 1), blue(&store, &graph, 2)];
    for process in &processes {
        process.notify([incoming(CALL)]);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let sessions = processes.iter().map(|process| process.calls.counts().sessions);
    assert_eq!(sessions.sum::<usize>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_not_taken_for_another_writer_and_leaves_no_record() {
    for loses in 1..4 {
        for ends in [false, true] {
            let (store, graph) = (Arc::new(Shaky::default()), graph());
            let mut only = blue(&store, &graph, 1);
            store.loses.store(loses, Ordering::Relaxed);
            let _call = only.incoming().await;
            if ends {
                only.settle().await;
                only.notify([terminated(CALL, 200, 4521)]);
            }
            tokio::time::sleep(Duration::from_secs(30)).await;
            let counts = only.calls.counts();
            assert_eq!((counts.sessions, counts.given_away), (usize::from(!ends), 0));
            let records = store.list("blue").await.expect("read").len();
            assert_eq!(records, usize::from(!ends), "{loses} answers lost, ended: {ends}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_incoming_call_told_once_more_after_a_restart_goes_on_in_the_new_process() {
    let (store, graph) = (Arc::new(Shaky::default()), graph());
    let mut before = blue(&store, &graph, 1);
    let _call = before.incoming().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(before);
    for slow in 0..4 {
        store.slow.store(slow, Ordering::Relaxed);
        let after = blue(&store, &graph, 2 + u64::try_from(slow).expect("small"));
        // With a fast store its record is looked at before its own first write.
        after.notify([incoming(CALL)]);
        after.calls.rehydrate("blue").await.expect("read");
        tokio::time::sleep(Duration::from_secs(2)).await;
        let counts = after.calls.counts();
        assert_eq!(counts.sessions, 1, "{slow}: {counts:?}");
    }
}

/// What was heard of tones.
async fn tones(setup: &mut Setup) -> usize {
    let mut heard = 0;
    let listening = async {
        while let Some(event) = setup.events.next().await {
            let is_tone = matches!(event, CallEvent::Leg { event: LegEvent::Tone(_), .. });
            heard += usize::from(is_tone);
        }
    };
    let _ = tokio::time::timeout(Duration::from_millis(1), listening).await;
    heard
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_over_is_how_the_call_stands_and_not_how_it_stood() {
    let (store, graph) = (Arc::new(Shaky::default()), graph());
    let mut first = blue(&store, &graph, 1);
    let _call = first.connected().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    // While one tone is written down another comes in, and the call is to be handed over.
    store.slow.store(5_000, Ordering::Relaxed);
    first.notify([tone(CALL, 1, "tone1")]);
    first.settle().await;
    let calls = first.calls.clone();
    let drain = tokio::spawn(async move { calls.drain(Duration::ZERO, "green").await });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    first.notify([tone(CALL, 2, "tone2")]);
    let drained = drain.await.expect("no panic").expect("a store");
    assert_eq!(drained.handed_over.len(), 1, "{drained:?}");
    store.slow.store(0, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(tones(&mut first).await, 2);

    let config = config().store(store.clone(), "green").seed(Seed::new(9));
    let mut second = setup_on(graph.clone(), config);
    assert_eq!(second.calls.rehydrate("green").await.expect("read").calls.len(), 1);
    second.notify([tone(CALL, 2, "tone2"), tone(CALL, 3, "tone3")]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(tones(&mut second).await, 1, "what was told before is not told again");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_waits_while_its_call_is_handed_over_does_not_take_it_back() {
    for yields in 0..120 {
        let (store, graph) = (Arc::new(Shaky::default()), graph());
        let mut first = blue(&store, &graph, 1);
        let _call = first.connected().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        store.slow.store(10, Ordering::Relaxed);
        let calls = first.calls.clone();
        let drain = tokio::spawn(async move { calls.drain(Duration::ZERO, "green").await });
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        // It may be refused, for the call is somebody else's by now.
        let _ = first.calls.notify(batch([tone(CALL, 1, "tone1")]));
        let drained = drain.await.expect("no panic").expect("a store");
        assert_eq!(drained.handed_over.len(), 1, "{yields}: {drained:?}");
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(store.list("green").await.expect("read").len(), 1, "{yields}");
        assert_eq!(first.calls.counts().sessions, 0, "{yields}");
    }
}

/// Something that happens to one of two processes.
#[derive(Clone, Copy, Debug)]
enum Step {
    Rings,
    Connected,
    Tone(i64),
    Rehydrate,
    /// Rehydration that is given up after so many steps of the runtime.
    GivenUp(usize),
    LoseAnswers(u8),
    Slow(usize),
    Pause(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Rings),
        Just(Step::Connected),
        (1_i64..9).prop_map(Step::Tone),
        Just(Step::Rehydrate),
        (0_usize..8).prop_map(Step::GivenUp),
        (1_u8..3).prop_map(Step::LoseAnswers),
        (0_usize..5).prop_map(Step::Slow),
        (0_u64..1500).prop_map(Step::Pause),
    ]
}

async fn run(steps: &[(bool, Step)]) -> Result<(), TestCaseError> {
    let (store, graph) = (Arc::new(Shaky::default()), graph());
    let mut processes = [blue(&store, &graph, 1), blue(&store, &graph, 2)];
    for (second, step) in steps {
        let process = &processes[usize::from(*second)];
        match *step {
            Step::Rings => process.notify([incoming(CALL)]),
            Step::Connected => process.notify([state(CALL, "established")]),
            Step::Tone(nth) => process.notify([tone(CALL, nth, "tone1")]),
            Step::Rehydrate => {
                let calls = process.calls.clone();
                tokio::spawn(async move { calls.rehydrate("blue").await });
            }
            Step::GivenUp(after) => {
                let calls = process.calls.clone();
                let task = tokio::spawn(async move { calls.rehydrate("blue").await });
                for _ in 0..after {
                    tokio::task::yield_now().await;
                }
                task.abort();
            }
            Step::LoseAnswers(count) => store.loses.store(count, Ordering::Relaxed),
            Step::Slow(steps) => store.slow.store(steps, Ordering::Relaxed),
            Step::Pause(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        }
    }
    store.loses.store(0, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Something more happens at each, so that each looks at what it wrote.
    for nth in 10..12 {
        for process in &processes {
            process.notify([tone(CALL, nth, "tone2")]);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let counts = processes.each_ref().map(|process| process.calls.counts());
    let holders: usize = counts.iter().map(|counts| counts.sessions).sum();
    let kept = store.records.list("blue").await.expect("read").len();
    prop_assert!(holders <= 1, "{counts:?}");
    prop_assert!(holders <= kept, "who holds a call has written it: {counts:?}");
    for (process, counts) in processes.iter_mut().zip(&counts) {
        let taken = u64::try_from(taken_over(process).await).expect("a small count");
        prop_assert_eq!(taken, counts.given_away, "who lets go says so");
    }
    // Whatever was given up: the call is not lost.
    let third = blue(&store, &graph, 3);
    third.calls.rehydrate("blue").await.expect("read");
    prop_assert_eq!(third.calls.counts().sessions, kept);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn however_two_processes_of_one_name_meet_one_of_them_has_the_call(
        steps in prop::collection::vec((any::<bool>(), step()), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(run(&steps))?;
    }
}
