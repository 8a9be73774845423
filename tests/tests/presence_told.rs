//! The example `presence_told`: subscriptions with encrypted content, from the key to the change.

#[path = "../../examples/presence_told/graph.rs"]
mod graph;
#[path = "../../examples/presence_told/program.rs"]
mod program;

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use graph::{APP, ENDPOINT, Graph, TENANT};
use program::{Given, Program};
use serde_json::json;
use teams_cc_core::{
    Clock, UserId,
    agent::{Availability, PresenceSource},
};
use teams_cc_graph::SystemClock;
use teams_cc_presence::{tracker::Change, watch::Changes};

fn agents() -> Vec<UserId> {
    (1..=3).map(|n| UserId::numbered("agent", n)).collect()
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// The program with three agents who were read, and whose subscription lives.
async fn started() -> (Graph, Program, Changes) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let graph = Graph::new(Arc::clone(&clock));
    let account = |name: &str| (name.to_owned(), graph.client(name));
    let (program, mut changes) = Program::start(Given {
        app_id: APP.parse().expect("an id"),
        tenant: TENANT.parse().expect("an id"),
        app: graph.client(APP),
        accounts: vec![account("service-1"), account("service-2")],
        endpoint: ENDPOINT.to_owned(),
        clock,
    })
    .expect("a key");
    graph.reaches(Arc::clone(&program.intake));
    for agent in agents() {
        graph.set(&agent, "Available");
    }
    program.watch.add(&agents()).expect("few");
    for _ in agents() {
        assert_eq!(next(&mut changes).await.seen.source, PresenceSource::Sweep);
    }
    wait(5).await;
    (graph, program, changes)
}

async fn next(changes: &mut Changes) -> Change {
    let next = tokio::time::timeout(Duration::from_hours(1), changes.next()).await;
    next.expect("in time").expect("a change")
}

fn names(graph: &Graph) -> Vec<String> {
    graph.subscribed().into_iter().map(|(_, certificate)| certificate).collect()
}

#[tokio::test(start_paused = true)]
async fn a_change_is_told_with_its_content_and_costs_no_read() {
    let (graph, program, mut changes) = started().await;
    assert_eq!(graph.subscribed(), [("service-1".to_owned(), "presence-1".to_owned())]);
    let reads = graph.reads();
    let agent = &agents()[0];
    // What was read is old enough not to be doubted.
    wait(70).await;
    assert_eq!(graph.change(agent, "Busy").await, [202]);
    let change = next(&mut changes).await;
    assert_eq!((&change.user, change.seen.value.standing()), (agent, Availability::Busy));
    assert_eq!(change.seen.source, PresenceSource::Notification);
    wait(60).await;
    assert_eq!(graph.reads(), reads);
    assert!(program.watch.shutdown(Duration::from_secs(9)).await.is_empty());
    assert!(graph.subscribed().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_nobody_vouches_for_is_believed_by_nobody() {
    let (graph, program, mut changes) = started().await;
    wait(70).await;
    let agent = &agents()[0];
    let mut forged = graph.posts(agent, "Offline").remove(0);
    forged["validationTokens"] = json!([]);
    let mut stranger = graph.posts(agent, "Offline").remove(0);
    stranger["value"][0]["clientState"] = json!("guessed");
    // Who does not know the secret is refused at the door, who has no token when it is opened.
    assert_eq!(graph.tell(&stranger).await, 401);
    assert_eq!(graph.tell(&forged).await, 202);
    wait(10).await;
    let seen = program.watch.get(agent).expect("it was read");
    assert_eq!(seen.value.standing(), Availability::Available);
    graph.change(agent, "Away").await;
    assert_eq!(next(&mut changes).await.seen.value.standing(), Availability::Away);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_replaced_while_notifications_are_on_their_way() {
    let (graph, program, mut changes) = started().await;
    wait(70).await;
    let agents = agents();
    // Sealed before, told after.
    graph.set(&agents[0], "Busy");
    let before = graph.posts(&agents[0], "Busy");
    program.rotate("presence-2").expect("another name");
    wait(5).await;
    assert_eq!(names(&graph), ["presence-2"], "it was renewed at once");
    assert_eq!(graph.tell(&before[0]).await, 202);
    assert_eq!(next(&mut changes).await.user, agents[0]);
    graph.change(&agents[1], "Away").await;
    let change = next(&mut changes).await;
    assert_eq!((&change.user, change.seen.source), (&agents[1], PresenceSource::Notification));
    // A day later a notification may still be late; in four days none is.
    wait(86_400).await;
    assert!(program.prune().is_empty());
    wait(3 * 86_400).await;
    assert_eq!(program.prune(), [Box::from("presence-1")]);
}

/// What is logged, for a test to look through.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_secret_is_logged_on_the_way_from_graph_to_the_watch() {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let logs = tracing::subscriber::set_default(log);
    let (graph, program, mut changes) = started().await;
    wait(70).await;
    let agent = &agents()[0];
    let post = graph.posts(agent, "Offline").remove(0);
    let mut secrets = Vec::new();
    for (name, spoilt) in [("/validationTokens", json!(["hush.hush.hush"])), ("", json!(null))] {
        let mut post = post.clone();
        if let Some(place) = post.pointer_mut(name).filter(|_| !name.is_empty()) {
            *place = spoilt;
        }
        graph.tell(&post).await;
    }
    for name in ["clientState", "encryptedContent"] {
        let value = &post["value"][0][name];
        let texts = value.as_object().map_or_else(|| vec![value], |all| all.values().collect());
        let texts = texts.into_iter().filter_map(|one| one.as_str());
        let texts = texts.filter(|one| one.len() > 20);
        secrets.extend(texts.filter(|one| !is_print(one)).map(str::to_owned));
    }
    secrets.push(post["validationTokens"][0].as_str().expect("a token").to_owned());
    assert!(secrets.len() >= 5, "{secrets:?}");
    secrets.extend(["hush", "OutOfOffice", "PRIVATE KEY"].map(str::to_owned));
    let _ = next(&mut changes).await;
    program.rotate("presence-2").expect("another name");
    let mut stranger = graph.posts(agent, "OutOfOffice").remove(0);
    stranger["value"][0]["clientState"] = json!("hush");
    stranger["value"][0]["encryptedContent"]["data"] = json!("hush");
    graph.tell(&stranger).await;
    wait(60).await;
    program.watch.shutdown(Duration::from_secs(5)).await;
    drop(logs);
    let shown = String::from_utf8(lines.0.lock().expect("whole").clone()).expect("text");
    assert!(shown.contains("a content was not opened"), "something is logged: {shown}");
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret} is in a line of the log");
    }
}

/// The thumbprint of a certificate, which is no secret.
fn is_print(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|octet| octet.is_ascii_hexdigit())
}
