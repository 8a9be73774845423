//! Carriers that have to prove who they are (RFC 3261 §22.2, RFC 7616, RFC 8760).

use std::{net::IpAddr, time::Duration};

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

/// How long a nonce of ours is good. Whoever overhears credentials can repeat their one request,
/// from the same address, for as long; over TLS nobody overhears them.
const NONCE_LIFETIME: Duration = Duration::from_mins(1);
/// The most lines of credentials that are looked at in one request.
const MAX_CREDENTIALS: usize = 4;
/// Octets of the time in a nonce, and of its signature.
const TIME_DIGITS: usize = 16;
const MAC_OCTETS: usize = 16;

/// Challenges carriers, and keeps nothing of it: a nonce is a time that we signed.
pub(crate) struct Guard {
    key: [u8; 32],
    realm: Box<str>,
}

/// What the credentials of a request prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// They are of the user at this place.
    Of(usize),
    /// They are good, but for a nonce that has run out.
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
        Self { key: key.into(), realm: realm.into() }
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
        &self,
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
        &self,
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
        let fresh = self.is_fresh(now, source, algorithm, &nonce)?;
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
            Some((place, _)) if right && fresh => Some(Proof::Of(place)),
            Some(_) if right => Some(Proof::Stale),
            _ => None,
        }
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

    /// Whether a nonce is still good; none where it is not ours.
    fn is_fresh(
        &self,
        now: Instant,
        source: IpAddr,
        algorithm: Algorithm,
        nonce: &str,
    ) -> Option<bool> {
        let (time, _) = nonce.split_at_checked(TIME_DIGITS)?;
        if !equal(self.signed(time, source, algorithm).as_bytes(), nonce.as_bytes()) {
            return None;
        }
        let given = Instant::from_millis(u64::from_str_radix(time, 16).ok()?);
        // One from later is of another run with the same seed, and would be good until then.
        Some(given <= now && now.since(given) < NONCE_LIFETIME)
    }
}

