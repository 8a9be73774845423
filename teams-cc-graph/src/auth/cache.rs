//! Tokens are kept, renewed early, and asked for once however many wait.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use teams_cc_core::Clock;
use teams_cc_core::Instant;
use teams_cc_core::seed::Seed;

use super::{AccessToken, TokenProvider, TokenRequest};
use crate::error::{Error, ErrorKind, Remedy, SignInError};

/// The most tokens kept. At the bound the token used longest ago is forgotten.
const MAX_TOKENS: usize = 4096;

/// How long before its end a token is renewed, at least (Microsoft's libraries do the same).
const EARLY: Duration = Duration::from_mins(5);

/// The most that is added to [`EARLY`], so that a fleet does not renew at once.
const JITTER_SECONDS: u64 = 60;

/// How long a refusal that needs an operator is repeated without asking again.
const HARD_FAILURE: Duration = Duration::from_secs(30);

/// How long nothing is asked after the endpoint called it a loop (AADSTS50196).
const LOOP: Duration = Duration::from_mins(5);

/// The longest that the endpoint's own wish to wait is heeded.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);

/// The most refused tokens that are replaced in [`REFUSAL_WINDOW`]; at the bound the token is kept,
/// and the refusal goes to who made the request.
const MAX_REFUSALS: u32 = 5;

/// See [`MAX_REFUSALS`].
const REFUSAL_WINDOW: Duration = Duration::from_mins(1);

/// How long a failure that may pass is repeated without asking again.
const SOFT_FAILURE: Duration = Duration::from_secs(2);

/// Keeps the tokens of one provider: one authority, one app.
///
/// However many callers wait, the provider is asked once per tenant and scope. A caller that is
/// dropped takes nothing from the others; when the last one is dropped the exchange ends with it.
#[derive(Clone)]
pub struct TokenCache {
    shared: Arc<Inner>,
}

struct Inner {
    provider: Arc<dyn TokenProvider>,
    clock: Arc<dyn Clock>,
    seed: Seed,
    entries: Mutex<BTreeMap<TokenRequest, Entry>>,
}

#[derive(Default)]
struct Entry {
    token: Option<Kept>,
    failure: Option<(Failure, Instant)>,
    /// The exchange under way, and the claims it asks for.
    flight: Option<(Option<Arc<str>>, WeakShared<Flight>)>,
    refusals: Refusals,
    used: Instant,
}

struct Kept {
    token: AccessToken,
    /// What a challenge asked it to have.
    claims: Option<Arc<str>>,
    renew_at: Instant,
    expires_at: Instant,
}

/// How many tokens the service refused lately, so that a service that refuses all of them is not
/// answered with an exchange for each request.
#[derive(Default)]
struct Refusals {
    since: Instant,
    count: u32,
}

impl Refusals {
    /// Counts one; whether another token may be asked for.
    fn allow(&mut self, now: Instant) -> bool {
        if now.since(self.since) >= REFUSAL_WINDOW {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= MAX_REFUSALS
    }

    /// Whether no other token may be asked for.
    fn are_too_many(&self, now: Instant) -> bool {
        self.count > MAX_REFUSALS && now.since(self.since) < REFUSAL_WINDOW
    }
}

type Flight = Pin<Box<dyn Future<Output = Result<AccessToken, Failure>> + Send>>;

enum Plan {
    Done(Result<AccessToken, Failure>),
    /// Wait for the exchange; meanwhile the old token is still good.
    Wait(Shared<Flight>, Option<AccessToken>),
}

impl TokenCache {
    /// Keep the tokens of a provider. Renewals are spread by the seed: give each process its own.
    #[must_use]
    pub fn new(provider: Arc<dyn TokenProvider>, clock: Arc<dyn Clock>, seed: Seed) -> Self {
        let seed = seed.derive("token renewal");
        let entries = Mutex::default();
        Self { shared: Arc::new(Inner { provider, clock, seed, entries }) }
    }

    fn plan(&self, wanted: &TokenRequest) -> Plan {
        let now = self.shared.clock.now();
        // A token that answers a challenge takes the place of the one without.
        let claims = wanted.claims.clone();
        let key = TokenRequest { claims: None, ..wanted.clone() };
        let mut entries = self.shared.lock();
        if claims.is_none()
            && let Some(token) = fresh(&mut entries, &key, now)
        {
            return Plan::Done(Ok(token));
        }
        make_room(&mut entries, &key);
        let entry = entries.entry(key).or_default();
        entry.used = now;
        let kept = entry.refusals.are_too_many(now);
        let answers = |token: &&Kept| kept || claims.is_none() || token.claims == claims;
        let valid = entry.token.as_ref().filter(|kept| now < kept.expires_at).filter(answers);
        if let Some(kept) = valid.filter(|_| claims.is_some()) {
            // Somebody else was challenged alike, and asked already.
            return Plan::Done(Ok(kept.token.clone()));
        }
        let valid = valid.map(|kept| kept.token.clone());
        if let Some((failure, until)) = &entry.failure
            && now < *until
        {
            return Plan::Done(valid.ok_or_else(|| failure.clone()));
        }
        let answers = |asks: &Option<Arc<str>>| claims.is_none() || *asks == claims;
        let flight = entry.flight.as_ref().filter(|(asks, _)| answers(asks));
        let flight = flight.and_then(|(_, flight)| flight.upgrade()).unwrap_or_else(|| {
            let flight = Arc::clone(&self.shared).fetch(wanted.clone()).shared();
            entry.flight = flight.downgrade().map(|flight| (claims, flight));
            flight
        });
        Plan::Wait(flight, valid)
    }
}

#[async_trait]
impl TokenProvider for TokenCache {
    fn at_hand(&self, wanted: &TokenRequest) -> Option<AccessToken> {
        let now = self.shared.clock.now();
        fresh(&mut self.shared.lock(), wanted, now)
    }

    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        let result = match self.plan(wanted) {
            Plan::Done(result) => result,
            Plan::Wait(flight, None) => flight.await,
            Plan::Wait(flight, Some(old)) => Ok(flight.await.unwrap_or(old)),
        };
        result.map_err(Failure::into_error)
    }

