//! Creating a call.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use teams_cc_core::{Address, CallId, LegId, contact::Direction};
use tokio::sync::oneshot;

use super::Shared;
use crate::{
    Error, ErrorKind,
    budget::CallPermit,
    call::{
        GraphLeg, Input, Order,
        control::CallKind,
        error::{is_doubtful, may_run},
    },
    model::Call,
};

/// A call that was created; it is hung up where nobody says that it was taken.
pub(super) struct Created {
    pub(super) leg: Arc<GraphLeg>,
    pub(super) taken: oneshot::Sender<()>,
}

/// How long a dial waits for the notifications of a call whose creation got no response.
const FIND_WITHIN: Duration = Duration::from_secs(5);

/// A call being created, in a task of its own: its id must not get lost with the caller.
pub(super) struct DialTask {
    shared: Arc<Shared>,
    leg: LegId,
    chain: Box<str>,
    permit: Option<CallPermit>,
    kind: CallKind,
    open: bool,
}

impl DialTask {
    pub(super) fn new(
        shared: Arc<Shared>,
        leg: LegId,
        chain: Box<str>,
        permit: Option<CallPermit>,
        kind: CallKind,
    ) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self { shared, leg, chain, permit, kind, open: true }
    }

    pub(super) async fn created(
        mut self,
        outcome: Result<Call, Error>,
        party: Address,
        mut answer: oneshot::Sender<Result<Created, Error>>,
    ) {
        let call = outcome.and_then(|call| {
            let id = call.id.text().and_then(|id| CallId::new(id).ok());
            id.ok_or_else(|| Error::with_source(ErrorKind::Decode, "the created call names no id"))
        });
        let found = match call {
            Ok(call) => Ok(call),
            Err(error) => self.find(error, &party, &mut answer).await,
        };
        let call = match found {
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
        shared.permit(&id, self.permit.take());
        {
            let mut registry = shared.registry();
            registry.dialed(shared.clock.now(), &self.leg, call.clone(), party.clone());
            registry.is_of(&self.leg, self.kind);
        }
        let leg = GraphLeg::new(Arc::clone(shared), id, call.clone(), Direction::Outbound, party);
        self.open = false;
        shared.changed();
        // The caller may have gone in between, or go without looking at the answer.
        let (taken, looked_at) = oneshot::channel();
        let created = Created { leg: Arc::new(leg), taken };
        if answer.send(Ok(created)).is_err() || looked_at.await.is_err() {
            self.hang_up(&call).await;
            self.shared.input(&self.leg, Input::Accepted(Order::HangUp));
        }
    }

    /// Looks for a call that may exist although no response told so.
    async fn find(
        &mut self,
        error: Error,
        party: &Address,
        answer: &mut oneshot::Sender<Result<Created, Error>>,
    ) -> Result<CallId, Error> {
        if !is_doubtful(&error) {
            self.permit.take().into_iter().for_each(CallPermit::cancel);
            return Err(error);
        }
        let mut looking = self.shared.look_for(&self.chain, party.clone());
        self.shared.changed();
        // A connection that broke or a server that failed most likely made no call.
        let within = if may_run(&error) { FIND_WITHIN } else { Duration::ZERO };
        let found = tokio::select! {
            biased;
            found = &mut looking => found.ok(),
            () = answer.closed() => None,
            () = tokio::time::sleep(within) => None,
        };
        self.shared.stop_looking_for(&self.chain);
        // It may have been found while the time ran out.
        found.or_else(|| looking.try_recv().ok()).ok_or(error)
    }

    async fn hang_up(&self, call: &CallId) {
        hang_up(&self.shared, call).await;
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

/// Hangs up a call that nobody waits for.
pub(super) async fn hang_up(shared: &Shared, call: &CallId) {
    if let Err(error) = shared.one_call(call).delete().await
        && !error.is_call_ended()
    {
        tracing::warn!(%call, %error, "a call nobody waits for could not be hung up");
    }
}
