//! Telling a carrier where we are, and going on telling it (RFC 3261 §10.2).

use std::{fmt, net::IpAddr, time::Duration};

use teams_cc_core::Instant;

use crate::{
    direct_routing::{HealthReason, PeerState, headers},
    endpoint::Failure,
    message::{
        CSeq, CallId, Contact, Expires, FromHeader, Host, Method, NameAddr, ParseError, Request,
        Response, SipUri, StatusCode, ToHeader, Via,
        typed::{MinExpires, RetryAfter},
    },
    transport::TransportKind,
};

/// How long a binding is asked for.
const DEFAULT_EXPIRES: Duration = Duration::from_hours(1);
/// The part of a binding's life after which it is renewed, in percent.
pub const REFRESH_PERCENT: u32 = 80;
/// A binding is not renewed more often than this, however short the carrier makes its life.
const MIN_REFRESH: Duration = Duration::from_secs(10);
/// The longest life we let a carrier ask for (423).
const MAX_EXPIRES: u32 = 86_400;
/// How long to wait after the first failure; twice as long after each further one.
const FIRST_RETRY: Duration = Duration::from_secs(30);
/// The longest wait between two tries, and the longest Retry-After that is followed.
const MAX_RETRY: Duration = Duration::from_mins(30);
/// The shortest Retry-After that is followed: one of zero seconds would be a loop.
const LEAST_WAIT: Duration = Duration::from_secs(5);
/// The shortest wait where the carrier does not accept who we are: no account gets locked.
const REFUSED_RETRY: Duration = Duration::from_mins(5);
/// Numbers left between two REGISTERs, for those that are sent again with credentials.
const NUMBERS: u32 = 4;

/// An account at a registrar, under which calls come to us.
///
/// Its credentials are the carrier's [`credentials`](crate::trunk::StaticPeer::credentials).
#[derive(Clone)]
#[non_exhaustive]
pub struct Registration {
    /// The user part of the address that is registered; often the account's name or number.
    pub user: Box<str>,
    /// The carrier's domain, in the Request-URI and in the address.
    pub domain: Box<str>,
    /// How long a binding is asked for. Default: an hour.
    pub expires: Duration,
    /// How often the flow to the registrar is kept open (RFC 5626 §3.5.1). Default: never.
    pub keep_alive: Option<Duration>,
    /// Whether Contact is the address the registrar saw us at (RFC 3581). Default: no.
    pub behind_nat: bool,
}

impl Registration {
    /// An account of this user at this domain.
    #[must_use]
    pub fn new(user: &str, domain: &str) -> Self {
        Self {
            user: user.into(),
            domain: domain.into(),
            expires: DEFAULT_EXPIRES,
            keep_alive: None,
            behind_nat: false,
        }
    }

    /// Sets how long a binding is asked for; less than a minute counts as one.
    #[must_use]
    pub fn expires(mut self, expires: Duration) -> Self {
        self.expires = expires.max(Duration::from_mins(1));
        self
    }

    /// Keeps the flow to the registrar open by an empty line this often; at least every second.
    #[must_use]
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = Some(interval.max(Duration::from_secs(1)));
        self
    }

    /// Registers the address the registrar saw us at, behind a NAT that keeps it open.
    #[must_use]
    pub fn behind_nat(mut self, behind_nat: bool) -> Self {
        self.behind_nat = behind_nat;
        self
    }
}

impl fmt::Debug for Registration {
    /// Without the user, who is often a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("domain", &self.domain)
            .field("expires", &self.expires)
            .field("keep_alive", &self.keep_alive)
            .field("behind_nat", &self.behind_nat)
            .finish_non_exhaustive()
    }
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The next REGISTER is sent at this time.
    Waiting(Instant),
    /// A REGISTER is on its way.
    Asking,
    /// The last REGISTER, which takes the binding away, is on its way or is not needed.
    Left,
}

/// One registration as a state machine: told the time and what the registrar answered.
pub(crate) struct Registrar {
    config: Registration,
    contact: (Box<str>, u16, TransportKind),
    /// The user part of our Contact, by which a call over this binding is known.
    token: Box<str>,
    call_id: Box<str>,
    number: u32,
    stage: Stage,
    /// Seconds that are asked for, at least what the registrar insists on.
    asks: u32,
    insisted: bool,
    failures: u32,
    /// Until when the registrar keeps the binding.
    until: Option<Instant>,
    /// The address before the one the registrar saw, which is taken away with the next REGISTER.
    former: Option<(Box<str>, u16)>,
    learned: bool,
    pub(crate) state: PeerState,
    pub(crate) reason: HealthReason,
}

