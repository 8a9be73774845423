//! What Graph's words about a call mean for its state.

use teams_cc_core::{
    Instant,
    contact::{
        Direction, EndCause, EndedBy, Knowledge, LegEvent, TransferFailure, TransferOutcome,
    },
};

use super::{CallReducer, Media, State, Transfer};
use crate::call::{CallReport, Phase, end::end_cause};

impl CallReducer {
    pub(super) fn reported(&mut self, now: Instant, report: &CallReport) {
        if let Some((sequence, tone)) = report.tone {
            match sequence {
                Some(sequence) => {
                    if !self.tones.push(now, sequence, tone) {
                        self.ignored += 1;
                    }
                }
                None => self.events.push_back(LegEvent::Tone(tone)),
            }
        }
        if self.chain.is_none() {
            self.chain.clone_from(&report.chain);
        }
        let before = self.state;
        let unanswered_out = self.state == State::Ringing && self.direction == Direction::Outbound;
        if report.mailbox && self.direction == Direction::Outbound {
            self.divert();
        }
        match report.phase {
            None | Some(Phase::Incoming | Phase::Establishing) => {}
            Some(Phase::Ringing) if unanswered_out => {
                if !std::mem::replace(&mut self.told.ringing, true) {
                    self.events.push_back(LegEvent::Ringing);
                }
            }
            Some(Phase::Redirecting) if unanswered_out => self.divert(),
            Some(Phase::Ringing | Phase::Redirecting) => self.ignored += 1,
            Some(Phase::Established) => {
                self.connect();
                // Without a word about media, established means that it flows: so Microsoft's
                // own examples play prompts right after it.
                if report.media != Some(false) {
                    self.activate();
                }
                self.held(false);
                self.fail_transfer(report);
            }
            Some(Phase::Hold) => {
                self.connect();
                self.held(true);
            }
            Some(Phase::Transferring) => {
                self.connect();
                // A call has one state: one that is being handed over is not said to be held.
                self.held(false);
                if self.transfer.is_some() {
                    self.transfer = Some(Transfer::UnderWay);
                } else {
                    self.ignored += 1;
                }
            }
            Some(Phase::Terminating) => self.closing = true,
            Some(Phase::Terminated) => {
                let answered = self.state == State::Connected;
                let cause = match self.parting {
                    // The notification overtook the response to the order that ended the call.
                    Some(reason) if report.result.is_none() && !report.transferred => {
                        EndCause::new(reason, EndedBy::Local)
                    }
                    _ => end_cause(self.direction, answered, report.result, report.transferred),
                };
                self.end(now, cause);
                return;
            }
        }
        // What was said before the call was connected is old news once it is.
        let early = matches!(
            report.phase,
            Some(Phase::Incoming | Phase::Establishing | Phase::Ringing | Phase::Redirecting)
        );
        let Some(flows) = report.media.filter(|_| !(early && before == State::Connected)) else {
            return;
        };
        self.doubt |= self.flows == Knowledge::Observed(!flows);
        self.flows = Knowledge::Observed(flows);
        match self.state {
            State::Connected if flows => self.activate(),
            State::Ringing if flows => self.media = Media::Early,
            _ => {}
        }
    }

    /// The other side holds the call, or does not. Which came first is not told, so Graph is asked.
    fn held(&mut self, hold: bool) {
        if hold == (self.hold == Knowledge::Observed(true)) {
            return;
        }
        // That a call is held is told at times, that none is held never: it may be held unseen.
        self.hold = if hold { Knowledge::Observed(true) } else { Knowledge::Unknown };
        self.doubt = true;
        self.events.push_back(if hold {
            LegEvent::HeldByRemote
        } else {
            LegEvent::ResumedByRemote
        });
    }

    fn divert(&mut self) {
        if !std::mem::replace(&mut self.told.diverted, true) {
            self.events.push_back(LegEvent::Diverted);
        }
    }

    fn connect(&mut self) {
        if self.state == State::Ringing {
            self.state = State::Connected;
            self.events.push_back(LegEvent::Answered);
            if self.media == Media::Early {
                self.activate();
            }
        }
    }

    fn activate(&mut self) {
        if self.flows == Knowledge::Unknown {
            self.flows = Knowledge::Inferred(true);
        }
        match std::mem::replace(&mut self.media, Media::Active) {
            Media::Active | Media::Silent => {}
            _ => self.events.push_back(LegEvent::MediaActive),
        }
    }

    /// Back in `established` with a result that is no success, a transfer failed.
    fn fail_transfer(&mut self, report: &CallReport) {
        let failed = report.result.is_some_and(|result| !result.is_success());
        match self.transfer {
            // It may be the failure of the transfer before this one, told late or again.
            Some(_) if failed && self.failed_before && !self.trusted => self.doubt = true,
            Some(_) if failed => self.transfer_failed(),
            // An older notification, or a failure without a word: Graph is asked.
            Some(Transfer::UnderWay) => self.doubt = true,
            _ if failed => self.ignored += 1,
            _ => {}
        }
    }

    pub(super) fn transfer_failed(&mut self) {
        let outcome = TransferOutcome::Failed(TransferFailure::Platform);
        self.transfer = None;
        self.failed_before = true;
        self.transferred = Some(outcome.clone());
        self.events.push_back(LegEvent::TransferEnded(outcome));
    }
}
