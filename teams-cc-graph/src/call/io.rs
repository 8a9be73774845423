//! The driver: time, requests and tasks around the registry of calls.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use teams_cc_core::{Address, CallId, Clock, Instant, LegId, OperationId, contact::Direction};
use tokio::{
    sync::{Notify, oneshot},
    task::{AbortHandle, JoinSet},
};

use super::{
    CallCounts, CallEvent, CallsConfig, DialError, GraphLeg, IncomingCall, Input, Order,
    error::check_party,
    registry::{Announcement, NotSent, Registry, Taken},
    session::Probed,
};
use crate::{
    Client, Error,
    model::{Call, CommsNotifications, InvitationParticipantInfo},
    request::communications::OneCall,
    webhook::{Delivery, NotificationSink, SinkFull},
};

/// The longest the driver sleeps; far deadlines are slept for in pieces.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// The live calls of one application in one tenant.
///
/// Clones are handles on the same calls. One task keeps calls alive and notices those whose end
/// was never announced; it stops after [`Calls::shutdown`], or once every handle and the
/// [`CallEvents`] are dropped.
#[derive(Clone)]
pub struct Calls {
    shared: Arc<Shared>,
    _life: Arc<Life>,
}

/// What the calls tell, for one reader.
pub struct CallEvents {
    shared: Arc<Shared>,
    _life: Arc<Life>,
}

/// What was still live when a shutdown's time was over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// Calls that were not over; they go on at Graph until somebody ends them.
    pub calls: Vec<(LegId, CallId)>,
    /// How many calls were being created.
    pub dialing: usize,
}

impl Unfinished {
    /// Whether everything was over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.dialing == 0
    }
}

/// What handles, legs and the driver share.
pub(super) struct Shared {
    registry: Mutex<Registry>,
    client: Client,
    config: CallsConfig,
    clock: Arc<dyn Clock>,
    operations: AtomicU64,
    tasks: AtomicUsize,
    stopped: AtomicBool,
    /// Wakes the driver.
    work: Notify,
    /// Wakes the reader of events.
    told: Notify,
    /// Wakes shutdowns.
    idle: Notify,
}

/// Stops the driver when the last handle goes.
struct Life(Arc<Shared>);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Calls {
    /// Takes up the calls of one tenant; the client signs in to that tenant from here on.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    pub fn new(client: Client, config: CallsConfig, clock: Arc<dyn Clock>) -> (Self, CallEvents) {
        let bot = Address::Bot(config.app.clone());
        let registry = Registry::new(config.tenant.clone(), bot, config.max_calls);
        let shared = Arc::new(Shared {
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
        });
        tokio::spawn(drive(Arc::clone(&shared)));
        let life = Arc::new(Life(Arc::clone(&shared)));
        let events = CallEvents { shared: Arc::clone(&shared), _life: Arc::clone(&life) };
        (Self { shared, _life: life }, events)
    }

    /// Calls somebody; returns once Graph created the call, long before anybody answers.
    ///
    /// The service hosts the media. What the call tells comes under `leg`, also where it comes
    /// before this returns. Dropping the future calls the attempt off: a call that Graph creates
    /// nevertheless is hung up.
    ///
    /// # Errors
    ///
    /// [`DialError`] as the [source](std::error::Error::source) where nothing was sent;
    /// [`InvalidRequest`](crate::InvalidRequest) where a phone cannot be called as configured;
    /// otherwise what Graph answers. After a timeout the call may exist all the same.
    pub async fn dial(&self, to: &Address, leg: LegId) -> Result<Arc<GraphLeg>, Error> {
        check_party(to).map_err(Error::from)?;
        let target =
            InvitationParticipantInfo::of_address(to).ok_or(crate::InvalidRequest::NotE164)?;
        let shared = &self.shared;
        let callback = shared.callback_uri();
        let mut request = shared.client.communications().calls().create(callback, target);
        if let Some(instance) = &shared.config.application_instance {
            request = request.source_application_instance(instance);
        }
        shared.registry().dialing(&leg).map_err(Error::from)?;
        let (answer, created) = oneshot::channel();
        let task = DialTask::new(Arc::clone(shared), leg);
        let party = to.clone();
        tokio::spawn(async move {
            let outcome = request.await;
            task.created(outcome, party, answer).await;
        });
        created.await.unwrap_or_else(|_| Err(Error::connection("the dial was called off")))
    }

    /// Takes notifications that were proven to be meant for this tenant; never blocks.
    ///
    /// # Errors
    ///
    /// [`SinkFull`] where events wait to be taken, or a new call has no room; the service sends
    /// the notifications again then, which does no harm.
    pub fn notify(&self, notifications: &CommsNotifications) -> Result<(), SinkFull> {
        self.take(self.shared.clock.now(), notifications)
    }

    fn take(&self, received: Instant, notifications: &CommsNotifications) -> Result<(), SinkFull> {
        let now = self.shared.clock.now();
        let mut room = Taken::Yes;
        {
            let mut registry = self.shared.registry();
            if !registry.has_room() {
                return Err(SinkFull);
            }
            for notification in notifications.value.items() {
                if registry.notification(now, received, notification) == Taken::NoRoom {
                    room = Taken::NoRoom;
                }
            }
        }
        self.shared.changed();
        if room == Taken::NoRoom { Err(SinkFull) } else { Ok(()) }
    }

    /// Takes no new calls, waits for the live ones to end, and stops.
    ///
    /// Calls that are not over at the deadline are left as they are at Graph and named; hang them
    /// up first where that is not wanted. Afterwards [`CallEvents::next`] gives what is left, then
    /// `None`. Dropping the future leaves new calls refused and everything else running.
    pub async fn shutdown(&self, deadline: Duration) -> Unfinished {
        self.shared.registry().close();
        let idle = async {
            loop {
                let notified = self.shared.idle.notified();
                tokio::pin!(notified);
                // Enabled before the look, so that an end in between is not missed.
                notified.as_mut().enable();
                if self.shared.registry().is_idle() {
                    break;
                }
                notified.await;
            }
        };
        let _ = tokio::time::timeout(deadline, idle).await;
        self.shared.stop();
        let registry = self.shared.registry();
        Unfinished {
            calls: registry.live().map(|(leg, call)| (leg.clone(), call.clone())).collect(),
            dialing: registry.counts().dialing,
        }
    }

    /// What is allocated now, and what was passed over so far.
    #[must_use]
    pub fn counts(&self) -> CallCounts {
        self.shared.counts()
    }
}

