//! A trunk of ours on loopback, and the application behind it.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use teams_cc_core::{
    LegId, PhoneNumber,
    contact::{EndReason, Leg as _, LegCommand, LegEvent, RejectReason},
};
use teams_cc_sip::{
    gate::GatePolicy,
    io::{FixedMedia, SocketNetwork, SocketNetworkBuilder, Target, TokioClock, TransportKind},
    trunk::{
        BackToBack, Destination, IncomingCall, MediaPort, SipLeg, StaticPeer, TransferStep, Trunk,
        TrunkConfig, TrunkEvent, Via,
    },
};
use tokio::{
    runtime::{Handle, Runtime},
    sync::mpsc,
    time::timeout,
};

use super::{super::scenario::Transport, actor, failover::Loopback, secure};
use crate::command::Failure;

/// Our name.
pub(super) const FQDN: &str = "sbc1.adatum.biz";
/// The number that is answered.
pub(super) const ANSWERED: &str = "+14255550100";
/// The number that is answered by whoever is east.
pub(super) const BRIDGED: &str = "+14255550200";
/// The number whose callers are put through to whoever is east, with all that comes before the
/// answer.
pub(super) const THROUGH: &str = "+14255550600";
/// The number that only rings.
pub(super) const RINGS: &str = "+14255550400";
/// The number whose calls are handed to [`Desk::taken`].
pub(super) const TAKEN: &str = "+14255550500";
/// Whom the bridge calls in the east.
pub(super) const EAST_NUMBER: &str = "+14255550300";
/// How long anything may take that is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(75);
/// How long calls may take to end when the desk closes.
const GOODBYE: Duration = Duration::from_secs(3);

type Listeners = Arc<Mutex<HashMap<LegId, mpsc::UnboundedSender<LegEvent>>>>;

/// The trunk, its application and the runtime they live on.
pub(super) struct Desk {
    runtime: Option<Runtime>,
    pub(super) trunk: Trunk,
    /// Where it takes calls, over UDP and TCP.
    pub(super) at: SocketAddr,
    listeners: Listeners,
    transfers: mpsc::UnboundedReceiver<TransferStep>,
    taken: mpsc::UnboundedReceiver<Call>,
    /// How many legs of each kind have been named.
    dialled: u64,
}

/// A call that a test deals with.
pub(super) struct Call {
    pub(super) leg: Arc<SipLeg>,
    events: mpsc::UnboundedReceiver<LegEvent>,
    handle: Handle,
}

/// A peer of the desk at an address of this machine. Transfers of its calls are the desk's to
/// carry out.
pub(super) fn peer(name: &str, transport: Transport, at: SocketAddr, us: SocketAddr) -> StaticPeer {
    let transport = match transport {
        Transport::Udp => TransportKind::Udp,
        Transport::Tcp => TransportKind::Tcp,
        Transport::Tls => return secure::peer(name, at, us),
    };
    StaticPeer::new(name, transport)
        .address(at.ip().into())
        .target(Target::new(transport, &at.ip().to_string(), at.port()))
        .contact(&us.ip().to_string(), us.port())
        .takes_refer(false)
}

impl Desk {
    /// Opens the trunk, over TLS too, with whatever peers `configured` adds.
    pub(super) fn open(
        configured: impl FnOnce(TrunkConfig, SocketAddr) -> TrunkConfig,
    ) -> Result<Self, Failure> {
        let media =
            |_: &Handle| Ok(Arc::new(FixedMedia::new(([127, 0, 0, 1], 40_000).into())) as _);
        Self::with(media, configured)
    }

    /// Opens the trunk on this media.
    pub(super) fn with(
        media: impl FnOnce(&Handle) -> Result<Arc<dyn MediaPort>, Failure>,
        configured: impl FnOnce(TrunkConfig, SocketAddr) -> TrunkConfig,
    ) -> Result<Self, Failure> {
        let at = actor::free(Ipv4Addr::LOCALHOST.into())?;
        let identity = secure::identity()?;
        let sockets = |sockets: SocketNetworkBuilder| {
            sockets.tls(secure::beside(at), identity).resolver(Arc::new(Loopback))
        };
        Self::at(at, media, sockets, configured)
    }

