//! Taking turns.

use serde::{Deserialize, Serialize};

use crate::{AgentId, ContactId, routing::AgentRef};

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
    let bytes = contact.as_str().bytes().chain([0]).chain(agent.as_str().bytes());
    // FNV-1a, stirred by the finalizer of SplitMix64, whose bits are all alike.
    let hash = bytes.fold(seed ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
