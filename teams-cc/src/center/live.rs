//! A contact that is not over, and who waits for what it does.

use std::collections::BTreeMap;

use teams_cc_core::{
    Address, ContactId, LegId, OfferId,
    contact::{
        ContactEvent, EndCause, EndReason, EndedBy,
        flow::{Flow, Order, OrderError, OrderId, Outcome},
    },
};
use teams_cc_sip::trunk::EmergencyData;
use tokio::sync::oneshot;

use super::{Report, Route, command::Found};

/// A contact and what hangs on it.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) flow: Flow,
    pub(crate) origin: Origin,
    pub(crate) caller: Address,
    pub(crate) replies: BTreeMap<OrderId, Sink>,
    pub(crate) seeking: Option<Seeking>,
    /// Legs of parties who took the contact, by the order whose answer told of them. Once the
    /// program uses the leg, its entry goes.
    pub(crate) given: BTreeMap<OrderId, LegId>,
    pub(crate) handler_done: bool,
    story: Story,
}

/// Where a contact came from, and so how others are called for it.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A call to the bot.
    Graph,
    /// A call on the trunk.
    Sip {
        /// What an emergency call brought along.
        emergency: EmergencyData,
    },
}

/// A search for somebody, and who waits for its end.
#[derive(Debug)]
pub(crate) struct Seeking {
    pub(crate) id: OrderId,
    pub(crate) reply: oneshot::Sender<Found>,
    /// What goes along when a queue hands the contact on to another.
    pub(crate) route: Option<Route>,
    pub(crate) hops: usize,
}

/// Who waits for an order.
#[derive(Debug)]
pub(crate) enum Sink {
    /// A handle.
    Handle(oneshot::Sender<Result<Outcome, OrderError>>),
    /// The routing engine, for an offer it made.
    Offer(OfferId),
    /// An emergency call, which is joined with whoever answers.
    Emergency,
    /// Nobody.
    Nobody,
}

/// What a report needs to know of a contact.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the report asks four questions of its own")]
struct Story {
    accepted: bool,
    connected: bool,
    overflowed: bool,
    /// We refused the call or hung it up, whatever the platform says of it.
    ended: bool,
    emergency: bool,
}

impl Live {
    pub(crate) fn new(flow: Flow, origin: Origin, caller: Address) -> Self {
        Self {
            flow,
            origin,
            caller,
            replies: BTreeMap::new(),
            seeking: None,
            given: BTreeMap::new(),
            handler_done: false,
            story: Story::default(),
        }
    }

    /// Keeps in mind what was ordered.
    pub(crate) fn ordered(&mut self, order: &Order) {
        self.story.ended |= matches!(order, Order::Reject(_) | Order::HangUp);
    }

    /// Keeps the story and the report up to date.
    pub(crate) fn note(&mut self, event: &ContactEvent, report: &mut Report) {
        match event {
            ContactEvent::Arrived => {
                report.contacts += 1;
                report.open += 1;
            }
            ContactEvent::Accepted { .. } => self.story.accepted = true,
            ContactEvent::Connected { .. } => self.story.connected = true,
            ContactEvent::Overflowed { .. } => self.story.overflowed = true,
            ContactEvent::EmergencyBypassed => {
                self.story.emergency = true;
                report.emergencies += 1;
            }
            ContactEvent::Ended(cause) => {
                report.open = report.open.saturating_sub(1);
                *self.part(cause, report) += 1;
            }
            _ => {}
        }
    }

    /// The part of the report that an ended contact is counted under.
    fn part<'a>(&self, cause: &EndCause, report: &'a mut Report) -> &'a mut u64 {
        let left = match cause.reason {
            EndReason::Completed | EndReason::Cancelled => cause.by == EndedBy::Remote,
            // The platform knew the call no more before it said so: the customer was gone.
            EndReason::Reconciled => !self.story.ended,
            _ => false,
        };
        let joined = self.story.connected || cause.reason == EndReason::Transferred;
        if joined && self.story.accepted {
            &mut report.answered
        } else if self.story.overflowed {
            &mut report.overflowed
        } else if joined {
            &mut report.transferred
        } else if left {
            &mut report.abandoned
        } else if cause.by == EndedBy::Local || self.story.ended {
            &mut report.handled
        } else {
            &mut report.lost
        }
    }

    /// Whether the contact is over and nobody works on it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.flow.is_finished() && self.handler_done
    }

    pub(crate) fn is_emergency(&self) -> bool {
        self.story.emergency
    }
}

/// Names a contact by number.
pub(crate) fn contact_id(n: u64) -> ContactId {
    ContactId::numbered("C", n)
}

#[cfg(test)]
mod tests {
    use teams_cc_core::{
        LegId,
        contact::{Capabilities, flow::FlowConfig},
    };

    use super::*;

    fn counted(reason: EndReason, by: EndedBy) -> Report {
        let leg = LegId::numbered("G", 1);
        let flow = Flow::new(contact_id(1), leg, Capabilities::default(), FlowConfig::default());
        let mut live = Live::new(flow, Origin::Graph, Address::Anonymous);
        let mut report = Report::default();
        live.note(&ContactEvent::Arrived, &mut report);
        live.note(&ContactEvent::Ended(EndCause::new(reason, by)), &mut report);
        report
    }

    #[test]
    fn a_contact_nobody_took_is_counted_by_who_ended_it() {
        use EndedBy::{Local, Platform, Remote};
        assert_eq!(counted(EndReason::Completed, Remote).abandoned, 1);
        assert_eq!(counted(EndReason::Cancelled, Remote).abandoned, 1);
        assert_eq!(counted(EndReason::Reconciled, Platform).abandoned, 1);
        assert_eq!(counted(EndReason::Completed, Local).handled, 1);
        assert_eq!(counted(EndReason::Failed, Platform).lost, 1);
        assert_eq!(counted(EndReason::Unreachable, Platform).lost, 1);
    }
}
