//! Carriers that ask who we are, and whom we ask (RFC 3261 §22, RFC 7616, RFC 8760).
//!
//! An account answers the challenges of a carrier: the endpoint sends a challenged request again
//! with credentials and, once a carrier has challenged, sends them along at once. The hash is MD5,
//! SHA-256 or SHA-512/256, and of several challenges the strongest is answered.

mod account;
mod algorithm;
mod formula;

pub(crate) use account::Account;
pub use algorithm::Algorithm;

pub use crate::message::{DigestError, DigestUser};
