//! Taking turns.

use serde::{Deserialize, Serialize};

use crate::{AgentId, ContactId, Seed, routing::AgentRef};

/// Who was called on last: the place to go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::routing) struct Cursor {
    pub(in crate::routing) level: u16,
    pub(in crate::routing) position: u32,
    pub(in crate::routing) agent: AgentId,
}

/// In which circle agents take turns.
///
/// After the last of a circle comes the first again. Chain what orders the circle itself behind
/// it, such as [`position`](super::position()).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Circle {
    /// All agents by their position, whatever their line.
    #[default]
    Positions,
    /// The agents of one line by their position; then all lines from the first.
    SameLevel,
    /// All agents by line, and by position in it.
    Levels,
    /// All agents by their id.
    Ids,
}

impl Circle {
    /// Zero for those who come after the cursor, one for those who come before or are it.
    pub(super) fn place(self, cursor: Option<&Cursor>, agent: AgentRef<'_>) -> u64 {
        let Some(cursor) = cursor else { return 0 };
        let (level, position) = (agent.membership().level, agent.membership().position);
        let comes_after = match self {
            Self::Positions => position > cursor.position,
            Self::SameLevel => level == cursor.level && position > cursor.position,
            Self::Levels => (level, position) > (cursor.level, cursor.position),
            Self::Ids => *agent.id() > cursor.agent,
        };
        u64::from(!comes_after)
    }
}

/// A number drawn for a call and an agent: the same for the same seed and names.
pub(super) fn lot(seed: u64, contact: &ContactId, agent: &AgentId) -> u64 {
    Seed::new(seed).derive(contact.as_str()).derive(agent.as_str()).get()
}
