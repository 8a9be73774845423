//! One call as a leg of a contact.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use teams_cc_core::{
    Address, CallId, LegId, OperationId,
    contact::{
        Capabilities, Direction, Leg, LegCommand, LegError, Prompt, RejectReason, TransferTarget,
        Verb,
    },
};

use tokio::sync::watch;

use super::{
    CallSnapshot, CallView, Input, Needs, OperationReport, Order, OrderError, PendingOperation,
    error::{check_party, is_doubtful, may_run},
    io::Shared,
    registry::NotSent,
};
use crate::{
    model::{self, CommsOperation, InvitationParticipantInfo},
    request::{ResponseFuture, communications::OneCall},
};

/// What a bot can order a one-to-one call to do.
const CAPABILITIES: Capabilities = Capabilities::of(&[
    Verb::Answer,
    Verb::Reject,
    Verb::Play,
    Verb::CollectTones,
    Verb::CancelMedia,
    Verb::TransferBlind,
    Verb::TransferConsultative,
    Verb::HangUp,
]);

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
        let expected = Expected { leg: self, id: Some(&id) };
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

    async fn play(&self, prompts: Vec<Prompt>) -> Result<Option<OperationId>, LegError> {
        let prompts: Vec<_> =
            prompts.iter().map(|prompt| model::Prompt::wav(prompt.uri())).collect();
        self.operate(Verb::Play, true, |call, context| {
            call.play_prompt(prompts).client_context(context).into_future()
        })
        .await
    }

    async fn transfer(&self, target: TransferTarget) -> Result<Option<OperationId>, LegError> {
        let party = target.party();
        let unusable = |why: String| LegError::InvalidDestination { why: why.into() };
        check_party(party).map_err(|error| unusable(error.to_string()))?;
        let mut invitation = InvitationParticipantInfo::of_address(party).ok_or_else(|| {
            unusable("graph transfers to users, bots, resource accounts and full numbers".into())
        })?;
        let mut verb = Verb::TransferBlind;
        if let TransferTarget::Consultative { replaces, .. } = &target {
            verb = Verb::TransferConsultative;
            let call = self.shared.call_of(replaces).ok_or_else(|| {
                unusable("the leg to replace is over, or is no graph call of this tenant".into())
            })?;
            invitation = invitation.replaces_call_id(call.as_str());
        }
        let send = |call: OneCall| call.transfer(invitation).into_future();
        self.order(Order::Transfer, send).await.map_err(|error| error.of(verb))?;
        Ok(None)
    }

    /// Begins an operation as an order of a contact's leg.
    async fn operate<T: Into<CommsOperation>>(
        &self,
        verb: Verb,
        told: bool,
        send: impl FnOnce(OneCall, &str) -> ResponseFuture<T>,
    ) -> Result<Option<OperationId>, LegError> {
        let id = self.shared.next_operation();
        match self.operation(Needs::Media, told, &id, send).await {
            Ok(()) => Ok(told.then_some(id)),
            Err(error) => {
                // Its failure is told here, so its end is not told again.
                let order = Order::Operate { id, needs: Needs::Media, told };
                self.shared.input(&self.id, Input::Abandoned(order));
                Err(error.of(verb))
            }
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
        let flight = Flight { leg: self, order: Some(order) };
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

#[async_trait]
impl Leg for GraphLeg {
    fn id(&self) -> &LegId {
        &self.id
    }

    fn direction(&self) -> Direction {
        self.direction
    }

    fn party(&self) -> &Address {
        &self.party
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    /// Carries out an order; returns once Graph accepted it.
    ///
    /// Dropping the future stops waiting. The call then counts as if no response had come: an
    /// answer may be ordered again, a prompt's end is not told, and a transfer tells of itself
    /// only if it completed or failed. Nothing is left allocated.
    async fn execute(&self, command: LegCommand) -> Result<Option<OperationId>, LegError> {
        let verb = command.verb();
        match command {
            LegCommand::Answer => {
                let callback = self.shared.callback_uri(&self.id);
                let options = self.shared.incoming_options();
                let send = |call: OneCall| {
                    let mut answer = call.answer(callback);
                    if let Some(options) = options {
                        answer = answer.call_options(options);
                    }
                    answer.into_future()
                };
                self.order(Order::Answer, send).await.map_err(|error| error.of(verb))?;
                Ok(None)
            }
            LegCommand::Reject(reason) => {
                let graph = reject_reason(reason);
                let send = |call: OneCall| call.reject().reason(graph).into_future();
                let order = Order::Reject(reason);
                self.order(order, send).await.map_err(|error| error.of(verb))?;
                Ok(None)
            }
            LegCommand::Play(prompts) => self.play(prompts).await,
            LegCommand::CollectTones => {
                self.operate(verb, true, |call, context| {
                    call.subscribe_to_tone().client_context(context).into_future()
                })
                .await
            }
            LegCommand::CancelMedia => {
                self.operate(verb, false, |call, context| {
                    call.cancel_media_processing().client_context(context).into_future()
                })
                .await
            }
            LegCommand::Transfer(target) => self.transfer(target).await,
            LegCommand::HangUp => {
                let send = |call: OneCall| call.delete().into_future();
                self.order(Order::HangUp, send).await.map_err(|error| error.of(verb))?;
                Ok(None)
            }
            _ => Err(LegError::Unsupported { verb, why: why_unsupported(verb) }),
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

/// An order under way; dropped before it lands, nobody knows whether it arrived.
struct Flight<'a> {
    leg: &'a GraphLeg,
    order: Option<Order>,
}

impl Flight<'_> {
    fn land(mut self, how: impl FnOnce(Order) -> Input) {
        if let Some(order) = self.order.take() {
            self.leg.shared.input(&self.leg.id, how(order));
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if let Some(order) = self.order.take() {
            self.leg.shared.input(&self.leg.id, Input::Abandoned(order));
        }
    }
}

/// Somebody waits for an operation whose order is under way.
struct Expected<'a> {
    leg: &'a GraphLeg,
    id: Option<&'a OperationId>,
}

impl Expected<'_> {
    fn keep(mut self) {
        self.id = None;
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.leg.shared.do_not_expect(id);
        }
    }
}

fn reject_reason(reason: RejectReason) -> model::RejectReason {
    match reason {
        RejectReason::Busy | RejectReason::Overloaded => model::RejectReason::Busy,
        RejectReason::Forbidden => model::RejectReason::Forbidden,
        _ => model::RejectReason::None,
    }
}

fn why_unsupported(verb: Verb) -> &'static str {
    match verb {
        Verb::Ring => "graph lets an incoming call ring by itself until it is answered",
        Verb::Hold | Verb::Resume => {
            "graph does not let a bot hold a one-to-one call; play a prompt, or hold on a sip trunk"
        }
        Verb::Bridge => {
            "graph does not join two one-to-one calls of a bot; transfer one to the other's party"
        }
        _ => "graph has no request for it",
    }
}
