//! Calls that outlive the process they came to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use teams_cc_core::{
    CallId, LegId, Seed,
    contact::{EndReason, Leg, LegCommand, LegEvent, LegState, OperationOutcome, Prompt, Tone},
    store::{CallRecord, CallStore, MemoryCallStore, RecordVersion, StoreError},
};
use teams_cc_graph::call::{
    CallEvent, CallbackRoute, CallsConfig, IncomingCall, KEEP_ALIVE_EVERY, ParseCallbackError,
    RECORD_FORMAT, RehydrateError,
    control::{CallKind, CalledAs},
};

use crate::support::{
    CALL, Graph, OTHER, Setup, batch, config, incoming, operation, setup, setup_on, state,
    terminated, tone,
};

fn named(store: &Arc<MemoryCallStore>, owner: &str, seed: u64) -> CallsConfig {
    config().store(Arc::clone(store) as _, owner).seed(Seed::new(seed))
}

/// A process with a connected call that plays a prompt.
async fn playing(store: &Arc<MemoryCallStore>) -> (Setup, IncomingCall, String) {
    let mut blue = setup_on(Graph::default(), named(store, "blue", 1));
    let call = blue.connected().await;
    let prompt = Prompt::new("https://bot.contoso.com/hello.wav").expect("an address");
    let id = call.leg.execute(LegCommand::Play(vec![prompt])).await.expect("plays").expect("told");
    blue.notify([tone(CALL, 1, "tone7")]);
    assert!(matches!(blue.leg_event().await, LegEvent::Tone(_)));
    tokio::time::sleep(Duration::from_secs(2)).await;
    (blue, call, id.as_str().to_owned())
}

async fn record(store: &MemoryCallStore) -> Option<CallRecord> {
    let call = CallId::new(CALL).expect("an id");
    store.get(&call).await.expect("read").map(|(_, record)| record)
}

