//! The trunk as the application holds it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use teams_cc_core::{Clock, LegId, TenantId, contact::Leg};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    BackToBack, CallTrace, Destination, MediaPort, PeerHealth, SipLeg, TrunkConfig, TrunkEvent,
    Unfinished,
    check::drawn_seed,
    command::{COMMAND_QUEUE, Command},
};
use crate::{
    direct_routing::Customer,
    error::{Error, ErrorKind},
    gate::{Permission, RefusalCount},
    io::{Network, driver},
};

/// A running trunk; clones are handles to the same one.
///
/// One task carries the whole trunk. It ends with [`Trunk::shutdown`], or when the
/// [`TrunkEvents`] are dropped: a trunk nobody listens to takes no calls.
#[derive(Clone)]
pub struct Trunk {
    commands: mpsc::Sender<Command>,
    health: watch::Receiver<Arc<[PeerHealth]>>,
    /// How many names of legs were given out.
    dialled: Arc<AtomicU64>,
}

impl Trunk {
    /// Starts a trunk on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], whose source is mostly a [`ConfigFault`](super::ConfigFault):
    /// what [`TrunkConfig::check`] finds, and a certificate of the network that does not cover the
    /// trunk or a tenant. Nothing was started then.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, as [`tokio::spawn`] does.
    pub fn start(
        mut config: TrunkConfig,
        network: Arc<dyn Network>,
        clock: Arc<dyn Clock>,
        media: Arc<dyn MediaPort>,
    ) -> Result<(Self, TrunkEvents), Error> {
        config.check_on(&*network)?;
        if config.seed.is_none() {
            config.seed = Some(drawn_seed()?);
        }
        let (commands, orders) = mpsc::channel(COMMAND_QUEUE);
        let (events, receiver) = mpsc::channel(config.limits.events.max(1));
        let (publish, health) = watch::channel(Arc::from([]));
        let channels = driver::Channels { commands: commands.clone(), orders, events, publish };
        driver::spawn(config, network, clock, media, channels)?;
        let dialled = Arc::default();
        Ok((Self { commands, health, dialled }, TrunkEvents { receiver }))
    }

