//! Where every composed policy starts.

use std::fmt;

use super::{Filter, Rank, Ranked, Verdict};
use crate::routing::{AgentRef, CallRef, View};

/// Agents who come into question; see [`eligible`].
pub struct Candidates {
    filters: Vec<Box<dyn Filter>>,
}

/// Everybody who could take the call at all. That is everybody who serves the queue (or is the one
/// the call is meant for), has a free place, is not away or in wrap-up, was not offered this very
/// call in vain just now, and has the skills the call needs.
#[must_use]
pub fn eligible() -> Candidates {
    Candidates { filters: Vec::new() }
}

impl Candidates {
    /// Keeps only agents that pass a gate, such as [`presence`](super::presence).
    #[must_use]
    pub fn gate(mut self, gate: impl Filter + 'static) -> Self {
        self.filters.push(Box::new(gate));
        self
    }

    /// Keeps only agents that have something, such as a [`skill`](super::skill()).
    #[must_use]
    pub fn require(self, requirement: impl Filter + 'static) -> Self {
        self.gate(requirement)
    }

    /// Says who of them is best.
    #[must_use]
    pub fn rank(self, rank: impl Rank + 'static) -> Ranked {
        Ranked::new(self, Box::new(rank))
    }
}

impl Filter for Candidates {
    fn keep(&self, view: &View<'_>, call: CallRef<'_>, agent: AgentRef<'_>) -> Verdict {
        if let Err(reason) = view.fits(call, agent) {
            return Verdict::No(reason);
        }
        self.filters
            .iter()
            .map(|filter| filter.keep(view, call, agent))
            .find(|verdict| *verdict != Verdict::Yes)
            .unwrap_or(Verdict::Yes)
    }
}

impl fmt::Debug for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidates").field("filters", &self.filters.len()).finish()
    }
}
