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

use super::{Input, OperationReport, Order, error::check_party, io::Shared, registry::NotSent};
use crate::{
    Error, ErrorKind,
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
pub struct GraphLeg {
    id: LegId,
    call: CallId,
    direction: Direction,
    party: Address,
    shared: Arc<Shared>,
}

impl GraphLeg {
    pub(super) fn new(
        shared: Arc<Shared>,
        id: LegId,
        call: CallId,
        direction: Direction,
        party: Address,
    ) -> Self {
        Self { id, call, direction, party, shared }
    }

    /// The call's id at Graph, for requests this crate has no order for.
    #[must_use]
    pub fn call_id(&self) -> &CallId {
        &self.call
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
        self.order(verb, Order::Transfer, send).await?;
        Ok(None)
    }

    /// Begins an operation; its id is the `clientContext` that joins notifications to it.
    async fn operate<T: Into<CommsOperation>>(
        &self,
        verb: Verb,
        told: bool,
        send: impl FnOnce(OneCall, &str) -> ResponseFuture<T>,
    ) -> Result<Option<OperationId>, LegError> {
        let id = self.shared.next_operation();
        let order = Order::Operate { id: id.clone(), told };
        let operation = self.order(verb, order, |call| send(call, id.as_str())).await?;
        let mut report = OperationReport::read(&operation.into(), false);
        report.context = Some(id.as_str().into());
        self.shared.input(&self.id, Input::Operation(report));
        Ok(told.then_some(id))
    }

    /// Checks the order, sends it, and tells the call how that went.
    async fn order<T>(
        &self,
        verb: Verb,
        order: Order,
        send: impl FnOnce(OneCall) -> ResponseFuture<T>,
    ) -> Result<T, LegError> {
        let call = match self.shared.sending(&self.id, Input::Sending(order.clone())) {
            Ok(call) => call,
            Err(NotSent::Ended) => return Err(LegError::Ended),
            Err(NotSent::Refused(super::Refusal::State(state))) => {
                return Err(LegError::WrongState { verb, state });
            }
            Err(NotSent::Refused(refusal)) => {
                return Err(LegError::Platform { verb, source: Box::new(refusal) });
            }
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
                Err(LegError::Ended)
            }
            Err(error) => {
                flight.land(if is_doubtful(&error) { Input::Doubtful } else { Input::Refused });
                Err(refusal(verb, error))
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
                let callback = self.shared.callback_uri();
                let send = |call: OneCall| call.answer(callback).into_future();
                self.order(verb, Order::Answer, send).await?;
                Ok(None)
            }
            LegCommand::Reject(reason) => {
                let graph = reject_reason(reason);
                let send = |call: OneCall| call.reject().reason(graph).into_future();
                self.order(verb, Order::Reject(reason), send).await?;
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
                self.order(verb, Order::HangUp, send).await?;
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
            self.leg.shared.input(&self.leg.id, Input::Doubtful(order));
        }
    }
}

/// Whether Graph may have acted although an error came back.
fn is_doubtful(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connection
        | ErrorKind::Timeout
        | ErrorKind::Decode
        | ErrorKind::ResponseTooLarge { .. } => true,
        ErrorKind::Service(response) => response.status.is_server_error(),
        _ => false,
    }
}

fn refusal(verb: Verb, error: Error) -> LegError {
    match (verb, error.kind()) {
        (Verb::TransferBlind | Verb::TransferConsultative, ErrorKind::Invalid(invalid)) => {
            LegError::InvalidDestination { why: invalid.to_string().into() }
        }
        _ => LegError::Platform { verb, source: Box::new(error) },
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
