//! Proof key for code exchange (RFC 7636), and other texts that nobody may guess.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use teams_cc_core::secret::Secret;

use crate::error::{ConfigError, Error};

/// Octets of randomness in a verifier, a state or a nonce (RFC 7636 §7.1).
const RANDOM_BYTES: usize = 32;

/// A text that nobody can guess, of 43 letters that may stand in a query.
pub(super) fn unguessable() -> Result<Secret, Error> {
    // Not from the seed: its numbers are easily guessed.
    let mut bytes = [0; RANDOM_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ConfigError::Transport)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// The challenge `S256` of a verifier (RFC 7636 §4.2).
pub(super) fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.reveal().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_texts_are_alike_and_all_are_long_enough() {
        let (one, other) = (unguessable().unwrap(), unguessable().unwrap());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), 43);
    }
}
