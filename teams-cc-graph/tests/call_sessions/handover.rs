//! What happens to a call while its record changes hands, or is gone.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use teams_cc_core::{
    CallId, Seed,
    contact::{EndReason, LegEvent, Tone},
    store::{CallRecord, CallStore, MemoryCallStore, RecordVersion, StoreError},
};
use teams_cc_graph::call::CallEvent;

use crate::support::{CALL, Graph, Setup, batch, config, setup_on, terminated, tone};

type Meanwhile = Box<dyn FnOnce() + Send>;

/// A store during whose first write for the successor something happens.
#[derive(Default)]
struct Busy {
    records: MemoryCallStore,
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl fmt::Debug for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Busy").field("records", &self.records).finish_non_exhaustive()
    }
}

#[async_trait]
impl CallStore for Busy {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        self.records.get(call).await
    }

    async fn put_if(
        &self,
        call: &CallId,
        version: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        if *record.owner == *"green" {
            let happens = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(happens) = happens {
                happens();
            }
        }
        self.records.put_if(call, version, record).await
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        self.records.delete(call).await
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        self.records.list(owner).await
    }
}

fn graph() -> Graph {
    let graph = Graph::default();
    graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    graph
}

fn process(store: &Arc<impl CallStore + 'static>, graph: &Graph, name: &str) -> Setup {
    let seed = Seed::new(42).derive(name);
    setup_on(graph.clone(), config().store(Arc::clone(store) as _, name).seed(seed))
}

/// A process that is drained, and is notified of this while it hands its call over.
async fn drained(store: &Arc<Busy>, graph: &Graph, news: Value) -> (Setup, usize) {
    let mut blue = process(store, graph, "blue");
    let _call = blue.connected().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let calls = blue.calls.clone();
    let happens: Meanwhile = Box::new(move || calls.notify(batch([news])).expect("room"));
    *store.meanwhile.lock().unwrap_or_else(PoisonError::into_inner) = Some(happens);
    let drained = blue.calls.drain(Duration::ZERO, "green").await.expect("a store");
    assert!(drained.unfinished.is_empty());
    (blue, drained.handed_over.len())
}

#[tokio::test(start_paused = true)]
async fn a_tone_told_while_its_call_is_handed_over_is_not_told_again() {
    let (store, graph) = (Arc::new(Busy::default()), graph());
    let (mut blue, handed_over) = drained(&store, &graph, tone(CALL, 1, "tone1")).await;
    assert_eq!(handed_over, 1);
    let heard = |key| LegEvent::Tone(Tone::new(key).expect("a key"));
    assert_eq!(blue.leg_event().await, heard('1'));
    assert!(matches!(blue.next().await, Some(CallEvent::TakenOver { .. })));

    let mut green = process(&store, &graph, "green");
    assert_eq!(green.calls.rehydrate("green").await.expect("read").calls.len(), 1);
    green.notify([tone(CALL, 1, "tone1"), tone(CALL, 2, "tone2")]);
    assert_eq!(green.leg_event().await, heard('2'));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ends_while_it_is_handed_over_leaves_no_record() {
    let (store, graph) = (Arc::new(Busy::default()), graph());
    let (mut blue, handed_over) = drained(&store, &graph, terminated(CALL, 200, 4521)).await;
    assert_eq!(handed_over, 0, "it is over");
    blue.ended().await;
    for owner in ["blue", "green"] {
        assert_eq!(store.list(owner).await.expect("read"), [], "{owner}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_vanished_is_written_anew_unless_its_call_is_over() {
    for goes_on in [true, false] {
        let (store, graph) = (Arc::new(MemoryCallStore::new()), graph());
        let mut blue = process(&store, &graph, "blue");
        let _call = blue.connected().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let asked = graph.count("GET get");
        if !goes_on {
            graph.answer("get", 404, json!({}));
        }
        store.delete(&CallId::new(CALL).expect("an id")).await.expect("deleted");
        blue.notify([tone(CALL, 1, "tone1")]);
        assert!(matches!(blue.leg_event().await, LegEvent::Tone(_)));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(graph.count("GET get"), asked + 1, "Graph knows whether it goes on");
        let left = usize::from(goes_on);
        assert_eq!(blue.calls.counts().sessions, left);
        assert_eq!(store.list("blue").await.expect("read").len(), left);
        if !goes_on {
            assert_eq!(blue.ended().await.reason, EndReason::Reconciled);
        }
    }
}