    /// A name that no leg of this trunk has had: one for each call that is made.
    ///
    /// [`ErrorKind::LegInUse`] is what a second call of the same name gets.
    #[must_use]
    pub fn next_leg(&self) -> LegId {
        LegId::numbered("OUT", self.dialled.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }

    /// Makes a call and returns its leg once the INVITE is on its way.
    ///
    /// Ringing, answer and end come as events under [`Destination::leg`]. Dropping the future
    /// before it is done cancels the call: no leg, dialog or connection is left for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Refused`], where the gate does not let the call out, [`ErrorKind::UnknownPeer`],
    /// [`ErrorKind::InvalidNumber`], [`ErrorKind::LegInUse`],
    /// [`ErrorKind::Full`], [`ErrorKind::Media`] before anything is sent, and
    /// [`ErrorKind::Stopped`]. A peer that cannot be reached is no error here: the leg ends with
    /// [`EndReason::Unreachable`](teams_cc_core::contact::EndReason::Unreachable).
    pub async fn dial(&self, to: Destination) -> Result<Arc<SipLeg>, Error> {
        let (reply, answer) = oneshot::channel();
        let order = Command::Dial { destination: Box::new(to), reply };
        self.commands.send(order).await.map_err(|_| ErrorKind::Stopped)?;
        answer.await.map_err(|_| ErrorKind::Stopped)?
    }

    /// Puts a caller through: calls the destinations of a plan, one after the other or several at
    /// once, and joins whoever answers.
    ///
    /// The called leg comes back once the first INVITE is on its way; both legs are then bound.
    /// 18x and early media reach the caller, an answer is answered to it
    /// ([`LegEvent::Bridged`](teams_cc_core::contact::LegEvent::Bridged) on both legs), a caller who
    /// withdraws takes the called side along, and a caller whom nobody answers gets the status that
    /// says why, with its `Reason`. What of the caller's headers goes on says
    /// [`IncomingCall::onward`](super::IncomingCall::onward). Which status becomes which, and when
    /// the next destination is called, stands in [`BackToBack`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use teams_cc_sip::{
    ///     direct_routing::SbcFqdn,
    ///     trunk::{BackToBack, IncomingCall, SipLeg, Trunk, Via},
    /// };
    ///
    /// /// The legs of one call, to be held while it lasts; none where it went wrong.
    /// async fn to_teams(trunk: &Trunk, call: IncomingCall, bank: SbcFqdn) -> Vec<Arc<SipLeg>> {
    ///     let to = call.onward(Via::Teams { tenant: bank }, trunk.next_leg());
    ///     match trunk.bridge(&call.leg, BackToBack::new(to)).await {
    ///         Ok(called) => vec![call.leg, called],
    ///         // The caller's handle goes, and with it the call; the trunk and its other calls stay.
    ///         Err(error) => {
    ///             eprintln!("{}: {error}", call.call_id);
    ///             Vec::new()
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// A program that runs: `cargo run --example back_to_back`.
    ///
    /// A caller that was answered before hears ringing or early media from the media port and
    /// stays up if nobody answers. Dropping the called leg's handle withdraws the call. Dropping
    /// the future before it is done does so too; the caller is then as if nobody had answered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoCaller`], [`ErrorKind::Media`] where the media port joins no legs, and those of
    /// [`Self::dial`] for the last destination where none
    /// could be called: nothing was sent then, and the caller's leg is as it was.
    pub async fn bridge(&self, caller: &SipLeg, plan: BackToBack) -> Result<Arc<SipLeg>, Error> {
        let (reply, answer) = oneshot::channel();
        let (caller, plan) = (caller.id().clone(), Box::new(plan));
        self.commands
            .send(Command::Bridge { caller, plan, reply })
            .await
            .map_err(|_| ErrorKind::Stopped)?;
        answer.await.map_err(|_| ErrorKind::Stopped)?
    }

    /// Serves a customer from now on, without a restart and without OPTIONS of its own.
    ///
    /// Teams may take up to four hours to see a new name over old connections
    /// (Learn, *Direct Routing: protocols*); [`Self::renew_connections`] makes it look at once.
    /// Dropping the future may or may not add the customer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tenant`], whose source is a
    /// [`TenantFault`](crate::direct_routing::TenantFault) such as a certificate that does not cover
    /// the name, and [`ErrorKind::Stopped`].
    pub async fn add_tenant(&self, customer: Customer) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::AddTenant { customer, reply }).await?;
        answer.await.map_err(|_| ErrorKind::Stopped)?
    }

    /// Takes no new calls for a tenant; the calls it has go on. Tells whether it was served.
    ///
    /// Dropping the future may or may not remove the tenant.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`].
    pub async fn remove_tenant(&self, tenant: TenantId) -> Result<bool, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::RemoveTenant { tenant, reply }).await?;
        answer.await.map_err(|_| ErrorKind::Stopped.into())
    }

    /// Opens new connections from the next message on; the present ones run dry and close.
    ///
    /// For a new certificate, or a new domain that Teams has to look at. No call ends by it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`].
    pub async fn renew_connections(&self) -> Result<(), Error> {
        self.send(Command::Renew).await
    }

    /// Takes new calls, or refuses them with 503 so that Teams and carriers go elsewhere.
    ///
    /// Calls that are up stay up, and what the application dials goes out. Emergency calls are
    /// taken all the same. Dropping the future may or may not have the effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`].
    pub async fn take_calls(&self, take: bool) -> Result<(), Error> {
        self.send(Command::TakeCalls(take)).await
    }

    /// The messages of the newest calls, masked; none unless [`TrunkConfig::trace`] asked for it.
    ///
    /// Dropping the future has no effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`].
    pub async fn traces(&self) -> Result<Vec<CallTrace>, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Traces { reply }).await?;
        answer.await.map_err(|_| ErrorKind::Stopped.into())
    }

    async fn send(&self, command: Command) -> Result<(), Error> {
        self.commands.send(command).await.map_err(|_| ErrorKind::Stopped.into())
    }

    /// Gives a tenant another permission from now on, or takes it away; calls under way go on.
    ///
    /// Dropping the future before it is done may leave everything as it was.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stopped`].
    pub async fn permit(
        &self,
        tenant: TenantId,
        permission: Option<Permission>,
    ) -> Result<(), Error> {
        self.send(Command::Permit { tenant, permission: permission.map(Box::new) }).await
    }

    /// How often whom was refused for what since the trunk started; empty once it has stopped.
    ///
    /// Dropping the future has no effect.
    pub async fn refusals(&self) -> Vec<RefusalCount> {
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::Refusals { reply }).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// How each peer does, in configured order; everything is down once the trunk has stopped.
    #[must_use]
    pub fn health(&self) -> Vec<PeerHealth> {
        self.health.borrow().to_vec()
    }

    /// Waits until the health of a peer changes; `false` once the trunk has stopped.
    ///
    /// Dropping the future has no effect.
    pub async fn health_changed(&mut self) -> bool {
        self.health.changed().await.is_ok()
    }

    /// Refuses new calls, ends the present ones and stops.
    ///
    /// Calls that ring are refused with 503 or cancelled, the others get BYE; calls to the emergency
    /// services go on until `deadline`. What is not over then is ended without waiting for an
    /// answer, and returned. Dropping the future does not stop the shutdown.
    pub async fn shutdown(&self, deadline: Duration) -> Unfinished {
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::Shutdown { deadline, reply }).await.is_err() {
            return Unfinished::default();
        }
        answer.await.unwrap_or_default()
    }
}

impl fmt::Debug for Trunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trunk").field("health", &self.health.borrow()).finish_non_exhaustive()
    }
}

/// What a trunk tells, in order.
///
/// The queue is bounded by [`TrunkLimits::events`](super::TrunkLimits::events); nothing is ever
/// dropped from it. While it is full new calls get 503, and at twice as many waiting events
/// nothing more is read from the network.
#[derive(Debug)]
pub struct TrunkEvents {
    receiver: mpsc::Receiver<TrunkEvent>,
}

impl TrunkEvents {
    /// The next event; `None` once the trunk has stopped and all is told.
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<TrunkEvent> {
        self.receiver.recv().await
    }
}
