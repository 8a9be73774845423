//! What a policy decides.

use std::{any::type_name, borrow::Cow, ops::Deref, sync::Arc};

use super::{
    View,
    explain::{Finding, Findings},
    policy::{Key, Reason},
};
use crate::{
    AgentId, Instant,
    queue::{Exit, ExitReason, QueueEntry},
};

/// Decides who is offered a call.
///
/// A policy is pure: for the same view and call it writes the same plan. It reads no clock but
/// [`View::now`], keeps nothing, and performs nothing; what needs input or output (a directory,
/// a score) happens before and is written on the call as an attribute.
///
/// What a policy of your own has to think of: only agents that [`View::fits`] lets pass should be
/// offered a call, presence is a matter for the policy alone, and what is noted in the plan is
/// what the explanation can say. The engine itself only makes sure that nobody is rung beyond
/// capacity, or again for a call just declined.
///
/// ```
/// use teams_cc_core::routing::{CallRef, Plan, RingMode, RoutingPolicy, View};
///
/// /// Offers every call to whoever has the smallest id and fits.
/// struct FirstOfAll;
///
/// impl RoutingPolicy for FirstOfAll {
///     fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
///         for agent in view.agents() {
///             match view.fits(call, agent) {
///                 Ok(()) => {
///                     plan.chosen(agent.id(), "first of all");
///                     return plan.offer([agent.id().clone()], RingMode::One);
///                 }
///                 Err(reason) => plan.skipped(agent.id(), reason),
///             }
///         }
///         plan.wait(None);
///     }
/// }
/// ```
pub trait RoutingPolicy: Send + Sync {
    /// Writes the plan for `call` into `plan`, which comes cleared.
    fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan);

    /// What the policy is called in logs.
    fn name(&self) -> Cow<'static, str> {
        type_name::<Self>().into()
    }
}

macro_rules! through_pointers {
    ($($pointer:ty),+) => {$(
        impl<P: RoutingPolicy + ?Sized> RoutingPolicy for $pointer {
            fn route(&self, view: &View<'_>, call: CallRef<'_>, plan: &mut Plan) {
                (**self).route(view, call, plan);
            }

            fn name(&self) -> Cow<'static, str> {
                (**self).name()
            }
        }
    )+};
}

through_pointers!(&P, Box<P>, Arc<P>);

/// The call a policy decides on; reads like its [`QueueEntry`].
#[derive(Clone, Copy, Debug)]
pub struct CallRef<'a>(&'a QueueEntry);

impl<'a> CallRef<'a> {
    /// Points at a waiting call.
    #[must_use]
    pub const fn new(call: &'a QueueEntry) -> Self {
        Self(call)
    }
}

impl Deref for CallRef<'_> {
    type Target = QueueEntry;

    fn deref(&self) -> &QueueEntry {
        self.0
    }
}

/// What a policy decided, written into a buffer that is used again and again.
///
/// A fresh plan says wait, for no particular time.
#[derive(Debug, Default)]
pub struct Plan {
    step: OwnedStep,
    agents: Vec<AgentId>,
    findings: Findings,
    pub(super) ranked: Vec<(Key, AgentId)>,
}

impl Plan {
    /// Offer the call to these agents, the most wanted first.
    pub fn offer(&mut self, agents: impl IntoIterator<Item = AgentId>, mode: RingMode) {
        self.agents.clear();
        self.agents.extend(agents);
        self.step = OwnedStep::Offer(mode);
    }

    /// Wait and ask again at `until`. It is the next instant at which time alone may change the
    /// answer.
    pub fn wait(&mut self, until: Option<Instant>) {
        self.step = OwnedStep::Wait(until);
    }

    /// Give the call up.
    pub fn leave(&mut self, exit: Exit, why: ExitReason) {
        self.step = OwnedStep::Leave(exit, why);
    }

    /// Notes for the explanation why an agent is not chosen.
    pub fn skipped(&mut self, agent: &AgentId, why: Reason) {
        self.findings.push(agent, Finding::Skipped(why));
    }

    /// Notes for the explanation that an agent comes into question at a later time.
    pub fn later(&mut self, agent: &AgentId, from: Instant) {
        self.findings.push(agent, Finding::Later(from));
    }

    /// Notes for the explanation that an agent would do.
    pub fn kept(&mut self, agent: &AgentId) {
        self.findings.push(agent, Finding::Kept);
    }

    /// Notes for the explanation why an agent is chosen.
    pub fn chosen(&mut self, agent: &AgentId, why: impl Into<Box<str>>) {
        self.findings.choose(agent, why.into());
    }

    /// Makes the plan fresh again, keeping its memory.
    pub fn clear(&mut self) {
        self.step = OwnedStep::default();
        self.agents.clear();
        self.findings.clear();
        self.ranked.clear();
    }

    /// What was decided.
    #[must_use]
    pub fn step(&self) -> Step<'_> {
        match &self.step {
            OwnedStep::Offer(mode) => Step::Offer { agents: &self.agents, mode: *mode },
            OwnedStep::Wait(until) => Step::Wait { until: *until },
            OwnedStep::Leave(exit, why) => Step::Leave { exit, why: *why },
        }
    }

    pub(super) fn findings(&self) -> &Findings {
        &self.findings
    }
}

/// What a plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// Offer the call.
    Offer {
        /// To whom, the most wanted first.
        agents: &'a [AgentId],
        /// How many of them are rung at once.
        mode: RingMode,
    },
    /// Wait.
    Wait {
        /// When to ask again if nothing else happens.
        until: Option<Instant>,
    },
    /// Give the call up.
    Leave {
        /// Where it goes.
        exit: &'a Exit,
        /// Why.
        why: ExitReason,
    },
}

/// How many agents are rung at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RingMode {
    /// One; the next when that offer came to nothing.
    #[default]
    One,
}

#[derive(Debug)]
enum OwnedStep {
    Offer(RingMode),
    Wait(Option<Instant>),
    Leave(Exit, ExitReason),
}

impl Default for OwnedStep {
    fn default() -> Self {
        Self::Wait(None)
    }
}
