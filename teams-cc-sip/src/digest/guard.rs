//! Carriers that have to prove who they are (RFC 3261 §22.2, RFC 7616, RFC 8760).
//!
//! A nonce is a time that we signed, and costs nothing before it is answered well. From then on it
//! is kept until it runs out, with the counts that were used: none is taken twice (RFC 7616 §3.4),
//! so credentials that somebody overheard and sends again prove nothing.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use sha2::{Digest as _, Sha256};
use teams_cc_core::Instant;

use super::{
    algorithm::{Algorithm, equal, hex, hmac},
    formula::{Formula, Qop},
};
use crate::message::{
    DigestUser, Grammar, HeaderName, Request, Response, StatusCode, TypedHeader as _, Uri,
    typed::{Authorization, Challenge, Credentials, WwwAuthenticate},
};

/// How long a nonce of ours is good.
const NONCE_LIFETIME: Duration = Duration::from_mins(1);
/// The most lines of credentials that are looked at in one request.
const MAX_CREDENTIALS: usize = 4;
/// Octets of the time in a nonce, and of its signature.
const TIME_DIGITS: usize = 16;
const MAC_OCTETS: usize = 16;

/// The most nonces that are kept; beyond it the oldest is taken for one that has run out.
pub(crate) const MAX_NONCES: usize = 4_096;
/// How far a count may stay behind the highest, where requests overtake one another.
const WINDOW: u32 = 64;

/// Challenges carriers, and keeps nothing of whoever does not answer.
pub(crate) struct Guard {
    key: [u8; 32],
    realm: Box<str>,
    /// The counts used of each nonce, by the time it was given and its text.
    used: BTreeMap<(Instant, Box<str>), Counts>,
    /// Nonces of this time or before it are no longer known, and so taken for stale.
    forgotten: Option<Instant>,
}

/// Which counts of a nonce have been used.
#[derive(Clone, Copy, Default)]
struct Counts {
    highest: u32,
    /// Bit n: `highest - n`.
    below: u64,
}

impl Counts {
    /// Notes a count; `false` where it was used before, or nobody knows any more.
    fn note(&mut self, count: u32) -> bool {
        if count > self.highest {
            let by = count - self.highest;
            self.below = self.below.checked_shl(by).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        let bit = 1_u64.checked_shl(behind).unwrap_or(0);
        let new = behind < WINDOW && count > 0 && self.below & bit == 0;
        self.below |= bit;
        new
    }
}

/// What the credentials of a request prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// They are of the user at this place.
    Of(usize),
    /// They are good, but for a nonce that has run out, or a count that was used.
    Stale,
    /// There are none, or they are of nobody.
    None,
}

impl Guard {
    /// Challenges in the name of a realm; the seed is secret.
    pub(crate) fn new(seed: u64, realm: &str) -> Self {
        let key = Sha256::new()
            .chain_update(b"nonces of the trunk")
            .chain_update(seed.to_be_bytes())
            .finalize();
        Self { key: key.into(), realm: realm.into(), used: BTreeMap::new(), forgotten: None }
    }

    /// The challenge to a request from this address, the strongest algorithm first.
    pub(crate) fn challenge(&self, now: Instant, source: IpAddr, stale: bool) -> Response {
        let mut response = Response::new(StatusCode::UNAUTHORIZED);
        for algorithm in Algorithm::ALL {
            let build = || {
                let challenge = Challenge::new("Digest")?
                    .with_quoted("realm", &self.realm)?
                    .with_quoted("nonce", &self.nonce(now, source, algorithm))?
                    .with_quoted("qop", "auth,auth-int")?
                    .with_token("algorithm", algorithm.name())?;
                if stale { challenge.with_token("stale", "true") } else { Ok(challenge) }
            };
            // The realm is a host name, and the rest our own.
            if let Ok(challenge) = build() {
                response.headers_mut().push_typed(&WwwAuthenticate::new(challenge));
            }
        }
        response
    }

