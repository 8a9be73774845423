//! What handles, legs and the driver share.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use teams_cc_core::{
    Address, CallId, Clock, LegId, OperationId,
    contact::{Direction, LegEvent},
    store::CallStore,
};
use tokio::sync::{Notify, oneshot, watch};

use super::{keeper::Saved, pending::Ended};

use crate::{
    Client,
    budget::CallPermit,
    call::{
        CallCounts, CallEvent, CallSnapshot, CallsConfig, GraphLeg, IncomingCall, Input,
        OperationError,
        announcement::Announcement,
        registry::{NotSent, Notice, Registry},
    },
    model::IncomingCallOptions,
    request::communications::OneCall,
};

/// What handles, legs and the driver share.
pub(in crate::call) struct Shared {
    desk: Mutex<Desk>,
    pub(super) client: Client,
    pub(super) config: CallsConfig,
    pub(super) clock: Arc<dyn Clock>,
    operations: AtomicU64,
    pub(super) tasks: AtomicUsize,
    pub(super) stopped: AtomicBool,
    pub(super) keeping: Option<Keeping>,
    /// The records as they were written last; as many as calls are live.
    saved: Mutex<BTreeMap<CallId, Saved>>,
    /// Wakes the task that writes records.
    pub(super) keep: Notify,
    /// Wakes the driver.
    pub(super) work: Notify,
    /// Wakes the reader of events.
    pub(super) told: Notify,
    /// Wakes shutdowns.
    pub(super) idle: Notify,
}

/// Where calls are written down, and in whose name.
#[derive(Clone)]
pub(super) struct Keeping {
    pub(super) store: Arc<dyn CallStore>,
    pub(super) owner: Box<str>,
    /// What this writer alone has, so that it knows its own records among those of its name.
    pub(super) writer: Box<str>,
    /// Held over the reads and writes that belong together. A store that hangs holds up those who
    /// write, and nobody else.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

/// The registry, and who waits for what it tells.
struct Desk {
    registry: Registry,
    /// Who waits for the end of an operation; bounded by the operations of live calls.
    waiting: BTreeMap<OperationId, oneshot::Sender<Ended>>,
    /// How each call stands; kept until its end was told to the reader of events.
    views: BTreeMap<LegId, watch::Sender<CallSnapshot>>,
    /// Who waits for a call whose creation got no response, by its chain id.
    looking: BTreeMap<Box<str>, oneshot::Sender<CallId>>,
    /// Calls that nobody waits for, to be hung up.
    orphans: VecDeque<CallId>,
    /// What the calls that were placed use of the budget, until they end.
    permits: BTreeMap<LegId, CallPermit>,
}

/// The registry, locked. Whoever waits is told when it is given back.
pub(super) struct Locked<'a>(MutexGuard<'a, Desk>);

impl Deref for Locked<'_> {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.0.registry
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Registry {
        &mut self.0.registry
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.tell();
    }
}

impl Desk {
    fn tell(&mut self) {
        while let Some(notice) = self.registry.poll_notice() {
            match notice {
                Notice::Operation(end) => {
                    if let Some(waiting) = self.waiting.remove(&end.id) {
                        // Nobody may wait any more.
                        let _ = waiting.send(end.result);
                    }
                }
                Notice::Call { leg, snapshot } => self.view(leg, *snapshot),
                Notice::Found { chain, call } => {
                    let looking = self.looking.remove(&chain);
                    if let Err(call) = looking.map_or(Err(call.clone()), |it| it.send(call)) {
                        // Nobody waits for it: it is hung up.
                        self.registry.abandon(&call);
                        self.orphans.push_back(call);
                    }
                }
                Notice::Disowned { leg, operations } => {
                    self.views.remove(&leg);
                    self.permits.remove(&leg);
                    for id in operations {
                        self.waiting.remove(&id);
                    }
                }
            }
        }
    }

    fn view(&mut self, leg: LegId, snapshot: CallSnapshot) {
        if snapshot.is_ended() {
            self.permits.remove(&leg);
        }
        match self.views.get(&leg) {
            // Where the name was used before, the call is another one.
            Some(view) if !view.borrow().is_ended() => {
                view.send_if_modified(|before| {
                    let changed = *before != snapshot;
                    *before = snapshot;
                    changed
                });
            }
            _ => {
                self.views.insert(leg, watch::Sender::new(snapshot));
            }
        }
    }
}

impl Shared {
    pub(super) fn new(client: &Client, config: CallsConfig, clock: Arc<dyn Clock>) -> Self {
        let bot = Address::Bot(config.app.clone());
        let mut registry =
            Registry::new(config.tenant.clone(), bot, config.max_calls, config.delta_roster);
        let keeping = config.store.clone().map(|(store, owner)| Keeping {
            store,
            owner,
            writer: client.new_id().into(),
            turn: Arc::default(),
        });
        if keeping.is_some() {
            registry.keep_records();
        }
        let desk = Desk {
            registry,
            waiting: BTreeMap::new(),
            views: BTreeMap::new(),
            looking: BTreeMap::new(),
            orphans: VecDeque::new(),
            permits: BTreeMap::new(),
        };
        Self {
            desk: Mutex::new(desk),
            client: client.for_tenant(config.tenant.clone()),
            config,
            clock,
            operations: AtomicU64::new(0),
            tasks: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            keeping,
            saved: Mutex::default(),
            keep: Notify::new(),
            work: Notify::new(),
            told: Notify::new(),
            idle: Notify::new(),
        }
    }

