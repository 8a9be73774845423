//! Staying under the documented limits, and slowing down when the service says so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use teams_cc_core::{Instant, TenantId};
use tokio::sync::Notify;

use super::gate::{Bounds, Gate, Key, Slot, Ticket};
use super::{Handle, Inside, Order, Response, retry_after};
use crate::config::SharedClock;
use crate::error::{Error, ErrorKind, Overload};
use crate::limit::Class;

/// The shortest sleep: a timer of whole milliseconds may wake just before.
const MOMENT: Duration = Duration::from_millis(1);

/// Lets a request go when its tenant's pace, the app's pace and a place allow it.
///
/// A tenant that is throttled or too fast waits alone; what all share goes to tenants in turn.
/// So many may wait; at the bound, and where a wait would be too long, the request is refused
/// unsent ([`Overload`]). A wait that the service keeps extending ends with the policy's patience:
/// then the request goes, and the service decides.
///
/// The requests inside a batch are let go one after the other, each by its own paces, before the
/// batch itself. Where they waited for longer than the policy's patience in all and another one has
/// to wait, the batch is refused unsent: a batch waits at most the patience longer than one request
/// may.
pub(crate) struct Throttle<S> {
    inner: S,
    desk: Arc<Desk>,
}

/// The gate behind a lock, which is never held across an await.
pub(crate) struct Desk {
    state: Mutex<State>,
    clock: SharedClock,
    patience: Duration,
}

struct State {
    gate: Gate,
    /// Who waits for a place. One of them, the leader, wakes when the app's pace allows the next.
    waiting: BTreeMap<u64, Arc<Notify>>,
    leader: Option<u64>,
}

impl<S> Throttle<S> {
    pub(crate) fn new(inner: S, clock: SharedClock, bounds: Bounds) -> Self {
        let state = State { gate: Gate::new(bounds), waiting: BTreeMap::new(), leader: None };
        let desk = Desk { state: Mutex::new(state), clock, patience: bounds.patience };
        Self { inner, desk: Arc::new(desk) }
    }

    /// The paces, for what comes to be known elsewhere.
    pub(crate) fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }
}

impl<S: Handle> Handle for Throttle<S> {
    async fn handle(&self, order: &mut Order<'_>) -> Result<Response, Error> {
        let desk = &*self.desk;
        let charged = match &order.inside {
            Some(inside) => Some(Box::pin(desk.charge(inside, order)).await?),
            None => None,
        };
        let key = Key::new(order.class(), order.tenant().cloned());
        let place = match desk.enter(&key)? {
            Entry::Place(place) => place,
            Entry::Wait(waiting) => Box::pin(desk.wait(waiting, order)).await?,
        };
        if let Some(charged) = charged {
            charged.go();
        }
        let response = self.inner.handle(order).await?;
        drop(place);
        if response.status() == StatusCode::TOO_MANY_REQUESTS
            && let Some(wait) = retry_after(&response, &*desk.clock)
        {
            let now = desk.clock.now();
            desk.lock().gate.throttled(now, &key, wait);
        }
        Ok(response)
    }
}

