//! The handle on all calls.

use std::{fmt, sync::Arc, time::Duration};

use teams_cc_core::{Address, CallId, Clock, Instant, LegId};
use tokio::sync::oneshot;

use super::{
    CallEvents, Life, Shared,
    dial::{Created, DialTask},
    driver::drive,
    keeper,
};
use crate::{
    Client, Error, InvalidRequest,
    budget::{CallPermit, SharedCallBudget},
    call::{
        CallCounts, CallsConfig, DialError, GraphLeg, control::CallKind, error::check_party,
        registry::Taken,
    },
    model::{
        Call, CallOptions, CommsNotifications, InvitationParticipantInfo, OutgoingCallOptions,
    },
    request::communications::calls::CreateCall,
    webhook::{Delivery, NotificationSink, SinkFull},
    wire::Field,
};

/// The live calls of one application in one tenant.
///
/// Clones are handles on the same calls. One task keeps calls alive and notices those whose end
/// was never announced; it stops after [`Calls::shutdown`], or once every handle and the
/// [`CallEvents`] are dropped.
#[derive(Clone)]
pub struct Calls {
    pub(super) shared: Arc<Shared>,
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

impl Calls {
    /// Takes up the calls of one tenant. The client signs in to that tenant from here on.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the client is handed over")]
    pub fn new(client: Client, config: CallsConfig, clock: Arc<dyn Clock>) -> (Self, CallEvents) {
        let shared = Arc::new(Shared::new(&client, config, clock));
        tokio::spawn(drive(Arc::clone(&shared)));
        if let Some(keeping) = shared.keeping.clone() {
            tokio::spawn(keeper::keep(Arc::clone(&shared), keeping));
        }
        let life = Arc::new(Life(Arc::clone(&shared)));
        let events = CallEvents::new(Arc::clone(&shared), Arc::clone(&life));
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
    /// [`InvalidRequest::Dial`] where the call must not be placed, or not now;
    /// [`InvalidRequest`] where a phone cannot be called as configured;
    /// otherwise what Graph answers. After a timeout the call may exist all the same: its
    /// notifications tell, and then it is given here still, or hung up where nobody waits.
    pub async fn dial(&self, to: &Address, leg: LegId) -> Result<Arc<GraphLeg>, Error> {
        check_party(to).map_err(Error::from)?;
        let target = InvitationParticipantInfo::of_address(to).ok_or(InvalidRequest::NotE164)?;
        let shared = &self.shared;
        let callback = shared.callback_uri(&leg);
        let mut request = shared.client.communications().calls().create(callback, target);
        if let Some(instance) = &shared.config.application_instance {
            request = request.source_application_instance(instance);
        }
        let kind = CallKind::Outbound { instance: shared.config.application_instance.is_some() };
        self.place(request, to.clone(), leg, kind).await
    }

    /// Sends a request that creates a call, as [`Calls::dial`] does.
    ///
    /// Where its notifications go and how its roster comes is as configured for every call.
    pub(in crate::call) async fn place(
        &self,
        mut request: CreateCall,
        party: Address,
        leg: LegId,
        kind: CallKind,
    ) -> Result<Arc<GraphLeg>, Error> {
        let shared = &self.shared;
        let budget = shared.config.budget.as_ref();
        let permit = budget.map(SharedCallBudget::reserve).transpose().map_err(DialError::from)?;
        if let Err(error) = shared.registry().dialing(&leg) {
            permit.into_iter().for_each(CallPermit::cancel);
            return Err(error.into());
        }
        let (answer, created) = oneshot::channel();
        // By it the call is known should the response get lost.
        let chain = shared.next_chain();
        let body = request.body_mut();
        body.call_chain_id = chain.as_ref().into();
        if shared.config.callback_per_call.is_some() {
            body.callback_uri = shared.callback_uri(&leg).into();
        }
        tell_roster(body, shared.config.delta_roster);
        let task = DialTask::new(Arc::clone(shared), leg, chain, permit, kind);
        tokio::spawn(async move {
            let outcome = request.await;
            task.created(outcome, party, answer).await;
        });
        match created.await {
            Ok(created) => {
                let Created { leg, taken } = created?;
                // The task waits for this word until its answer is dropped.
                let _ = taken.send(());
                Ok(leg)
            }
            Err(_) => Err(Error::connection("the dial was called off")),
        }
    }

    pub(in crate::call) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(in crate::call) fn config(&self) -> &CallsConfig {
        &self.shared.config
    }

    pub(in crate::call) fn callback_uri(&self, leg: &LegId) -> String {
        self.shared.callback_uri(leg)
    }

    pub(in crate::call) fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    /// The handle on a live call, by its leg; [`None`] where there is none of that name.
    #[must_use]
    pub fn leg(&self, leg: &LegId) -> Option<Arc<GraphLeg>> {
        let (call, direction, party) = {
            let registry = self.shared.registry();
            let live = registry.session(leg)?;
            (live.call.clone(), live.session.direction(), live.party.clone())
        };
        let shared = Arc::clone(&self.shared);
        Some(Arc::new(GraphLeg::new(shared, leg.clone(), call, direction, party)))
    }

    /// Takes notifications that were proven to be meant for this tenant; never blocks.
    ///
    /// # Errors
    ///
    /// [`SinkFull`] where events wait to be taken, or a new call has no room; the service sends
    /// the notifications again then, which does no harm: what was taken is told once, and tones
    /// that nothing tells from their repetition wait for the post that is taken whole.
    pub fn notify(&self, notifications: CommsNotifications) -> Result<(), SinkFull> {
        self.take(self.shared.clock.now(), notifications)
    }

    fn take(&self, received: Instant, notifications: CommsNotifications) -> Result<(), SinkFull> {
        let now = self.shared.clock.now();
        let post = notifications.value.into_option().unwrap_or_default();
        let taken = {
            let mut registry = self.shared.registry();
            if !registry.has_room() {
                return Err(SinkFull);
            }
            registry.post(now, received, post)
        };
        self.shared.changed();
        if taken == Taken::NoRoom { Err(SinkFull) } else { Ok(()) }
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
        if let Some(keeping) = &self.shared.keeping {
            // What the store does not take now stays as it was written last.
            keeper::flush(&self.shared, keeping, usize::MAX).await;
        }
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

/// Asks for rosters in the form they are read in, whole or as changes.
fn tell_roster(body: &mut Call, delta: bool) {
    match &mut body.call_options {
        Field::Value(CallOptions::Outgoing(options))
            if delta || options.is_delta_roster_enabled.get() == Some(&true) =>
        {
            options.is_delta_roster_enabled = delta.into();
        }
        options @ (Field::Missing | Field::Null) if delta => {
            let with_changes = OutgoingCallOptions::new().is_delta_roster_enabled(true);
            *options = Field::Value(CallOptions::Outgoing(with_changes));
        }
        _ => {}
    }
}

impl NotificationSink for Calls {
    /// Takes notifications of the configured tenant; those of others are counted and dropped.
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        let ours = self.shared.config.tenant.as_str();
        if delivery.tenant.as_str().eq_ignore_ascii_case(ours) {
            self.take(delivery.received, delivery.notifications)
        } else {
            let count = delivery.notifications.value.items().len();
            self.shared.registry().foreign(count);
            Ok(())
        }
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
