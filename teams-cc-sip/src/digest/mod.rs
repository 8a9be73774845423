//! Digest challenges, answered and asked (RFC 3261 §22, RFC 7616, RFC 8760).
//!
//! An [`Account`] answers the challenges of whom we call; a [`Guard`] challenges who calls us.

mod account;
mod algorithm;
mod formula;
mod guard;

pub(crate) use account::Account;
pub use algorithm::Algorithm;
pub(crate) use algorithm::{hex, hmac};
pub(crate) use guard::{Guard, Proof};
