//! Creating a call.

use std::sync::{Arc, atomic::Ordering};

use teams_cc_core::{Address, CallId, LegId, contact::Direction};
use tokio::sync::oneshot;

use super::Shared;
use crate::{
    Error, ErrorKind,
    call::{GraphLeg, Input, Order},
    model::Call,
};

/// A call that was created; it is hung up where nobody says that it was taken.
pub(super) struct Created {
    pub(super) leg: Arc<GraphLeg>,
    pub(super) taken: oneshot::Sender<()>,
}

/// A call being created, in a task of its own: its id must not get lost with the caller.
pub(super) struct DialTask {
    shared: Arc<Shared>,
    leg: LegId,
    open: bool,
}

impl DialTask {
    pub(super) fn new(shared: Arc<Shared>, leg: LegId) -> Self {
        shared.tasks.fetch_add(1, Ordering::AcqRel);
        Self { shared, leg, open: true }
    }

    pub(super) async fn created(
        mut self,
        outcome: Result<Call, Error>,
        party: Address,
        answer: oneshot::Sender<Result<Created, Error>>,
    ) {
        let call = outcome.and_then(|call| {
            let id = call.id.text().and_then(|id| CallId::new(id).ok());
            id.ok_or_else(|| Error::with_source(ErrorKind::Decode, "the created call names no id"))
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
        shared.registry().dialed(shared.clock.now(), &self.leg, call.clone(), party.clone());
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
