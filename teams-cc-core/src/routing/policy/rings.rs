//! More and more agents as the call waits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Gate,
    found::{Found, Nature},
    judge::Scene,
};
use crate::{
    Instant,
    agent::SkillName,
    routing::{AgentRef, Standing},
};

/// The most rings of one policy.
pub const MAX_RINGS: usize = 16;

/// Rings that open one after the other; they are what [`Ring`]s make together. One that opened
/// early because nobody of the one before was free or there closes again when somebody is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Ring>")]
pub(super) struct Rings(Vec<Ring>);

/// Who comes into question from some wait on; see
/// [`Candidates::rings`](super::Candidates::rings).
///
/// Products call this bullseye rings (Genesys Cloud), routing steps (Amazon Connect), targets of a
/// workflow (Twilio `TaskRouter`) or selectors with a time to live (Azure Communication Services).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Ring {
    /// After which wait the ring opens.
    #[serde(with = "crate::time::seconds::written")]
    pub after: Duration,
    /// What an agent of the ring must pass; nothing means everybody.
    pub gates: Vec<Gate>,
    /// Skills the call asks for, and no more from this ring on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop_skills: Vec<SkillName>,
    /// Whether the next ring opens at once while nobody of this one is free.
    pub skip_if_nobody: Skip,
}

/// When a ring is not waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Skip {
    /// Never; the default.
    #[default]
    Never,
    /// While nobody of the ring who is as the call asks is free.
    IfNobodyFree,
    /// While nobody of the ring who is as the call asks is there at all.
    IfNobodyThere,
}

impl Ring {
    /// A ring of everybody, open from the start.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the ring after this wait.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// Keeps to agents who pass this.
    #[must_use]
    pub fn of(mut self, gate: impl Into<Gate>) -> Self {
        self.gates.push(gate.into());
        self
    }

    /// Asks for this skill of the call's no more, from this ring on.
    #[must_use]
    pub fn without(mut self, skill: SkillName) -> Self {
        self.drop_skills.push(skill);
        self
    }

    /// Does not wait for this ring while nobody of it is free, or there.
    #[must_use]
    pub fn skip(mut self, skip: Skip) -> Self {
        self.skip_if_nobody = skip;
        self
    }
}

impl Rings {
    /// Rings in the order in which they open.
    pub(super) fn new(mut rings: Vec<Ring>) -> Self {
        rings.sort_by_key(|ring| ring.after);
        Self(rings)
    }

    /// Who is in any open ring is in; others may be from the first ring on that takes them.
    pub(super) fn keep<'f>(&'f self, scene: &Scene<'_>, agent: AgentRef<'f>) -> Found<'f> {
        self.keep_by(scene, |gate| gate.keep(scene, agent))
    }

    /// The same of all agents of one nature, where all gates go by that.
    pub(super) fn keep_alike<'f>(&'f self, scene: &Scene<'_>, nature: Nature<'f>) -> Found<'f> {
        self.keep_by(scene, |gate| gate.keep_alike(scene, nature))
    }

    /// The gates of all rings.
    pub(super) fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.0.iter().flat_map(|ring| &ring.gates)
    }

    fn keep_by<'f>(&'f self, scene: &Scene<'_>, keep: impl Fn(&'f Gate) -> Found<'f>) -> Found<'f> {
        let now = scene.view.now();
        let (mut no, mut soonest) = (None, None);
        for (ring, opens) in self.0.iter().zip(*self.opens(scene)) {
            let from = match ring.keep(&keep) {
                Found::Yes => opens,
                Found::NotBefore(at) => at.max(opens),
                Found::No(why) => {
                    no = no.or(Some(why));
                    continue;
                }
            };
            if from <= now {
                return Found::Yes;
            }
            soonest = Some(soonest.map_or(from, |known: Instant| known.min(from)));
        }
        match (soonest, no) {
            (Some(at), _) => Found::NotBefore(at),
            (None, Some(why)) => Found::No(why),
            (None, None) => Found::Yes,
        }
    }

    /// When each ring opens, as things stand: in its time, or with the one before it where nobody
    /// of that comes into question.
    fn opens<'s>(&self, scene: &'s Scene<'_>) -> &'s [Instant; MAX_RINGS] {
        scene.opens.get_or_init(|| {
            let mut opens = [Instant::MAX; MAX_RINGS];
            let mut skip = None;
            for (n, (ring, opens)) in self.0.iter().zip(&mut opens).enumerate() {
                *opens = skip.unwrap_or_else(|| scene.after(ring.after));
                let open = self.0.get(..=n).unwrap_or_default();
                skip = ring.is_skipped(scene, open).then_some(*opens);
            }
            opens
        })
    }

    /// Whether who is there matters even to a call that nobody new could take.
    pub(super) fn minds_who_is_there(&self) -> bool {
        self.0.iter().any(|ring| ring.skip_if_nobody != Skip::Never)
    }

    /// Whether somebody who is free no more matters to calls that nobody new could take.
    pub(super) fn minds_who_is_free(&self) -> bool {
        self.0.iter().any(|ring| ring.skip_if_nobody == Skip::IfNobodyFree)
    }

    /// From when on the call asks for this skill no more: since the ring opened that drops it.
    pub(super) fn drops(&self, scene: &Scene<'_>, skill: &SkillName) -> Option<Instant> {
        let at = self.0.iter().position(|ring| ring.drop_skills.contains(skill))?;
        self.opens(scene).get(at).copied()
    }
}

impl Ring {
    fn keep<'f>(&'f self, keep: impl Fn(&'f Gate) -> Found<'f>) -> Found<'f> {
        let mut from = None;
        for found in self.gates.iter().map(keep) {
            match found {
                Found::Yes => {}
                Found::NotBefore(at) => {
                    from = Some(from.map_or(at, |known: Instant| known.max(at)));
                }
                no @ Found::No(_) => return no,
            }
        }
        from.map_or(Found::Yes, Found::NotBefore)
    }

    /// Whether nobody of the ring comes into question, who is as the call asks with these rings
    /// open.
    fn is_skipped(&self, scene: &Scene<'_>, open: &[Self]) -> bool {
        if self.skip_if_nobody == Skip::Never {
            return false;
        }
        let now = scene.view.now();
        let counts = |agent: AgentRef<'_>| match self.skip_if_nobody {
            Skip::Never => true,
            Skip::IfNobodyFree => agent.can_take(now).is_ok(),
            Skip::IfNobodyThere => agent.standing() != Standing::SignedOut,
        };
        let drops = |skill: &SkillName| {
            let dropped = open.iter().any(|ring| ring.drop_skills.contains(skill));
            dropped.then_some(Instant::ZERO)
        };
        let suits = |agent: AgentRef<'_>| {
            let nature = Nature::from(agent);
            let mut unmet = scene.call.unmet(nature.skills, nature.labels, drops);
            unmet.all(|(_, lapses)| lapses.is_some_and(|at| at <= now))
        };
        !scene.members().any(|agent| {
            let keep = || self.keep(|gate| gate.keep(scene, agent));
            counts(agent) && suits(agent) && matches!(keep(), Found::Yes)
        })
    }
}

/// Read back in the order in which they open, and no more than there may be.
impl TryFrom<Vec<Ring>> for Rings {
    type Error = TooManyRings;

    fn try_from(rings: Vec<Ring>) -> Result<Self, TooManyRings> {
        if rings.len() > MAX_RINGS {
            return Err(TooManyRings);
        }
        Ok(Self::new(rings))
    }
}

/// There are more rings than [`MAX_RINGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most 16 rings")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooManyRings;
