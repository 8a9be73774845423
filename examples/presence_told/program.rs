//! The program: presence of many people, told by subscriptions with encrypted content.

use std::{error::Error, sync::Arc, time::Duration};

use teams_cc_core::{AppId, Clock, TenantId};
use teams_cc_graph::{
    Client,
    subscription::{Certificate, Keeper},
    webhook::{
        self, Event, Events, Intake, IntakeConfig, KeySource,
        content::{ChangeTokens, ChangeTokensConfig, ContentKey, KeyRing, Opener},
    },
};
use teams_cc_presence::{
    Watch,
    seats::{Seats, SeatsConfig},
    watch::Changes,
};
use tokio::sync::Mutex;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// How long a certificate lives; the next one is made a month before its end.
const LIFE: Duration = Duration::from_hours(90 * 24);
/// How many notifications wait to be opened: some seconds of a storm in which everybody changes.
const WAITING: usize = 100_000;

/// What the program is given.
pub(crate) struct Given {
    pub(crate) app_id: AppId,
    pub(crate) tenant: TenantId,
    /// Reads everybody: signed in as the app, by certificate.
    pub(crate) app: Client,
    /// Each is told of 650 people: `Client::builder().signed_in_user(…)`.
    pub(crate) accounts: Vec<(String, Client)>,
    /// Where the intake is, as Graph reaches it.
    pub(crate) endpoint: String,
    pub(crate) clock: Arc<dyn Clock>,
}

pub(crate) struct Program {
    pub(crate) watch: Watch,
    /// Give it every POST to the endpoint; with the feature `axum` it is a handler.
    pub(crate) intake: Arc<Intake>,
    ring: KeyRing,
    keeper: Keeper,
    clock: Arc<dyn Clock>,
}

impl Program {
    /// Starts to watch whom [`Watch::add`] names; in a Tokio runtime.
    pub(crate) fn start(given: Given) -> Result<(Self, Changes), Failure> {
        let Given { app_id, tenant, app, accounts, endpoint, clock } = given;
        // The key that Graph encrypts for. Keep `made.private_key` and `made.certificate` in a secret
        // store; from the second start on they come from there, the old ones by `with_old`.
        let made = ContentKey::generate("presence-1", clock.wall(), LIFE)?;
        let ring = KeyRing::new(made.key);

        // One subscription for each account, which names the certificate of now.
        let keys = ring.clone();
        let mut keeper = Keeper::builder().clock(Arc::clone(&clock)).certificate(move || {
            let current = keys.current();
            Certificate::new(current.certificate(), current.id())
        });
        let mut seats = Seats::new(SeatsConfig::new(&endpoint).rich());
        for (name, client) in accounts {
            keeper = keeper.account(&name, client);
            seats.add(&name)?;
        }
        let (keeper, kept) = keeper.start();

        // The intake takes posts into a queue. An app without calls gives the queue for calls, too.
        let (queue, events) = webhook::queue(WAITING);
        let keys = KeySource::of(&app);
        let config = IntakeConfig::new(app_id.clone(), [tenant.clone()]);
        let calls = Arc::new(queue.clone());
        let intake = Intake::new(config, keys.clone(), Arc::clone(&clock), calls)
            .subscriptions(Arc::new(keeper.secrets()), Arc::new(queue));

        // Graph's tokens vouch for contents; then the ring opens them.
        let config = ChangeTokensConfig::new(app_id, [tenant]);
        let tokens = ChangeTokens::new(config, keys, Arc::clone(&clock));
        let opener = Arc::new(Opener::new(tokens, ring.clone(), Arc::clone(&clock)));

        let (watch, changes) = Watch::builder(app)
            .clock(Arc::clone(&clock))
            .subscriptions(keeper.clone(), kept, seats)
            .start();
        // Opening takes a third of a millisecond of a core, so every core does it.
        let events = Arc::new(Mutex::new(events));
        for _ in 0..std::thread::available_parallelism()?.get() {
            tokio::spawn(hear(Arc::clone(&events), Arc::clone(&opener), watch.clone()));
        }
        Ok((Self { watch, intake: Arc::new(intake), ring, keeper, clock }, changes))
    }

    /// A new key, a month before the old one's certificate ends.
    pub(crate) fn rotate(&self, id: &str) -> Result<(), Failure> {
        let made = ContentKey::generate(id, self.clock.wall(), LIFE)?;
        // Into the secret store first: what is sent meanwhile is opened by whoever has the key.
        self.ring.rotate(made.key, self.clock.now(), self.clock.wall())?;
        self.keeper.certificate_changed();
        Ok(())
    }

    /// Once a day: the keys that may leave the secret store.
    pub(crate) fn prune(&self) -> Vec<Box<str>> {
        self.ring.prune(self.clock.now())
    }
}

/// Hands on what the intake took, until it is gone.
async fn hear(events: Arc<Mutex<Events>>, opener: Arc<Opener>, watch: Watch) {
    loop {
        let next = events.lock().await.recv().await;
        let Some(event) = next else { return };
        let Event::Subscription { event, validation_tokens, .. } = event else { continue };
        let notification = event.notification();
        // Lifecycle events and notifications of ids alone have no content: they are heard as they are.
        let presence = if notification.encrypted_content.get().is_some() {
            match opener.open(notification, &validation_tokens).await {
                Ok(content) => content.decode().ok(),
                // Nobody vouches for it. It is counted and logged, and nothing is believed.
                Err(_) => continue,
            }
        } else {
            None
        };
        watch.heard(&event, presence.as_ref());
    }
}
