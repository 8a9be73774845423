//! Where every composed policy starts.

use super::{
    Gate, MAX_RINGS, Prefer, Ring, RingMode, Rules, Total,
    rank::{KEY_WIDTH, RankBy},
    rings::Rings,
};

/// Agents who come into question; see [`eligible`].
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    gates: Vec<Gate>,
    rings: Option<Rings>,
    prefer: Option<Prefer>,
}

/// Everybody who could take the call at all. That is everybody who serves the queue (or is the one
/// the call is meant for), has a free place, is not away or in wrap-up, was not offered this very
/// call in vain just now, and is and does what the call asks.
#[must_use]
pub fn eligible() -> Candidates {
    Candidates::default()
}

impl Candidates {
    /// Keeps only agents that pass a gate, such as [`presence`](super::presence()).
    #[must_use]
    pub fn gate(mut self, gate: impl Into<Gate>) -> Self {
        self.gates.push(gate.into());
        self
    }

    /// Keeps only agents that have something, such as a [`skill`](super::skill()).
    #[must_use]
    pub fn require(self, requirement: impl Into<Gate>) -> Self {
        self.gate(requirement)
    }

    /// Lets more and more agents come into question as the call waits; at most [`MAX_RINGS`].
    ///
    /// Who is in any open ring comes into question, so that there are never fewer than before.
    #[must_use]
    pub fn rings<const N: usize>(mut self, rings: [Ring; N]) -> Self {
        const { assert!(N <= MAX_RINGS, "at most MAX_RINGS rings") }
        self.rings = Some(Rings::new(rings.into()));
        self
    }

    /// Has some agents come before all others, such as those the call [prefers](super::preferred).
    #[must_use]
    pub fn prefer(mut self, prefer: Prefer) -> Self {
        self.prefer = Some(prefer);
        self
    }

    /// Says who of them is best. Does not compile where two agents could be equal, or where more
    /// than [`KEY_WIDTH`] rankings are chained.
    ///
    /// ```compile_fail
    /// # use teams_cc_core::routing::policy::{eligible, longest_idle};
    /// let nobody_decides = eligible().rank(longest_idle());
    /// ```
    #[must_use]
    pub fn rank<R: Total>(self, rank: R) -> Ranked {
        const { assert!(R::WIDTH <= KEY_WIDTH, "at most KEY_WIDTH rankings, agent_id aside") }
        Ranked { candidates: self, ranks: rank.list() }
    }
}

impl Candidates {
    /// Ranks by a list made while running; what is over [`KEY_WIDTH`] has no say.
    pub(in crate::routing) fn rank_by(self, ranks: impl IntoIterator<Item = RankBy>) -> Ranked {
        let ranks = ranks.into_iter().take(KEY_WIDTH).chain([RankBy::AgentId]).collect();
        Ranked { candidates: self, ranks }
    }
}

/// Candidates and who of them is best; says next how to ring.
#[derive(Clone, Debug)]
pub struct Ranked {
    candidates: Candidates,
    ranks: Vec<RankBy>,
}

impl Ranked {
    /// Says how many are rung at once.
    #[must_use]
    pub fn ring(self, ring: RingMode) -> Rules {
        let Candidates { gates, rings, prefer } = self.candidates;
        Rules { gates, rings, prefer, ranks: self.ranks, ring, after: Vec::new(), when: Vec::new() }
    }
}
