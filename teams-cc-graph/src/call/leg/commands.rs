//! The commands of a contact's leg, as requests of Graph.

use async_trait::async_trait;
use teams_cc_core::{
    Address, LegId, OperationId,
    contact::{
        Capabilities, Direction, Leg, LegCommand, LegError, Prompt, RejectReason, TransferTarget,
        Verb,
    },
};

use super::GraphLeg;
use crate::{
    call::{Input, Needs, Order, error::check_party},
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

impl GraphLeg {
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
