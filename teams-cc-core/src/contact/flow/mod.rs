//! What happens to one contact, as a state machine without input or output.
//!
//! A [`Flow`] owns the customer's leg and the legs on which parties are offered the contact. It
//! takes the application's [`Order`]s and the legs' events, and says what to dial, what to
//! [`execute`](Output::Execute) and what to answer. Rules that hold whatever the application asks:
//!
//! - Every order gets exactly one [`Output::Reply`].
//! - Nothing is played before media flows; prompts wait for it.
//! - An offer goes out on a second leg, so the customer never leaves us before a person
//!   confirmed. An answer alone proves nobody.
//! - When the customer leaves, every other leg is hung up, and orders under way fail.
//! - Late and repeated events change nothing.
//!
//! Drive it like every engine of this crate: hand in an [`Input`], then take [`Output`]s until
//! [`Output::Timeout`], and come back at that instant with [`Input::Tick`].

mod collect;
mod customer;
mod engine;
mod input;
mod offer;
mod output;
mod party;
#[cfg(test)]
mod tests;

pub use engine::{Flow, FlowConfig};
pub use input::{Confirm, Input, Order, OrderId};
pub use output::{OfferOutcome, OrderError, Outcome, Output};
