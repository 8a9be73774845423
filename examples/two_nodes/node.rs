//! One of the two machines: this is the part you would write.
//!
//! Its calls and telephones are lines on its standard input and output.

use std::{io, sync::Arc, time::Duration};

use teams_cc::{
    node::{Node, NodeConfig, NodeEvent, NodeEvents},
    store::postgres::{PostgresConfig, PostgresStore},
};
use teams_cc_core::{
    Address, AgentId, E164, Instant, QueueId, Timestamp,
    agent::Agent,
    contact::OfferEnd,
    queue::QueueEntry,
    routing::{
        Engine, EngineConfig, Queue, RingMode,
        policy::{agent_id, eligible, longest_idle},
    },
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tracing_subscriber::EnvFilter;

use crate::Failure;

/// Each a partition of its own.
pub(crate) const QUEUES: [&str; 2] = ["sales", "support"];
/// Who serve both.
pub(crate) const AGENTS: u64 = 3;
/// How long a telephone rings; the reservation holds as long, and for [`CONFIRM`] more.
pub(crate) const RING: Duration = Duration::from_millis(900);
const CONFIRM: Duration = Duration::from_millis(300);
/// How long a node may be silent before the other one takes over.
pub(crate) const LEASE: Duration = Duration::from_millis(900);

pub(crate) async fn run(name: &str, database: &str) -> Result<(), Failure> {
    // `RUST_LOG=info` tells why.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .init();
    let config = PostgresConfig::new(database)?.deadline(Duration::from_secs(2));
    let store = Arc::new(PostgresStore::connect(config).await?);
    let config = EngineConfig::default()
        .ring(RING)
        .confirm(CONFIRM)
        .pass(Duration::from_millis(500))
        .misses_before_away(None);
    let mut engine = Engine::new(config);
    for queue in QUEUES {
        let policy = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
        engine.set_queue(Queue::new(queue.parse()?, policy));
    }
    let config = NodeConfig::new(name)
        .partition(QUEUES[0])
        .partition(QUEUES[1])
        .at_most(1)
        .partition_lease(LEASE)
        .watch_every(Duration::from_millis(25))
        .sweep_every(Duration::from_millis(100));
    let (node, events) = Node::start(config, store, engine);
    for n in 0..AGENTS {
        let phone = Address::from(format!("+1425555010{n}").parse::<E164>()?);
        let mut agent = Agent::new(AgentId::numbered("agent", n), phone);
        for queue in QUEUES {
            agent = agent.queue(queue.parse()?);
        }
        node.sign_in(agent).await?;
    }
    tokio::spawn(tell(events));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        hear(&node, &line).await?;
    }
    node.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

/// What happens at the telephones of this node.
async fn hear(node: &Node, line: &str) -> Result<(), Failure> {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["call", contact, queue] => {
            let queue: QueueId = queue.parse()?;
            let entry = QueueEntry::new(contact.parse()?, queue, Instant::ZERO);
            match node.enqueue(entry).await {
                Ok(()) => say(&format!("queued {contact}")),
                Err(error) => say(&format!("refused {contact} {error}")),
            }
        }
        ["accept", offer, contact] => match node.accept(&offer.parse()?).await {
            Ok(()) => say(&format!("joined {offer} {contact}")),
            Err(error) => say(&format!("parted {offer} {error}")),
        },
        ["decline", offer] => node.decline(&offer.parse()?, OfferEnd::Declined).await?,
        ["released", contact] => node.released(&contact.parse()?).await?,
        ["abandon", contact] => node.abandon(&contact.parse()?).await?,
        _ => return Err(format!("not understood: {line}").into()),
    }
    Ok(())
}

async fn tell(mut events: NodeEvents) {
    while let Some(event) = events.next().await {
        match event {
            NodeEvent::Ring { offer, agent, contact, until, token }
                if until.since(Timestamp::UNIX_EPOCH) > since_1970() =>
            {
                say(&format!("ring {offer} {agent} {contact} {token}"));
            }
            NodeEvent::Stop { offer } => say(&format!("stop {offer}")),
            NodeEvent::Exit { contact, .. } => say(&format!("exit {contact}")),
            NodeEvent::Adopted { contact } => say(&format!("adopted {contact}")),
            NodeEvent::Orphaned { contact, agent } => say(&format!("orphaned {contact} {agent}")),
            NodeEvent::Held { partition } => say(&format!("held {partition}")),
            NodeEvent::Lost { partition } => say(&format!("lost {partition}")),
            _ => {}
        }
    }
}

fn since_1970() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}

/// One line, at once.
fn say(line: &str) {
    use io::Write;
    let mut out = io::stdout().lock();
    // Where nobody reads, nobody is told.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
