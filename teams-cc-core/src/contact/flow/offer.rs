//! One offer: a party rung on a leg of its own.

use std::time::Duration;

use crate::{
    Address, AgentId, Instant,
    contact::{AnsweredBy, LegCommand, OfferEnd, Prompt, Tone},
};

use super::{Confirm, OrderId};

/// An offer leg and how far it got.
#[derive(Debug)]
pub(super) struct Offer {
    /// The order to reply to, until it is.
    pub(super) order: Option<OrderId>,
    pub(super) party: Address,
    pub(super) agent: Option<AgentId>,
    confirm: Confirm,
    ring_until: Instant,
    rings_since: Option<Instant>,
    diverted: bool,
    /// The leg ended while it was being replaced.
    pub(super) gone: bool,
    pub(super) stage: Stage,
}

/// How far an offer got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The leg is being set up.
    Dialling,
    /// The leg is being set up and no longer wanted.
    Abandoned,
    /// The party is being alerted.
    Ringing,
    /// Something answered and has until then to confirm.
    Answered { until: Instant, asked: bool },
    /// The party took the contact and waits to be connected.
    Taken,
    /// The customer and the party are being joined, for this order.
    Joining(OrderId),
    /// The customer and the party talk through us.
    Joined,
    /// The leg was hung up; its end is still to come.
    Leaving,
}

/// What the engine is to do after an event on an offer leg.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Nothing,
    Execute(Vec<LegCommand>),
    Taken(AnsweredBy),
    NotTaken(OfferEnd),
}

impl Offer {
    pub(super) fn new(
        order: OrderId,
        party: Address,
        agent: Option<AgentId>,
        confirm: Confirm,
        ring_until: Instant,
    ) -> Self {
        Self {
            order: Some(order),
            party,
            agent,
            confirm,
            ring_until,
            rings_since: None,
            diverted: false,
            gone: false,
            stage: Stage::Dialling,
        }
    }

    /// When this offer wants to be looked at again.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Dialling | Stage::Ringing => Some(self.ring_until),
            Stage::Answered { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether the party is still being sought.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Dialling | Stage::Ringing | Stage::Answered { .. })
    }

    pub(super) fn alerted(&mut self, now: Instant, diverted: bool) {
        self.diverted |= diverted;
        self.rings_since.get_or_insert(now);
    }

    /// Something answered.
    pub(super) fn answered(&mut self, now: Instant, min_ring: Duration) -> Next {
        if !matches!(self.stage, Stage::Dialling | Stage::Ringing) {
            return Next::Nothing;
        }
        let too_fast = self.rings_since.is_none_or(|since| now - since < min_ring);
        match self.confirm {
            Confirm::TrustAnswer => {
                self.stage = Stage::Taken;
                Next::Taken(if self.diverted || too_fast {
                    AnsweredBy::Unconfirmed
                } else {
                    AnsweredBy::Confirmed
                })
            }
            Confirm::Tone { within, .. } | Confirm::External { within } => {
                self.stage = Stage::Answered { until: now + within, asked: false };
                Next::Nothing
            }
        }
    }

    /// Media flows: the party can be asked.
    pub(super) fn ask(&mut self) -> Next {
        let Stage::Answered { asked, .. } = &mut self.stage else {
            return Next::Nothing;
        };
        let Confirm::Tone { prompts, .. } = &self.confirm else {
            return Next::Nothing;
        };
        if std::mem::replace(asked, true) {
            return Next::Nothing;
        }
        let mut commands = vec![LegCommand::CollectTones];
        if !prompts.is_empty() {
            commands.push(LegCommand::Play(Vec::<Prompt>::clone(prompts)));
        }
        Next::Execute(commands)
    }

    /// The party pressed a key.
    pub(super) fn keyed(&mut self, tone: Tone) -> Next {
        match (&self.stage, &self.confirm) {
            (Stage::Answered { .. }, Confirm::Tone { accept, .. }) if *accept == tone => {
                self.stage = Stage::Taken;
                Next::Taken(AnsweredBy::Confirmed)
            }
            (Stage::Answered { .. }, Confirm::Tone { .. }) => Next::NotTaken(OfferEnd::Declined),
            _ => Next::Nothing,
        }
    }

    /// The agent's application took the contact.
    pub(super) fn confirmed(&mut self) -> Next {
        match self.stage {
            Stage::Answered { .. } => {
                self.stage = Stage::Taken;
                Next::Taken(AnsweredBy::Confirmed)
            }
            _ => Next::Nothing,
        }
    }

    /// The deadline passed.
    pub(super) fn expired(&self, now: Instant) -> Next {
        match (&self.stage, self.deadline()) {
            (Stage::Answered { .. }, Some(at)) if at <= now => {
                Next::NotTaken(OfferEnd::SuspectedVoicemail)
            }
            (_, Some(at)) if at <= now => Next::NotTaken(OfferEnd::NoAnswer),
            _ => Next::Nothing,
        }
    }
}
