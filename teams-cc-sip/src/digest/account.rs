//! An account at a carrier: its credentials, and the nonces they are used with
//! (RFC 3261 §22.2 and §22.3, RFC 7616 §3.4).

use std::fmt;

use super::{
    algorithm::Algorithm,
    formula::{Formula, Qop},
};
use crate::message::{
    DigestError, DigestUser, HeaderName, Headers, Method, ParseError, Request, StatusCode,
    typed::{
        Authorization, Challenge, Credentials, ProxyAuthenticate, ProxyAuthorization,
        WwwAuthenticate,
    },
};

/// The most realms of one carrier whose nonces are kept; further challenges are not answered.
pub(crate) const MAX_REALMS: usize = 4;
/// The most challenges of one response that are looked at.
const MAX_CHALLENGES: usize = 8;
/// A nonce is not used more often than this, and a new one is waited for.
const MAX_COUNT: u32 = 0x00ff_ffff;

/// Credentials for one carrier, with the nonces it has given.
///
/// Once a carrier has challenged, later requests to it carry credentials at once.
#[derive(Clone)]
pub(crate) struct Account {
    user: DigestUser,
    known: Vec<Known>,
}

/// The last challenge of one realm.
#[derive(Clone)]
struct Known {
    proxy: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    session: bool,
    /// The algorithm as the challenge writes it.
    named: Option<String>,
    qop: Option<Qop>,
    count: u32,
}

impl Account {
    pub(crate) fn new(user: DigestUser) -> Self {
        Self { user, known: Vec::new() }
    }

    /// Takes the challenges of a 401 or 407; whether the request may be sent again with them.
    ///
    /// A nonce that has been answered in vain (`tried`) is given up unless the carrier says that
    /// it was only stale, or asks for another realm: the password is wrong then.
    pub(crate) fn challenged(
        &mut self,
        status: StatusCode,
        headers: &Headers,
        tried: &Headers,
    ) -> Result<(), DigestError> {
        let proxy = status == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        let realm = self.user.realm.as_deref();
        let (best, stale) = strongest(&challenges(proxy, headers), proxy, realm)?;
        let answered = credentials(proxy, tried)
            .iter()
            .any(|sent| sent.reveal("realm").as_deref() == Some(best.realm.as_str()));
        let at = self.known.iter().position(|k| k.proxy == proxy && k.realm == best.realm);
        let fresh = at.and_then(|at| self.known.get(at)).is_none_or(|old| old.nonce != best.nonce);
        // A nonce of an earlier request may have run out without the carrier saying so; one of
        // this request's own challenge has not.
        let used = at.and_then(|at| self.known.get(at)).map_or(0, |old| old.count);
        if answered && !stale && (!fresh || used <= 1) {
            if let Some(at) = at {
                self.known.remove(at);
            }
            return Err(DigestError::Refused);
        }
        if let Some(old) = at.and_then(|at| self.known.get_mut(at)) {
            // RFC 7616 §3.4: a count is never used twice with one nonce, also where a server gives
            // the same nonce to two requests that crossed.
            let count = if fresh { 0 } else { old.count };
            *old = Known { count, ..best };
        } else if self.known.len() < MAX_REALMS {
            self.known.push(best);
        } else {
            return Err(DigestError::Realms);
        }
        Ok(())
    }

    /// Writes the credentials of every realm that has challenged; tells whether there were any.
    pub(crate) fn authorize(&mut self, request: &mut Request, cnonce: &str) -> bool {
        request.headers_mut().remove(HeaderName::Authorization);
        request.headers_mut().remove(HeaderName::ProxyAuthorization);
        if matches!(request.method(), Method::Ack | Method::Cancel) {
            return false;
        }
        let mut any = false;
        for known in &mut self.known {
            if known.count >= MAX_COUNT {
                continue;
            }
            known.count += 1;
            // What a challenge held was checked when it was read; a user name that cannot be
            // written leaves the request without credentials.
            let Ok(answer) = known.answer(&self.user, request, cnonce) else { continue };
            let headers = request.headers_mut();
            if known.proxy {
                headers.push_typed(&ProxyAuthorization::new(answer));
            } else {
                headers.push_typed(&Authorization::new(answer));
            }
            any = true;
        }
        any
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("realms", &self.known.len()).finish_non_exhaustive()
    }
}

impl Known {
    fn read(challenge: &Challenge, proxy: bool) -> Result<Self, DigestError> {
        let part = |name: &str| challenge.reveal(name).map(std::borrow::Cow::into_owned);
        if !challenge.is_digest() {
            return Err(DigestError::NotDigest);
        }
        let named = part("algorithm");
        let (algorithm, session) =
            Algorithm::read(named.as_deref()).ok_or(DigestError::Algorithm)?;
        let qop = match part("qop") {
            None => None,
            // The body is protected only where the carrier insists: proxies may change it.
            Some(offered) => {
                let offered: Vec<_> =
                    offered.split(',').filter_map(|name| Qop::read(name.trim())).collect();
                let auth = offered.iter().find(|qop| **qop == Qop::Auth);
                Some(*auth.or(offered.first()).ok_or(DigestError::Qop)?)
            }
        };
        Ok(Self {
            proxy,
            realm: part("realm").ok_or(DigestError::NotDigest)?,
            nonce: part("nonce").ok_or(DigestError::NotDigest)?,
            opaque: part("opaque"),
            algorithm,
            session,
            named,
            qop,
            count: 0,
        })
    }

