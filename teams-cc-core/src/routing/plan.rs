//! What a policy decides.

use std::{any::type_name, borrow::Cow, ops::Deref, sync::Arc};

use super::{
    View,
    explain::{Decision, Finding, Findings, MAX_FINDINGS},
    policy::{Cursor, Key, Known, Reason, RingMode, Rules, Why},
};
use crate::{
    AgentId, Instant,
    agent::{Labels, SkillName, Skills},
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

    /// Whether a change of who is there (signed in, away, at work) may change the plan of a call
    /// that nobody new could take, as where nobody being there makes it leave. Where not, fewer
    /// calls are looked at again. Default true.
    fn minds_who_is_there(&self) -> bool {
        true
    }

    /// Whether the plan of a call that nobody new could take may change because somebody is free
    /// no more, as where calls go on while nobody of a group is free. Default false.
    fn minds_who_is_free(&self) -> bool {
        false
    }

    /// The composed policy this is, where it is one: the engine then keeps agents in its order,
    /// see [`Compiled`](super::policy::Compiled), and decides the same in less time.
    fn rules(&self) -> Option<&Rules> {
        None
    }

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

            fn minds_who_is_there(&self) -> bool {
                (**self).minds_who_is_there()
            }

            fn minds_who_is_free(&self) -> bool {
                (**self).minds_who_is_free()
            }

            fn rules(&self) -> Option<&Rules> {
                (**self).rules()
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
pub struct CallRef<'a> {
    entry: &'a QueueEntry,
    cursor: Option<&'a Cursor>,
    is_new: bool,
    /// The queue's place in the roster, where it is known.
    place: Option<u32>,
}

impl<'a> CallRef<'a> {
    /// Points at a waiting call.
    #[must_use]
    pub const fn new(call: &'a QueueEntry) -> Self {
        Self { entry: call, cursor: None, is_new: true, place: None }
    }

    /// The same call, with the agent it was last offered to.
    pub(super) const fn after(
        entry: &'a QueueEntry,
        cursor: Option<&'a Cursor>,
        is_new: bool,
        place: Option<u32>,
    ) -> Self {
        Self { entry, cursor, is_new, place }
    }

    /// Whether it has only just come, and is looked at for the first time.
    #[must_use]
    pub const fn is_new(self) -> bool {
        self.is_new
    }

    /// The queue's place in the roster, where it is known.
    pub(super) const fn place(self) -> Option<u32> {
        self.place
    }

    /// The agent it was last offered to.
    pub(super) const fn cursor(self) -> Option<&'a Cursor> {
        self.cursor
    }

    /// What the call asks and the agent is not, each with the instant from which on it is asked no
    /// more. `drops` says it of skills, which ask for ever by themselves.
    pub(super) fn unmet<'s>(
        self,
        skills: &'s Skills,
        labels: &'s Labels,
        drops: impl Fn(&SkillName) -> Option<Instant>,
    ) -> impl Iterator<Item = (Why<'s>, Option<Instant>)>
    where
        'a: 's,
    {
        let entry = self.entry;
        let skills = entry.skills.iter().filter_map(move |(name, needs)| {
            let has = skills.level(name);
            (has < needs).then(|| (Why::Skill { name, needs, has }, drops(name)))
        });
        let labels = entry.selectors().iter().filter(|asked| !asked.matches(labels));
        let labels = labels.map(|asked| {
            let lapses = asked.expires.map(|wait| entry.enqueued_at + wait);
            (Why::Label(asked), lapses)
        });
        skills.chain(labels)
    }
}

impl Deref for CallRef<'_> {
    type Target = QueueEntry;

    fn deref(&self) -> &QueueEntry {
        self.entry
    }
}

/// What a policy decided, written into a buffer that is used again and again.
///
/// A fresh plan says wait, for no particular time.
#[derive(Debug)]
pub struct Plan {
    step: OwnedStep,
    agents: Vec<AgentId>,
    /// When time alone may change the answer, for an offer that is not made after all.
    look_again: Option<Instant>,
    findings: Findings,
    explains: bool,
    pub(super) ranked: Vec<(Key, u32)>,
    pub(super) known: Known,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            step: OwnedStep::default(),
            agents: Vec::new(),
            look_again: None,
            findings: Findings::default(),
            explains: true,
            ranked: Vec::new(),
            known: Known::default(),
        }
    }
}

impl Plan {
    /// Offer the call to these agents, the most wanted first.
    pub fn offer(&mut self, agents: impl IntoIterator<Item = AgentId>, mode: RingMode) {
        self.agents.clear();
        self.agents.extend(agents);
        self.step = OwnedStep::Offer(mode);
    }

    pub(super) fn offer_to(&mut self, agent: AgentId, mode: RingMode) {
        self.agents.clear();
        self.agents.push(agent);
        self.step = OwnedStep::Offer(mode);
    }

    pub(super) const fn look_again_at(&mut self, at: Option<Instant>) {
        self.look_again = at;
    }

    pub(super) const fn look_again(&self) -> Option<Instant> {
        self.look_again
    }

    pub(super) fn and_to(&mut self, agent: AgentId) {
        self.agents.push(agent);
    }

    /// A plan that notes nothing for an explanation, and so costs no memory.
    #[must_use]
    pub fn without_findings() -> Self {
        Self { explains: false, ..Self::default() }
    }

    /// Whether findings are noted; who would have to look for them may leave them away.
    #[must_use]
    pub const fn explains(&self) -> bool {
        self.explains
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
        self.note(agent, Finding::Skipped(why));
    }

    /// Notes for the explanation that an agent comes into question at a later time.
    pub fn later(&mut self, agent: &AgentId, from: Instant) {
        self.note(agent, Finding::Later(from));
    }

    /// Notes for the explanation that an agent would do.
    pub fn kept(&mut self, agent: &AgentId) {
        self.note(agent, Finding::Kept);
    }

    /// Notes for the explanation why an agent is chosen.
    pub fn chosen(&mut self, agent: &AgentId, why: impl Into<Box<str>>) {
        if self.explains {
            self.findings.choose(agent, why.into());
        }
    }

    fn note(&mut self, agent: &AgentId, finding: Finding) {
        if self.explains {
            self.findings.push(agent, finding);
        }
    }

    /// Makes the plan fresh again, keeping its memory.
    pub fn clear(&mut self) {
        self.step = OwnedStep::default();
        self.look_again = None;
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

    /// The same as an explanation has it, as far as the policy decides.
    pub(super) fn settle(&mut self) -> Decision {
        match &self.step {
            OwnedStep::Offer(_) if self.agents.is_empty() => Decision::Waits,
            OwnedStep::Offer(mode) => {
                let rung = self.agents.iter().take(mode.at_once()).cloned().collect::<Vec<_>>();
                self.rung(rung, |_| Reason::Reserved)
            }
            OwnedStep::Wait(_) => Decision::Waits,
            OwnedStep::Leave(exit, why) => Decision::Left { exit: exit.clone(), why: *why },
        }
    }

    /// Marks whom the engine rings as chosen, and says why not whom it does not.
    pub(super) fn rung(
        &mut self,
        mut agents: Vec<AgentId>,
        why_not: impl Fn(&AgentId) -> Reason,
    ) -> Decision {
        self.findings.settle(&agents, why_not);
        agents.truncate(MAX_FINDINGS);
        Decision::Offered { agents }
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