    /// Whose credentials a request carries, of users by their places.
    pub(crate) fn check<'a>(
        &mut self,
        now: Instant,
        source: IpAddr,
        request: &Request,
        users: &(impl Iterator<Item = (usize, &'a DigestUser)> + Clone),
    ) -> Proof {
        let grammar = Grammar::default();
        let lines = request.headers().get_all(HeaderName::Authorization).take(MAX_CREDENTIALS);
        let mut proof = Proof::None;
        for line in lines {
            let value = bytes::Bytes::copy_from_slice(line.value());
            let Ok(read) = Authorization::parse_value(&value, &grammar) else { continue };
            match self.check_one(now, source, request, read.scheme(), users.clone()) {
                Some(Proof::Of(place)) => return Proof::Of(place),
                Some(Proof::Stale) => proof = Proof::Stale,
                Some(Proof::None) | None => {}
            }
        }
        proof
    }

    fn check_one<'a>(
        &mut self,
        now: Instant,
        source: IpAddr,
        request: &Request,
        sent: &Credentials,
        mut users: impl Iterator<Item = (usize, &'a DigestUser)>,
    ) -> Option<Proof> {
        let part = |name: &str| sent.reveal(name);
        if !sent.is_digest() || part("realm")? != *self.realm {
            return None;
        }
        let named = part("algorithm");
        let (algorithm, session) = Algorithm::read(named.as_deref())?;
        let qop = Qop::read(&part("qop")?)?;
        let (nonce, uri, count) = (part("nonce")?, part("uri")?, part("nc")?);
        // Credentials for one call must not pay for another.
        if session || count.len() != 8 || !is_same(&uri, request.uri()) {
            return None;
        }
        let (given, fresh) = self.is_fresh(now, source, algorithm, &nonce)?;
        let number = u32::from_str_radix(&count, 16).ok()?;
        let name = part("username")?;
        let known = users.find(|(_, user)| equal(user.name.as_bytes(), name.as_bytes()));
        let formula = Formula {
            algorithm,
            session,
            user: &name,
            realm: &self.realm,
            // A user nobody knows takes as long as one with a wrong password.
            password: known.map_or("", |(_, user)| user.password.reveal()),
            nonce: &nonce,
            cnonce: &part("cnonce")?,
            count: &count,
            qop: Some(qop),
            method: request.method().as_str(),
            uri: &uri,
            body: request.body(),
        };
        let right = equal(formula.response().as_bytes(), part("response")?.as_bytes());
        match known {
            Some((place, _)) if right && fresh && self.is_unused(now, given, &nonce, number) => {
                Some(Proof::Of(place))
            }
            Some(_) if right => Some(Proof::Stale),
            _ => None,
        }
    }

    /// Notes a count of a nonce; `false` where it was used before.
    fn is_unused(&mut self, now: Instant, given: Instant, nonce: &str, count: u32) -> bool {
        while let Some(((oldest, _), _)) = self.used.first_key_value()
            && now.since(*oldest) >= NONCE_LIFETIME
        {
            self.used.pop_first();
        }
        if self.forgotten.is_some_and(|until| given <= until) {
            return false;
        }
        let fresh = self.used.entry((given, nonce.into())).or_default().note(count);
        if self.used.len() > MAX_NONCES
            && let Some(((oldest, _), _)) = self.used.pop_first()
        {
            self.forgotten = Some(oldest);
        }
        fresh
    }

    /// The time, and a signature over it, the address and the algorithm it was given for.
    fn nonce(&self, now: Instant, source: IpAddr, algorithm: Algorithm) -> String {
        self.signed(&format!("{:016x}", now.as_millis()), source, algorithm)
    }

    fn signed(&self, time: &str, source: IpAddr, algorithm: Algorithm) -> String {
        let source = source.to_canonical().to_string();
        let parts = [time, "/", &self.realm, "/", &source, "/", algorithm.name()];
        let mac = hmac(&self.key, &parts.map(str::as_bytes));
        format!("{time}{}", hex(mac.get(..MAC_OCTETS).unwrap_or_default()))
    }

    /// When a nonce was given, and whether it is still good; none where it is not ours.
    fn is_fresh(
        &self,
        now: Instant,
        source: IpAddr,
        algorithm: Algorithm,
        nonce: &str,
    ) -> Option<(Instant, bool)> {
        let (time, _) = nonce.split_at_checked(TIME_DIGITS)?;
        if !equal(self.signed(time, source, algorithm).as_bytes(), nonce.as_bytes()) {
            return None;
        }
        let given = Instant::from_millis(u64::from_str_radix(time, 16).ok()?);
        // One from later is of another run with the same seed, and would be good until then.
        Some((given, given <= now && now.since(given) < NONCE_LIFETIME))
    }
}

/// Whether credentials are for this URI; carriers may write it in another spelling.
fn is_same(written: &str, uri: &Uri) -> bool {
    written == uri.reveal() || Uri::parse(written).is_ok_and(|read| read.equivalent(uri))
}

#[cfg(test)]
mod tests;
