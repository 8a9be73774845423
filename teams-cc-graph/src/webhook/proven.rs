//! Tokens that were proven, so that the same one need not be proven again.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, SHA256_OUTPUT_LEN, digest};
use teams_cc_core::{TenantId, Timestamp};

use crate::jwt::Jwk;

/// The most tokens remembered; beyond it the oldest is forgotten, which costs a signature check.
pub const MAX_PROVEN_TOKENS: usize = 4096;

/// What is signed of a token, by its hash, so that no token is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprint([u8; SHA256_OUTPUT_LEN]);

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let first = self.0.first_chunk().copied().unwrap_or_default();
        state.write_u64(u64::from_le_bytes(first));
    }
}

/// Takes a part of a [`Fingerprint`] as it is: a hash need not be hashed again. Only tokens that
/// were proven are kept by it, so nobody but their issuer has a say in where they fall.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A token as it is known again: by the hash of what is signed, and by its signature.
pub(crate) struct Hashed<'t> {
    /// The SHA-256 of what is signed.
    pub(crate) signed: Digest,
    /// With its dot.
    signature: &'t str,
}

impl<'t> Hashed<'t> {
    pub(crate) fn of(token: &'t str) -> Self {
        let dot = memchr::memrchr(b'.', token.as_bytes());
        let (signed, signature) = token.split_at(dot.unwrap_or(token.len()));
        Self { signed: digest(&SHA256, signed.as_bytes()), signature }
    }
}

impl From<&Digest> for Fingerprint {
    fn from(digest: &Digest) -> Self {
        let mut hash = [0; SHA256_OUTPUT_LEN];
        for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(hash)
    }
}

/// What a token proved.
#[derive(Clone)]
pub(super) struct Proven {
    pub(super) tenant: TenantId,
    /// The end of its life in seconds since 1970.
    pub(super) expires: i64,
    pub(super) key_id: Arc<str>,
    /// The key that its signature was checked with.
    pub(super) key: Jwk,
}

/// The proven tokens, at most [`MAX_PROVEN_TOKENS`].
#[derive(Default)]
pub(super) struct ProvenTokens(Mutex<Tokens>);

#[derive(Default)]
struct Tokens {
    /// Looked up alone, and never gone through.
    known: HashMap<Fingerprint, Kept, BuildHasherDefault<AsItIs>>,
    /// The same tokens, oldest first.
    order: VecDeque<Fingerprint>,
}

/// What a token proved, with its signature: what is signed is not kept, so neither is a token.
struct Kept {
    signature: Box<str>,
    proven: Proven,
}

impl ProvenTokens {
    /// The tenant of a token proven before, for as long as the token lives and its key is `current`.
    ///
    /// The difference that clocks may have is not granted here: a token past its end is proven
    /// anew, and with the whole policy.
    pub(super) fn tenant(
        &self,
        token: &Hashed<'_>,
        now: Timestamp,
        current: impl FnOnce(&str) -> Option<Jwk>,
    ) -> Option<TenantId> {
        let fingerprint = Fingerprint::from(&token.signed);
        let proven = {
            let tokens = self.tokens();
            let kept = tokens.known.get(&fingerprint)?;
            // In constant time: how much of a signature was guessed is nobody's to learn.
            let (kept_signature, signature) =
                (kept.signature.as_bytes(), token.signature.as_bytes());
            verify_slices_are_equal(kept_signature, signature).ok()?;
            kept.proven.clone()
        };
        let alive = now.unix_seconds() < proven.expires;
        if alive && current(&proven.key_id).is_some_and(|key| key.is_same(&proven.key)) {
            return Some(proven.tenant);
        }
        self.tokens().forget(&fingerprint);
        None
    }