    pub(super) fn registry(&self) -> Locked<'_> {
        Locked(self.desk.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the call of a leg stands, to be watched; of one that is not known, that it has ended.
    pub(in crate::call) fn view(&self, leg: &LegId) -> watch::Receiver<CallSnapshot> {
        let mut locked = self.registry();
        locked.0.tell();
        match locked.0.views.get(leg) {
            Some(view) => view.subscribe(),
            None => watch::Sender::new(CallSnapshot::over()).subscribe(),
        }
    }

    /// Waits for the end of an operation that is about to be asked for.
    pub(in crate::call) fn expect(&self, id: &OperationId) -> oneshot::Receiver<Ended> {
        let (ended, waiting) = oneshot::channel();
        self.registry().0.waiting.insert(id.clone(), ended);
        waiting
    }

    /// Nobody waits for the end of this operation.
    pub(in crate::call) fn do_not_expect(&self, id: &OperationId) {
        self.registry().0.waiting.remove(id);
    }

    /// Waits for a call whose creation got no response.
    pub(super) fn look_for(&self, chain: &str, party: Address) -> oneshot::Receiver<CallId> {
        let (found, looking) = oneshot::channel();
        let now = self.clock.now();
        let mut locked = self.registry();
        locked.0.looking.insert(chain.into(), found);
        locked.lost(now, chain.into(), party);
        looking
    }

    /// Nobody waits for such a call any more; where it is found, it is hung up.
    pub(super) fn stop_looking_for(&self, chain: &str) {
        self.registry().0.looking.remove(chain);
    }

    /// The next call that nobody waits for.
    pub(super) fn poll_orphan(&self) -> Option<CallId> {
        self.registry().0.orphans.pop_front()
    }

    /// Holds what a call uses of the budget, until it ends.
    pub(super) fn permit(&self, leg: &LegId, permit: Option<CallPermit>) {
        if let Some(permit) = permit {
            self.registry().0.permits.insert(leg.clone(), permit);
        }
    }

    /// A chain id for a call to place: a GUID of its own, the same in every replay.
    pub(super) fn next_chain(&self) -> Box<str> {
        let nth = self.operations.fetch_add(1, Ordering::Relaxed);
        let seed = self.config.seed.derive("chain");
        let (high, low) = (u128::from(seed.draw(nth)), u128::from(seed.derive("low").draw(nth)));
        uuid::Builder::from_random_bytes(((high << 64) | low).to_be_bytes())
            .into_uuid()
            .to_string()
            .into()
    }

    /// The end of a call was told: its handles keep their views, the calls do not.
    fn told_of(&self, leg: &LegId) {
        let mut locked = self.registry();
        if locked.0.views.get(leg).is_some_and(|view| view.borrow().is_ended()) {
            locked.0.views.remove(leg);
        }
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

    /// Where the notifications of one call go.
    pub(in crate::call) fn callback_uri(&self, leg: &LegId) -> String {
        match &self.config.callback_per_call {
            Some(route) => route.of(leg).into(),
            None => self.config.callback_uri.as_str().to_owned(),
        }
    }

    /// What to ask for when a call is answered.
    pub(in crate::call) fn incoming_options(&self) -> Option<IncomingCallOptions> {
        let delta = self.config.delta_roster;
        delta.then(|| IncomingCallOptions::new().is_delta_roster_enabled(true))
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

    pub(super) fn saved(&self, call: &CallId) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).get(call).cloned()
    }

    pub(super) fn save(&self, call: &CallId, record: Option<Saved>) {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        match record {
            Some(record) => saved.insert(call.clone(), record),
            None => saved.remove(call),
        };
    }

    /// Forgets what was written of calls whose records were left behind.
    pub(super) fn forget_left_behind(&self) {
        let registry = self.registry();
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.retain(|call, _| registry.is_kept(call));
    }

    pub(super) fn changed(&self) {
        self.keep.notify_one();
        self.work.notify_one();
        self.told.notify_one();
        self.idle.notify_waiters();
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        let waiting = std::mem::take(&mut self.registry().0.waiting);
        for ended in waiting.into_values() {
            // Nobody may wait any more.
            let _ = ended.send(Err(OperationError::Stopped));
        }
        self.changed();
    }

    pub(super) fn event(self: &Arc<Self>, announcement: Announcement) -> CallEvent {
        match announcement {
            Announcement::TakenOver { leg, by } => CallEvent::TakenOver { leg, by },
            Announcement::Leg { leg, event } => {
                tracing::debug!(%leg, ?event, "a call told something");
                if matches!(event, LegEvent::Ended(_)) {
                    self.told_of(&leg);
                }
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
                    related: incoming.related,
                    details: incoming.details,
                })
            }
        }
    }
}
