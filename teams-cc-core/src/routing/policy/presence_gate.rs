//! Only agents whose Teams presence allows a call.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    Gate, Reason,
    found::{Found, Why},
    judge::Scene,
};
use crate::{agent::Availability, routing::AgentRef};

/// Keeps agents whose presence is one of a few, and fresh; see [`presence`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresenceGate {
    allowed: BTreeSet<Availability>,
    #[serde(default, with = "crate::time::seconds::optional")]
    max_age: Option<Duration>,
}

/// Keeps agents seen as `allowed`. Whoever's presence is not known is not kept.
#[must_use]
pub fn presence(allowed: Availability) -> PresenceGate {
    PresenceGate { allowed: [allowed].into(), max_age: None }
}

impl PresenceGate {
    /// Allows one more.
    #[must_use]
    pub fn or(mut self, allowed: Availability) -> Self {
        self.allowed.insert(allowed);
        self
    }

    /// Sets the age from which on presence is not believed; default any age is.
    ///
    /// Presence is always late: Teams clients take up to minutes to tell, and reading takes its
    /// turn. Too short an age keeps agents idle; too long an age rings people who left.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// What is allowed.
    pub(super) fn allowed(&self) -> impl Iterator<Item = &Availability> {
        self.allowed.iter()
    }

    pub(super) fn allows(&self, seen: &Availability) -> bool {
        self.allowed.contains(seen)
    }

    /// The age from which on presence is not believed.
    pub(super) const fn oldest(&self) -> Option<Duration> {
        self.max_age
    }

    pub(super) fn keep<'f>(&self, scene: &Scene<'_>, agent: AgentRef<'f>) -> Found<'f> {
        let Some(seen) = agent.record().presence() else {
            return Found::No(Why::Told(Reason::UnknownPresence));
        };
        let age = seen.age(scene.view.now());
        if self.max_age.is_some_and(|max| age > max) {
            return Found::No(Why::Told(Reason::StalePresence { age }));
        }
        if self.allowed.contains(&seen.availability) {
            return Found::Yes;
        }
        Found::No(Why::Presence(seen, age))
    }
}

impl From<PresenceGate> for Gate {
    fn from(gate: PresenceGate) -> Self {
        Self::Presence(gate)
    }
}
