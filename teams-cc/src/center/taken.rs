//! Somebody who took a contact, until the program decides what to do with them.

use teams_cc_core::{AgentId, ContactId, LegId, contact::AnsweredBy};

use super::command::{Line, Withdrawn};

/// Somebody who took a contact and waits to be connected.
///
/// Dropping it hangs that party up; the customer stays.
#[derive(Debug)]
#[must_use = "whoever took the contact is hung up where nobody connects them"]
#[non_exhaustive]
pub struct Taken {
    pub(crate) hold: Hold,
    /// The agent, where the party is one.
    pub agent: Option<AgentId>,
    /// Who answered, as far as can be known.
    pub answered_by: AnsweredBy,
}

impl Taken {
    pub(crate) fn new(hold: Hold, agent: Option<AgentId>, answered_by: AnsweredBy) -> Self {
        Self { hold, agent, answered_by }
    }
}

/// A leg that is hung up unless an order about it is on its way.
#[derive(Debug)]
pub(crate) struct Hold {
    line: Line,
    contact: ContactId,
    leg: LegId,
    ordered: bool,
}

impl Hold {
    pub(crate) fn new(line: Line, contact: ContactId, leg: LegId) -> Self {
        Self { line, contact, leg, ordered: false }
    }

    pub(crate) fn leg(&self) -> &LegId {
        &self.leg
    }

    /// From here on the order decides.
    pub(crate) fn ordered(mut self) {
        self.ordered = true;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.ordered {
            self.line.withdraw(&self.contact, Withdrawn::Leg(self.leg.clone()));
        }
    }
}
