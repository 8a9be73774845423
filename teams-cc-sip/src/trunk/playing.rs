//! Prompts and keys: what the media port does for a leg, and what it cannot do.

use teams_cc_core::{
    LegId, OperationId,
    contact::{EndCause, EndReason, EndedBy, LegCommand, LegError, LegState, Verb},
};

use super::{
    MediaError,
    engine::Engine,
    inbound::platform,
    input::{Output, Ticket},
    leg::{why_not, wrong_state},
    session::Session,
};

impl Engine {
    /// Hands an order about media to the port, which says at once whether it takes it.
    pub(crate) fn order_media(&mut self, ticket: Ticket, leg: &LegId, command: &LegCommand) {
        let verb = command.verb();
        let record = self.legs.get(leg);
        let media = record.and_then(|record| record.session.as_ref()).map(Session::media).cloned();
        let state = self.state_of(leg);
        let (Some(media), LegState::Connected) = (media, state) else {
            return self.done(ticket, Err(wrong_state(verb, state)));
        };
        self.operations = self.operations.saturating_add(1);
        let operation = OperationId::numbered("P", self.operations);
        let command = Box::new(command.clone());
        self.outputs.push_back(Output::OrderMedia { ticket, media, operation, command });
    }

    /// Two legs could not be joined: neither would hear the other, unless one changes its codec.
    pub(crate) fn join_failed(&mut self, one: &LegId, other: &LegId, error: MediaError) {
        let legs = [one, other].map(|media| self.leg_of_media(media));
        if let (MediaError::Codec, [Some(one), Some(other)]) = (&error, &legs)
            && self.agree_on_codec(one, other)
        {
            return;
        }
        tracing::warn!(%one, %other, %error, "two legs cannot be joined");
        for leg in legs.into_iter().flatten() {
            let leg = self.head_of(&leg);
            if let Some(record) = self.legs.get_mut(&leg) {
                let cause = EndCause::new(EndReason::Failed, EndedBy::Local).codes(488, None);
                record.cause.get_or_insert(cause);
            }
            self.hang_up(&leg);
        }
    }
}

/// What a leg says where its port did not take an order.
pub(crate) fn refused(verb: Verb, error: MediaError) -> LegError {
    match error {
        MediaError::Unsupported => LegError::Unsupported { verb, why: why_not(verb) },
        error => platform(verb, error),
    }
}
