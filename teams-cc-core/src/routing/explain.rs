//! Why an agent was chosen, and the others were not.

use std::{fmt, time::Duration};

use super::policy::Reason;
use crate::{
    AgentId, ContactId, Instant,
    queue::{Exit, ExitReason},
};

/// The most agents an explanation names; the rest are counted.
pub const MAX_FINDINGS: usize = 64;

/// Why a call was decided on as it was.
///
/// [`Display`](fmt::Display) writes one line, such as
/// `ada skipped (DoNotDisturb, 3 s old), bo chosen (longest idle 41 s)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Which call.
    pub contact: ContactId,
    /// When.
    pub at: Instant,
    /// What was found of each agent, in the order in which the policy noted it.
    pub findings: Vec<(AgentId, Finding)>,
    /// How many more agents were looked at; see [`MAX_FINDINGS`].
    pub more: usize,
    /// What came of it.
    pub decision: Decision,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (agent, finding) in &self.findings {
            write!(f, "{separator}{agent} ")?;
            separator = ", ";
            match finding {
                Finding::Kept => f.write_str("kept")?,
                Finding::Chosen(why) if why.is_empty() => f.write_str("chosen")?,
                Finding::Chosen(why) => write!(f, "chosen ({why})")?,
                Finding::Later(from) => {
                    write!(f, "skipped (not for {})", Seconds(from.since(self.at)))?;
                }
                Finding::Skipped(why) => {
                    f.write_str("skipped (")?;
                    why.write(f, self.at)?;
                    f.write_str(")")?;
                }
            }
        }
        if self.more > 0 {
            write!(f, "{separator}{} more", self.more)?;
            separator = ", ";
        }
        match &self.decision {
            Decision::Offered { .. } => Ok(()),
            Decision::Held { until: Some(until) } => {
                write!(f, "{separator}held back for {}", Seconds(until.since(self.at)))
            }
            Decision::Held { until: None } => {
                write!(f, "{separator}stands behind another call")
            }
            Decision::Waits if separator.is_empty() => f.write_str("nobody to offer to, waits"),
            Decision::Waits => f.write_str("; waits"),
            Decision::Left { exit, why } => {
                let separator = if separator.is_empty() { "" } else { "; " };
                write!(f, "{separator}leaves to {exit} ({why})")
            }
        }
    }
}

/// What was found of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Not chosen, because.
    Skipped(Reason),
    /// Not before this instant.
    Later(Instant),
    /// Would do; another one was better.
    Kept,
    /// The one, because; or one of those who are rung at once.
    Chosen(Box<str>),
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is offered.
    Offered {
        /// To whom, the most wanted first; at most [`MAX_FINDINGS`].
        agents: Vec<AgentId>,
    },
    /// It waits on.
    Waits,
    /// It waits whatever its policy would do.
    Held {
        /// Until when, between two attempts; none where it stands behind another call.
        until: Option<Instant>,
    },
    /// It was given up.
    Left {
        /// Where it goes.
        exit: Exit,
        /// Why.
        why: ExitReason,
    },
}

/// Findings as a plan collects them.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<(AgentId, Finding)>,
    more: usize,
}

impl Findings {
    pub(super) fn push(&mut self, agent: &AgentId, finding: Finding) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push((agent.clone(), finding));
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Marks `agent` as the one, in its place; a choice is never lost to the bound.
    pub(super) fn choose(&mut self, agent: &AgentId, why: Box<str>) {
        let chosen = Finding::Chosen(why);
        if let Some((_, finding)) = self.list.iter_mut().find(|(id, _)| id == agent) {
            *finding = chosen;
            return;
        }
        self.more = self.more.saturating_sub(1);
        self.list.push((agent.clone(), chosen));
    }

    /// Marks those who are rung, and nobody else, as chosen.
    pub(super) fn settle(&mut self, rung: &[AgentId], why_not: impl Fn(&AgentId) -> Reason) {
        for (agent, finding) in &mut self.list {
            if matches!(finding, Finding::Chosen(_)) && !rung.contains(agent) {
                *finding = Finding::Skipped(why_not(agent));
            }
        }
        for agent in rung.iter().take(MAX_FINDINGS) {
            let known = self
                .list
                .iter()
                .any(|(id, finding)| id == agent && matches!(finding, Finding::Chosen(_)));
            if !known {
                self.choose(agent, "".into());
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.more = 0;
    }

    pub(super) fn explanation(
        &self,
        contact: &ContactId,
        at: Instant,
        decision: Decision,
    ) -> Explanation {
        Explanation {
            contact: contact.clone(),
            at,
            findings: self.list.clone(),
            more: self.more,
            decision,
        }
    }
}

/// Writes a duration in whole seconds, as people say it.
pub(super) struct Seconds(pub(super) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}
