//! When a call is given up before its time.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::filter::Custom;
use crate::{
    Instant,
    queue::{Exit, ExitReason},
    routing::{AgentRef, CallRef, Standing, View, roster::Members},
};

/// Says whether something holds for a call. Pure, like a policy.
pub trait Condition: Send + Sync {
    /// From when on it holds, as things stand; none for never. A time to come is waited for.
    fn since(&self, view: &View<'_>, call: CallRef<'_>) -> Option<Instant>;

    /// What to give as the reason where a call leaves for it.
    fn reason(&self) -> ExitReason {
        ExitReason::Policy
    }
}

/// Holds while nobody is there to wait for; see [`no_agents`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoAgents {
    absent: BTreeSet<Standing>,
    #[serde(with = "crate::time::seconds::written")]
    lasting: Duration,
    #[serde(with = "crate::time::seconds::written")]
    grace: Duration,
}

/// Holds while everybody who could ever take the call is away or signed out.
///
/// Agents in calls and in wrap-up count as there: they come back.
#[must_use]
pub fn no_agents() -> NoAgents {
    NoAgents::default()
}

impl Default for NoAgents {
    fn default() -> Self {
        Self {
            absent: [Standing::OnBreak, Standing::Missing, Standing::SignedOut].into(),
            lasting: Duration::ZERO,
            grace: Duration::ZERO,
        }
    }
}

impl NoAgents {
    /// Says which agents count as not there.
    #[must_use]
    pub fn counting(mut self, absent: impl IntoIterator<Item = Standing>) -> Self {
        self.absent = absent.into_iter().collect();
        self
    }

    /// Holds only once it has been so for a while.
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasting = time;
        self
    }

    /// Counts that while from so long after the call started to wait, at the earliest.
    #[must_use]
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time;
        self
    }

    fn nobody_since(&self, members: &Members) -> Option<Instant> {
        let there = Standing::ALL.into_iter().filter(|standing| !self.absent.contains(standing));
        let mut since = Instant::ZERO;
        for standing in there {
            if members.standing(standing) > 0 {
                return None;
            }
            since = since.max(members.last_there(standing));
        }
        Some(since)
    }
}

impl Condition for NoAgents {
    fn since(&self, view: &View<'_>, call: CallRef<'_>) -> Option<Instant> {
        let since = match (view.members(call), call.expert()) {
            (Some(members), _) => self.nobody_since(members)?,
            (None, Some(expert)) => {
                let there =
                    view.agent(expert).is_some_and(|a| !self.absent.contains(&a.standing()));
                (!there).then_some(Instant::ZERO)?
            }
            (None, None) => Instant::ZERO,
        };
        Some(since.max(call.enqueued_at + self.grace) + self.lasting)
    }

    fn reason(&self) -> ExitReason {
        ExitReason::NoAgents
    }
}

/// A condition, the calls it is for, and where they go.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) condition: Cause,
    #[serde(default)]
    pub(super) calls: Calls,
    pub(super) exit: Exit,
}

/// Which calls leave for a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calls {
    /// Those that wait, and those that come; the default.
    #[default]
    All,
    /// Only those that come while it holds.
    New,
}

/// A condition of a policy, as data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Nobody is there; see [`no_agents`].
    NoAgents(NoAgents),
    /// A condition of the application's own, which cannot be written down.
    Custom(Custom<dyn Condition>),
}

impl From<NoAgents> for Cause {
    fn from(condition: NoAgents) -> Self {
        Self::NoAgents(condition)
    }
}

/// Makes a cause of a condition of your own.
#[must_use]
pub fn custom_condition(condition: impl Condition + 'static) -> Cause {
    Cause::Custom(Custom(Arc::new(condition)))
}

impl When {
    pub(super) fn since(&self, view: &View<'_>, call: CallRef<'_>) -> Option<Instant> {
        if self.calls == Calls::New && !call.is_new() {
            return None;
        }
        self.condition().since(view, call)
    }

    pub(super) fn reason(&self) -> ExitReason {
        self.condition().reason()
    }

    fn condition(&self) -> &dyn Condition {
        match &self.condition {
            Cause::NoAgents(condition) => condition,
            Cause::Custom(condition) => &*condition.0,
        }
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
