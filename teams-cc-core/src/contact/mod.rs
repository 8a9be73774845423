//! One customer's visit and the legs it takes.
//!
//! A [`Contact`](state::ContactState) is what a contact center counts; a leg is one call of it,
//! on whatever platform carries that call. Orders to a leg are data ([`LegCommand`]), and so is
//! what a leg tells ([`LegEvent`]); [`Leg`] is the thin seam in between that `teams-cc-graph` and
//! `teams-cc-sip` implement.

mod end;
mod event;
pub mod flow;
mod knowledge;
mod leg;
mod prompt;
mod state;
mod tone;
mod transfer;

pub use end::{EndCause, EndReason, EndedBy};
pub use event::{ContactEvent, OfferEnd};
pub use knowledge::Knowledge;
pub use leg::{
    Capabilities, Direction, Leg, LegCommand, LegError, LegEvent, LegState, OperationOutcome,
    RejectReason, Verb,
};
pub use prompt::{InvalidPrompt, Prompt};
pub use state::{ContactState, IllegalTransition};
pub use tone::{ParseToneError, Tone};
pub use transfer::{AfterTransfer, AnsweredBy, TransferFailure, TransferOutcome, TransferTarget};
