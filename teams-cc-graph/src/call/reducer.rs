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

use std::collections::VecDeque;

use teams_cc_core::{
    Instant,
    contact::{
        AfterTransfer, Direction, EndCause, EndReason, EndedBy, Knowledge, LegEvent, LegState,
        RejectReason, TransferFailure, TransferOutcome,
    },
};

use super::{
    CallReport, Input, Order, Output, Phase, Refusal, end::end_cause, operation::Operations,
    tones::Tones,
};

/// The state of one call; sans-IO.
///
/// ```
/// use teams_cc_core::{Instant, contact::{Direction, LegEvent}};
/// use teams_cc_graph::call::{CallReducer, CallReport, Input, Output, Phase};
///
/// let mut call = CallReducer::new(Direction::Outbound);
/// let report = CallReport::at(Phase::Established);
/// call.handle_input(Instant::ZERO, Input::Call(report))?;
/// assert_eq!(call.poll_output(), Output::Event(LegEvent::Answered));
/// assert_eq!(call.poll_output(), Output::Event(LegEvent::MediaActive));
/// assert_eq!(call.poll_output(), Output::Timeout(None));
/// # Ok::<(), teams_cc_graph::call::Refusal>(())
/// ```
#[derive(Debug)]
pub struct CallReducer {
    direction: Direction,
    state: State,
    answering: bool,
    closing: bool,
    told: Told,
    media: Media,
    transfer: Option<Transfer>,
    tones: Tones,
    operations: Operations,
    events: VecDeque<LegEvent>,
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
    #[must_use]
    pub fn new(direction: Direction) -> Self {
        Self {
            direction,
            state: State::Ringing,
            answering: false,
            closing: false,
            told: Told::default(),
            media: Media::Unknown,
            transfer: None,
            tones: Tones::default(),
            operations: Operations::default(),
            events: VecDeque::new(),
            ignored: 0,
        }
    }

