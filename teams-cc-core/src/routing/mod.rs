//! Who is offered which call, and why.
//!
//! A [`RoutingPolicy`] looks at a [`View`] of the agents and one call, and writes a [`Plan`]:
//! offer, wait, or leave. It is synchronous and pure; time, reservations and second attempts are
//! the [`Engine`]'s. Policies are built by composition, see [`policy`].
//!
//! The engine has the form of every engine here: hand in an [`Input`], take [`Output`]s until
//! [`Output::Timeout`], come back at that instant with [`Input::Tick`]. What it decides it tells
//! as an [`Explanation`].

mod agents;
mod arrive;
mod calls;
mod config;
mod dispatch;
mod engine;
mod explain;
mod freed;
mod fronts;
mod input;
mod offer_rules;
mod offers;
mod output;
mod plan;
pub mod policy;
pub mod preset;
mod queue;
mod resume;
mod roster;
#[cfg(test)]
mod tests;
mod unobserved;

pub use config::EngineConfig;
pub use engine::{Engine, EngineError, MAX_AGENTS, MAX_CALLS, MAX_OUTPUTS, MAX_QUEUES};
pub use explain::{Decision, Explanation, Finding, MAX_FINDINGS};
pub use freed::Freed;
pub use input::{AgentChange, Conflict, Input};
pub use offer_rules::OfferRules;
pub use output::{Alarm, Output};
pub use plan::{CallRef, Plan, RoutingPolicy, Step};
pub use policy::RingMode;
pub use queue::{CallbackReason, CallbackRule, Queue};
pub use roster::{AgentRecord, AgentRef, Roster, Standing, View};
pub use unobserved::UnobservedRules;
