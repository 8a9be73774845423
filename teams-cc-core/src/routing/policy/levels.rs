//! Lines of agents, opened one after the other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Gate, Reason,
    found::{Found, Why},
    judge::Scene,
};
use crate::{Instant, queue::Levels};

/// Keeps agents of the lines that are open; see [`levels`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LevelGate {
    /// When further lines open by the time waited.
    pub tiers: Option<Tiers>,
    /// Which lines are open from which wait on, where the call names the first ones itself.
    pub widen: Vec<Widen>,
}

/// Lines that open one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Tiers {
    /// How long a call waits for a line.
    #[serde(with = "crate::time::seconds::written")]
    pub wait: Duration,
    /// Whether that wait is multiplied by the line's number.
    pub multiply: bool,
    /// Whether the first line in which anybody is there opens at once.
    pub skip_empty: bool,
}

impl Default for Tiers {
    fn default() -> Self {
        Self { wait: Duration::ZERO, multiply: false, skip_empty: true }
    }
}

/// Lines that are open from some wait on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a step has a time and what comes then")]
pub struct Widen {
    /// After which wait.
    #[serde(with = "crate::time::seconds::written")]
    pub after: Duration,
    /// Which lines are open then.
    pub levels: Levels,
}

/// Keeps agents of the lines the call allows ([`QueueEntry::levels`]), of all where it says
/// nothing.
///
/// [`QueueEntry::levels`]: crate::queue::QueueEntry::levels
#[must_use]
pub fn levels() -> LevelGate {
    LevelGate::default()
}

impl LevelGate {
    /// Opens lines one after the other. The line of number n opens after `wait`, or n times that
    /// where `multiply`; see [`Tiers`].
    #[must_use]
    pub fn tiers(mut self, tiers: Tiers) -> Self {
        self.tiers = Some(tiers);
        self
    }

    /// Opens these lines once the call has waited so long, beside those it names itself.
    #[must_use]
    pub fn widen(mut self, after: Duration, levels: Levels) -> Self {
        let at = self.widen.partition_point(|widen| widen.after <= after);
        self.widen.insert(at, Widen { after, levels });
        self
    }

    pub(super) fn keep<'f>(&self, scene: &Scene<'_>, level: u16) -> Found<'f> {
        let named = scene.call.levels.unwrap_or(Levels::ALL);
        let mut from = scene.call.enqueued_at;
        if !named.contains(level) {
            let open = self.widen.iter().filter(|widen| widen.levels.contains(level));
            match open.map(|widen| scene.after(widen.after)).min() {
                Some(at) => from = at,
                None => return Found::No(Why::Told(Reason::Level { level })),
            }
        }
        if let Some(tiers) = self.tiers {
            from = from.max(tiers.opens(scene, level));
        }
        if from <= scene.view.now() { Found::Yes } else { Found::NotBefore(from) }
    }
}

impl LevelGate {
    /// Whether who is there matters even to a call that nobody new could take.
    pub(super) const fn minds_who_is_there(&self) -> bool {
        matches!(self.tiers, Some(Tiers { skip_empty: true, .. }))
    }
}

impl Tiers {
    /// When a line opens. A line that nobody stands in does not hold back the ones after it.
    fn opens(self, scene: &Scene<'_>, level: u16) -> Instant {
        if self.skip_empty && scene.first_level() == Some(level) {
            return scene.call.enqueued_at;
        }
        let times = if self.multiply { u32::from(level) } else { 1 };
        scene.after(self.wait.saturating_mul(times))
    }
}

impl From<LevelGate> for Gate {
    fn from(gate: LevelGate) -> Self {
        Self::Levels(gate)
    }
}