enum Entry<'a> {
    Place(Place<'a>),
    /// Rare, and boxed so that the usual way has no room for it.
    Wait(Box<(Counted<'a>, Seat<'a>)>),
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place at once, or a seat to wait in.
    fn enter<'a>(&'a self, key: &'a Key) -> Result<Entry<'a>, Error> {
        let now = self.clock.now();
        let mut state = self.lock();
        let at = state.gate.reserve_resource(now, key).map_err(refused)?;
        let slot = if at > now { None } else { Some(state.gate.reserve(now, key)) };
        let slot = match slot.transpose() {
            Ok(slot) => slot,
            Err(overload) => {
                state.gate.give_back_resource(key);
                return Err(refused(overload));
            }
        };
        if slot.is_some_and(|slot| slot.at <= now) && state.gate.pass(now, key) {
            return Ok(Entry::Place(Place { desk: self }));
        }
        let seated = state.gate.sit(key.tenant());
        drop(state);
        let counted = Counted { desk: self, key, at, slot, due: true };
        seated.map_err(refused)?;
        let seat = Seat { desk: self, tenant: key.tenant() };
        Ok(Entry::Wait(Box::new((counted, seat))))
    }

    /// Waits for a place in a seat that was taken.
    async fn wait<'a>(
        &self,
        waiting: Box<(Counted<'a>, Seat<'a>)>,
        order: &Order<'_>,
    ) -> Result<Place<'a>, Error> {
        let (counted, seat) = *waiting;
        let began = self.clock.now();
        let place = counted.wait().await?;
        drop(seat);
        if let Some(phases) = &order.phases {
            phases.throttle.add(self.clock.now().since(began));
        }
        Ok(place)
    }

    /// Waits until each request inside a batch may go, and counts it; refuses where the waits of
    /// those before take longer than the patience in all.
    async fn charge(&self, inside: &Inside, order: &Order<'_>) -> Result<Charged<'_>, Error> {
        let began = self.clock.now();
        let keys = inside.classes().map(|class| Key::new(class, order.tenant().cloned()));
        let mut charged = Charged { desk: self, keys: Vec::new() };
        for key in keys {
            let place = match self.enter(&key)? {
                Entry::Place(place) => place,
                Entry::Wait(waiting) => {
                    let (counted, seat) = *waiting;
                    let waited = self.clock.now().since(began);
                    if waited > self.patience {
                        return Err(refused(Overload::Batch { waited }));
                    }
                    let place = counted.wait().await?;
                    drop(seat);
                    place
                }
            };
            // One place is enough for the whole batch: it is taken last.
            drop(place);
            charged.keys.push(key);
        }
        if let Some(phases) = &order.phases {
            phases.throttle.add(self.clock.now().since(began));
        }
        Ok(charged)
    }

    /// The service throttled a request that was inside another.
    pub(crate) fn throttled(&self, class: Class<'_>, tenant: Option<TenantId>, wait: Duration) {
        let (now, key) = (self.clock.now(), Key::new(class, tenant));
        self.lock().gate.throttled(now, &key, wait);
    }

    /// Sleep until an instant of the clock; how long that took.
    async fn sleep_until(&self, at: Instant) -> Duration {
        let wait = at.since(self.clock.now());
        if wait.is_zero() {
            return Duration::ZERO;
        }
        let wait = wait.max(MOMENT);
        tokio::time::sleep(wait).await;
        wait
    }
}

/// Requests inside a batch that were counted; dropping it before the batch goes takes them off the
/// count.
struct Charged<'a> {
    desk: &'a Desk,
    keys: Vec<Key>,
}

impl Charged<'_> {
    /// The batch goes.
    fn go(mut self) {
        self.keys.clear();
    }
}

impl Drop for Charged<'_> {
    fn drop(&mut self) {
        if self.keys.is_empty() {
            return;
        }
        let mut state = self.desk.lock();
        for key in &self.keys {
            state.gate.give_back_resource(key);
            state.gate.give_back(key);
        }
    }
}

fn refused(overload: Overload) -> Error {
    Error::new(ErrorKind::Overloaded(overload))
}

/// A request that was counted against paces; dropping it before it goes takes it off the count.
struct Counted<'a> {
    desk: &'a Desk,
    key: &'a Key,
    /// When its resource's pace lets it go.
    at: Instant,
    /// When its tenant's pace lets it go, as far as that was asked.
    slot: Option<Slot>,
    due: bool,
}

