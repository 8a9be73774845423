//! One machine of several that route calls together.
//!
//! Each runs a [`Node`] over the same [`PostgresStore`]. Queues belong to partitions; a node that
//! holds a partition routes its calls, in memory and at full speed, and asks the database once for
//! each offer, because agents are everybody's. A partition whose node is gone is taken over by
//! another one when its lease runs out, with every call that waits at its old place.
//!
//! | happens | then |
//! |---|---|
//! | a node ends without a word | within [`partition_lease`](NodeConfig::partition_lease) and a third of it another one has its queues; what rang is free when its reservation runs out; what was taken is told as [`NodeEvent::Orphaned`] |
//! | a node stands still and comes back | it finds its partitions lost ([`NodeEvent::Lost`]) and forgets their calls; an agent who answers it is told [`NotTaken`], for somebody else may have the call |
//! | the database is gone for a while | offers wait and no call is taken in; what has to be told to it about the calls there are is kept, in order |
//! | a call comes to any node | it is written down and queued; the partition's node routes it |
//!
//! A node knows calls that it can see: transfers out of sight, direct calls and callbacks are a
//! [`ContactCenter`](crate::ContactCenter)'s.
//!
//! A call is given once: its reservation in the database decides, not who believes to hold what.
//! Places in a queue are by the wall clocks of the nodes that calls came to: keep them set.
//!
//! ```no_run
//! use std::sync::Arc;
//! use teams_cc::{
//!     core::routing::{Engine, EngineConfig, Queue, RingMode, policy::{agent_id, eligible, longest_idle}},
//!     node::{Node, NodeConfig, NodeEvent},
//!     store::postgres::PostgresStore,
//! };
//!
//! # async fn run(store: Arc<PostgresStore>) -> Result<(), Box<dyn std::error::Error>> {
//! let policy = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
//! let engine = Engine::new(EngineConfig::default()).queue(Queue::new("sales".parse()?, policy));
//! let (node, mut events) = Node::start(NodeConfig::new("one").partition("sales"), store, engine);
//! while let Some(event) = events.next().await {
//!     match event {
//!         // Call the agent. Once a person took the call:
//!         NodeEvent::Ring { offer, .. } => node.accept(&offer).await?,
//!         NodeEvent::Stop { offer } => { /* hang up at the agent's */ }
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`PostgresStore`]: crate::store::postgres::PostgresStore

mod calls;
mod config;
mod driver;
mod event;
mod handle;
mod held;
mod owed;
mod record;

pub use config::{MAX_PARTITIONS, NodeConfig};
pub use event::{NodeEvent, NodeEvents};
pub use handle::{Node, NodeError, NotTaken};