    fn answer(
        &self,
        user: &DigestUser,
        request: &Request,
        cnonce: &str,
    ) -> Result<Credentials, ParseError> {
        #[cfg(feature = "rsip")]
        if let Some(answer) = self.answer_of_rsip(user, request, cnonce) {
            return Ok(answer);
        }
        let uri = request.uri().reveal();
        let count = format!("{:08x}", self.count);
        let response = Formula {
            algorithm: self.algorithm,
            session: self.session,
            user: &user.name,
            realm: &self.realm,
            password: user.password.reveal(),
            nonce: &self.nonce,
            cnonce,
            count: &count,
            qop: self.qop,
            method: request.method().as_str(),
            uri: &uri,
            body: request.body(),
        }
        .response();
        let mut answer = Credentials::new("Digest")?
            .with_quoted("username", &user.name)?
            .with_quoted("realm", &self.realm)?
            .with_quoted("nonce", &self.nonce)?
            .with_quoted("uri", &uri)?
            .with_quoted("response", &response)?;
        if let Some(named) = &self.named {
            answer = answer.with_token("algorithm", named)?;
        }
        if let Some(opaque) = &self.opaque {
            answer = answer.with_quoted("opaque", opaque)?;
        }
        if let Some(qop) = self.qop {
            answer = answer
                .with_token("qop", qop.name())?
                .with_token("nc", &count)?
                .with_quoted("cnonce", cnonce)?;
        } else if self.session {
            answer = answer.with_quoted("cnonce", cnonce)?;
        }
        Ok(answer)
    }

    /// The answer by `rsip`'s generator, which knows MD5 and SHA-256, `auth`, and nine uses.
    #[cfg(feature = "rsip")]
    fn answer_of_rsip(
        &self,
        user: &DigestUser,
        request: &Request,
        cnonce: &str,
    ) -> Option<Credentials> {
        if self.session || self.algorithm == Algorithm::Sha512_256 || self.qop == Some(Qop::AuthInt)
        {
            return None;
        }
        let mut challenge = Challenge::new("Digest")
            .ok()?
            .with_quoted("realm", &self.realm)
            .ok()?
            .with_quoted("nonce", &self.nonce)
            .ok()?;
        if let Some(named) = &self.named {
            challenge = challenge.with_token("algorithm", named).ok()?;
        }
        if let Some(opaque) = &self.opaque {
            challenge = challenge.with_quoted("opaque", opaque).ok()?;
        }
        if self.qop.is_some() {
            challenge = challenge.with_quoted("qop", Qop::Auth.name()).ok()?;
        }
        let count = u8::try_from(self.count).ok()?;
        let (method, uri) = (request.method(), request.uri());
        crate::message::rsip::digest(&challenge, user, method, uri, cnonce, count).ok()
    }
}

/// The challenges of a response, in their order; those that cannot be read are left out.
fn challenges(proxy: bool, headers: &Headers) -> Vec<Challenge> {
    if proxy {
        every(headers, |value: ProxyAuthenticate| value.scheme().clone())
    } else {
        every(headers, |value: WwwAuthenticate| value.scheme().clone())
    }
}

fn credentials(proxy: bool, headers: &Headers) -> Vec<Credentials> {
    if proxy {
        every(headers, |value: ProxyAuthorization| value.scheme().clone())
    } else {
        every(headers, |value: Authorization| value.scheme().clone())
    }
}

/// Each line is read by itself: a broken one does not hide the others.
fn every<T: crate::message::TypedHeader, R>(headers: &Headers, read: impl Fn(T) -> R) -> Vec<R> {
    let grammar = crate::message::Grammar::default();
    headers
        .get_all(T::name())
        .take(MAX_CHALLENGES)
        .filter_map(|line| {
            let value = bytes::Bytes::copy_from_slice(line.value());
            T::parse_value(&value, &grammar).ok().map(&read)
        })
        .collect()
}

/// The strongest challenge that can be answered, and whether it says that a nonce was stale.
///
/// Of equally strong ones the first is taken (RFC 7616 §3.7: the server lists by preference).
fn strongest(
    challenges: &[Challenge],
    proxy: bool,
    realm: Option<&str>,
) -> Result<(Known, bool), DigestError> {
    let mut best: Option<(Known, bool)> = None;
    let mut why = DigestError::NotDigest;
    for challenge in challenges {
        match Known::read(challenge, proxy) {
            Ok(read) if realm.is_some_and(|realm| realm != read.realm) => {
                why = DigestError::Realm;
            }
            Ok(read) => {
                let stale =
                    challenge.reveal("stale").is_some_and(|s| s.eq_ignore_ascii_case("true"));
                if best.as_ref().is_none_or(|(known, _)| known.algorithm < read.algorithm) {
                    best = Some((read, stale));
                }
            }
            Err(error) => why = error,
        }
    }
    best.ok_or(why)
}

#[cfg(test)]
mod tests;
