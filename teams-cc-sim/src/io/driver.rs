//! One world, its clock, and the task that does what the world wants done.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use teams_cc::platform::Callback;
use teams_cc_core::{Clock, Instant};
use teams_cc_sip::io::Connection;
use tokio::sync::{Notify, mpsc, oneshot};

use super::network;
use crate::{
    clock::VirtualClock,
    world::{CallbackId, ConnectionId, Input, Output, SipParty, World},
};

/// How many callbacks may wait for the contact center; a further one counts as answered 503.
pub(crate) const CALLBACK_QUEUE: usize = 1024;
/// How many connections may wait to be accepted; a further one is closed.
pub(crate) const ACCEPT_QUEUE: usize = 64;
/// How long Microsoft waits for an answer to a notification before it sends again (assumed).
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a connection to the trunk over sockets.
type Dial = Arc<dyn Fn(Arc<Shared>, ConnectionId, SipParty) + Send + Sync>;

/// What the driver, the doors and the platform share.
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: OnceLock<VirtualClock>,
    changed: Notify,
    running: OnceLock<()>,
    callbacks: Mutex<Option<mpsc::Sender<Callback>>>,
    accepts: Mutex<Option<mpsc::Sender<Connection>>>,
    dialer: Mutex<Option<Dial>>,
    pub(super) writers: Mutex<BTreeMap<ConnectionId, mpsc::Sender<Bytes>>>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            clock: OnceLock::new(),
            changed: Notify::new(),
            running: OnceLock::new(),
            callbacks: Mutex::new(None),
            accepts: Mutex::new(None),
            dialer: Mutex::new(None),
            writers: Mutex::new(BTreeMap::new()),
        }
    }

    /// The clock; it starts when it is first asked for.
    pub(crate) fn clock(&self) -> VirtualClock {
        let start = lock(&self.world).setup().start;
        *self.clock.get_or_init(|| VirtualClock::starting_at(start))
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock().now()
    }

    /// Does something with the world at this moment, and lets the driver look again.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World, Instant) -> T) -> T {
        let now = self.now();
        let result = act(&mut lock(&self.world), now);
        self.changed.notify_one();
        result
    }

    /// Looks at the world without letting anything happen.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&lock(&self.world))
    }

    pub(crate) fn send_callbacks_to(&self, sender: mpsc::Sender<Callback>) {
        *lock(&self.callbacks) = Some(sender);
    }

    pub(crate) fn send_connections_to(&self, sender: mpsc::Sender<Connection>) {
        *lock(&self.accepts) = Some(sender);
    }

    /// Lets the parties reach the trunk over sockets instead of memory.
    pub(crate) fn dial_with(&self, dial: Dial) {
        *lock(&self.dialer) = Some(dial);
    }

    /// Starts the driver, once. The task ends with the runtime it runs on.
    pub(crate) fn start(self: &Arc<Self>) {
        self.running.get_or_init(|| {
            tokio::spawn(drive(Arc::clone(self)));
        });
    }

    fn input(&self, input: Input) {
        // Only a connection that closed or a callback answered meanwhile is unknown.
        let _ = self.with(|world, now| world.handle_input(now, input));
    }

    pub(super) fn received(&self, connection: ConnectionId, bytes: Bytes) {
        self.input(Input::SipReceived { connection, bytes });
    }

    pub(crate) fn closed(&self, connection: ConnectionId) {
        lock(&self.writers).remove(&connection);
        self.input(Input::SipClosed { connection });
    }

    fn answered(&self, id: CallbackId, status: Option<u16>) {
        self.input(Input::CallbackAnswered { id, status });
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in this crate panics while it holds a lock; a poisoned one is as good as any.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn drive(shared: Arc<Shared>) {
    let clock = shared.clock();
    loop {
        let output = {
            let mut world = lock(&shared.world);
            // Time is known to every world, so it is never refused.
            let _ = world.handle_input(clock.now(), Input::Tick);
            world.poll_output()
        };
        let next = match output {
            Output::Callback(callback) => {
                deliver(&shared, clock, *callback);
                continue;
            }
            Output::SipConnect { connection, party } => {
                let dialer = lock(&shared.dialer).clone();
                let accepts = lock(&shared.accepts).clone();
                match dialer {
                    Some(dial) => dial(Arc::clone(&shared), connection, party),
                    None => network::open_to_trunk(&shared, connection, party, accepts),
                }
                continue;
            }
            Output::SipTransmit { connection, bytes } => {
                let writer = lock(&shared.writers).get(&connection).cloned();
                if writer.is_none_or(|writer| writer.try_send(bytes).is_err()) {
                    shared.closed(connection);
                }
                continue;
            }
            Output::SipClose { connection } => {
                lock(&shared.writers).remove(&connection);
                continue;
            }
            Output::Timeout(next) => next,
        };
        tokio::select! {
            biased;
            () = shared.changed.notified() => {}
            () = clock.sleep_until(next.unwrap_or(Instant::MAX)), if next.is_some() => {}
        }
    }
}

/// Hands a notification over and waits for its answer beside the driver.
fn deliver(shared: &Arc<Shared>, clock: VirtualClock, callback: crate::world::Callback) {
    let (reply, answer) = oneshot::channel();
    let sender = lock(&shared.callbacks).clone();
    let id = callback.id;
    let handed = sender.is_some_and(|sender| {
        sender.try_send(Callback { request: callback.request, reply }).is_ok()
    });
    if !handed {
        shared.answered(id, Some(503));
        return;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let status = tokio::select! {
            biased;
            answer = answer => answer.ok().map(|response| response.status().as_u16()),
            () = clock.sleep(CALLBACK_TIMEOUT) => None,
        };
        shared.answered(id, status);
    });
}
