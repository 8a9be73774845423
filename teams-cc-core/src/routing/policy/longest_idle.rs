//! Longest idle first.

use super::{Key, Rank, Then};
use crate::routing::{AgentRef, CallRef, View, explain::Seconds};

/// Ranks by how long the agent has been without a contact; see [`longest_idle`].
#[derive(Clone, Copy, Debug)]
pub struct LongestIdle(());

/// Whoever has been without a contact for longest is best.
///
/// The clock starts when the last contact and its wrap-up ended, or at sign-in. An offer that
/// came to nothing does not set it back: the agent was not at work.
#[must_use]
pub const fn longest_idle() -> LongestIdle {
    LongestIdle(())
}

impl LongestIdle {
    /// Ranks by this, and where it is equal by `next`.
    #[must_use]
    pub const fn then<R: Rank>(self, next: R) -> Then<Self, R> {
        Then::new(self, next)
    }
}

impl Rank for LongestIdle {
    fn key(&self, view: &View<'_>, _: CallRef<'_>, agent: AgentRef<'_>) -> Key {
        let idle = u64::try_from(agent.idle(view.now()).as_nanos()).unwrap_or(u64::MAX);
        Key::largest(idle)
    }

    fn words(&self, view: &View<'_>, _: CallRef<'_>, agent: AgentRef<'_>) -> String {
        format!("longest idle {}", Seconds(agent.idle(view.now())))
    }
}