    /// Opens the trunk at an address, and on more sockets than UDP and TCP.
    pub(super) fn at(
        at: SocketAddr,
        media: impl FnOnce(&Handle) -> Result<Arc<dyn MediaPort>, Failure>,
        sockets: impl FnOnce(SocketNetworkBuilder) -> SocketNetworkBuilder,
        configured: impl FnOnce(TrunkConfig, SocketAddr) -> TrunkConfig,
    ) -> Result<Self, Failure> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let network = runtime.block_on(sockets(SocketNetwork::builder().udp(at).tcp(at)).bind())?;
        let config = TrunkConfig::new(FQDN.parse()?)
            .seed(u64::from(at.port()))
            .plain_port(at.port())
            .gate(GatePolicy::unrestricted());
        let media = media(runtime.handle())?;
        let inside = runtime.enter();
        let clock = Arc::new(TokioClock::system());
        let (trunk, mut events) =
            Trunk::start(configured(config, at), Arc::new(network), clock, media)?;
        let listeners = Listeners::default();
        let (steps, transfers) = mpsc::unbounded_channel();
        let (hand_over, taken) = mpsc::unbounded_channel();
        let handle = runtime.handle().clone();
        let (desk, known) = (trunk.clone(), Arc::clone(&listeners));
        runtime.spawn(async move {
            while let Some(event) = events.next().await {
                match event {
                    TrunkEvent::Incoming(call) => {
                        let events = listen(&known, call.leg.id());
                        if call.called.reveal() == TAKEN {
                            let handle = handle.clone();
                            let _ = hand_over.send(Call { leg: call.leg, events, handle });
                            continue;
                        }
                        let heard = events;
                        tokio::spawn(answer(desk.clone(), Arc::clone(&known), call, heard));
                    }
                    TrunkEvent::Leg { leg, event } => {
                        let over = matches!(event, LegEvent::Ended(_));
                        let mut known = lock(&known);
                        if let Some(listener) = known.get(&leg) {
                            let _ = listener.send(event);
                        }
                        if over {
                            known.remove(&leg);
                        }
                    }
                    TrunkEvent::Transfer { step, .. } => {
                        let _ = steps.send(step);
                    }
                    _ => {}
                }
            }
        });
        drop(inside);
        Ok(Self { runtime: Some(runtime), trunk, at, listeners, transfers, taken, dialled: 0 })
    }

    fn handle(&self) -> Result<&Handle, Failure> {
        Ok(self.runtime.as_ref().ok_or("the desk is closed")?.handle())
    }

    /// Calls somebody through a peer.
    pub(super) fn call(&mut self, via: Via, number: &str) -> Result<Call, Failure> {
        self.dialled += 1;
        let leg = LegId::numbered("D", self.dialled);
        let to = destination(via, number, leg.clone());
        let events = listen(&self.listeners, &leg);
        let handle = self.handle()?.clone();
        let leg = handle.block_on(self.trunk.dial(to))?;
        Ok(Call { leg, events, handle })
    }

    /// Waits for a call to [`TAKEN`].
    pub(super) fn taken(&mut self) -> Result<Call, Failure> {
        let handle = self.handle()?.clone();
        let next = handle.block_on(async { timeout(PATIENCE, self.taken.recv()).await });
        next.map_err(|_| "nobody calls")?.ok_or_else(|| "the trunk has stopped".into())
    }

    /// Waits for the next step of a transfer.
    pub(super) fn transfer(&mut self, wanted: TransferStep) -> Result<(), Failure> {
        let handle = self.handle()?.clone();
        let next = async {
            while let Some(step) = self.transfers.recv().await {
                if step == wanted {
                    return Ok(());
                }
            }
            Err::<(), Failure>("the trunk has stopped".into())
        };
        handle
            .block_on(async { timeout(PATIENCE, next).await })
            .map_err(|_| format!("the transfer does not come to {wanted:?}"))?
    }

    /// Makes many calls at a rate; each is hung up a moment after its answer.
    pub(super) fn load(&mut self, via: &Via, count: u32, rate: u32) -> Result<(), Failure> {
        let handle = self.handle()?.clone();
        let first = self.dialled;
        self.dialled += u64::from(count);
        let (trunk, listeners) = (self.trunk.clone(), Arc::clone(&self.listeners));
        handle.block_on(async {
            let mut pace = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
            let mut calls = tokio::task::JoinSet::new();
            for number in first..first + u64::from(count) {
                pace.tick().await;
                let leg = LegId::numbered("D", number + 1);
                let heard = listen(&listeners, &leg);
                calls.spawn(one_of_many(
                    trunk.clone(),
                    destination(via.clone(), EAST_NUMBER, leg),
                    heard,
                ));
            }
            let all = async {
                while let Some(done) = calls.join_next().await {
                    done??;
                }
                Ok::<_, Failure>(())
            };
            timeout(PATIENCE, all).await.map_err(|_| "calls do not end")?
        })
    }

    /// Ends everything; an error where calls are left that peers ended long ago.
    pub(super) fn close(mut self) -> Result<(), Failure> {
        let runtime = self.runtime.take().ok_or("the desk is closed")?;
        let unfinished = runtime.block_on(self.trunk.shutdown(GOODBYE));
        runtime.shutdown_background();
        if unfinished.is_empty() {
            Ok(())
        } else {
            Err(format!("left over: {unfinished:?}").into())
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Call {
    /// Waits for an event of this kind, past others.
    pub(super) fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&LegEvent) -> bool,
    ) -> Result<LegEvent, Failure> {
        let events = &mut self.events;
        let next = async {
            while let Some(event) = events.recv().await {
                if wanted(&event) {
                    return Ok(event);
                }
                if let LegEvent::Ended(cause) = event {
                    return Err::<_, Failure>(format!("it ended instead: {cause}").into());
                }
            }
            Err("it is over".into())
        };
        let outcome = self.handle.block_on(async { timeout(PATIENCE, next).await });
        outcome
            .map_err(|_| Failure::from("nothing happens"))
            .flatten()
            .map_err(|error| format!("waiting for {what}: {error}").into())
    }

    /// Waits until somebody answers.
    pub(super) fn answered(&mut self) -> Result<(), Failure> {
        self.until("an answer", |event| *event == LegEvent::Answered).map(drop)
    }

    /// Waits for the end, which must be for this reason.
    pub(super) fn ended(&mut self, reason: EndReason) -> Result<(), Failure> {
        match self.until("the end", |event| matches!(event, LegEvent::Ended(_)))? {
            LegEvent::Ended(cause) if cause.reason == reason => Ok(()),
            other => Err(format!("it ended otherwise: {other:?}").into()),
        }
    }

    /// Gives an order.
    pub(super) fn order(&self, command: LegCommand) -> Result<(), Failure> {
        let verb = command.verb();
        let done =
            self.handle.block_on(async { timeout(PATIENCE, self.leg.execute(command)).await });
        match done {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(format!("{verb}: {error}").into()),
            Err(_) => Err(format!("{verb} is not answered").into()),
        }
    }
}