impl NotificationSink for Calls {
    /// Takes notifications of the configured tenant; those of others are counted and dropped.
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        let ours = self.shared.config.tenant.as_str();
        if delivery.tenant.as_str().eq_ignore_ascii_case(ours) {
            self.take(delivery.received, &delivery.notifications)
        } else {
            let count = delivery.notifications.value.items().len();
            self.shared.registry().foreign(count);
            Ok(())
        }
    }
}

impl CallEvents {
    /// The next event; `None` once the calls are shut down and everything is told.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<CallEvent> {
        loop {
            let announcement = self.shared.registry().poll_announcement();
            if let Some(announcement) = announcement {
                return Some(self.shared.event(announcement));
            }
            if self.shared.stopped.load(Ordering::Acquire) {
                return None;
            }
            self.shared.told.notified().await;
        }
    }
}

impl Shared {
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks an order and begins it.
    pub(super) fn sending(&self, leg: &LegId, input: Input) -> Result<CallId, NotSent> {
        let now = self.clock.now();
        self.registry().sending(now, leg, input)
    }

    pub(super) fn input(&self, leg: &LegId, input: Input) {
        let now = self.clock.now();
        self.registry().input(now, leg, input);
        self.changed();
    }

    pub(super) fn call_of(&self, leg: &LegId) -> Option<CallId> {
        self.registry().session(leg).map(|session| session.call.clone())
    }

    pub(super) fn one_call(&self, call: &CallId) -> OneCall {
        self.client.communications().call(call.as_str())
    }

    pub(super) fn callback_uri(&self) -> String {
        self.config.callback_uri.as_str().to_owned()
    }

    /// An id that is unique among the calls of this process, and the same in every replay.
    pub(super) fn next_operation(&self) -> OperationId {
        let nth = self.operations.fetch_add(1, Ordering::Relaxed);
        let drawn = self.config.seed.derive("operation").draw(nth);
        OperationId::new(format!("op-{drawn:016x}-{nth}"))
            .unwrap_or_else(|_| OperationId::numbered("op", nth))
    }

    fn counts(&self) -> CallCounts {
        let counts = self.registry().counts();
        CallCounts { tasks: self.tasks.load(Ordering::Acquire), ..counts }
    }

    fn changed(&self) {
        self.work.notify_one();
        self.told.notify_one();
        self.idle.notify_waiters();
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.changed();
    }

    fn event(self: &Arc<Self>, announcement: Announcement) -> CallEvent {
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
                    details: Box::new(incoming.details),
                })
            }
        }
    }
}

