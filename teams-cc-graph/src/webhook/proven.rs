//! Tokens that were proven, so that the same one need not be proven again.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest::{Digest, SHA256, SHA256_OUTPUT_LEN, digest};
use teams_cc_core::{TenantId, Timestamp};

use crate::jwt::Jwk;

/// The most tokens remembered; beyond it the oldest is forgotten, which costs a signature check.
pub const MAX_PROVEN_TOKENS: usize = 4096;

/// A token by its hash, so that no token is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; SHA256_OUTPUT_LEN]);

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

/// The hashes of a token: of all of it, by which it is known again, and of what is signed.
pub(super) struct Hashes {
    /// Of the hash of what is signed and of the signature, so that nothing is hashed twice.
    pub(super) whole: Fingerprint,
    /// The SHA-256 of what is signed.
    pub(super) signed: Digest,
}

impl Hashes {
    /// The hashes of a token; the signature, with its dot, is part of the whole alone.
    pub(super) fn of(token: &str) -> Self {
        let (signed, signature) = token.split_at(token.rfind('.').unwrap_or(token.len()));
        let signed = digest(&SHA256, signed.as_bytes());
        let whole = [signed.as_ref(), signature.as_bytes()].concat();
        Self { whole: Fingerprint::from(&digest(&SHA256, &whole)), signed }
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
    known: HashMap<Fingerprint, Proven, BuildHasherDefault<AsItIs>>,
    /// The same tokens, oldest first.
    order: VecDeque<Fingerprint>,
}

impl ProvenTokens {
    /// The tenant of a token proven before, for as long as the token lives and its key is `current`.
    ///
    /// The difference that clocks may have is not granted here: a token past its end is proven
    /// anew, and with the whole policy.
    pub(super) fn tenant(
        &self,
        token: &Fingerprint,
        now: Timestamp,
        current: impl FnOnce(&str) -> Option<Jwk>,
    ) -> Option<TenantId> {
        let proven = self.tokens().known.get(token).cloned()?;
        let alive = now.unix_seconds() < proven.expires;
        if alive && current(&proven.key_id).is_some_and(|key| key.is_same(&proven.key)) {
            return Some(proven.tenant);
        }
        self.tokens().forget(token);
        None
    }

    pub(super) fn remember(&self, token: Fingerprint, proven: Proven, now: Timestamp) {
        if now.unix_seconds() >= proven.expires {
            return;
        }
        let mut tokens = self.tokens();
        if tokens.known.insert(token, proven).is_none() {
            tokens.order.push_back(token);
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
        let token = Hashes::of("token").whole;
        let tokens = ProvenTokens::default();
        let ask = |now, key: Option<&Jwk>| tokens.tenant(&token, at(now), |_| key.cloned());

        tokens.remember(token, proven(100, &first), at(50));
        assert!(ask(99, Some(&first)).is_some());
        assert!(ask(100, Some(&first)).is_none(), "never past its end");
        assert!(ask(99, Some(&first)).is_none(), "and forgotten");
        for other in [Some(&second), None] {
            tokens.remember(token, proven(100, &first), at(50));
            assert!(ask(60, other).is_none(), "another key is not the one that proved it");
            assert!(ask(60, Some(&first)).is_none());
        }
        tokens.remember(token, proven(100, &first), at(100));
        assert!(ask(50, Some(&first)).is_none(), "a dead token is not remembered");
    }

    #[test]
    fn a_token_is_known_by_its_signature_too() {
        let hashes = Hashes::of("header.payload.signature");
        for other in ["header.payload.signaturf", "header.payload", "header.payload.", "other"] {
            assert!(Hashes::of(other).whole != hashes.whole, "{other}");
        }
        assert!(Hashes::of("header.payload.signature").whole == hashes.whole);
        assert_eq!(hashes.signed.as_ref(), digest(&SHA256, b"header.payload").as_ref());
    }

    #[test]
    fn the_oldest_token_is_forgotten_at_the_bound() {
        let key = key('v');
        let tokens = ProvenTokens::default();
        let now = Timestamp::UNIX_EPOCH;
        let nth = |nth: usize| Hashes::of(&nth.to_string()).whole;
        for token in 0..=MAX_PROVEN_TOKENS {
            tokens.remember(nth(token), proven(9, &key), now);
        }
        let known = |token| tokens.tenant(&nth(token), now, |_| Some(key.clone())).is_some();
        assert!(!known(0) && known(1) && known(MAX_PROVEN_TOKENS));
        assert_eq!(tokens.tokens().order.len(), MAX_PROVEN_TOKENS);
    }
}
