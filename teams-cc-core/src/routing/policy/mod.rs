//! Policies by composition. Who comes into question, who is best, how to ring, and what then.
//!
//! ```
//! use std::time::Duration;
//! use teams_cc_core::{
//!     agent::Availability,
//!     queue::Exit,
//!     routing::{RingMode, policy::{agent_id, eligible, longest_idle, no_agents, presence, skill}},
//! };
//!
//! let support = eligible()
//!     .gate(presence(Availability::Available).max_age(Duration::from_secs(60)))
//!     .require(skill("billing")?.at_least(3))
//!     .rank(longest_idle().then(agent_id()))
//!     .ring(RingMode::One)
//!     .or_after(Duration::from_secs(45), Exit::Queue("backoffice".parse()?))
//!     .or_when(no_agents(), Exit::Voicemail);
//! # let _: teams_cc_core::routing::policy::Rules = support;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each word is a small type that implements [`Filter`], [`Rank`] or [`Condition`], and so can
//! words of your own. The last tie-break is always the agent's id.

mod agent_id;
mod eligible;
mod filter;
mod longest_idle;
mod no_agents;
mod presence_gate;
mod rank;
mod rules;
mod skill;

pub use agent_id::{ByAgentId, agent_id};
pub use eligible::{Candidates, eligible};
pub use filter::{Filter, Reason, Verdict};
pub use longest_idle::{LongestIdle, longest_idle};
pub(in crate::routing) use no_agents::concerns;
pub use no_agents::{Condition, NoAgents, no_agents};
pub use presence_gate::{PresenceGate, presence};
pub use rank::{KEY_WIDTH, Key, Rank, Then};
pub use rules::{Ranked, Rules};
pub use skill::{SkillGate, skill};
