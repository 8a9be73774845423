//! What comes out of a flow.

use crate::{
    Address, Instant, LegId,
    contact::{
        AfterTransfer, AnsweredBy, ContactEvent, EndCause, LegCommand, OfferEnd, Tone,
        TransferFailure, Verb,
    },
};

use super::OrderId;

/// What a flow asks of its driver.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Output {
    /// Set up a leg to a party and report [`Dialled`](super::Input::Dialled) or
    /// [`DialFailed`](super::Input::DialFailed).
    Dial {
        /// The id the leg's events are to carry.
        leg: LegId,
        /// Whom to call.
        to: Address,
    },
    /// Have a leg carry out a command and report [`Accepted`](super::Input::Accepted) or
    /// [`Refused`](super::Input::Refused). Commands of one leg go out one after the other.
    Execute {
        /// Which leg.
        leg: LegId,
        /// What.
        command: LegCommand,
    },
    /// An order is done.
    Reply {
        /// Which order.
        order: OrderId,
        /// How it ended.
        result: Result<Outcome, OrderError>,
    },
    /// Something worth telling happened.
    Event(ContactEvent),
    /// Nothing more to do until this instant, or until the next input.
    Timeout(Option<Instant>),
}

/// How an order ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Done.
    Done,
    /// The keys pressed, in order; fewer than asked for where time ran out.
    Tones(Vec<Tone>),
    /// What became of an offer.
    Offer(OfferOutcome),
    /// The customer and the party are joined.
    Connected(AfterTransfer),
}

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OfferOutcome {
    /// The party took it and waits on this leg to be connected.
    Accepted {
        /// The party's leg.
        leg: LegId,
        /// Who answered, as far as can be known.
        answered_by: AnsweredBy,
    },
    /// It came to nothing; the leg is gone or going.
    NotTaken(OfferEnd),
}

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The customer left.
    #[error("the customer has left: {0}")]
    CustomerLeft(EndCause),
    /// The contact is in no state for this order.
    #[error("the contact is in no state for this order: {0}")]
    WrongState(&'static str),
    /// There is no such leg, or it is over.
    #[error("that leg is gone")]
    LegGone,
    /// The leg or its platform refused.
    #[error("the platform did not {verb}: {why}")]
    Refused {
        /// What was asked of the leg.
        verb: Verb,
        /// What stood in the way, as the leg says it.
        why: Box<str>,
    },
    /// The platform could not play a recording; the customer heard nothing of it.
    #[error(
        "the recording could not be played ({code}/{subcode}): it must be a PCM WAV file of one \
         channel, 16 bits and 16 kHz that the platform can fetch"
    )]
    PromptFailed {
        /// The platform's code.
        code: i32,
        /// The platform's subcode.
        subcode: i32,
    },
    /// The parties could not be joined; the customer is still here.
    #[error("the transfer failed: {0:?}")]
    TransferFailed(TransferFailure),
    /// Too many orders or legs at once.
    #[error("too much at once: at most {0} of these per contact")]
    TooMany(usize),
}