impl<'a> Counted<'a> {
    async fn wait(mut self) -> Result<Place<'a>, Error> {
        let (desk, key) = (self.desk, self.key);
        let mut waited = desk.sleep_until(self.at).await;
        loop {
            if let Some(slot) = self.slot {
                waited = waited.saturating_add(desk.sleep_until(slot.at).await);
            }
            let mut state = desk.lock();
            if let Some(slot) = self.slot.take() {
                if state.gate.holds(key, slot) || waited > desk.patience {
                    self.slot = Some(slot);
                    break;
                }
                // The service closed the lane meanwhile: take a slot behind the closure.
                state.gate.give_back(key);
            }
            let slot = state.gate.reserve(desk.clock.now(), key);
            drop(state);
            self.slot = Some(slot.map_err(refused)?);
        }
        let queued = {
            let now = desk.clock.now();
            let mut state = desk.lock();
            if state.gate.pass(now, key) {
                self.due = false;
                return Ok(Place { desk });
            }
            let ticket = state.gate.queue(key);
            let woken = Arc::new(Notify::new());
            state.waiting.insert(ticket.id, Arc::clone(&woken));
            state.wake_leader();
            Queued { desk, ticket, woken, called: false }
        };
        let place = queued.called().await;
        self.due = false;
        Ok(place)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if self.due {
            let mut state = self.desk.lock();
            state.gate.give_back_resource(self.key);
            if self.slot.is_some() {
                state.gate.give_back(self.key);
            }
        }
    }
}

impl State {
    /// Call everybody who may go now.
    fn call(&mut self, now: Instant) {
        while let Some(id) = self.gate.call(now) {
            if let Some(woken) = self.waiting.remove(&id) {
                woken.notify_one();
            }
        }
    }

    /// A place is free again: it goes to the next who may go, now or as soon as the pace allows.
    fn release(&mut self, clock: &SharedClock) {
        self.gate.release();
        if !self.gate.is_awaited() {
            return;
        }
        let now = clock.now();
        self.call(now);
        if self.gate.next_call(now).is_some() {
            self.wake_leader();
        }
    }

    /// The leader looks at the clock anew.
    fn wake_leader(&self) {
        let leader = self.leader.and_then(|id| self.waiting.get(&id));
        if let Some(woken) = leader.or_else(|| self.waiting.values().next()) {
            woken.notify_one();
        }
    }

    /// Somebody else has to watch the clock now.
    fn abdicate(&mut self, id: u64) {
        if self.leader == Some(id) {
            self.leader = None;
            if let Some(woken) = self.waiting.values().next() {
                woken.notify_one();
            }
        }
    }
}

/// A place among the requests under way; dropping it calls the next.
struct Place<'a> {
    desk: &'a Desk,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.desk.lock().release(&self.desk.clock);
    }
}

/// One of the bounded number that wait.
struct Seat<'a> {
    desk: &'a Desk,
    tenant: Option<TenantId>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.desk.lock().gate.stand(self.tenant.take());
    }
}

/// Waits in turn for a place; dropping it leaves the line.
struct Queued<'a> {
    desk: &'a Desk,
    ticket: Ticket,
    woken: Arc<Notify>,
    called: bool,
}

impl<'a> Queued<'a> {
    async fn called(mut self) -> Place<'a> {
        let id = self.ticket.id;
        loop {
            let now = self.desk.clock.now();
            let wake_at = {
                let mut state = self.desk.lock();
                state.call(now);
                if !state.waiting.contains_key(&id) {
                    self.called = true;
                    return Place { desk: self.desk };
                }
                let leads = *state.leader.get_or_insert(id) == id;
                state.gate.next_call(now).filter(|_| leads)
            };
            match wake_at {
                Some(at) => {
                    let sleep = tokio::time::sleep(at.since(now).max(MOMENT));
                    tokio::select! {
                        biased;
                        () = self.woken.notified() => {}
                        () = sleep => {}
                    }
                }
                None => self.woken.notified().await,
            }
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.desk.lock();
        state.waiting.remove(&self.ticket.id);
        if !self.called && !state.gate.abandon(&self.ticket) {
            // It was called and did not hear it: the place goes to the next.
            state.release(&self.desk.clock);
        }
        state.abdicate(self.ticket.id);
    }
}
