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
use crate::error::{Error, ErrorKind, SignInError};

/// The most tokens kept. At the bound the token used longest ago is forgotten.
const MAX_TOKENS: usize = 4096;

/// How long before its end a token is renewed, at least (Microsoft's libraries do the same).
const EARLY: Duration = Duration::from_mins(5);

/// The most that is added to [`EARLY`], so that a fleet does not renew at once.
const JITTER_SECONDS: u64 = 60;

/// How long a refusal that needs an operator is repeated without asking again.
const HARD_FAILURE: Duration = Duration::from_secs(30);

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
    flight: Option<WeakShared<Flight>>,
    used: Instant,
}

struct Kept {
    token: AccessToken,
    renew_at: Instant,
    expires_at: Instant,
}

type Flight = Pin<Box<dyn Future<Output = Result<AccessToken, Failure>> + Send>>;

enum Plan {
    Done(Result<AccessToken, Failure>),
    /// Wait for the exchange; meanwhile the old token is still good.
    Wait(Shared<Flight>, Option<AccessToken>),
}

impl TokenCache {
    /// Keep the tokens of a provider.
    #[must_use]
    pub fn new(provider: Arc<dyn TokenProvider>, clock: Arc<dyn Clock>, seed: Seed) -> Self {
        let seed = seed.derive("token renewal");
        let entries = Mutex::default();
        Self { shared: Arc::new(Inner { provider, clock, seed, entries }) }
    }

    fn plan(&self, wanted: &TokenRequest) -> Plan {
        let now = self.shared.clock.now();
        let mut entries = self.shared.lock();
        if let Some(token) = fresh(&mut entries, wanted, now) {
            return Plan::Done(Ok(token));
        }
        make_room(&mut entries, wanted);
        let entry = entries.entry(wanted.clone()).or_default();
        entry.used = now;
        let valid = entry.token.as_ref().filter(|kept| now < kept.expires_at);
        let valid = valid.map(|kept| kept.token.clone());
        if let Some((failure, until)) = &entry.failure
            && now < *until
        {
            return Plan::Done(valid.ok_or_else(|| failure.clone()));
        }
        let flight = entry.flight.as_ref().and_then(WeakShared::upgrade);
        let flight = flight.unwrap_or_else(|| {
            let flight = Arc::clone(&self.shared).fetch(wanted.clone()).shared();
            entry.flight = flight.downgrade();
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
            let mut entries = self.shared.lock();
            if let Some(entry) = entries.get_mut(wanted)
                && entry.token.as_ref().is_some_and(|kept| kept.token == *token)
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
            let entry = entries.entry(wanted.clone()).or_default();
            entry.flight = None;
            match result {
                Ok(token) => {
                    let lifetime = token.expires_in();
                    let jitter = self.seed.derive(wanted.tenant.as_str()).draw(now.as_nanos());
                    let early = EARLY + Duration::from_secs(jitter % (JITTER_SECONDS + 1));
                    // A token that lives shorter than that is renewed at half its life.
                    let early = early.min(lifetime / 2);
                    let expires_at = now + lifetime;
                    let renew_at = expires_at.saturating_sub(early);
                    entry.token = Some(Kept { token: token.clone(), renew_at, expires_at });
                    entry.failure = None;
                    Ok(token)
                }
                Err(error) => {
                    let hold = if error.is_retryable() { SOFT_FAILURE } else { HARD_FAILURE };
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
