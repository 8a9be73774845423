//! Where a contact center runs: the simulator or a live tenant.
//!
//! A [`Platform`] hands out the ends of wires: a transport towards Microsoft Graph, the callbacks
//! that come back, a network for SIP, and a clock. Everything above it is the same code in both
//! worlds.

mod listener;
mod live;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use teams_cc_core::{
    AgentId, AppId, Clock, ContactId, Instant, TenantId, agent::AgentState, contact::ContactEvent,
    routing::Explanation,
};
use teams_cc_graph::{Cloud, Transport, auth::AppCredential};
use teams_cc_sip::{
    io::Network,
    trunk::{MediaPort, TrunkConfig},
};
use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::Error;

pub use live::{Env, EnvError};

/// Where a contact center runs.
pub trait Platform: Send + Sync + 'static {
    /// What every program prints first, such as `simulator (seed 42)`.
    fn label(&self) -> String;

    /// Opens what the platform needs, before anything else is asked of it. Nothing by default.
    ///
    /// Called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) says what cannot be had, such as an address
    /// to listen at.
    fn open(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The clock everything goes by.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Seeds jitter, branches and tags.
    fn seed(&self) -> u64;

    /// The side of Microsoft Graph, where there is one. Asked for once, at the start.
    fn graph(&self) -> Option<GraphAccess>;

    /// The side of SIP, where there is one. Asked for once, at the start.
    fn trunk(&self) -> Option<TrunkAccess>;

    /// Told what happens, for ladders and logs. Must not block. Does nothing by default.
    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        let _ = (now, observation);
    }
}

impl<P: Platform + ?Sized> Platform for Arc<P> {
    fn label(&self) -> String {
        (**self).label()
    }

    fn open(&self) -> Result<(), Error> {
        (**self).open()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        (**self).clock()
    }

    fn seed(&self) -> u64 {
        (**self).seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        (**self).graph()
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        (**self).trunk()
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        (**self).observe(now, observation);
    }
}

/// Something a contact center tells while it runs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// A step in the life of a contact.
    Contact {
        /// Which contact.
        contact: &'a ContactId,
        /// What happened.
        event: &'a ContactEvent,
    },
    /// Why somebody was chosen and others were not.
    Routing {
        /// Which contact.
        contact: &'a ContactId,
        /// The explanation; prints as one line.
        explanation: &'a Explanation,
    },
    /// An agent went out of sight.
    Agent {
        /// Which agent.
        agent: &'a AgentId,
        /// The new state.
        state: &'a AgentState,
    },
}

/// What the Graph side of a platform consists of.
#[derive(Debug)]
#[non_exhaustive]
pub struct GraphAccess {
    /// The tenant whose calls these are.
    pub tenant: TenantId,
    /// The app registration of the calling bot.
    pub app: AppId,
    /// With what it proves itself: a secret, a certificate or a federated credential.
    pub credential: AppCredential,
    /// Which of Microsoft's clouds.
    pub cloud: Cloud,
    /// Carries requests to the sign-in service and to Graph.
    pub transport: Transport,
    /// Where Graph sends call notifications; must be HTTPS and reach [`GraphAccess::callbacks`].
    pub callback_url: Url,
    /// The application instance that places calls to phones, where there is one.
    pub application_instance: Option<AppId>,
    /// What Graph sent to the callback address. Bounded by the platform; a full queue is answered
    /// with 503, and Graph sends again.
    pub callbacks: mpsc::Receiver<Callback>,
}

impl GraphAccess {
    /// The parts that are always needed; a [`Secret`](teams_cc_core::Secret) is a credential, too. Calls to phones need
    /// [`application_instance`](Self::application_instance) too.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        app: AppId,
        credential: impl Into<AppCredential>,
        transport: Transport,
        callback_url: Url,
        callbacks: mpsc::Receiver<Callback>,
    ) -> Self {
        let cloud = Cloud::default();
        let application_instance = None;
        Self {
            tenant,
            app,
            credential: credential.into(),
            cloud,
            transport,
            callback_url,
            application_instance,
            callbacks,
        }
    }

    /// Names the application instance that places calls to phones.
    #[must_use]
    pub fn application_instance(mut self, instance: AppId) -> Self {
        self.application_instance = Some(instance);
        self
    }

    /// Names the cloud; the default is the worldwide one.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }
}

/// A request that came to the callback address, and where its answer goes.
#[expect(clippy::exhaustive_structs, reason = "a request and its answer, nothing else")]
pub struct Callback {
    /// What came.
    pub request: http::Request<Bytes>,
    /// Where the answer goes.
    pub reply: oneshot::Sender<http::Response<Bytes>>,
}

impl fmt::Debug for Callback {
    /// Leaves out headers and body: they hold a token and numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("method", self.request.method())
            .field("path", &self.request.uri().path())
            .finish_non_exhaustive()
    }
}

/// What the SIP side of a platform consists of.
#[derive(Clone)]
#[non_exhaustive]
pub struct TrunkAccess {
    /// Who we are and whom we trust.
    pub config: TrunkConfig,
    /// Opens and accepts connections.
    pub network: Arc<dyn Network>,
    /// Names the addresses at which media is taken.
    pub media: Arc<dyn MediaPort>,
}

impl TrunkAccess {
    /// A trunk over this network.
    #[must_use]
    pub fn new(config: TrunkConfig, network: Arc<dyn Network>, media: Arc<dyn MediaPort>) -> Self {
        Self { config, network, media }
    }
}

impl fmt::Debug for TrunkAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrunkAccess").field("config", &self.config).finish_non_exhaustive()
    }
}