/// A call being created, in a task of its own: its id must not get lost with the caller.
struct DialTask {
    shared: Arc<Shared>,
    leg: LegId,
    open: bool,
}

impl DialTask {
    fn new(shared: Arc<Shared>, leg: LegId) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self { shared, leg, open: true }
    }

    async fn created(
        mut self,
        outcome: Result<Call, Error>,
        party: Address,
        answer: oneshot::Sender<Result<Arc<GraphLeg>, Error>>,
    ) {
        let call = outcome.and_then(|call| {
            let id = call.id.text().and_then(|id| CallId::new(id).ok());
            id.ok_or_else(|| {
                Error::with_source(crate::ErrorKind::Decode, "the created call names no id")
            })
        });
        let call = match call {
            Ok(call) => call,
            Err(error) => {
                self.close();
                let _ = answer.send(Err(error));
                return;
            }
        };
        if answer.is_closed() {
            self.shared.registry().abandon(&call);
            self.close();
            self.hang_up(&call).await;
            return;
        }
        let shared = &self.shared;
        let id = self.leg.clone();
        let leg = GraphLeg::new(Arc::clone(shared), id, call.clone(), Direction::Outbound, party);
        shared.registry().dialed(shared.clock.now(), &self.leg, call.clone());
        self.open = false;
        shared.changed();
        // The caller may have gone in between.
        if answer.send(Ok(Arc::new(leg))).is_err() {
            self.hang_up(&call).await;
            self.shared.input(&self.leg, Input::Accepted(Order::HangUp));
        }
    }

    async fn hang_up(&self, call: &CallId) {
        if let Err(error) = self.shared.one_call(call).delete().await
            && !error.is_call_ended()
        {
            tracing::warn!(%call, %error, "a call nobody waits for could not be hung up");
        }
    }

    fn close(&mut self) {
        if std::mem::replace(&mut self.open, false) {
            let now = self.shared.clock.now();
            self.shared.registry().no_longer_dialing(now, &self.leg);
            self.shared.changed();
        }
    }
}

impl Drop for DialTask {
    fn drop(&mut self) {
        self.close();
        self.shared.tasks.fetch_sub(1, Ordering::AcqRel);
        self.shared.changed();
    }
}

/// Keeps calls alive, lets time pass, and stops with the last handle.
async fn drive(shared: Arc<Shared>) {
    let mut probes = JoinSet::new();
    let mut under_way: BTreeMap<LegId, AbortHandle> = BTreeMap::new();
    while !shared.stopped.load(Ordering::Acquire) {
        let now = shared.clock.now();
        let (due, deadline) = {
            let mut registry = shared.registry();
            let due = registry.handle_timeout(now);
            under_way.retain(|leg, probe| {
                let live = registry.session(leg).is_some();
                if !live {
                    probe.abort();
                }
                live && !probe.is_finished()
            });
            (due, registry.poll_timeout())
        };
        // Time alone may have made events.
        shared.told.notify_one();
        for (leg, call) in due {
            let task = Probe::new(Arc::clone(&shared));
            let handle = probes.spawn(task.run(leg.clone(), call));
            under_way.insert(leg, handle);
        }
        let sleep = deadline.since(now).min(LONGEST_SLEEP);
        tokio::select! {
            biased;
            () = shared.work.notified() => {}
            Some(_) = probes.join_next(), if !probes.is_empty() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    // Dropping the set aborts what is under way.
}

/// One keep-alive under way.
struct Probe(Arc<Shared>);

impl Probe {
    fn new(shared: Arc<Shared>) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self(shared)
    }

    async fn run(self, leg: LegId, call: CallId) {
        let probed = match self.0.one_call(&call).keep_alive().await {
            Ok(()) => Probed::Alive,
            Err(error) if error.is_call_ended() => Probed::Gone,
            Err(error) => {
                tracing::warn!(%leg, %call, %error, "a call could not be kept alive; trying again");
                Probed::NoAnswer
            }
        };
        self.0.registry().probed(self.0.clock.now(), &leg, &call, probed);
        self.0.changed();
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.tasks.fetch_sub(1, Ordering::AcqRel);
    }
}

impl From<DialError> for Error {
    fn from(error: DialError) -> Self {
        crate::InvalidRequest::from(error).into()
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls")
            .field("tenant", &self.shared.config.tenant)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CallEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallEvents")
            .field("waiting", &self.shared.counts().waiting_events)
            .finish_non_exhaustive()
    }
}