/// Pains 23, 24.
#[tokio::test(start_paused = true)]
async fn a_call_whose_process_died_goes_on_in_another_and_nothing_is_doubled() {
    let store = Arc::new(MemoryCallStore::new());
    let (blue, _call, prompt) = playing(&store).await;
    let graph = blue.graph.clone();
    drop(blue);

    let mut green = setup_on(graph.clone(), named(&store, "green", 2));
    graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    let taken = green.calls.rehydrate("blue").await.expect("read");
    let [taken] = &taken.calls[..] else { panic!("{taken:?}") };
    assert_eq!((taken.leg.call_id().as_str(), taken.was.as_str()), (CALL, "G1"));
    assert_eq!(taken.kind, Some(CallKind::Inbound(CalledAs::Instance)));
    assert_eq!(taken.leg.snapshot().state, LegState::Connected);
    assert_eq!(taken.leg.snapshot().operations, 1, "the prompt still plays");
    assert_eq!(&*record(&store).await.expect("kept").owner, "green");

    // What was told before is not told again, and the prompt is not played again.
    green.notify([state(CALL, "established"), tone(CALL, 1, "tone7"), tone(CALL, 2, "tone8")]);
    let heard = green.leg_event().await;
    assert_eq!(heard, LegEvent::Tone(Tone::new('8').expect("a key")));
    assert_eq!(graph.count("POST playPrompt"), 1);
    green.notify([operation(
        CALL,
        "op-of-graph",
        &json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed",
                 "clientContext": prompt }),
    )]);
    let LegEvent::OperationEnded { operation, outcome } = green.leg_event().await else { panic!() };
    assert_eq!((operation.as_str(), outcome), (&*prompt, OperationOutcome::Completed));
    assert!(green.next().await.is_none(), "nothing is doubled");

    // It takes orders, is kept alive, and ends here.
    taken.leg.execute(LegCommand::CollectTones).await.expect("takes orders");
    let kept = graph.count("POST keepAlive");
    assert!(kept >= 1, "when it was kept alive last is not known");
    tokio::time::sleep(KEEP_ALIVE_EVERY + Duration::from_secs(1)).await;
    assert_eq!(graph.count("POST keepAlive"), kept + 1);
    green.notify([terminated(CALL, 200, 4521)]);
    while !matches!(green.leg_event().await, LegEvent::Ended(_)) {}
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(record(&store).await.is_none(), "an ended call leaves no record");
    green.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn what_happened_while_nobody_looked_is_told_after_a_take_over() {
    let store = Arc::new(MemoryCallStore::new());
    let blue = setup_on(Graph::default(), named(&store, "blue", 1));
    let agent = teams_cc_core::TeamsUser::new("29362bd4".parse().expect("an id")).into();
    blue.calls.dial(&agent, LegId::numbered("offer", 1)).await.expect("placed");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let graph = blue.graph.clone();
    drop(blue);

    graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    let mut green = setup_on(graph.clone(), named(&store, "green", 2));
    let taken = green.calls.rehydrate("blue").await.expect("read");
    assert_eq!(taken.calls[0].leg.id(), &LegId::numbered("offer", 1));
    assert_eq!(taken.calls[0].kind, Some(CallKind::Outbound { instance: true }));
    assert_eq!(green.leg_event().await, LegEvent::Answered);
    assert_eq!(green.leg_event().await, LegEvent::MediaActive);

    // Graph may go on to notify the process that died: the end is found by looking.
    graph.answer("get", 404, json!({}));
    let ended = tokio::time::timeout(Duration::from_mins(3), green.events.next()).await;
    let Ok(Some(CallEvent::Leg { event: LegEvent::Ended(cause), .. })) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(cause.reason, EndReason::Reconciled);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_believed_dead_lets_go_of_its_calls() {
    let store = Arc::new(MemoryCallStore::new());
    let (mut blue, call, _) = playing(&store).await;
    let waiting = call.leg.watch();
    let green = setup_on(blue.graph.clone(), named(&store, "green", 2));
    assert_eq!(green.calls.rehydrate("blue").await.expect("read").calls.len(), 1);
    assert_eq!(green.calls.rehydrate("blue").await.expect("read").calls.len(), 0, "taken once");

    blue.notify([tone(CALL, 2, "tone8")]);
    assert!(matches!(blue.leg_event().await, LegEvent::Tone(_)));
    let Some(CallEvent::TakenOver { leg, by }) = blue.next().await else { panic!("it is fenced") };
    assert_eq!((leg.as_str(), &*by), ("G1", "green"));
    let counts = blue.calls.counts();
    assert_eq!((counts.sessions, counts.given_away), (0, 1));
    assert!(waiting.clone().changed().await.is_none() || waiting.current().end.is_none());
    assert_eq!(&*record(&store).await.expect("kept").owner, "green", "the record is not touched");
    assert_eq!(green.calls.counts().taken_over, 1);
}

/// Pain 24.
#[tokio::test(start_paused = true)]
async fn a_drained_process_turns_calls_away_and_hands_the_rest_over() {
    let store = Arc::new(MemoryCallStore::new());
    let (mut blue, call, _) = playing(&store).await;
    let calls = blue.calls.clone();
    let drain = tokio::spawn(async move { calls.drain(Duration::from_secs(30), "green").await });
    blue.settle().await;
    assert!(blue.calls.notify(batch([incoming(OTHER)])).is_err(), "it rings elsewhere");
    let drained = drain.await.expect("no panic").expect("a store");
    assert_eq!(drained.handed_over, [(call.leg.id().clone(), call.call.clone())]);
    assert!(drained.unfinished.is_empty());
    assert!(matches!(blue.next().await, Some(CallEvent::TakenOver { .. })));
    assert!(blue.events.next().await.is_none());

    let green = setup_on(blue.graph.clone(), named(&store, "green", 2));
    assert_eq!(green.calls.rehydrate("green").await.expect("read").calls.len(), 1);
    assert_eq!(green.graph.count("DELETE delete"), 0, "nobody hung up");
}

#[tokio::test(start_paused = true)]
async fn records_of_the_format_before_are_taken_over_and_newer_ones_left_alone() {
    let store = Arc::new(MemoryCallStore::new());
    let old = br#"{"leg":"G1","call":"57dab8b1-894c-409a-b240-bd8beae78896","incoming":true,
        "connected":true,"caller":{"Phone":{"E164":"+14255550100"}},"prompts":[]}"#;
    let records = [(CALL, 1, old.to_vec()), (OTHER, RECORD_FORMAT + 1, b"{}".to_vec())];
    for (call, format, body) in records {
        let call = CallId::new(call).expect("an id");
        let record = CallRecord::new(format, "blue", body);
        store.put_if(&call, RecordVersion::NONE, record).await.expect("written");
    }
    let mut green = setup_on(Graph::default(), named(&store, "green", 2));
    let _own = green.incoming_as(OTHER).await;
    let taken = green.calls.rehydrate("blue").await.expect("read");
    assert_eq!(taken.calls.len(), 1);
    assert_eq!(taken.calls[0].leg.id(), &LegId::numbered("G", 2), "its name was in use");
    assert_eq!(taken.calls[0].kind, None, "the format before did not say");
    assert_eq!(record(&store).await.expect("kept").format, RECORD_FORMAT);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let newer = setup_on(Graph::default(), named(&store, "red", 3));
    let left = newer.calls.rehydrate("blue").await.expect("read");
    assert_eq!((left.calls.len(), left.unreadable.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn tenants_that_share_a_store_and_a_name_keep_their_calls_apart() {
    let store = Arc::new(MemoryCallStore::new());
    let (blue, ..) = playing(&store).await;
    drop(blue);
    let mut of_another = named(&store, "green", 2);
    of_another.tenant = "5d1fa6b5-1f3f-4b8a-8a3f-0d7f0c7a9e11".parse().expect("an id");
    let graph = Graph::default();
    graph.answer("get", 404, json!({}));
    let mut another = setup_on(graph, of_another);
    let taken = another.calls.rehydrate("blue").await.expect("read");
    assert!(taken.calls.is_empty() && taken.left.is_empty() && taken.unreadable.is_empty());
    assert!(another.next().await.is_none());
    assert_eq!(another.graph.asked(), [""; 0], "its token is not shown this call's id");
    assert_eq!(&*record(&store).await.expect("kept").owner, "blue");
    let green = setup_on(Graph::default(), named(&store, "green", 3));
    assert_eq!(green.calls.rehydrate("blue").await.expect("read").calls.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_tampered_with_is_left_alone() {
    let store = Arc::new(MemoryCallStore::new());
    let (blue, ..) = playing(&store).await;
    drop(blue);
    let sound = record(&store).await.expect("kept").body;
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut body = serde_json::from_slice(&sound).expect("JSON");
        change(&mut body);
        body.to_string().into_bytes()
    };
    let many: Vec<_> =
        (0..65).map(|nth| json!({ "id": format!("op-{nth}"), "told": true })).collect();
    let bodies = [
        Vec::new(),
        b"[".repeat(100_000),
        sound[..sound.len() / 2].to_vec(),
        with(&|body| body["call"] = OTHER.into()),
        with(&|body| body["session"]["operations"] = many.clone().into()),
        with(&|body| body["call"] = "../../users".into()),
    ];
    for body in bodies {
        let store = Arc::new(MemoryCallStore::new());
        let call = CallId::new(CALL).expect("an id");
        let tampered = CallRecord::new(RECORD_FORMAT, "blue", body);
        store.put_if(&call, RecordVersion::NONE, tampered.clone()).await.expect("written");
        let green = setup_on(Graph::default(), named(&store, "green", 2));
        let taken = green.calls.rehydrate("blue").await.expect("read");
        assert_eq!((taken.calls.len(), taken.unreadable.len()), (0, 1));
        assert_eq!(record(&store).await.expect("kept"), tampered);
        assert_eq!(green.graph.asked(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_find_no_room_stay_with_their_owner() {
    let store = Arc::new(MemoryCallStore::new());
    let (blue, ..) = playing(&store).await;
    let full = setup_on(blue.graph.clone(), named(&store, "green", 2).max_calls(0));
    let left = full.calls.rehydrate("blue").await.expect("read");
    assert_eq!((left.calls.len(), left.left.len()), (0, 1));
    assert_eq!(&*record(&store).await.expect("kept").owner, "blue");
    let without = setup().calls.rehydrate("blue").await;
    assert!(matches!(without, Err(RehydrateError::NoStore)));
}

#[derive(Debug)]
struct Broken;

#[async_trait]
impl CallStore for Broken {
    async fn get(&self, _: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        Err(StoreError::Backend("down".into()))
    }

    async fn put_if(
        &self,
        _: &CallId,
        _: RecordVersion,
        _: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        Err(StoreError::Backend("down".into()))
    }

    async fn delete(&self, _: &CallId) -> Result<(), StoreError> {
        Err(StoreError::Backend("down".into()))
    }

    async fn list(&self, _: &str) -> Result<Vec<CallId>, StoreError> {
        Err(StoreError::Backend("down".into()))
    }
}

/// A store whose deletions fail at first.
#[derive(Debug, Default)]
struct Sluggish {
    records: MemoryCallStore,
    deletions: AtomicUsize,
}

#[async_trait]
impl CallStore for Sluggish {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        self.records.get(call).await
    }

    async fn put_if(
        &self,
        call: &CallId,
        version: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        self.records.put_if(call, version, record).await
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        if self.deletions.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(StoreError::Backend("down".into()));
        }
        self.records.delete(call).await
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        self.records.list(owner).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_deletion_failed_is_deleted_in_the_end() {
    let store = Arc::new(Sluggish::default());
    let mut blue = setup_on(Graph::default(), config().store(store.clone(), "blue"));
    let _call = blue.connected().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(store.list("blue").await.expect("read").len(), 1);
    blue.notify([terminated(CALL, 200, 4521)]);
    blue.ended().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(store.deletions.load(Ordering::Relaxed), 3);
    assert!(store.list("blue").await.expect("read").is_empty(), "no fence is left");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_holds_no_call_up() {
    let mut blue = setup_on(Graph::default(), config().store(Arc::new(Broken), "blue"));
    let call = blue.connected().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    call.leg.execute(LegCommand::CollectTones).await.expect("takes orders");
    let unwritten = blue.calls.counts().unwritten;
    assert!((20..60).contains(&unwritten), "tried again each second: {unwritten}");
    blue.notify([terminated(CALL, 200, 4521)]);
    blue.ended().await;
    assert!(blue.calls.shutdown(Duration::from_secs(1)).await.is_empty());
    assert!(matches!(blue.calls.rehydrate("red").await, Err(RehydrateError::Store(_))));
}

/// Pain 24.
#[tokio::test(start_paused = true)]
async fn each_node_and_each_call_may_have_a_callback_of_its_own() {
    let node = CallbackRoute::of_node("https://{node}.bot.contoso.com/callback", "blue-2");
    assert_eq!(node.expect("an address").as_str(), "https://blue-2.bot.contoso.com/callback");
    let missing = CallbackRoute::of_node("https://bot.contoso.com/callback", "blue-2");
    assert_eq!(missing, Err(ParseCallbackError::NoPlace));
    let plain = CallbackRoute::of_node("http://{node}.bot.contoso.com/callback", "blue-2");
    assert_eq!(plain, Err(ParseCallbackError::NotHttps));

    let route = CallbackRoute::new(|leg| {
        format!("https://bot.contoso.com/callback/{leg}").parse().expect("an address")
    });
    let mut setup = crate::support::setup_with(config().callback_per_call(route));
    let call = setup.incoming().await;
    call.leg.execute(LegCommand::Answer).await.expect("answered");
    assert_eq!(
        setup.graph.body("POST answer")["callbackUri"],
        "https://bot.contoso.com/callback/G1"
    );
}
