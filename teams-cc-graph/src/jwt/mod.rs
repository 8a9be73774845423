//! JSON Web Tokens as the calling service signs them (RFC 7515, RFC 7517, RFC 7519).
//!
//! Only what Microsoft's callbacks need is here: compact form, one RSA signature, `RS256` or
//! `PS256`, and keys from a JWK set. A token is read in three steps that cannot be taken out of
//! order: [`Unverified::parse`] looks at the header alone, [`Unverified::verify`] proves the
//! signature and only then yields [`Claims`], and [`Policy::check`] holds the claims against what
//! this application accepts.

mod claims;
mod compact;
mod error;
mod jwks;
mod pick;
mod policy;
#[cfg(test)]
mod tests;

pub use claims::Claims;
pub(crate) use compact::Header;
pub use compact::{Algorithm, MAX_TOKEN_BYTES, Unverified};
pub use error::JwtError;
pub use jwks::{Jwk, JwkSet, MAX_JWK_SET_BYTES, MAX_KEYS};
pub use policy::{MAX_SKEW, Policy};
