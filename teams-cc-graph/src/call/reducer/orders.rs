//! What orders do to a call.

use teams_cc_core::{
    Instant,
    contact::{Direction, EndCause, EndReason, EndedBy, LegState, RejectReason},
};

use super::{CallReducer, Media, State, Transfer};
use crate::call::{Needs, Order, Refusal};

/// How an order failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Refused,
    Doubtful,
    Abandoned,
}

impl CallReducer {
    pub(super) fn sending(&mut self, now: Instant, order: Order) -> Result<(), Refusal> {
        let state = self.state();
        let unanswered =
            self.direction == Direction::Inbound && self.state == State::Ringing && !self.answering;
        let ready = match &order {
            Order::Answer | Order::Reject(_) => unanswered,
            // Before media flows nothing can be played or heard: such an order is not sent.
            Order::Operate { needs: Needs::Media, .. } => {
                state == LegState::Connected && self.media == Media::Active
            }
            Order::Operate { .. } | Order::Transfer => state == LegState::Connected,
            Order::HangUp => state != LegState::Ended,
        };
        if !ready {
            return Err(Refusal::State(state));
        }
        match order {
            Order::Answer => self.answering = true,
            Order::Operate { id, told, .. } => {
                if !self.operations.has_room() {
                    return Err(Refusal::TooManyOperations);
                }
                self.operations.begin(now, id, told);
            }
            // From here on, for the notifications may overtake the response.
            Order::Transfer => {
                self.transfer = Some(Transfer::UnderWay);
                self.transferred = None;
                self.denied = false;
            }
            Order::Reject(_) | Order::HangUp => self.parting = self.reason(&order),
        }
        Ok(())
    }

    pub(super) fn accepted(&mut self, now: Instant, order: &Order) {
        // The platform took the call away; its own notification may never come.
        if let Some(reason) = self.reason(order) {
            self.end(now, EndCause::new(reason, EndedBy::Local));
        }
    }

    /// Why a call ends that is ended by this order.
    fn reason(&self, order: &Order) -> Option<EndReason> {
        let connected = self.state == State::Connected;
        Some(match order {
            Order::Reject(RejectReason::Busy | RejectReason::Overloaded) => EndReason::Busy,
            Order::Reject(RejectReason::Forbidden) => EndReason::Forbidden,
            Order::Reject(RejectReason::NotFound) => EndReason::NotFound,
            Order::Reject(_) => EndReason::Declined,
            Order::HangUp if connected => EndReason::Completed,
            Order::HangUp if self.direction == Direction::Inbound => EndReason::Declined,
            Order::HangUp => EndReason::Cancelled,
            Order::Answer | Order::Operate { .. } | Order::Transfer => return None,
        })
    }

    pub(super) fn refused(&mut self, order: &Order, how: How) {
        let doubtful = how != How::Refused;
        match order {
            Order::Answer => {
                self.answering = false;
                self.doubt |= doubtful;
            }
            // One that may have arrived is waited for, unless nobody cares.
            Order::Operate { .. } if how == How::Doubtful => {}
            Order::Operate { id, .. } => self.operations.forget(id),
            Order::Transfer if self.transfer.is_some() => {
                self.transfer = doubtful.then_some(Transfer::Doubtful);
            }
            // The call may be gone; a look will tell.
            Order::Reject(_) | Order::HangUp if doubtful => self.closing = true,
            Order::Reject(_) | Order::HangUp => self.parting = None,
            Order::Transfer => {}
        }
    }
}
