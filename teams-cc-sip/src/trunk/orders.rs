//! What the application orders legs to do.

use teams_cc_core::{
    LegId,
    contact::{
        Direction, EndCause, EndReason, EndedBy, LegCommand, LegError, LegState, RejectReason, Verb,
    },
};

use super::{
    call::Role,
    engine::Engine,
    inbound::platform,
    input::Ticket,
    leg::{why_not, wrong_state},
};
use crate::{endpoint::Command, message::StatusCode};

impl Engine {
    /// Carries out an order, or says why not before anything is sent.
    pub(crate) fn execute(&mut self, ticket: Ticket, leg: &LegId, command: &LegCommand) {
        let verb = command.verb();
        let state = self.state_of(leg);
        let record = self.legs.get(leg);
        let ending = record.is_none_or(|record| record.ending);
        let inbound = record.is_some_and(|record| record.direction == Direction::Inbound);
        let unanswered = inbound
            && state == LegState::Ringing
            && record.is_some_and(|record| record.waiting.is_none());
        if ending {
            return self.done(ticket, Err(LegError::Ended));
        }
        match command {
            LegCommand::Ring if unanswered => self.ring(ticket, leg),
            LegCommand::Answer if unanswered => self.begin_answer(leg, ticket),
            LegCommand::Reject(reason) if unanswered => {
                self.refuse_or_hang_up(leg, status_of(*reason));
                self.done(ticket, Ok(()));
            }
            LegCommand::Hold if state == LegState::Connected => self.set_hold(ticket, leg, true),
            LegCommand::Resume if state == LegState::Connected => {
                self.set_hold(ticket, leg, false);
            }
            LegCommand::Bridge { with } if state == LegState::Connected => {
                let outcome = self.join(leg, with);
                self.done(ticket, outcome);
            }
            LegCommand::Play(_) | LegCommand::CollectTones | LegCommand::CancelMedia => {
                self.order_media(ticket, leg, command);
            }
            LegCommand::HangUp => {
                self.hang_up(leg);
                self.done(ticket, Ok(()));
            }
            LegCommand::Ring
            | LegCommand::Answer
            | LegCommand::Reject(_)
            | LegCommand::Hold
            | LegCommand::Resume
            | LegCommand::Bridge { .. } => self.done(ticket, Err(wrong_state(verb, state))),
            _ => self.done(ticket, Err(LegError::Unsupported { verb, why: why_not(verb) })),
        }
    }

    /// Ends a leg in whatever way its state asks for.
    pub(crate) fn hang_up(&mut self, leg: &LegId) {
        self.refuse_or_hang_up(leg, StatusCode::TEMPORARILY_UNAVAILABLE);
    }

    /// Ends a leg; an inbound one that is not answered gets this status.
    pub(crate) fn refuse_or_hang_up(&mut self, leg: &LegId, status: StatusCode) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        if std::mem::replace(&mut record.ending, true) {
            return;
        }
        let unanswered = record.state == LegState::Ringing;
        let (direction, call, link) = (record.direction, record.call, record.link.clone());
        let parting = record.parting.clone();
        self.abandon_transfer(leg);
        self.let_others_go(leg, &parting);
        let Some(call) = call else {
            return self.finish(leg, EndCause::new(EndReason::Completed, EndedBy::Local));
        };
        let extras = parting.extras();
        let outcome = match (unanswered, direction) {
            (true, Direction::Inbound) => {
                self.refuse(call, Some(&link), status);
                Ok(())
            }
            (true, Direction::Outbound) => self.order(Command::Cancel { call, extras }),
            (false, _) => self.order(Command::Bye { call, extras }),
        };
        if outcome.is_err() && self.leg_of(call, Role::Main).is_some() {
            // The endpoint no longer has the call: there is nothing to wait for.
            self.finish(leg, EndCause::new(EndReason::Completed, EndedBy::Local));
        }
    }

    fn ring(&mut self, ticket: Ticket, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        let (Some(call), link) = (record.call, record.link.clone()) else {
            return self.done(ticket, Err(LegError::Ended));
        };
        if std::mem::replace(&mut record.alerted, true) {
            return self.done(ticket, Ok(()));
        }
        let response = Box::new(self.response(&link, StatusCode::RINGING));
        let outcome = self.order(Command::RespondInvite { call, response });
        self.done(ticket, outcome.map_err(|error| platform(Verb::Ring, error)));
    }
}

fn status_of(reason: RejectReason) -> StatusCode {
    match reason {
        RejectReason::Busy => StatusCode::BUSY_HERE,
        RejectReason::Forbidden => StatusCode::FORBIDDEN,
        RejectReason::NotFound => StatusCode::NOT_FOUND,
        RejectReason::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::DECLINE,
    }
}
