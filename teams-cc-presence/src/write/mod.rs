//! Showing a presence: what an app sets, how it stays, and what others see of it.
//!
//! An app shows what it wants by a **session** of its own, named by its client id, beside those of
//! the user's Teams clients. Three things surprise everybody who does it for the first time:
//!
//! - `Available` fades, whatever expiry was asked for: after 5 minutes it is shown as inactive, after
//!   10 as away. [`PresenceSession`] sets it again before.
//! - A session is one among several, and what users choose themselves comes before all of them:
//!   [`explain_effective`] tells what is seen, and why.
//! - Only five pairs can be set, for 5 minutes to 4 hours
//!   ([`SessionPresence`], [`Expiry`]): others never leave this crate.
//!
//! A [`Holder`] drives the session over a Graph client. Preferred presence, notes and work locations
//! are set once and stay; they need no engine, and are requests of
//! [`teams_cc_graph::request::users`], sent through [`Quota::send`](crate::Quota::send) so that they
//! count with everything else.
//!
//! | to | request | of whom |
//! |---|---|---|
//! | set or end the app's session | `set_presence`, `clear_presence` | anybody |
//! | choose for the user | `set_preferred_presence`, `clear_preferred_presence` | anybody |
//! | set the note | `set_status_message` | anybody |
//! | say where the user works | `set_manual_location`, `set_automatic_location`, `clear_location`, `clear_automatic_location` | who signed in |

mod config;
mod effective;
mod engine;
mod holder;
mod input;
mod io;
mod output;
mod setback;
#[cfg(test)]
mod tests;

pub use config::{Expiry, InvalidExpiry, SessionConfig};
pub use effective::{Because, Effective, Preferred, ShownSession, explain_effective};
pub use engine::PresenceSession;
pub use holder::{Holder, HolderBuilder, HolderEvents, HolderReport};
pub use input::{Input, NotShown};
pub use io::{Landed, carry_out};
pub use output::{Output, Unheld, WriteId};
pub use teams_cc_graph::request::users::{PreferredPresence, SessionPresence};