/// Calls, talks for a moment and hangs up.
async fn one_of_many(
    trunk: Trunk,
    to: Destination,
    mut heard: mpsc::UnboundedReceiver<LegEvent>,
) -> Result<(), Failure> {
    let leg = trunk.dial(to).await?;
    let mut answered = false;
    while let Some(event) = heard.recv().await {
        match event {
            LegEvent::MediaActive => {
                answered = true;
                tokio::time::sleep(Duration::from_millis(250)).await;
                leg.execute(LegCommand::HangUp).await?;
            }
            LegEvent::Ended(cause) if !answered || cause.reason != EndReason::Completed => {
                return Err(format!("a call ended otherwise: {cause}").into());
            }
            LegEvent::Ended(_) => return Ok(()),
            _ => {}
        }
    }
    Err("the trunk has stopped".into())
}

/// A call that shows the desk's number.
fn destination(via: Via, number: &str, leg: LegId) -> Destination {
    let shown = PhoneNumber::presented(ANSWERED);
    Destination::new(via, PhoneNumber::presented(number), shown, leg)
}

fn listen(listeners: &Listeners, leg: &LegId) -> mpsc::UnboundedReceiver<LegEvent> {
    let (sender, receiver) = mpsc::unbounded_channel();
    lock(listeners).insert(leg.clone(), sender);
    receiver
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under this lock can leave the map half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the application does with a call that comes in.
async fn answer(
    trunk: Trunk,
    listeners: Listeners,
    call: IncomingCall,
    mut heard: mpsc::UnboundedReceiver<LegEvent>,
) {
    let number = call.called.reveal().to_owned();
    let mut held = None;
    // Whoever hangs up meanwhile ends the leg; there is nothing to do about a failed order.
    match number.as_str() {
        ANSWERED => {
            let _ = call.leg.execute(LegCommand::Ring).await;
            // SIPp cannot hear an answer while it confirms the ringing.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let _ = call.leg.execute(LegCommand::Answer).await;
        }
        RINGS => {
            let _ = call.leg.execute(LegCommand::Ring).await;
        }
        THROUGH => {
            let to = call.onward(Via::Carrier("east".into()), trunk.next_leg());
            held = trunk.bridge(&call.leg, BackToBack::new(to)).await.ok();
        }
        BRIDGED => {
            let _ = call.leg.execute(LegCommand::Ring).await;
            held = bridge(&trunk, &listeners, &call.leg).await;
        }
        _ => {
            let _ = call.leg.execute(LegCommand::Reject(RejectReason::NotFound)).await;
        }
    }
    while let Some(event) = heard.recv().await {
        if matches!(event, LegEvent::Ended(_)) {
            break;
        }
    }
    drop(held);
}

/// Calls the east and lets both talk.
async fn bridge(trunk: &Trunk, listeners: &Listeners, west: &SipLeg) -> Option<Arc<SipLeg>> {
    let leg = LegId::new(format!("E-{}", west.id())).ok()?;
    let mut heard = listen(listeners, &leg);
    let to = destination(Via::Carrier("east".into()), EAST_NUMBER, leg);
    let east = trunk.dial(to).await.ok()?;
    while heard.recv().await? != LegEvent::MediaActive {}
    let _ = west.execute(LegCommand::Answer).await;
    let _ = west.execute(LegCommand::Bridge { with: east.id().clone() }).await;
    Some(east)
}