    async fn refused(&self, wanted: &TokenRequest, token: &AccessToken) {
        {
            let now = self.shared.clock.now();
            let mut entries = self.shared.lock();
            if let Some(entry) = entries.get_mut(wanted)
                && entry.token.as_ref().is_some_and(|kept| kept.token == *token)
                && entry.refusals.allow(now)
            {
                entry.token = None;
            }
        }
        self.shared.provider.refused(wanted, token).await;
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<TokenRequest, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ask the provider, and keep its answer before anybody sees it.
    fn fetch(self: Arc<Self>, wanted: TokenRequest) -> Flight {
        Box::pin(async move {
            let result = self.provider.token(&wanted).await;
            let now = self.clock.now();
            let mut entries = self.lock();
            let claims = wanted.claims.clone();
            let entry = entries.entry(TokenRequest { claims: None, ..wanted.clone() }).or_default();
            // Another exchange, with other claims, may have begun meanwhile.
            if entry.flight.as_ref().is_none_or(|(asks, _)| *asks == claims) {
                entry.flight = None;
            }
            match result {
                Ok(token) => {
                    let lifetime = token.expires_in();
                    let jitter = self.seed.derive(wanted.tenant.as_str()).draw(now.as_nanos());
                    let early = EARLY + Duration::from_secs(jitter % (JITTER_SECONDS + 1));
                    // A token that lives shorter than that is renewed at half its life.
                    let early = early.min(lifetime / 2);
                    let expires_at = now + lifetime;
                    let mut renew_at = expires_at.saturating_sub(early);
                    if let Some(refresh_in) = token.refresh_in() {
                        let jitter = Duration::from_secs(jitter % (JITTER_SECONDS + 1));
                        renew_at = renew_at.min(now + refresh_in.saturating_sub(jitter));
                    }
                    entry.token = Some(Kept { token: token.clone(), claims, renew_at, expires_at });
                    entry.failure = None;
                    Ok(token)
                }
                Err(error) => {
                    let hold = hold(&error);
                    let failure = Failure::from(error);
                    entry.failure = Some((failure.clone(), now + hold));
                    Err(failure)
                }
            }
        })
    }
}

/// The token kept, until it is time to renew it.
fn fresh(
    entries: &mut BTreeMap<TokenRequest, Entry>,
    wanted: &TokenRequest,
    now: Instant,
) -> Option<AccessToken> {
    let entry = entries.get_mut(wanted)?;
    let kept = entry.token.as_ref().filter(|kept| now < kept.renew_at)?;
    entry.used = now;
    Some(kept.token.clone())
}

/// How long a failure is repeated without asking again.
fn hold(error: &Error) -> Duration {
    let ErrorKind::SignIn(refusal) = error.kind() else {
        return if error.is_retryable() { SOFT_FAILURE } else { HARD_FAILURE };
    };
    let hold = match refusal.remedy() {
        Remedy::Loop => LOOP,
        Remedy::Retry => SOFT_FAILURE,
        _ => HARD_FAILURE,
    };
    refusal.retry_after.map_or(hold, |asked| hold.max(asked.min(MAX_RETRY_AFTER)))
}

fn make_room(entries: &mut BTreeMap<TokenRequest, Entry>, wanted: &TokenRequest) {
    if entries.len() < MAX_TOKENS || entries.contains_key(wanted) {
        return;
    }
    let oldest = entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
    if let Some(oldest) = oldest {
        entries.remove(&oldest);
    }
}

/// A failure that several waiters share.
#[derive(Clone)]
enum Failure {
    SignIn(Box<SignInError>),
    Timeout,
    Other(Arc<Error>),
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Self::SignIn(error) => Error::sign_in(*error),
            Self::Timeout => Error::new(ErrorKind::Timeout),
            Self::Other(error) => match error.kind() {
                ErrorKind::Config(config) => config.clone().into(),
                ErrorKind::Invalid(invalid) => invalid.clone().into(),
                ErrorKind::Credential => Error::with_source(ErrorKind::Credential, error),
                _ => Error::with_source(ErrorKind::Connection, error),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::SignIn(refusal) => Self::SignIn(refusal.clone()),
            ErrorKind::Timeout => Self::Timeout,
            _ => Self::Other(Arc::new(error)),
        }
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("tokens", &self.shared.lock().len()).finish()
    }
}

#[cfg(test)]
mod tests;