    pub(super) fn remember(&self, token: &Hashed<'_>, proven: Proven, now: Timestamp) {
        if now.unix_seconds() >= proven.expires {
            return;
        }
        let fingerprint = Fingerprint::from(&token.signed);
        let kept = Kept { signature: token.signature.into(), proven };
        let mut tokens = self.tokens();
        if tokens.known.insert(fingerprint, kept).is_none() {
            tokens.order.push_back(fingerprint);
        }
        while tokens.known.len() > MAX_PROVEN_TOKENS {
            let Some(oldest) = tokens.order.pop_front() else { break };
            tokens.known.remove(&oldest);
        }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    fn forget(&mut self, token: &Fingerprint) {
        if self.known.remove(token).is_some() {
            self.order.retain(|other| other != token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::JwkSet;

    /// An odd number of 2048 bits; no signature is checked with it.
    fn key(digit: char) -> Jwk {
        let modulus = format!("{}w", digit.to_string().repeat(341));
        let set = format!(r#"{{"keys":[{{"kty":"RSA","kid":"k","n":"{modulus}","e":"AQAB"}}]}}"#);
        JwkSet::parse(set.as_bytes()).unwrap().get("k").unwrap().clone()
    }

    fn proven(expires: i64, key: &Jwk) -> Proven {
        let tenant = "aa67bd4c-8475-432d-bd41-39f255720e0a".parse().unwrap();
        Proven { tenant, expires, key_id: "k".into(), key: key.clone() }
    }

    #[test]
    fn a_token_is_known_until_its_end_and_while_its_key_is_published() {
        let (first, second) = (key('v'), key('x'));
        let at = Timestamp::from_unix_seconds;
        let token = Hashed::of("token.signature");
        let tokens = ProvenTokens::default();
        let ask = |now, key: Option<&Jwk>| tokens.tenant(&token, at(now), |_| key.cloned());

        tokens.remember(&token, proven(100, &first), at(50));
        assert!(ask(99, Some(&first)).is_some());
        assert!(ask(100, Some(&first)).is_none(), "never past its end");
        assert!(ask(99, Some(&first)).is_none(), "and forgotten");
        for other in [Some(&second), None] {
            tokens.remember(&token, proven(100, &first), at(50));
            assert!(ask(60, other).is_none(), "another key is not the one that proved it");
            assert!(ask(60, Some(&first)).is_none());
        }
        tokens.remember(&token, proven(100, &first), at(100));
        assert!(ask(50, Some(&first)).is_none(), "a dead token is not remembered");
    }

    #[test]
    fn a_token_is_known_by_its_signature_too() {
        let (key, now) = (key('v'), Timestamp::UNIX_EPOCH);
        let tokens = ProvenTokens::default();
        let token = Hashed::of("header.payload.signature");
        assert_eq!(token.signed.as_ref(), digest(&SHA256, b"header.payload").as_ref());
        tokens.remember(&token, proven(9, &key), now);
        let known = |token| tokens.tenant(&Hashed::of(token), now, |_| Some(key.clone())).is_some();
        for other in [
            "header.payload.signaturf",
            "header.payload.tignature",
            "header.payload",
            "header.payload.",
            "header.payloae.signature",
            "other",
        ] {
            assert!(!known(other), "{other}");
        }
        assert!(known("header.payload.signature"), "and is not forgotten for those");
        // Signed anew, as some algorithms sign the same differently.
        tokens.remember(&Hashed::of("header.payload.another"), proven(9, &key), now);
        assert!(known("header.payload.another"));
        let tokens = tokens.tokens();
        assert_eq!((tokens.known.len(), tokens.order.len()), (1, 1));
    }

    #[test]
    fn the_oldest_token_is_forgotten_at_the_bound() {
        let key = key('v');
        let tokens = ProvenTokens::default();
        let now = Timestamp::UNIX_EPOCH;
        let nth = |nth: usize| format!("{nth}.signature");
        for token in 0..=MAX_PROVEN_TOKENS {
            tokens.remember(&Hashed::of(&nth(token)), proven(9, &key), now);
        }
        let known =
            |token| tokens.tenant(&Hashed::of(&nth(token)), now, |_| Some(key.clone())).is_some();
        assert!(!known(0) && known(1) && known(MAX_PROVEN_TOKENS));
        assert_eq!(tokens.tokens().order.len(), MAX_PROVEN_TOKENS);
    }
}
