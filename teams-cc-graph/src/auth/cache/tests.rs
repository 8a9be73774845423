//! One exchange for many callers, whoever leaves.

use std::sync::atomic::{AtomicUsize, Ordering};

use teams_cc_core::TenantId;

use super::*;
use crate::config::SystemClock;

/// Answers after a second with a token numbered by the exchange, or a refusal.
#[derive(Default)]
struct Counter {
    asked: AtomicUsize,
    answered: AtomicUsize,
    refuse: std::sync::atomic::AtomicBool,
}

const LIFETIME: Duration = Duration::from_hours(1);

#[async_trait]
impl TokenProvider for Counter {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        let nth = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.answered.fetch_add(1, Ordering::SeqCst);
        if self.refuse.load(Ordering::SeqCst) {
            return Err(Error::sign_in(SignInError::new("invalid_client", "")));
        }
        Ok(AccessToken::new(format!("token-{nth}"), LIFETIME))
    }
}

fn cache() -> (Arc<Counter>, TokenCache) {
    let counter = Arc::new(Counter::default());
    let provider: Arc<dyn TokenProvider> = Arc::clone(&counter) as _;
    (counter, TokenCache::new(provider, Arc::new(SystemClock::new()), Seed::new(7)))
}

fn wanted(tenant: &str) -> TokenRequest {
    TokenRequest::new(TenantId::new(tenant).unwrap(), "scope")
}

#[tokio::test(start_paused = true)]
async fn many_callers_make_one_exchange_and_tenants_do_not_share() {
    let (counter, cache) = cache();
    let mut callers = Vec::new();
    for _ in 0..50 {
        let cache = cache.clone();
        callers.push(tokio::spawn(async move { cache.token(&wanted("a")).await }));
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().secret().reveal(), "token-1");
    }
    assert_eq!(counter.asked.load(Ordering::SeqCst), 1);
    cache.token(&wanted("b")).await.unwrap();
    assert_eq!(counter.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_caller_may_leave_without_ending_the_exchange() {
    let (counter, cache) = cache();
    let first = tokio::spawn({
        let cache = cache.clone();
        async move { cache.token(&wanted("a")).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = tokio::spawn({
        let cache = cache.clone();
        async move { cache.token(&wanted("a")).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap().secret().reveal(), "token-1");
    assert_eq!(counter.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn when_every_caller_leaves_the_exchange_ends_and_the_next_begins_anew() {
    let (counter, cache) = cache();
    let lonely = tokio::time::timeout(Duration::from_millis(500), cache.token(&wanted("a"))).await;
    assert!(lonely.is_err());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(counter.answered.load(Ordering::SeqCst), 0);
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_and_kept_when_renewal_fails() {
    let (counter, cache) = cache();
    cache.token(&wanted("a")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3200)).await;
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-1");
    tokio::time::sleep(Duration::from_secs(150)).await;
    counter.refuse.store(true, Ordering::SeqCst);
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-1");
    assert_eq!(counter.asked.load(Ordering::SeqCst), 2);
    counter.refuse.store(false, Ordering::SeqCst);
    tokio::time::sleep(HARD_FAILURE).await;
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-3");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_at_hand_until_it_is_time_to_renew_it() {
    let (counter, cache) = cache();
    assert_eq!(cache.at_hand(&wanted("a")), None);
    let token = cache.token(&wanted("a")).await.unwrap();
    assert_eq!(cache.at_hand(&wanted("a")), Some(token.clone()));
    assert_eq!(cache.at_hand(&wanted("b")), None);
    tokio::time::sleep(LIFETIME.saturating_sub(EARLY)).await;
    assert_eq!(cache.at_hand(&wanted("a")), None);
    let renewed = cache.token(&wanted("a")).await.unwrap();
    assert_eq!(cache.at_hand(&wanted("a")), Some(renewed.clone()));
    cache.refused(&wanted("a"), &renewed).await;
    assert_eq!(cache.at_hand(&wanted("a")), None);
    assert_eq!(counter.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_repeated_for_a_while_without_asking() {
    let (counter, cache) = cache();
    counter.refuse.store(true, Ordering::SeqCst);
    for _ in 0..10 {
        let error = cache.token(&wanted("a")).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::SignIn(_)));
    }
    assert_eq!(counter.asked.load(Ordering::SeqCst), 1);
    tokio::time::sleep(HARD_FAILURE).await;
    cache.token(&wanted("a")).await.unwrap_err();
    assert_eq!(counter.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_not_given_again() {
    let (_, cache) = cache();
    let token = cache.token(&wanted("a")).await.unwrap();
    cache.refused(&wanted("a"), &token).await;
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-2");
    // A late refusal of the old token leaves the new one alone.
    cache.refused(&wanted("a"), &token).await;
    assert_eq!(cache.token(&wanted("a")).await.unwrap().secret().reveal(), "token-2");
}

#[tokio::test(start_paused = true)]
async fn the_cache_stays_within_its_bound() {
    let (_, cache) = cache();
    let mut entries = BTreeMap::new();
    for nth in 0..MAX_TOKENS {
        let entry = Entry { used: Instant::from_secs(nth as u64 + 1), ..Entry::default() };
        entries.insert(wanted(&format!("tenant-{nth}")), entry);
    }
    *cache.shared.lock() = entries;
    cache.token(&wanted("one-more")).await.unwrap();
    let entries = cache.shared.lock();
    assert_eq!(entries.len(), MAX_TOKENS);
    assert!(!entries.contains_key(&wanted("tenant-0")));
}
