//! The last tie-break.

use super::{Key, Rank};
use crate::routing::{AgentRef, CallRef, View};

/// Ranks by the agent's id, as every ranking ends; see [`agent_id`].
#[derive(Clone, Copy, Debug)]
pub struct ByAgentId(());

/// The order of ids. Every ranking ends with it, so writing it changes nothing; it reads well.
#[must_use]
pub const fn agent_id() -> ByAgentId {
    ByAgentId(())
}

impl Rank for ByAgentId {
    fn key(&self, _: &View<'_>, _: CallRef<'_>, _: AgentRef<'_>) -> Key {
        Key::default()
    }

    fn words(&self, _: &View<'_>, _: CallRef<'_>, _: AgentRef<'_>) -> String {
        String::new()
    }
}