/// Whether credentials are for this URI; carriers may write it in another spelling.
fn is_same(written: &str, uri: &Uri) -> bool {
    written == uri.reveal() || Uri::parse(written).is_ok_and(|read| read.equivalent(uri))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{digest::Account, message::Method};

    const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

    fn guard() -> Guard {
        Guard::new(7, "sbc1.adatum.biz")
    }

    fn users() -> Vec<DigestUser> {
        vec![DigestUser::new("ann", "one"), DigestUser::new("bob", "two")]
    }

    fn invite(to: &str) -> Request {
        Request::new(Method::Invite, Uri::parse(to).unwrap())
    }

    fn check(now: Instant, source: IpAddr, request: &Request) -> Proof {
        guard().check(now, source, request, &users().iter().enumerate())
    }

    /// A request that answers our challenge of a time.
    fn answered(at: Instant, user: DigestUser, only: Option<Algorithm>) -> Request {
        let mut challenge = guard().challenge(at, SOURCE, false);
        if let Some(only) = only {
            let headers = challenge.headers().clone();
            let name = format!("algorithm={}", only.name());
            challenge.headers_mut().remove(HeaderName::WwwAuthenticate);
            for line in headers.get_all(HeaderName::WwwAuthenticate) {
                if String::from_utf8_lossy(line.value()).ends_with(&name) {
                    challenge.headers_mut().push_header(line.to_header());
                }
            }
        }
        let mut account = Account::new(user);
        let mut request = invite("sip:+15550100@sbc1.adatum.biz");
        account.challenged(challenge.status(), challenge.headers(), request.headers()).unwrap();
        assert!(account.authorize(&mut request, "cnonce"));
        request
    }

    #[test]
    fn a_carrier_is_known_by_every_algorithm_that_is_offered() {
        let at = Instant::from_secs(100);
        for only in
            [None, Some(Algorithm::Md5), Some(Algorithm::Sha256), Some(Algorithm::Sha512_256)]
        {
            let request = answered(at, DigestUser::new("bob", "two"), only);
            assert_eq!(check(at, SOURCE, &request), Proof::Of(1), "{only:?}");
        }
        let names: Vec<_> = guard()
            .challenge(at, SOURCE, true)
            .headers()
            .get_all(HeaderName::WwwAuthenticate)
            .map(|line| String::from_utf8_lossy(line.value()).into_owned())
            .collect();
        assert_eq!(names.len(), 3);
        assert!(names[0].contains("SHA-512-256") && names[0].contains("stale=true"), "{names:?}");
    }

    #[test]
    fn a_nonce_runs_out_and_then_the_same_credentials_are_stale() {
        let at = Instant::from_secs(100);
        let request = answered(at, DigestUser::new("ann", "one"), None);
        for (seconds, expected) in
            [(0, Proof::Of(0)), (59, Proof::Of(0)), (60, Proof::Stale), (86_400, Proof::Stale)]
        {
            let now = at + Duration::from_secs(seconds);
            assert_eq!(check(now, SOURCE, &request), expected, "{seconds}");
        }
    }

    #[test]
    fn credentials_prove_nothing_elsewhere() {
        let at = Instant::from_secs(100);
        let good = || answered(at, DigestUser::new("ann", "one"), None);
        assert_eq!(check(at, "203.0.113.8".parse().unwrap(), &good()), Proof::None, "address");
        let mut other = good();
        other.set_uri(Uri::parse("sip:+900123@sbc1.adatum.biz").unwrap());
        assert_eq!(check(at, SOURCE, &other), Proof::None, "uri");
        let mut other = good();
        other.set_method(Method::Options);
        assert_eq!(check(at, SOURCE, &other), Proof::None, "method");
        for (user, password) in [("ann", "two"), ("eve", "one"), ("eve", ""), ("", "")] {
            let request = answered(at, DigestUser::new(user, password), None);
            assert_eq!(check(at, SOURCE, &request), Proof::None, "{user} {password}");
        }
        assert_eq!(check(at, SOURCE, &invite("sip:a@b")), Proof::None, "nothing");
        let strange = Guard::new(8, "sbc1.adatum.biz");
        let users = users();
        let seen = strange.check(at, SOURCE, &good(), &users.iter().enumerate());
        assert_eq!(seen, Proof::None, "another seed");
    }

    #[test]
    fn a_part_that_is_changed_or_left_out_spoils_the_rest() {
        let at = Instant::from_secs(100);
        let request = answered(at, DigestUser::new("ann", "one"), None);
        let line = request.headers().get_str(HeaderName::Authorization).unwrap().to_owned();
        let parts: Vec<&str> = line.trim_start_matches("Digest ").split(", ").collect();
        assert_eq!(parts.len(), 9, "{line}");
        for dropped in 0..parts.len() {
            for changed in [None, Some(parts[dropped].replacen('=', "=\"0\" ,x=", 1))] {
                let mut rest: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
                match changed {
                    None => drop(rest.remove(dropped)),
                    Some(changed) => rest[dropped] = changed,
                }
                let mut other = invite("sip:+15550100@sbc1.adatum.biz");
                let line = format!("Digest {}", rest.join(", "));
                other.headers_mut().push(HeaderName::Authorization, &line).unwrap();
                assert_eq!(check(at, SOURCE, &other), Proof::None, "{line}");
            }
        }
        let mut whole = invite("sip:+15550100@sbc1.adatum.biz");
        whole.headers_mut().push(HeaderName::Authorization, "Digest realm=").unwrap();
        whole.headers_mut().push(HeaderName::Authorization, &line).unwrap();
        assert_eq!(check(at, SOURCE, &whole), Proof::Of(0));
    }

    #[test]
    fn a_nonce_of_others_is_none_of_ours() {
        let at = Instant::from_secs(100);
        let guard = guard();
        let ours = guard.nonce(at, SOURCE, Algorithm::Md5);
        assert_eq!(guard.is_fresh(at, SOURCE, Algorithm::Md5, &ours), Some(true));
        assert_eq!(guard.is_fresh(at, SOURCE, Algorithm::Sha256, &ours), None);
        let early = at - Instant::from_secs(1);
        let before = guard.is_fresh(Instant::ZERO + early, SOURCE, Algorithm::Md5, &ours);
        assert_eq!(before, Some(false), "of another run");
        for nonce in ["", "0", "é", &ours[1..], &ours.replace('0', "1"), &format!("{ours}0")] {
            assert_eq!(guard.is_fresh(at, SOURCE, Algorithm::Md5, nonce), None, "{nonce}");
        }
    }
}
