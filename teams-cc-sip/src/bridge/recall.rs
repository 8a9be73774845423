//! A transfer whose target does not answer: the call comes back to whoever transferred.
//!
//! While that party is still there, nothing has to be done: its call was never touched. One that
//! has hung up in the meantime is called again, once, so that the other party is not left alone.
//! The emergency services may ring for as long as any call.

use std::collections::VecDeque;

use teams_cc_core::{Address, LegId, contact::LegState};

use super::transfer::NO_ANSWER;
use crate::{
    endpoint::{Command, Extras, ReferHandle},
    gate::{Ask, Purpose},
    trunk::{
        EmergencyData, TransferStep,
        admission::Side,
        call::{Attempt, Transfer, Whither},
        engine::Engine,
        input::Output,
    },
};

impl Engine {
    /// Transfers whose target has rung for long enough are given up.
    pub(crate) fn end_slow_transfers(&mut self) {
        let now = self.now;
        let slow: Vec<LegId> =
            self.recalls.iter().filter(|(_, at)| **at <= now).map(|(leg, _)| leg.clone()).collect();
        for leg in slow {
            self.recalls.remove(&leg);
            self.withdraw_replacement(&leg);
            self.transfer_failed(&leg, NO_ANSWER);
        }
    }

    /// Takes the INVITE to a target back.
    pub(super) fn withdraw_replacement(&mut self, leg: &LegId) {
        let transfer = self.legs.get_mut(leg).and_then(|record| record.transfer.as_mut());
        if let Some(call) = transfer.and_then(|transfer| transfer.call.take()) {
            self.calls.remove(&call);
            let _ = self.order(Command::Cancel { call, extras: Extras::new() });
        }
    }

    /// Whoever transferred has hung up and the target did not answer: is called again.
    pub(super) fn call_back(&mut self, leg: &LegId, refer: ReferHandle) -> bool {
        let tenant = self.tenant_of_leg(leg);
        let Some(record) = self.legs.get(leg) else { return false };
        let Address::Phone(number) = record.party.clone() else { return false };
        let alone = record.bridge.is_none() || record.ending || self.draining;
        let (side, shown) = (record.link.side, record.shown.number.clone());
        let reached = record.reached.as_deref().cloned();
        let carried = record.carried.clone().unwrap_or_default();
        if alone {
            return false;
        }
        let ask = Ask {
            tenant: tenant.as_ref(),
            purpose: Purpose::Callback,
            towards: side.towards(),
            number: &number,
            shown: &shown,
            diverted_by: None,
        };
        let Ok(passage) = self.gate.ask(self.now, &ask) else { return false };
        // Whoever was reached by a REFER is reached the same way again.
        let (whither, left) = match (side, reached) {
            (Side::Teams, Some(Whither::Referred { target, .. })) => {
                let left = self.transfer_order(&target);
                (Whither::Referred { target, copied: Vec::new() }, left)
            }
            (Side::Teams, _) => {
                (Whither::Number(passage.number), self.failover.order(self.now).into())
            }
            (Side::Carrier(_) | Side::Lab, _) => (Whither::Number(passage.number), VecDeque::new()),
        };
        let attempt = Attempt {
            whither,
            left,
            proxy: None,
            progressed: false,
            emergency: EmergencyData::default(),
            carried,
            optimization: None,
        };
        self.begin_transfer(leg, Transfer::new(refer, attempt, passage.grant).recalling());
        if let Some(record) = self.legs.get_mut(leg) {
            record.state = LegState::Transferring;
        }
        tracing::info!(leg = %leg, "whoever transferred is called again");
        self.step(leg, TransferStep::Recalling);
        true
    }

    /// Keeps a transfer and opens the media of its call.
    pub(super) fn begin_transfer(&mut self, leg: &LegId, mut transfer: Transfer) {
        self.replacements = self.replacements.saturating_add(1);
        transfer.media = LegId::numbered("R", self.replacements);
        let media = transfer.media.clone();
        if let Some(record) = self.legs.get_mut(leg) {
            if !transfer.emergency {
                self.recalls.insert(leg.clone(), self.now + self.config.recall_time);
            }
            record.transfer = Some(Box::new(transfer));
            self.outputs.push_back(Output::NameMedia { media: media.clone(), leg: leg.clone() });
            self.outputs.push_back(Output::OpenMedia { media });
        }
    }

    /// Forgets a transfer; the gate no longer counts it.
    pub(super) fn take_transfer(&mut self, leg: &LegId) -> Option<Box<Transfer>> {
        let mut transfer = self.legs.get_mut(leg)?.transfer.take()?;
        self.recalls.remove(leg);
        if let Some(grant) = transfer.grant.take() {
            self.gate.release(grant);
        }
        Some(transfer)
    }
}