/// What has become of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Whether the health changed.
    pub(crate) changed: bool,
    /// The address the registrar saw us at, where that is our Contact from now on.
    pub(crate) learned: Option<(Box<str>, u16)>,
}

impl Registrar {
    /// A registration that asks at once; `token` and `call_id` are fresh and secret.
    pub(crate) fn new(
        config: Registration,
        contact: (Box<str>, u16, TransportKind),
        token: &str,
        call_id: &str,
    ) -> Self {
        let asks = u32::try_from(config.expires.as_secs()).unwrap_or(MAX_EXPIRES).min(MAX_EXPIRES);
        Self {
            config,
            contact,
            token: token.into(),
            call_id: call_id.into(),
            number: 1,
            stage: Stage::Waiting(Instant::ZERO),
            asks,
            insisted: false,
            failures: 0,
            until: None,
            former: None,
            learned: false,
            state: PeerState::Unknown,
            reason: HealthReason::NotAsked,
        }
    }

    /// The user part of our Contact.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// When the next REGISTER is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Waiting(at) => Some(at),
            Stage::Asking | Stage::Left => None,
        }
    }

    /// How often the flow is kept open, while there is a binding.
    pub(crate) fn keep_alive(&self) -> Option<Duration> {
        self.config.keep_alive.filter(|_| self.until.is_some())
    }

    /// The REGISTER that is due now, if one is.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Result<Request, ParseError>> {
        self.deadline().filter(|at| *at <= now)?;
        self.stage = Stage::Asking;
        Some(self.request(self.asks))
    }

    /// The REGISTER that takes the binding away, where there is one (§10.2.2).
    pub(crate) fn leave(&mut self) -> Option<Result<Request, ParseError>> {
        let asked = self.until.is_some() || self.stage == Stage::Asking;
        let first = self.stage != Stage::Left;
        self.stage = Stage::Left;
        self.until = None;
        (asked && first).then(|| self.request(0))
    }

    /// The registrar answered; `dice` spreads what is tried again.
    pub(crate) fn answered(&mut self, now: Instant, response: &Response, dice: u64) -> Outcome {
        let status = response.status();
        if self.stage != Stage::Asking || status.is_provisional() {
            return Outcome { changed: false, learned: None };
        }
        if status.is_success() {
            return self.bound(now, response, dice);
        }
        let least = response.headers().typed::<MinExpires>().ok().flatten().map(MinExpires::get);
        if status.as_u16() == 423
            && let Some(least) = least
            && least > self.asks
            && least <= MAX_EXPIRES
            && !std::mem::replace(&mut self.insisted, true)
        {
            self.asks = least;
            self.stage = Stage::Waiting(now);
            return Outcome { changed: false, learned: None };
        }
        let wait = response.headers().typed::<RetryAfter>().ok().flatten();
        let wait = wait.map(|wait| Duration::from_secs(wait.seconds.into()));
        let wait = wait.map(|wait| wait.clamp(LEAST_WAIT, MAX_RETRY));
        let reason = match status {
            StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                HealthReason::CredentialsRefused(status.as_u16())
            }
            _ => HealthReason::RegistrationRefused(status.as_u16()),
        };
        self.failed(now, reason, wait, dice)
    }

    /// The registrar did not answer.
    pub(crate) fn unanswered(&mut self, now: Instant, why: Failure, dice: u64) -> Outcome {
        let reason = match why {
            Failure::Unreachable => HealthReason::NotReached,
            _ => HealthReason::RegistrationUnanswered,
        };
        self.failed(now, reason, None, dice)
    }

    /// Takes note of a failure and of when to try again.
    pub(crate) fn failed(
        &mut self,
        now: Instant,
        reason: HealthReason,
        wait: Option<Duration>,
        dice: u64,
    ) -> Outcome {
        if self.stage == Stage::Left {
            return Outcome { changed: false, learned: None };
        }
        let doubled = FIRST_RETRY.saturating_mul(1 << self.failures.min(16)).min(MAX_RETRY);
        self.failures = self.failures.saturating_add(1);
        let least = match reason {
            HealthReason::CredentialsRefused(_) => REFUSED_RETRY,
            _ => Duration::ZERO,
        };
        // Half of it for sure and half by chance: not everybody comes back at once.
        let spread = doubled / 2 + doubled / 200 * u32::try_from(dice % 101).unwrap_or_default();
        self.stage = Stage::Waiting(now + wait.unwrap_or(spread).max(least));
        // A binding that still holds brings calls, whatever became of its renewal.
        let holds = self.until.is_some_and(|until| until > now);
        if !holds {
            self.until = None;
        }
        self.tell(if holds { PeerState::Up } else { PeerState::Down }, reason)
    }

    /// A 200: how long the binding lasts, and where the registrar saw us.
    fn bound(&mut self, now: Instant, response: &Response, dice: u64) -> Outcome {
        let Some(granted) = self.granted(response) else {
            return self.failed(now, HealthReason::NotBound, None, dice);
        };
        // However long it says: one that has forgotten us hears of us again within a day.
        let life = Duration::from_secs(granted.min(MAX_EXPIRES).into());
        self.until = Some(now + life);
        (self.failures, self.insisted, self.former) = (0, false, None);
        let refresh = (life / 100 * REFRESH_PERCENT).max(MIN_REFRESH);
        self.stage = Stage::Waiting(now + refresh);
        let learned = self.learn(now, response);
        Outcome { learned, ..self.tell(PeerState::Up, HealthReason::Registered) }
    }

    /// Seconds our binding lasts; none where the registrar keeps none of ours.
    fn granted(&self, response: &Response) -> Option<u32> {
        let headers = response.headers();
        let general = headers.typed::<Expires>().ok().flatten().map(Expires::get);
        let listed = headers.list::<Contact>().unwrap_or_default();
        let ours = listed.iter().filter_map(Contact::addr).find(|address| {
            address.uri.as_sip().and_then(SipUri::user_decoded).as_deref() == Some(&*self.token)
                && address.params.get("expires") != Some("0")
        });
        let granted = match ours {
            Some(address) => address.params.get("expires").and_then(|text| text.parse().ok()),
            // §10.3 asks for a list of all bindings; some registrars leave it out.
            None if listed.is_empty() => None,
            None => return None,
        };
        Some(granted.or(general).unwrap_or(self.asks)).filter(|seconds| *seconds > 0)
    }

    /// Behind a NAT our Contact is what the registrar saw; once for each renewal.
    fn learn(&mut self, now: Instant, response: &Response) -> Option<(Box<str>, u16)> {
        if !self.config.behind_nat {
            return None;
        }
        if std::mem::take(&mut self.learned) {
            return None;
        }
        let via = response.headers().first::<Via>().ok().flatten()?;
        let address: IpAddr = via.received()?;
        let seen = (address.to_string().into_boxed_str(), via.rport()?);
        let (host, port, _) = &mut self.contact;
        if (&*seen.0, seen.1) == (&**host, *port) {
            return None;
        }
        self.former =
            Some((std::mem::replace(host, seen.0.clone()), std::mem::replace(port, seen.1)));
        self.learned = true;
        self.stage = Stage::Waiting(now);
        Some(seen)
    }

    fn tell(&mut self, state: PeerState, reason: HealthReason) -> Outcome {
        let changed = (self.state, self.reason) != (state, reason);
        (self.state, self.reason) = (state, reason);
        Outcome { changed, learned: None }
    }

    fn request(&mut self, expires: u32) -> Result<Request, ParseError> {
        let domain = Host::parse(&self.config.domain)?;
        let ours = SipUri::new(domain.clone()).with_user(&self.config.user);
        let number = self.number;
        self.number = self.number.saturating_add(NUMBERS);
        let (host, port, transport) = &self.contact;
        let contact = |host: &str, port: u16, expires: u32| {
            let mut address = headers::reachable_at(host, port, *transport)?;
            if let Some(uri) = address.uri.as_sip_mut() {
                uri.set_user(Some(&self.token));
            }
            Ok::<_, ParseError>(Contact::new(
                address.with_param("expires", Some(&expires.to_string()))?,
            ))
        };
        let mut request = Request::new(Method::Register, SipUri::new(domain))
            .with(&FromHeader::new(NameAddr::new(ours.clone())))
            .with(&ToHeader::new(NameAddr::new(ours)))
            .with(&CallId::new(&self.call_id)?)
            .with(&CSeq::new(number, Method::Register))
            .with(&contact(host, *port, expires)?)
            .with(&Expires::new(expires));
        if let Some((host, port)) = &self.former {
            request.headers_mut().push_typed(&contact(host, *port, 0)?);
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests;
