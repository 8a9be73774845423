//! Graph's side of a platform, without a contact center around it.

use std::{fmt, sync::Arc, time::Duration};

use teams_cc::{
    Platform,
    graph::{
        Client,
        call::{CallEvent, CallEvents, Calls, CallsConfig, GraphLeg},
        webhook::{Intake, IntakeConfig, KeySource},
    },
};
use teams_cc_sim::Sim;
use tokio::task::JoinHandle;

use crate::wait;

/// A client, its calls, and a task that answers callbacks.
pub struct Bot {
    /// Signed in where the app's secret is right.
    pub client: Client,
    /// The calls of the tenant.
    pub calls: Calls,
    /// What they tell.
    pub events: CallEvents,
    /// Takes the callbacks.
    pub intake: Arc<Intake>,
    callbacks: JoinHandle<()>,
}

impl Bot {
    /// Takes up the calls of a world.
    ///
    /// # Panics
    ///
    /// Where the world has no bot, or does not tell its keys.
    pub async fn open(sim: &Sim) -> Self {
        let access = sim.graph().expect("a bot");
        let clock = sim.clock();
        let client = Client::builder()
            .tenant(access.tenant.clone())
            .client_credential(access.app.clone(), access.credential.clone())
            .transport(access.transport.clone())
            .clock(Arc::clone(&clock))
            .build()
            .expect("a whole client");
        let config =
            CallsConfig::new(access.tenant.clone(), access.app.clone(), access.callback_url);
        let (calls, events) = Calls::new(client.clone(), config, Arc::clone(&clock));
        let intake = Arc::new(Intake::new(
            IntakeConfig::new(access.app, [access.tenant]),
            KeySource::new(access.transport),
            clock,
            Arc::new(calls.clone()),
        ));
        intake.warm_up().await.expect("keys");
        let (mut arrivals, taker) = (access.callbacks, Arc::clone(&intake));
        let callbacks = tokio::spawn(async move {
            while let Some(callback) = arrivals.recv().await {
                // The world may have stopped waiting.
                let _ = callback.reply.send(taker.handle(callback.request).await);
            }
        });
        Self { client, calls, events, intake, callbacks }
    }

    /// The next customer's call.
    pub async fn incoming(&mut self) -> Arc<GraphLeg> {
        loop {
            if let Some(CallEvent::Incoming(call)) = self.events.next().await {
                return call.leg;
            }
        }
    }

    /// Lets the calls end, and looks that none is left.
    ///
    /// # Panics
    ///
    /// Where a call is.
    pub async fn close(self, told: &str) {
        wait(Duration::from_mins(8)).await;
        let counts = self.calls.counts();
        let left = self.calls.shutdown(Duration::from_secs(5)).await;
        assert!(left.is_empty(), "{told}: {left:?} {counts:?}");
        self.callbacks.abort();
    }
}

impl fmt::Debug for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bot").field("calls", &self.calls).finish_non_exhaustive()
    }
}
