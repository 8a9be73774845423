//! The state of one call, from what Graph says and what was asked of it.
//!
//! Notifications may be lost, late, repeated or out of order, and responses may come after the
//! notifications they cause. The rules that make every order end alike:
//!
//! * `established` needs no `establishing` before it, and nothing goes back from there;
//! * a deleted call is over for good: what comes later is counted and ignored;
//! * a 404 to any request means the same ([`EndReason::Reconciled`]);
//! * a transfer failed where the call is `established` again with a result that is no success;
//! * a transfer ends once, before the call does, as [`TransferOutcome::Unknown`] if need be.

mod heard;
mod keep;
mod orders;

use std::collections::VecDeque;

use teams_cc_core::{
    Instant, OperationId,
    contact::{
        AfterTransfer, Direction, EndCause, EndReason, EndedBy, Knowledge, LegEvent, LegState,
        TransferOutcome,
    },
};

use self::orders::How;
use super::{
    CallReport, Input, OperationEnd, OperationError, OperationReport, Phase, Refusal,
    TransferProgress,
    operation::{Ending, Learned, Operations},
    reconcile::Pace,
    tones::Tones,
};

/// The state of one call; sans-IO.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about the call")]
pub(super) struct CallReducer {
    direction: Direction,
    state: State,
    answering: bool,
    closing: bool,
    /// Why the call ends if the order to end it arrives. Its notification may come first.
    parting: Option<EndReason>,
    told: Told,
    media: Media,
    flows: Knowledge<bool>,
    hold: Knowledge<bool>,
    transfer: Option<Transfer>,
    transferred: Option<TransferOutcome>,
    /// Whether an answer to a question said that nothing is being transferred.
    denied: bool,
    /// Whether a transfer failed before, so that its notification may come again.
    failed_before: bool,
    /// Whether what is read is known to be the newest there is.
    trusted: bool,
    chain: Option<Box<str>>,
    tones: Tones,
    operations: Operations,
    endings: VecDeque<OperationEnd>,
    events: VecDeque<LegEvent>,
    end: Option<EndCause>,
    doubt: bool,
    invited: bool,
    ignored: u64,
}

/// What is told once at most.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    ringing: bool,
    diverted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ringing,
    Connected,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    Unknown,
    /// Said to flow before the call was said to be connected.
    Early,
    Active,
    /// It flowed, and Graph answered that it does not any more.
    Silent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transfer {
    /// Asked for, or known to be under way.
    UnderWay,
    /// Asked for, and whether the request arrived is not known.
    Doubtful,
}