    /// Takes one input; drain [`CallReducer::poll_output`] afterwards.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for [`Input::Sending`] alone; nothing has changed then.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        if let Input::Sending(order) = input {
            return self.sending(order);
        }
        if self.state == State::Ended {
            if !matches!(input, Input::Tick) {
                self.ignored += 1;
            }
            return Ok(());
        }
        match input {
            Input::Call(report) => self.reported(now, &report),
            Input::Operation(report) => match self.operations.report(report) {
                Ok(Some((operation, outcome))) => {
                    self.events.push_back(LegEvent::OperationEnded { operation, outcome });
                }
                Ok(None) => {}
                Err(_) => self.ignored += 1,
            },
            Input::Accepted(order) => self.accepted(now, &order),
            Input::Refused(order) => self.refused(&order, false),
            Input::Doubtful(order) => self.refused(&order, true),
            Input::Gone => {
                self.end(now, EndCause::new(EndReason::Reconciled, EndedBy::Platform));
            }
            Input::Tick | Input::Sending(_) => {}
        }
        self.release_tones(now);
        Ok(())
    }

    /// The next event, or when to come back with [`Input::Tick`].
    pub fn poll_output(&mut self) -> Output {
        match self.events.pop_front() {
            Some(event) => Output::Event(event),
            None => Output::Timeout(self.deadline()),
        }
    }

    /// When to come back, once the events are drained.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.tones.deadline()
    }

    /// Where the leg stands.
    #[must_use]
    pub fn state(&self) -> LegState {
        match self.state {
            State::Ended => LegState::Ended,
            State::Ringing => LegState::Ringing,
            State::Connected if self.transfer == Some(Transfer::UnderWay) => LegState::Transferring,
            State::Connected => LegState::Connected,
        }
    }

    /// Whether the call is about to end, or may have ended unheard.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    /// How many inputs told nothing new or came after the end.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    fn sending(&mut self, order: Order) -> Result<(), Refusal> {
        let state = self.state();
        let unanswered =
            self.direction == Direction::Inbound && self.state == State::Ringing && !self.answering;
        let ready = match &order {
            Order::Answer | Order::Reject(_) => unanswered,
            // Before media flows nothing can be played or heard: such an order is not sent.
            Order::Operate { .. } => state == LegState::Connected && self.media == Media::Active,
            Order::Transfer => state == LegState::Connected,
            Order::HangUp => state != LegState::Ended,
        };
        if !ready {
            return Err(Refusal::State(state));
        }
        match order {
            Order::Answer => self.answering = true,
            Order::Operate { id, told } => {
                if !self.operations.has_room() {
                    return Err(Refusal::TooManyOperations);
                }
                self.operations.begin(id, told);
            }
            // From here on, for the notifications may overtake the response.
            Order::Transfer => self.transfer = Some(Transfer::UnderWay),
            Order::Reject(_) | Order::HangUp => {}
        }
        Ok(())
    }

    fn accepted(&mut self, now: Instant, order: &Order) {
        let connected = self.state == State::Connected;
        let reason = match order {
            Order::Reject(RejectReason::Busy | RejectReason::Overloaded) => EndReason::Busy,
            Order::Reject(RejectReason::Forbidden) => EndReason::Forbidden,
            Order::Reject(RejectReason::NotFound) => EndReason::NotFound,
            Order::Reject(_) => EndReason::Declined,
            Order::HangUp if connected => EndReason::Completed,
            Order::HangUp if self.direction == Direction::Inbound => EndReason::Declined,
            Order::HangUp => EndReason::Cancelled,
            Order::Answer | Order::Operate { .. } | Order::Transfer => return,
        };
        // The platform took the call away; its own notification may never come.
        self.end(now, EndCause::new(reason, EndedBy::Local));
    }

    fn refused(&mut self, order: &Order, doubtful: bool) {
        match order {
            Order::Answer => self.answering = false,
            Order::Operate { id, .. } => self.operations.forget(id),
            Order::Transfer if self.transfer.is_some() => {
                self.transfer = doubtful.then_some(Transfer::Doubtful);
            }
            // The call may be gone; a probe will tell.
            Order::Reject(_) | Order::HangUp if doubtful => self.closing = true,
            Order::Transfer | Order::Reject(_) | Order::HangUp => {}
        }
    }

    fn reported(&mut self, now: Instant, report: &CallReport) {
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
                self.fail_transfer(report);
            }
            Some(Phase::Hold) => self.connect(),
            Some(Phase::Transferring) => {
                self.connect();
                if self.transfer.is_some() {
                    self.transfer = Some(Transfer::UnderWay);
                } else {
                    self.ignored += 1;
                }
            }
            Some(Phase::Terminating) => self.closing = true,
            Some(Phase::Terminated) => {
                let answered = self.state == State::Connected;
                let cause = end_cause(self.direction, answered, report.result, report.transferred);
                self.end(now, cause);
                return;
            }
        }
        if report.media == Some(true) {
            match self.state {
                State::Connected => self.activate(),
                _ => self.media = Media::Early,
            }
        }
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
        if self.media != Media::Active {
            self.media = Media::Active;
            self.events.push_back(LegEvent::MediaActive);
        }
    }

    /// Back in `established` with a result that is no success, a transfer failed.
    fn fail_transfer(&mut self, report: &CallReport) {
        let failed = report.result.is_some_and(|result| !result.is_success());
        match self.transfer {
            Some(_) if failed => {
                self.transfer = None;
                self.events.push_back(LegEvent::TransferEnded(TransferOutcome::Failed(
                    TransferFailure::Platform,
                )));
            }
            _ if failed => self.ignored += 1,
            _ => {}
        }
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
        self.events.extend(outcome.map(LegEvent::TransferEnded));
        self.events.push_back(LegEvent::Ended(cause));
        self.state = State::Ended;
        self.operations = Operations::default();
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
