//! Nodes that come, go and cross each other.

use std::{pin::pin, sync::Arc, time::Duration};

use teams_cc::{
    core::{
        Address, ContactId, E164, Instant,
        agent::{Agent, Capacity},
        queue::QueueEntry,
        routing::{
            Engine, EngineConfig, Queue, RingMode,
            policy::{agent_id, eligible, longest_idle},
        },
        store::{CallStore, DispatchStore, Terms},
    },
    node::{Node, NodeConfig, NodeEvent, NodeEvents},
};

use crate::{LONG, NOW, Stage, agent, call};

const QUEUES: [&str; 2] = ["sales", "support"];
const LEASE: Duration = Duration::from_millis(600);

/// A node that knows both queues and holds as many.
async fn node(stage: &Stage, name: &str, at_most: usize) -> (Node, NodeEvents) {
    let mut engine = Engine::new(EngineConfig::default().explanations(false));
    let mut config = NodeConfig::new(name).at_most(at_most).partition_lease(LEASE);
    for queue in QUEUES {
        let policy = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
        engine.set_queue(Queue::new(queue.parse().unwrap(), policy));
        config = config.partition(queue);
    }
    let config = config.watch_every(Duration::from_millis(20));
    Node::start(config, Arc::new(stage.another().await), engine)
}

async fn sign_in(node: &Node, n: u64) {
    let phone = Address::from(format!("+142555501{n:02}").parse::<E164>().unwrap());
    let profile = Agent::new(agent(n), phone).queue("sales".parse().unwrap());
    node.sign_in(profile).await.unwrap();
}

fn entry(n: u64) -> QueueEntry {
    QueueEntry::new(call(n), "sales".parse().unwrap(), Instant::ZERO)
}

/// The next event that something can be made of.
async fn next<T>(events: &mut NodeEvents, wanted: impl Fn(NodeEvent) -> Option<T>) -> T {
    let found = async {
        loop {
            let event = events.next().await.expect("the node lives");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("it is told in time")
}

async fn held(events: &mut NodeEvents) -> Box<str> {
    next(events, |event| match event {
        NodeEvent::Held { partition } => Some(partition),
        _ => None,
    })
    .await
}

/// Nothing is reserved, and nothing is written down of that queue.
async fn is_empty(stage: &Stage) {
    for _ in 0..100 {
        let reserved = stage.store.reservations().await.unwrap();
        if reserved.is_empty() && stage.store.list("sales").await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", stage.store.reservations().await);
}

#[tokio::test]
async fn a_node_that_is_shut_down_leaves_its_queues_to_the_others() {
    let stage = Stage::new().await;
    let (one, mut of_one) = node(&stage, "one", 1).await;
    let first = held(&mut of_one).await;
    let (_two, mut of_two) = node(&stage, "two", 1).await;
    let second = held(&mut of_two).await;
    assert_ne!(first, second, "each has one");
    assert!(one.shutdown(Duration::from_secs(5)).await);
    assert_eq!(held(&mut of_two).await, first, "and then one has both");
}

#[tokio::test]
async fn thousands_that_are_taken_over_do_not_stop_a_program_that_answers_each() {
    const CALLS: u64 = 3500;
    let stage = Stage::new().await;
    let (ingress, _events) = node(&stage, "ingress", 0).await;
    for n in 0..CALLS {
        ingress.enqueue(entry(n)).await.unwrap();
    }
    let (node, mut events) = node(&stage, "one", 2).await;
    for _ in 0..CALLS {
        let contact = next(&mut events, |event| match event {
            NodeEvent::Adopted { contact } => Some(contact),
            _ => None,
        });
        node.abandon(&contact.await).await.unwrap();
    }
    is_empty(&stage).await;
}

#[tokio::test]
async fn a_customer_who_leaves_as_the_agent_takes_the_call_leaves_nothing_behind() {
    let stage = Stage::new().await;
    let (node, mut events) = node(&stage, "one", 2).await;
    sign_in(&node, 0).await;
    node.enqueue(entry(0)).await.unwrap();
    let offer = next(&mut events, |event| match event {
        NodeEvent::Ring { offer, .. } => Some(offer),
        _ => None,
    });
    let offer = offer.await;
    node.accept(&offer).await.unwrap();
    assert_eq!(stage.store.reservations().await.unwrap().len(), 1);
    node.abandon(&call(0)).await.unwrap();
    is_empty(&stage).await;
    // The same customer comes again.
    node.enqueue(entry(0)).await.unwrap();
    next(&mut events, |event| matches!(event, NodeEvent::Ring { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_call_that_another_node_gave_is_its_partitions_to_end() {
    let stage = Stage::new().await;
    let other = stage.another().await;
    other.put_agent(&agent(9), Capacity::ONE).await.unwrap();
    let (node, mut events) = node(&stage, "one", 2).await;
    held(&mut events).await;
    node.enqueue(entry(0)).await.unwrap();
    let token = other.reserve(&agent(9), &call(0), Terms::new(LONG), NOW).await.unwrap();
    other.accept(token, NOW).await.unwrap();
    let orphan: ContactId = next(&mut events, |event| match event {
        NodeEvent::Orphaned { contact, agent: who } if who == agent(9) => Some(contact),
        _ => None,
    })
    .await;
    assert_eq!(orphan, call(0));
    node.released(&orphan).await.unwrap();
    is_empty(&stage).await;
}

#[tokio::test]
async fn an_acceptance_nobody_waits_for_any_more_takes_nothing() {
    let stage = Stage::new().await;
    let (node, mut events) = node(&stage, "one", 2).await;
    sign_in(&node, 0).await;
    node.enqueue(entry(0)).await.unwrap();
    for _ in 0..2 {
        let offer = next(&mut events, |event| match event {
            NodeEvent::Ring { offer, .. } => Some(offer),
            _ => None,
        });
        let offer = offer.await;
        // Asked for, and dropped before the answer.
        let mut accepting = pin!(node.accept(&offer));
        assert!(futures_util::poll!(accepting.as_mut()).is_pending());
    }
}
