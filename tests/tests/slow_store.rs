//! A store that other processes share, that takes its time or breaks.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use teams_cc::{
    Contact, Error,
    core::{
        AgentId, ContactId, Timestamp,
        agent::Capacity,
        routing::EngineConfig,
        store::{
            Changes, DispatchStore, Expired, FencingToken, MemoryDispatchStore, Reservation,
            StoreError, StoreVersion, Terms,
        },
    },
};
use teams_cc_sim::run;
use teams_cc_stories::{Stage, small, wait};

/// How long each step in the store takes.
const STEP: Duration = Duration::from_millis(200);

/// A store in memory that answers late.
#[derive(Debug)]
struct Slow {
    inner: Arc<MemoryDispatchStore>,
    /// How many acceptances still panic.
    panics: AtomicUsize,
    /// When the first reservation was made, where its acceptance takes until the offer runs out.
    reserved: OnceLock<tokio::time::Instant>,
    /// Whether an acceptance is still to take so long.
    dawdles: AtomicBool,
}

impl Slow {
    fn new(stage: &Stage, panics: usize) -> Arc<Self> {
        Arc::new(Self::over(stage, panics, false))
    }

    /// A store whose first acceptance comes in the very moment in which the offer runs out.
    fn to_the_last_moment(stage: &Stage) -> Arc<Self> {
        Arc::new(Self::over(stage, 0, true))
    }

    fn over(stage: &Stage, panics: usize, dawdles: bool) -> Self {
        Self {
            inner: Arc::clone(&stage.store),
            panics: AtomicUsize::new(panics),
            reserved: OnceLock::new(),
            dawdles: AtomicBool::new(dawdles),
        }
    }
}

#[async_trait]
impl DispatchStore for Slow {
    async fn put_agent(&self, agent: &AgentId, capacity: Capacity) -> Result<(), StoreError> {
        wait(STEP).await;
        self.inner.put_agent(agent, capacity).await
    }

    async fn remove_agent(&self, agent: &AgentId) -> Result<(), StoreError> {
        wait(STEP).await;
        self.inner.remove_agent(agent).await
    }

    async fn enqueue(&self, contact: &ContactId) -> Result<(), StoreError> {
        wait(STEP).await;
        self.inner.enqueue(contact).await
    }

    async fn withdraw(&self, contact: &ContactId) -> Result<(), StoreError> {
        wait(STEP).await;
        self.inner.withdraw(contact).await
    }

    async fn reserve(
        &self,
        agent: &AgentId,
        contact: &ContactId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<FencingToken, StoreError> {
        wait(STEP).await;
        let _ = self.reserved.set(tokio::time::Instant::now());
        self.inner.reserve(agent, contact, terms, now).await
    }

    async fn accept(&self, token: FencingToken, now: Timestamp) -> Result<(), StoreError> {
        if self.dawdles.swap(false, Ordering::Relaxed) {
            let reserved = *self.reserved.get().expect("a reservation comes before");
            let rules = EngineConfig::default().offers;
            tokio::time::sleep_until(reserved + rules.ring + rules.confirm).await;
        } else {
            wait(STEP).await;
        }
        let left =
            self.panics.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        assert!(left.is_err(), "this store is broken for once");
        self.inner.accept(token, now).await
    }

    async fn release(&self, token: FencingToken) -> Result<(), StoreError> {
        wait(STEP).await;
        self.inner.release(token).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<Vec<Expired>, StoreError> {
        self.inner.sweep(now).await
    }

    async fn watch(&self, since: StoreVersion) -> Result<Changes, StoreError> {
        self.inner.watch(since).await
    }

    async fn reservations(&self) -> Result<Vec<Reservation>, StoreError> {
        self.inner.reservations().await
    }
}

/// Takes whoever is found and keeps them waiting.
async fn hold(contact: Contact) -> Result<(), Error> {
    let _taken = contact.route("sales").await?;
    std::future::pending().await
}

#[test]
fn a_shutdown_waits_until_the_store_knows_that_everybody_is_free() {
    // While ada is rung, and after she took the call.
    for (seconds, offered) in [(5, "rings ada"), (40, "taken by ada")] {
        run(async {
            let stage = Stage::new(small(42));
            let store = Slow::new(&stage, 0);
            let center = stage.builder().store(store).on_contact(hold).start().await;
            let center = center.expect("the platform is whole");
            wait(Duration::from_secs(seconds)).await;
            let held = stage.reservations().await;
            assert_eq!(held.len(), 1, "not {offered}\n{}", stage.sim.ladder());
            let report = center.shutdown(Duration::ZERO).await;
            let ladder = stage.sim.ladder();
            assert_eq!(stage.reservations().await, [], "{offered}: {report}\n{ladder}");
        })
        .expect("a runtime");
    }
}

#[test]
fn a_store_that_panics_once_stops_nobody_else_from_being_found() {
    run(async {
        let stage = Stage::new(small(42));
        let center = stage.builder().store(Slow::new(&stage, 1)).on_contact(serve).start().await;
        let center = center.expect("the platform is whole");
        let closing = stage.close(center).await;
        assert_eq!(closing.report.answered, 1, "{}\n{}", closing.report, closing.ladder);
        closing.assert_nothing("a store that panics");
    })
    .expect("a runtime");
}

async fn serve(contact: Contact) -> Result<(), Error> {
    let taken = contact.route("sales").await?;
    contact.connect(taken).await.map(drop)
}

#[test]
fn an_offer_that_runs_out_as_the_store_accepts_it_is_taken_for_nobody() {
    run(async {
        let stage = Stage::new(small(42));
        let told = Arc::new(AtomicUsize::new(0));
        let serve = {
            let told = Arc::clone(&told);
            move |contact: Contact| {
                let told = Arc::clone(&told);
                async move {
                    let _taken = contact.route("sales").await?;
                    told.fetch_add(1, Ordering::Relaxed);
                    std::future::pending().await
                }
            }
        };
        let store = Slow::to_the_last_moment(&stage);
        let center = stage.builder().store(store).on_contact(serve).start().await;
        let center = center.expect("the platform is whole");
        for _ in 0..120 {
            wait(Duration::from_secs(1)).await;
            let held = stage.reservations().await;
            // Whoever is told to have somebody has that somebody, and nobody else is rung.
            let taken = held.iter().filter(|held| held.until.is_none()).count();
            let told = told.load(Ordering::Relaxed);
            assert!(
                told == 0 || (taken == 1 && held.len() == 1),
                "{held:?}\n{}",
                stage.sim.ladder()
            );
        }
        assert_eq!(told.load(Ordering::Relaxed), 1, "nobody was found after that");
        let _ = center.shutdown(Duration::from_secs(5)).await;
        assert_eq!(stage.reservations().await, []);
    })
    .expect("a runtime");
}
