//! More than one process, and more than one platform.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use teams_cc_core::contact::{Leg, LegCommand, LegEvent, LegState};
use teams_cc_core::store::{CallStore, MemoryCallStore};
use teams_cc_core::{CallId, Seed};
use teams_cc_graph::call::{CallbackRoute, CallsConfig};

use crate::board;
use crate::sessions::{
    CALL, Graph, OTHER, batch, config, incoming, setup_on, setup_with, terminated,
};

fn owner(store: &Arc<MemoryCallStore>, name: &str, seed: u64) -> CallsConfig {
    config().store(Arc::clone(store) as _, name).seed(Seed::new(seed))
}

/// Pain 23.
#[tokio::test(start_paused = true)]
async fn pain_23_a_call_outlives_the_process_it_came_to() {
    let store = Arc::new(MemoryCallStore::new());
    let mut blue = setup_on(Graph::default(), owner(&store, "blue", 1));
    let call = blue.connected().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let graph = blue.graph.clone();
    drop((call, blue));

    let mut green = setup_on(graph.clone(), owner(&store, "green", 2));
    graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    let taken = green.calls.rehydrate("blue").await.unwrap();
    assert_eq!(taken.calls.len(), 1);
    assert_eq!(taken.calls[0].leg.snapshot().state, LegState::Connected);
    green.settle().await;
    assert!(graph.count("GET get") >= 1, "the store said that it was, Graph that it is");
    taken.calls[0].leg.execute(LegCommand::CollectTones).await.unwrap();
    green.notify([terminated(CALL, 200, 4521)]);
    while !matches!(green.leg_event().await, LegEvent::Ended(_)) {}
    tokio::time::sleep(Duration::from_secs(2)).await;
    let kept = store.get(&CallId::new(CALL).unwrap()).await.unwrap();
    assert!(kept.is_none(), "an ended call leaves no record");
}

/// Pain 24.
#[tokio::test(start_paused = true)]
async fn pain_24_notifications_go_to_the_process_that_has_the_call_and_none_is_dropped() {
    // Each node has a callback of its own, and so may each call.
    let node = CallbackRoute::of_node("https://{node}.bot.contoso.com/callback", "blue-2").unwrap();
    assert_eq!(node.as_str(), "https://blue-2.bot.contoso.com/callback");
    let route = CallbackRoute::new(|leg| {
        format!("https://blue-2.bot.contoso.com/callback/{leg}").parse().unwrap()
    });
    let mut setup = setup_with(config().callback_per_call(route));
    let call = setup.incoming().await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let wanted = "https://blue-2.bot.contoso.com/callback/G1";
    assert_eq!(setup.graph.body("POST answer")["callbackUri"], wanted);
    // A process that is scaled in hands its calls over and takes no new ones.
    let store = Arc::new(MemoryCallStore::new());
    let mut blue = setup_on(Graph::default(), owner(&store, "blue", 1));
    let call = blue.connected().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let calls = blue.calls.clone();
    let drain = tokio::spawn(async move { calls.drain(Duration::from_secs(30), "green").await });
    blue.settle().await;
    assert!(blue.calls.notify(batch([incoming(OTHER)])).is_err(), "it rings elsewhere");
    let drained = drain.await.unwrap().unwrap();
    assert_eq!(drained.handed_over, [(call.leg.id().clone(), call.call.clone())]);
    let green = setup_on(blue.graph.clone(), owner(&store, "green", 2));
    assert_eq!(green.calls.rehydrate("green").await.unwrap().calls.len(), 1);
    assert_eq!(green.graph.count("DELETE delete"), 0, "nobody hung up");
}

/// Pain 25.
#[tokio::test(start_paused = true)]
async fn pain_25_prompts_and_tones_need_no_media_library() {
    let mut stage = board::stage();
    let call = stage.connected().await;
    let answer = stage.graph.last("POST answer").body;
    let kind = &answer["mediaConfig"]["@odata.type"];
    assert_eq!(kind, "#microsoft.graph.serviceHostedMediaConfig");
    let playing = call.play([board::prompt("hello")]).await.unwrap();
    stage.ends(board::CALL, "playPrompt", "completed", 200, 0);
    assert!(playing.outcome().await.unwrap().is_completed());
    let _ = call.hear_tones().await.unwrap();
    assert_eq!(stage.graph.count("POST subscribeToTone"), 1);
}
