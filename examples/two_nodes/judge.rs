//! What happened, and whether it may.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// One thing that happened outside the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Called { contact: String },
    Refused { contact: String },
    Rings { agent: String, contact: String },
    Silent { agent: String, contact: String },
    Joined { agent: String, contact: String },
    Over { contact: String },
    Left { contact: String },
    Exit { contact: String },
    Died { node: usize },
    StandsStill { node: usize },
    GoesOn { node: usize },
    ClosedWithItsNode { contact: String },
    AgentGone { contact: String },
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Called { contact } => write!(f, "{contact} calls"),
            Self::Refused { contact } => write!(f, "{contact} hears that it does not work"),
            Self::Rings { agent, contact } => write!(f, "{agent} rings for {contact}"),
            Self::Silent { agent, contact } => write!(f, "{agent} rings no more for {contact}"),
            Self::Joined { agent, contact } => write!(f, "{agent} talks to {contact}"),
            Self::Over { contact } => write!(f, "{contact} hangs up, served"),
            Self::Left { contact } => write!(f, "{contact} hangs up, unserved"),
            Self::Exit { contact } => write!(f, "{contact} is sent elsewhere"),
            Self::Died { node } => write!(f, "*** node {} is dead ***", node + 1),
            Self::StandsStill { node } => write!(f, "*** node {} stands still ***", node + 1),
            Self::GoesOn { node } => write!(f, "*** node {} goes on ***", node + 1),
            Self::AgentGone { contact } => {
                write!(f, "{contact} is joined to nobody: the agent hung up")
            }
            Self::ClosedWithItsNode { contact } => write!(f, "{contact} ended with its node"),
        }
    }
}

/// All that happened, in order.
#[derive(Debug, Default)]
pub(crate) struct History {
    list: Vec<What>,
}

impl History {
    pub(crate) fn note(&mut self, what: What) {
        self.list.push(what);
    }
}

/// A history in which nothing was lost and nothing doubled.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    called: usize,
    served: usize,
    left: usize,
    refused: usize,
    closed: usize,
    rang: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { called, served, left, refused, closed, rang } = self;
        write!(
            f,
            "{called} calls: {served} served, {left} hung up waiting, {refused} refused, {closed} \
             ended with their node or agent; telephones rang {rang} times\n0 calls lost, 0 given twice, 0 \
             agents with two calls"
        )
    }
}

/// Judges what happened; the error says what should not have.
pub(crate) fn judge(history: &History) -> Result<Verdict, String> {
    let mut verdict = Verdict::default();
    // Whom an agent rings for or talks to.
    let mut busy: BTreeMap<&str, &str> = BTreeMap::new();
    let mut joined: BTreeSet<&str> = BTreeSet::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for what in &history.list {
        match what {
            What::Called { contact } => {
                verdict.called += 1;
                open.insert(contact);
            }
            What::Rings { agent, contact } => {
                verdict.rang += 1;
                if let Some(other) = busy.insert(agent, contact) {
                    return Err(format!("{agent} rings for {contact} and has {other}"));
                }
                if joined.contains(contact.as_str()) {
                    return Err(format!("{agent} rings for {contact}, which was served"));
                }
            }
            What::Silent { agent, .. } => {
                busy.remove(agent.as_str());
            }
            What::Joined { agent, contact } => {
                if busy.get(agent.as_str()) != Some(&contact.as_str()) {
                    return Err(format!("{agent} has {contact} and did not ring for it"));
                }
                if !joined.insert(contact) {
                    return Err(format!("{contact} was given twice"));
                }
            }
            What::Over { contact } => {
                busy.retain(|_, held| held != contact);
                open.remove(contact.as_str());
                verdict.served += 1;
            }
            What::Left { contact } | What::Exit { contact } => {
                open.remove(contact.as_str());
                verdict.left += 1;
            }
            What::Refused { contact } => {
                open.remove(contact.as_str());
                verdict.refused += 1;
            }
            What::ClosedWithItsNode { contact } | What::AgentGone { contact } => {
                if !joined.insert(contact) {
                    return Err(format!("{contact} was given twice"));
                }
                open.remove(contact.as_str());
                verdict.closed += 1;
            }
            What::Died { .. } | What::StandsStill { .. } | What::GoesOn { .. } => {}
        }
    }
    match open.first() {
        Some(lost) => Err(format!("{lost} was lost")),
        None => Ok(verdict),
    }
}
