//! A bot on a switchboard, without a contact center around it.

use std::{fmt, sync::Arc};

use teams_cc::{
    Platform,
    core::{Address, TeamsUser, seed::Seed},
    graph::{
        Client,
        call::{
            Calls, CallsConfig,
            control::{Arrival, Switchboard, Target},
        },
        webhook::{ChangeDelivery, Intake, IntakeConfig, KeySource, SinkFull, SubscriptionEvent},
        wire::Sensitive,
    },
    platform::GraphAccess,
};
use teams_cc_sim::Sim;
use tokio::{sync::mpsc, task::JoinHandle};

/// How many calls may wait to be taken.
const ARRIVALS: usize = 16;
/// The secret of every subscription of a [`Board`].
pub const CLIENT_STATE: &str = "the secret of a subscription";

/// A client, a switchboard that callbacks reach, and the calls that come in.
///
/// Dropping it is the death of its process: nothing is drained, and nobody hangs up.
pub struct Board {
    /// The client.
    pub client: Client,
    /// The calls.
    pub calls: Calls,
    /// Where calls go out.
    pub switchboard: Switchboard,
    /// Who calls.
    pub arrivals: mpsc::Receiver<Arrival>,
    /// What subscriptions tell, where they have the [`CLIENT_STATE`].
    pub changes: mpsc::Receiver<SubscriptionEvent>,
    tasks: [JoinHandle<()>; 2],
}

impl Board {
    /// Takes up the calls of a world.
    ///
    /// # Panics
    ///
    /// Where the world has no bot, or does not tell its keys.
    pub async fn open(sim: &Sim) -> Self {
        Self::open_with(sim, 7, |config| config).await
    }

    /// The same with a seed of its own, and calls configured otherwise.
    ///
    /// # Panics
    ///
    /// Where the world has no bot, or does not tell its keys.
    pub async fn open_with(
        sim: &Sim,
        seed: u64,
        configured: impl FnOnce(CallsConfig) -> CallsConfig,
    ) -> Self {
        let access = sim.graph().expect("a Graph side");
        let GraphAccess { tenant, app, credential, transport, callback_url, mut callbacks, .. } =
            access;
        let clock = sim.clock();
        let client = Client::builder()
            .tenant(tenant.clone())
            .client_credential(app.clone(), credential)
            .transport(transport.clone())
            .clock(Arc::clone(&clock))
            .seed(Seed::new(seed).derive("graph"))
            .build()
            .expect("a client");
        let config = CallsConfig::new(tenant.clone(), app.clone(), callback_url);
        let config = configured(config.seed(Seed::new(seed).derive("calls")));
        let (calls, events) = Calls::new(client.clone(), config, Arc::clone(&clock));
        let sink = Arc::new(calls.clone());
        let intake = IntakeConfig::new(app, [tenant]);
        let (told, changes) = mpsc::channel(ARRIVALS);
        let take = move |delivery: ChangeDelivery| {
            delivery
                .events
                .into_iter()
                .try_for_each(|event| told.try_send(event).map_err(|_| SinkFull))
        };
        let secret = |_: &str| Some(Sensitive::new(CLIENT_STATE));
        let intake = Intake::new(intake, KeySource::new(transport), clock, sink)
            .subscriptions(Arc::new(secret), Arc::new(take));
        intake.warm_up().await.expect("keys");
        let callbacks = tokio::spawn(async move {
            while let Some(callback) = callbacks.recv().await {
                let response = intake.handle(callback.request).await;
                // The world may have stopped waiting.
                let _ = callback.reply.send(response);
            }
        });
        let (switchboard, mut incoming) = Switchboard::new(calls.clone(), events);
        let (sender, arrivals) = mpsc::channel(ARRIVALS);
        let incoming = tokio::spawn(async move {
            while let Some(arrival) = incoming.next().await {
                // Nobody takes it: it is taken away after 15 s.
                let _ = sender.try_send(arrival);
            }
        });
        Self { client, calls, switchboard, arrivals, changes, tasks: [callbacks, incoming] }
    }

    /// The next call that comes in.
    ///
    /// # Panics
    ///
    /// Where none can come any more.
    pub async fn arrival(&mut self) -> Arrival {
        self.arrivals.recv().await.expect("a call")
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board").field("calls", &self.calls).finish_non_exhaustive()
    }
}

/// A user of a world, as Graph knows users.
///
/// # Panics
///
/// Where the world has no such user.
#[must_use]
pub fn teams_user(sim: &Sim, handle: &str) -> TeamsUser {
    match sim.address(handle) {
        Ok(Address::TeamsUser(user)) => user,
        other => panic!("{other:?}"),
    }
}

/// A user of a world, to be called.
///
/// # Panics
///
/// Where the world has no such user.
#[must_use]
pub fn target(sim: &Sim, handle: &str) -> Target {
    Target::user(&teams_user(sim, handle))
}
