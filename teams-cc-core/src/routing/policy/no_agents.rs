//! When nobody is there to wait for.

use crate::{
    agent::AgentState,
    queue::ExitReason,
    routing::{AgentRef, CallRef, View},
};

/// Says whether something holds for a call. Pure, like a policy.
pub trait Condition: Send + Sync {
    /// Whether it holds.
    fn holds(&self, view: &View<'_>, call: CallRef<'_>) -> bool;

    /// What to give as the reason where a call leaves for it.
    fn reason(&self) -> ExitReason {
        ExitReason::Policy
    }
}

/// Holds while nobody serves the call's queue; see [`no_agents`].
#[derive(Clone, Copy, Debug)]
pub struct NoAgents(());

/// Holds while everybody who could ever take the call is away or signed out.
///
/// Agents in calls and in wrap-up count as there: they come back.
#[must_use]
pub const fn no_agents() -> NoAgents {
    NoAgents(())
}

impl Condition for NoAgents {
    fn holds(&self, view: &View<'_>, call: CallRef<'_>) -> bool {
        !view.agents().any(|agent| {
            concerns(call, agent) && !matches!(agent.state(view.now()), AgentState::Away(_))
        })
    }

    fn reason(&self) -> ExitReason {
        ExitReason::NoAgents
    }
}

/// Whether the call is for this agent: by queue, or by name.
pub(in crate::routing) fn concerns(call: CallRef<'_>, agent: AgentRef<'_>) -> bool {
    match (call.queue(), call.expert()) {
        (Some(queue), _) => agent.profile().serves(queue),
        (None, Some(expert)) => expert == agent.id(),
        (None, None) => false,
    }
}
