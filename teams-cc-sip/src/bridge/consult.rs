//! A carrier's attended transfer that is carried out here: the two far parties are joined.
//!
//! Whoever transfers has two calls through us and asks, in one of them, that its other party take
//! the place of the second (REFER whose `Refer-To` has `Replaces`; RFC 5589 §7). Teams is never
//! sent `Replaces`, and some carriers take no REFER: the calls of both far parties stay, and we
//! let them talk.
//!
//! | step | what goes where |
//! |---|---|
//! | REFER comes | 202, `NOTIFY 100 Trying` |
//! | both far parties are connected | they talk; `NOTIFY 200`; the second call gets BYE |
//! | one of them is not, or there is none | 603, everything stays as it was |
//! | the second call still rings, or is being transferred | 491 |
//! | the transferor hangs up the first call | 200 to its BYE; we do so after two minutes |
//!
//! Nobody is called, so the gate is not asked: each party was let through before.

use teams_cc_core::{
    LegId,
    contact::{
        AfterTransfer, AnsweredBy, EndCause, EndReason, EndedBy, Knowledge, LegEvent, LegState,
        TransferOutcome,
    },
};

use crate::{
    endpoint::{Command, ReferHandle},
    message::{ReferTo, Request, Response, StatusCode},
    trunk::{
        TransferStep,
        admission::Side,
        engine::{Engine, RETIRED_LIMIT},
    },
};

/// Two calls of whoever transfers, each with the far party on its other side.
pub(super) struct Consultation {
    first: [LegId; 2],
    second: [LegId; 2],
}

impl Engine {
    /// What a REFER joins, if it names a second call through us; the status that says why not.
    pub(super) fn consultation(
        &self,
        leg: &LegId,
        request: &Request,
    ) -> Option<Result<Consultation, StatusCode>> {
        let own = self.legs.get(leg).filter(|record| record.link.side != Side::Teams)?;
        let target = request.headers().typed::<ReferTo>().ok().flatten()?;
        let named = self.replaced_by(&target.uri)?;
        let second = self.legs.get(&named)?;
        let ours = named != *leg && self.same_customer(&own.link.name, &second.link.name);
        Some(if ours { self.both_far_parties(leg, &named) } else { Err(StatusCode::DECLINE) })
    }

    fn both_far_parties(&self, leg: &LegId, named: &LegId) -> Result<Consultation, StatusCode> {
        let far = |leg: &LegId| {
            let near = self.legs.get(leg).filter(|record| !record.ending);
            let far = near.and_then(|record| record.bridge.clone()).ok_or(StatusCode::DECLINE)?;
            let ready = |leg: &LegId| match self.legs.get(leg) {
                Some(record) if record.ending => Err(StatusCode::DECLINE),
                Some(record) if record.state == LegState::Connected => Ok(()),
                Some(_) => Err(StatusCode::REQUEST_PENDING),
                None => Err(StatusCode::DECLINE),
            };
            ready(leg).and_then(|()| ready(&far)).map(|()| [leg.clone(), far])
        };
        let (first, second) = (far(leg)?, far(named)?);
        // The two calls are one, with the transferor at both ends.
        let apart = first.iter().all(|leg| !second.contains(leg));
        if apart { Ok(Consultation { first, second }) } else { Err(StatusCode::DECLINE) }
    }

    /// Joins the far parties and takes the transferor out.
    pub(super) fn join_consultation(&mut self, refer: ReferHandle, found: Consultation) {
        let Consultation { first: [leg, one], second: [named, other] } = found;
        let response = Box::new(Response::new(StatusCode::ACCEPTED));
        if self.order(Command::RespondRefer { refer, response }).is_err() {
            return;
        }
        tracing::info!(leg = %leg, with = %named, "an attended transfer joins two far parties");
        self.tell(&leg, LegEvent::TransferRequested);
        self.step(&leg, TransferStep::Accepted);
        for near in [&leg, &named] {
            if let Some(record) = self.legs.get_mut(near) {
                record.bridge = None;
                record.hold.relayed = false;
            }
        }
        self.let_talk(&one, &other);
        let _ = self.order(Command::NotifyRefer { refer, status: StatusCode::OK });
        let outcome = TransferOutcome::Completed {
            after: AfterTransfer::InSight,
            answered_by: Knowledge::Observed(AnsweredBy::Unconfirmed),
        };
        self.tell(&leg, LegEvent::TransferEnded(outcome));
        self.step(&leg, TransferStep::Completed);
        if let Some(record) = self.legs.get_mut(&named) {
            record.cause = Some(EndCause::new(EndReason::Transferred, EndedBy::Remote));
        }
        self.hang_up(&named);
        // Whoever transferred ends the first call itself (RFC 5589 §7.1); not for ever.
        if let Some(record) = self.legs.get_mut(&leg) {
            record.cause = Some(EndCause::new(EndReason::Transferred, EndedBy::Remote));
            // Until then nobody is joined with it.
            record.ending = true;
            if let Some(call) = record.call {
                self.retired.insert(call, self.now + RETIRED_LIMIT);
            }
        }
    }
}
