//! One call as a leg of a contact.

mod commands;
mod flight;

use std::{fmt, sync::Arc};

use teams_cc_core::{Address, CallId, LegId, OperationId, contact::Direction};
use tokio::sync::watch;

use self::flight::{Expected, Flight};
use super::{
    CallSnapshot, CallView, Input, Needs, OperationReport, Order, OrderError, PendingOperation,
    error::{is_doubtful, may_run},
    io::Shared,
    registry::NotSent,
};
use crate::{
    model::CommsOperation,
    request::{ResponseFuture, communications::OneCall},
};

/// A Graph call as a leg of a contact.
///
/// | order | request |
/// |---|---|
/// | [`LegCommand::Answer`], [`LegCommand::Reject`] | `answer`, `reject` |
/// | [`LegCommand::Play`] | `playPrompt`, once media is active |
/// | [`LegCommand::CollectTones`] | `subscribeToTone`, once media is active |
/// | [`LegCommand::CancelMedia`] | `cancelMediaProcessing` |
/// | [`LegCommand::Transfer`] | `transfer`, with `replacesCallId` where consultative |
/// | [`LegCommand::HangUp`] | `DELETE` |
/// | `Ring`, `Hold`, `Resume`, `Bridge` | none: [`LegError::Unsupported`] |
///
/// An order in the wrong state is refused before anything is sent. A 404 to any of them ends the
/// leg. The handle may outlive its call; orders are answered by [`LegError::Ended`] then.
///
/// [`GraphLeg::begin`] gives what these orders give and more: an operation whose end can be
/// awaited. [`GraphLeg::watch`] shows how the call stands.
///
/// [`LegCommand::Answer`]: teams_cc_core::contact::LegCommand::Answer
/// [`LegCommand::Reject`]: teams_cc_core::contact::LegCommand::Reject
/// [`LegCommand::Play`]: teams_cc_core::contact::LegCommand::Play
/// [`LegCommand::CollectTones`]: teams_cc_core::contact::LegCommand::CollectTones
/// [`LegCommand::CancelMedia`]: teams_cc_core::contact::LegCommand::CancelMedia
/// [`LegCommand::Transfer`]: teams_cc_core::contact::LegCommand::Transfer
/// [`LegCommand::HangUp`]: teams_cc_core::contact::LegCommand::HangUp
/// [`LegError::Unsupported`]: teams_cc_core::contact::LegError::Unsupported
/// [`LegError::Ended`]: teams_cc_core::contact::LegError::Ended
pub struct GraphLeg {
    id: LegId,
    call: CallId,
    direction: Direction,
    party: Address,
    shared: Arc<Shared>,
    view: watch::Receiver<CallSnapshot>,
}

impl GraphLeg {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: LegId,
        call: CallId,
        direction: Direction,
        party: Address,
    ) -> Self {
        let view = shared.view(&id);
        Self { id, call, direction, party, shared, view }
    }

    /// The call's id at Graph, for requests this crate has no order for.
    #[must_use]
    pub fn call_id(&self) -> &CallId {
        &self.call
    }

    /// How the call stands now.
    #[must_use]
    pub fn snapshot(&self) -> CallSnapshot {
        self.view.borrow().clone()
    }

    /// How the call stands, to be watched.
    #[must_use]
    pub fn watch(&self) -> CallView {
        CallView::new(self.view.clone())
    }

    /// Begins an operation; gives it once Graph accepted it, long before it ends.
    ///
    /// `send` makes the request; the text is the `clientContext` it has to carry, by which the
    /// end finds back to its request. The end comes as an event as well. Where the request got no
    /// response in time, Graph may carry it out nevertheless: the operation is given then too, and
    /// its outcome tells.
    ///
    /// Dropping the future leaves it open whether Graph carries it out; its end is not told then.
    ///
    /// # Errors
    ///
    /// [`OrderError::Refused`] where the call is in no state for it and nothing was sent,
    /// [`OrderError::Ended`] where the call is over, [`OrderError::Graph`] as Graph answers.
    pub async fn begin<T: Into<CommsOperation>>(
        &self,
        needs: Needs,
        send: impl FnOnce(OneCall, &str) -> ResponseFuture<T>,
    ) -> Result<PendingOperation, OrderError> {
        let id = self.shared.next_operation();
        let waiting = self.shared.expect(&id);
        // Whoever gives this future up waits no more.
        let expected = Expected::new(self, &id);
        match self.operation(needs, true, &id, send).await {
            Ok(()) => {}
            Err(OrderError::Graph(error)) if may_run(&error) => {
                tracing::warn!(leg = %self.id, operation = %id, %error, "no response to an order");
            }
            Err(error) => {
                let order = Order::Operate { id: id.clone(), needs, told: true };
                self.shared.input(&self.id, Input::Abandoned(order));
                return Err(error);
            }
        }
        expected.keep();
        Ok(PendingOperation::new(id, self.id.clone(), waiting))
    }

    /// Sends a request about this call that begins no operation.
    ///
    /// A 404 ends the call here as it has at Graph. Dropping the future leaves it open whether
    /// Graph acts.
    ///
    /// # Errors
    ///
    /// [`OrderError::Ended`] where the call is over, [`OrderError::Graph`] as Graph answers.
    pub async fn request<T>(
        &self,
        send: impl FnOnce(OneCall) -> ResponseFuture<T>,
    ) -> Result<T, OrderError> {
        if self.shared.call_of(&self.id).is_none() {
            return Err(OrderError::Ended);
        }
        match send(self.shared.one_call(&self.call)).await {
            Ok(answer) => Ok(answer),
            Err(error) if error.is_call_ended() => {
                self.shared.input(&self.id, Input::Gone);
                Err(OrderError::Ended)
            }
            Err(error) => Err(OrderError::Graph(error)),
        }
    }

    /// Begins an operation; its id is the `clientContext` that joins notifications to it.
    async fn operation<T: Into<CommsOperation>>(
        &self,
        needs: Needs,
        told: bool,
        id: &OperationId,
        send: impl FnOnce(OneCall, &str) -> ResponseFuture<T>,
    ) -> Result<(), OrderError> {
        let order = Order::Operate { id: id.clone(), needs, told };
        let operation = self.order(order, |call| send(call, id.as_str())).await?;
        let mut report = OperationReport::read(&operation.into(), false);
        report.context = Some(id.as_str().into());
        report.response = true;
        self.shared.input(&self.id, Input::Operation(report));
        Ok(())
    }

    /// Checks the order, sends it, and tells the call how that went.
    async fn order<T>(
        &self,
        order: Order,
        send: impl FnOnce(OneCall) -> ResponseFuture<T>,
    ) -> Result<T, OrderError> {
        let call = match self.shared.sending(&self.id, Input::Sending(order.clone())) {
            Ok(call) => call,
            Err(NotSent::Ended) => return Err(OrderError::Ended),
            Err(NotSent::Refused(refusal)) => return Err(OrderError::Refused(refusal)),
        };
        let flight = Flight::new(self, order);
        match send(self.shared.one_call(&call)).await {
            Ok(answer) => {
                flight.land(Input::Accepted);
                Ok(answer)
            }
            Err(error) if error.is_call_ended() => {
                flight.land(Input::Refused);
                self.shared.input(&self.id, Input::Gone);
                Err(OrderError::Ended)
            }
            Err(error) => {
                flight.land(if is_doubtful(&error) { Input::Doubtful } else { Input::Refused });
                Err(OrderError::Graph(error))
            }
        }
    }
}

impl fmt::Debug for GraphLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphLeg")
            .field("id", &self.id)
            .field("call", &self.call)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