impl CallReducer {
    /// A call that is not answered yet.
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            state: State::Ringing,
            answering: false,
            closing: false,
            parting: None,
            told: Told::default(),
            media: Media::Unknown,
            flows: Knowledge::Unknown,
            hold: Knowledge::Unknown,
            transfer: None,
            transferred: None,
            denied: false,
            failed_before: false,
            trusted: false,
            chain: None,
            tones: Tones::default(),
            operations: Operations::default(),
            endings: VecDeque::new(),
            events: VecDeque::new(),
            end: None,
            doubt: false,
            invited: false,
            ignored: 0,
        }
    }

    /// Takes one input; drain the events and endings afterwards.
    ///
    /// [`Refusal`] for [`Input::Sending`] alone; nothing has changed then.
    pub(super) fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        if let Input::Sending(order) = input {
            return self.sending(now, order);
        }
        if self.state == State::Ended {
            if !matches!(input, Input::Tick | Input::Answered { .. } | Input::Reconcile) {
                self.ignored += 1;
            }
            return Ok(());
        }
        match input {
            Input::Call(report) => self.reported(now, &report),
            Input::Operation(report) => {
                let learned =
                    if report.response { Learned::Response } else { Learned::Notification };
                self.operation(report, learned);
            }
            Input::Accepted(order) => self.accepted(now, &order),
            Input::Refused(order) => self.refused(&order, How::Refused),
            Input::Doubtful(order) => self.refused(&order, How::Doubtful),
            Input::Abandoned(order) => self.refused(&order, How::Abandoned),
            Input::Gone => {
                self.end(now, EndCause::new(EndReason::Reconciled, EndedBy::Platform));
            }
            _ => {}
        }
        self.release_tones(now);
        Ok(())
    }

    pub(super) fn poll_event(&mut self) -> Option<LegEvent> {
        self.events.pop_front()
    }

    pub(super) fn poll_ending(&mut self) -> Option<OperationEnd> {
        self.endings.pop_front()
    }

    /// Takes the call as Graph says it stands; tells whether that has to be asked again.
    ///
    /// Unlike a notification it cannot be older than what was heard before the question, so it
    /// wins where the two differ, unless notifications overtook it.
    pub(super) fn answered(&mut self, now: Instant, report: &CallReport, overtaken: bool) -> bool {
        self.trusted = !overtaken;
        self.reported(now, report);
        self.trusted = false;
        if self.state == State::Ended || overtaken {
            return overtaken;
        }
        self.doubt = false;
        if let Some(flows) = report.media {
            self.flows = Knowledge::Observed(flows);
            if !flows && self.media == Media::Active {
                self.media = Media::Silent;
            }
        }
        match (report.phase, self.transfer) {
            (Some(Phase::Established | Phase::Hold), Some(Transfer::UnderWay)) => {
                // Not begun yet, or failed: twice the same answer, half a minute apart, is failure.
                if std::mem::replace(&mut self.denied, true) {
                    self.transfer_failed();
                }
            }
            _ => self.denied = false,
        }
        self.release_tones(now);
        false
    }

    /// Takes what is told about an operation.
    pub(super) fn operation(&mut self, report: OperationReport, learned: Learned) {
        match self.operations.report(report, learned) {
            Ok(ending) => self.settle(ending),
            Err(_) => self.ignored += 1,
        }
    }

    /// Graph does not know the operation.
    pub(super) fn missed(&mut self, now: Instant, id: &OperationId) {
        let ending = self.operations.missed(now, id);
        self.settle(ending);
    }

    /// Ends one operation that cannot be asked about; tells whether there was one.
    pub(super) fn give_up(&mut self, now: Instant) -> bool {
        let ending = self.operations.give_up(now);
        let found = ending.is_some();
        self.settle(ending);
        found
    }

    fn settle(&mut self, ending: Option<Ending>) {
        let Some(Ending { told, result }) = ending else { return };
        self.invited |= matches!(
            result.operation.as_deref(),
            Some(crate::model::CommsOperation::InviteParticipants(_))
        );
        if told {
            let (operation, outcome) = (result.id.clone(), result.outcome);
            self.events.push_back(LegEvent::OperationEnded { operation, outcome });
        }
        self.endings
            .push_back(OperationEnd { id: result.id.clone(), result: Ok(Box::new(result)) });
    }

    pub(super) fn ignore(&mut self) {
        self.ignored += 1;
    }

    /// Whether what was heard contradicts itself; told once.
    pub(super) fn take_doubt(&mut self) -> bool {
        std::mem::take(&mut self.doubt)
    }

    /// Whether an invitation ended; told once.
    pub(super) fn take_invited(&mut self) -> bool {
        std::mem::take(&mut self.invited)
    }

    pub(super) fn operations(&self) -> &Operations {
        &self.operations
    }

    pub(super) fn operations_mut(&mut self) -> &mut Operations {
        &mut self.operations
    }

    pub(super) fn direction(&self) -> Direction {
        self.direction
    }

    pub(super) fn hold(&self) -> Knowledge<bool> {
        self.hold
    }

    pub(super) fn media(&self) -> Knowledge<bool> {
        self.flows
    }

    pub(super) fn chain(&self) -> Option<&str> {
        self.chain.as_deref()
    }

    pub(super) fn end_cause(&self) -> Option<&EndCause> {
        self.end.as_ref()
    }

    pub(super) fn transfer(&self) -> Option<TransferProgress> {
        match self.transfer {
            Some(Transfer::UnderWay) => Some(TransferProgress::UnderWay),
            Some(Transfer::Doubtful) => Some(TransferProgress::Doubtful),
            None => self.transferred.clone().map(TransferProgress::Ended),
        }
    }

    /// How soon a lost notification would matter.
    pub(super) fn pace(&self) -> Pace {
        match self.state {
            _ if self.closing => Pace::Closing,
            State::Ringing if self.answering => Pace::Answering,
            State::Ringing => Pace::Ringing,
            _ if self.transfer == Some(Transfer::UnderWay) => Pace::Transferring,
            _ => Pace::Connected,
        }
    }

    /// When to come back, once the events are drained.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.tones.deadline()
    }

    /// Where the leg stands.
    pub(super) fn state(&self) -> LegState {
        match self.state {
            State::Ended => LegState::Ended,
            State::Ringing => LegState::Ringing,
            State::Connected if self.transfer == Some(Transfer::UnderWay) => LegState::Transferring,
            State::Connected => LegState::Connected,
        }
    }

    /// How many inputs told nothing new or came after the end.
    pub(super) fn ignored(&self) -> u64 {
        self.ignored
    }

    fn end(&mut self, now: Instant, cause: EndCause) {
        self.release_tones(now);
        while let Some(tone) = self.tones.flush() {
            self.events.push_back(LegEvent::Tone(tone));
        }
        let transferred = cause.reason == EndReason::Transferred;
        let outcome = match self.transfer.take() {
            Some(_) if transferred => Some(TransferOutcome::Completed {
                after: AfterTransfer::OutOfSight,
                answered_by: Knowledge::Unknown,
            }),
            Some(Transfer::UnderWay) => Some(TransferOutcome::Unknown),
            Some(Transfer::Doubtful) | None => None,
        };
        if let Some(outcome) = outcome {
            self.transferred = Some(outcome.clone());
            self.events.push_back(LegEvent::TransferEnded(outcome));
        }
        for id in self.operations.abandon() {
            let result = Err(OperationError::CallEnded { cause: cause.clone() });
            self.endings.push_back(OperationEnd { id, result });
        }
        self.end = Some(cause.clone());
        self.events.push_back(LegEvent::Ended(cause));
        self.state = State::Ended;
    }

    fn release_tones(&mut self, now: Instant) {
        while let Some(tone) = self.tones.pop(now) {
            self.events.push_back(LegEvent::Tone(tone));
        }
    }
}

impl CallReport {
    /// A report that says nothing but where the call stands.
    #[must_use]
    pub fn at(phase: Phase) -> Self {
        Self { phase: Some(phase), ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
