//! What handles, legs and the driver share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use teams_cc_core::{Address, CallId, Clock, LegId, OperationId, contact::Direction};
use tokio::sync::Notify;

use crate::{
    Client,
    call::{
        CallCounts, CallEvent, CallsConfig, GraphLeg, IncomingCall, Input,
        announcement::Announcement,
        registry::{NotSent, Registry},
    },
    request::communications::OneCall,
};

/// What handles, legs and the driver share.
pub(in crate::call) struct Shared {
    registry: Mutex<Registry>,
    pub(super) client: Client,
    pub(super) config: CallsConfig,
    pub(super) clock: Arc<dyn Clock>,
    operations: AtomicU64,
    pub(super) tasks: AtomicUsize,
    pub(super) stopped: AtomicBool,
    /// Wakes the driver.
    pub(super) work: Notify,
    /// Wakes the reader of events.
    pub(super) told: Notify,
    /// Wakes shutdowns.
    pub(super) idle: Notify,
}

impl Shared {
    pub(super) fn new(client: &Client, config: CallsConfig, clock: Arc<dyn Clock>) -> Self {
        let bot = Address::Bot(config.app.clone());
        let registry = Registry::new(config.tenant.clone(), bot, config.max_calls);
        Self {
            registry: Mutex::new(registry),
            client: client.for_tenant(config.tenant.clone()),
            config,
            clock,
            operations: AtomicU64::new(0),
            tasks: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            work: Notify::new(),
            told: Notify::new(),
            idle: Notify::new(),
        }
    }

    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks an order and begins it.
    pub(in crate::call) fn sending(&self, leg: &LegId, input: Input) -> Result<CallId, NotSent> {
        let now = self.clock.now();
        self.registry().sending(now, leg, input)
    }

    pub(in crate::call) fn input(&self, leg: &LegId, input: Input) {
        let now = self.clock.now();
        self.registry().input(now, leg, input);
        self.changed();
    }

    pub(in crate::call) fn call_of(&self, leg: &LegId) -> Option<CallId> {
        self.registry().session(leg).map(|session| session.call.clone())
    }

    pub(in crate::call) fn one_call(&self, call: &CallId) -> OneCall {
        self.client.communications().call(call.as_str())
    }

    pub(in crate::call) fn callback_uri(&self) -> String {
        self.config.callback_uri.as_str().to_owned()
    }

    /// An id that is unique among the calls of this process, and the same in every replay.
    pub(in crate::call) fn next_operation(&self) -> OperationId {
        let nth = self.operations.fetch_add(1, Ordering::Relaxed);
        let drawn = self.config.seed.derive("operation").draw(nth);
        OperationId::new(format!("op-{drawn:016x}-{nth}"))
            .unwrap_or_else(|_| OperationId::numbered("op", nth))
    }

    pub(super) fn counts(&self) -> CallCounts {
        let counts = self.registry().counts();
        CallCounts { tasks: self.tasks.load(Ordering::Acquire), ..counts }
    }

    pub(super) fn changed(&self) {
        self.work.notify_one();
        self.told.notify_one();
        self.idle.notify_waiters();
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.changed();
    }

    pub(super) fn event(self: &Arc<Self>, announcement: Announcement) -> CallEvent {
        match announcement {
            Announcement::Leg { leg, event } => {
                tracing::debug!(%leg, ?event, "a call told something");
                CallEvent::Leg { leg, event }
            }
            Announcement::Incoming(incoming) => {
                tracing::debug!(leg = %incoming.leg, call = %incoming.call, "a call came in");
                let leg = Arc::new(GraphLeg::new(
                    Arc::clone(self),
                    incoming.leg,
                    incoming.call.clone(),
                    Direction::Inbound,
                    incoming.caller.clone(),
                ));
                CallEvent::Incoming(IncomingCall {
                    leg,
                    call: incoming.call,
                    caller: incoming.caller,
                    called: incoming.called,
                    forwarded_from: incoming.forwarded_from,
                    tenant: self.config.tenant.clone(),
                    answer_by: incoming.answer_by,
                    policy_recording: incoming.policy_recording,
                    details: incoming.details,
                })
            }
        }
    }
}
