//! One live call: its state from notifications, and the questions that cure lost ones.

use std::collections::VecDeque;

use teams_cc_core::{
    Instant, OperationId,
    contact::{Direction, Knowledge, LegState},
};

use super::{
    Answer, Ask, CallReducer, CallReport, CallSnapshot, Input, Learned, OperationReport, Order,
    Output, Refusal, Roster,
    reconcile::{Overtaken, Reconciler},
    record::KeptSession,
    roster::RosterTracker,
};

/// One live call; sans-IO.
///
/// It takes notifications, responses and answers in any order, and gives events, the ends of
/// operations, and questions for Graph. Lost notifications are cured by those: the state of the
/// call after one round of answers is that of the call at Graph.
///
/// An idle session is under 2 KiB: a flat structure of some 700 bytes, and on the heap the texts
/// of its ids. Rosters, operations and waiting tones add to it while they exist.
///
/// ```
/// use teams_cc_core::{Instant, contact::{Direction, LegEvent}};
/// use teams_cc_graph::call::{CallReport, CallSession, Input, Output, Phase};
///
/// let now = Instant::ZERO;
/// let mut call = CallSession::new(now, Direction::Outbound);
/// call.handle_input(now, Input::Call(CallReport::at(Phase::Established)))?;
/// assert_eq!(call.poll_output(), Output::Event(LegEvent::Answered));
/// assert_eq!(call.poll_output(), Output::Event(LegEvent::MediaActive));
/// assert_eq!(call.poll_output(), Output::Changed);
/// let Output::Timeout(Some(at)) = call.poll_output() else { panic!("it is kept alive") };
/// call.handle_input(at, Input::Tick)?;
/// assert!(matches!(call.poll_output(), Output::Ask(_)));
/// # Ok::<(), teams_cc_graph::call::Refusal>(())
/// ```
#[derive(Debug)]
pub struct CallSession {
    reducer: CallReducer,
    roster: RosterTracker,
    reconciler: Reconciler,
    asks: VecDeque<Ask>,
    changed: bool,
    /// Whether Graph was asked for a roster and has none, as of a one-to-one call.
    no_roster: bool,
}

impl CallSession {
    /// A call that is not answered yet.
    #[must_use]
    pub fn new(now: Instant, direction: Direction) -> Self {
        Self {
            reducer: CallReducer::new(direction),
            roster: RosterTracker::default(),
            reconciler: Reconciler::new(now),
            asks: VecDeque::new(),
            changed: false,
            no_roster: false,
        }
    }

    /// Goes on with a call of another process: asks Graph how everything stands.
    pub(super) fn resume(now: Instant, kept: KeptSession) -> Self {
        let mut this = Self::new(now, kept.direction).delta_roster(kept.delta_roster);
        if let Some(own) = &kept.own {
            this.roster.set_own(own);
        }
        this.reducer = CallReducer::resume(now, kept);
        this.reconciler.resume(now);
        this.reducer.operations_mut().check_all(now);
        this.changed = true;
        this.follow(now);
        this
    }

    /// What another process needs to go on with the call.
    pub(super) fn keep(&self) -> KeptSession {
        KeptSession {
            own: self.roster.own().map(Into::into),
            delta_roster: self.roster.is_delta(),
            ..self.reducer.keep()
        }
    }

    /// What joins the legs of one conversation.
    pub(super) fn chain(&self) -> Option<&str> {
        self.reducer.chain()
    }

    /// The operations under way.
    pub(super) fn operations(&self) -> impl Iterator<Item = &OperationId> {
        self.reducer.operations().under_way().map(|(id, ..)| id)
    }

    /// Says whether roster notifications carry changes alone (`isDeltaRosterEnabled`).
    #[must_use]
    pub fn delta_roster(mut self, delta: bool) -> Self {
        self.roster.expect_changes(delta);
        self
    }

    /// Takes one input; drain [`CallSession::poll_output`] afterwards.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for [`Input::Sending`] alone; nothing has changed then.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        self.changed |= !matches!(input, Input::Tick);
        match input {
            _ if self.reducer.state() == LegState::Ended => {
                self.reducer.handle_input(now, input)?;
            }
            Input::Roster(report) => {
                self.reconciler.heard_roster();
                self.no_roster = false;
                let heard = self.roster.notified(report);
                if heard.doubt {
                    self.reconciler.doubt_roster(now);
                }
                if !heard.changed && !heard.doubt {
                    self.reducer.ignore();
                }
            }
            Input::Reconcile => {
                self.reconciler.look(now, self.may_have_roster());
                self.reducer.operations_mut().check_all(now);
            }
            Input::Answered { ask, answer } => self.answered(now, &ask, answer),
            Input::Call(report) => {
                self.reconciler.heard_call();
                self.identify(&report);
                self.reducer.handle_input(now, Input::Call(report))?;
            }
            Input::Sending(Order::Transfer) => {
                self.reducer.handle_input(now, Input::Sending(Order::Transfer))?;
                // An answer to what was asked before may tell how the one before it failed.
                self.reconciler.ordered();
            }
            Input::Doubtful(order) => {
                self.reconciler.dropped_out();
                self.reducer.handle_input(now, Input::Doubtful(order))?;
            }
            input => self.reducer.handle_input(now, input)?,
        }
        self.follow(now);
        Ok(())
    }

    /// What comes out next; [`Output::Timeout`] once there is nothing more.
    pub fn poll_output(&mut self) -> Output {
        if let Some(ending) = self.reducer.poll_ending() {
            return Output::Operation(ending);
        }
        if let Some(event) = self.reducer.poll_event() {
            return Output::Event(event);
        }
        if let Some(ask) = self.asks.pop_front() {
            return Output::Ask(ask);
        }
        if std::mem::take(&mut self.changed) {
            return Output::Changed;
        }
        Output::Timeout(self.deadline())
    }

    /// When to come back with [`Input::Tick`], once the outputs are drained.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        if self.reducer.state() == LegState::Ended {
            return None;
        }
        let asking = self.reconciler.asks_operation();
        let operation = self.reducer.operations().deadline().filter(|_| !asking);
        [self.reducer.deadline(), self.reconciler.deadline(), operation].into_iter().flatten().min()
    }

    /// Where the leg stands.
    #[must_use]
    pub fn state(&self) -> LegState {
        self.reducer.state()
    }

    /// Which way the call was set up.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.reducer.direction()
    }

    /// Who is on the call.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        self.roster.roster()
    }

    /// How the call stands.
    #[must_use]
    pub fn snapshot(&self) -> CallSnapshot {
        let roster = self.roster.roster();
        let party = roster.party();
        let hold = match self.reducer.hold() {
            Knowledge::Unknown => party.map_or(Knowledge::Unknown, |party| party.on_hold),
            observed => observed,
        };
        CallSnapshot {
            state: self.reducer.state(),
            media: self.reducer.media(),
            hold,
            mute: party.map_or(Knowledge::Unknown, |party| party.muted),
            own_mute: roster.own().map_or(Knowledge::Unknown, |own| own.muted),
            roster: roster.clone(),
            transfer: self.reducer.transfer(),
            end: self.reducer.end_cause().cloned(),
            chain: self.reducer.chain().map(Into::into),
            operations: self.reducer.operations().len(),
        }
    }

    /// How many inputs told nothing new or came after the end.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.reducer.ignored()
    }

    fn identify(&mut self, report: &CallReport) {
        if let Some(own) = &report.own {
            self.roster.set_own(own);
        }
    }

    fn answered(&mut self, now: Instant, ask: &Ask, answer: Answer) {
        let told = answer != Answer::NoAnswer;
        let Overtaken(overtaken) = self.reconciler.answered(now, ask, told);
        match (ask, answer) {
            (Ask::Call | Ask::KeepAlive, Answer::NotFound) => self.gone(now),
            // Whatever got lost is found now at the latest.
            (Ask::KeepAlive, _) if told => self.reconciler.look(now, self.may_have_roster()),
            (Ask::Call, Answer::Call(mut report)) => {
                // A tone that cannot be put in order may have been heard already.
                report.tone = report.tone.filter(|(sequence, _)| sequence.is_some());
                self.identify(&report);
                if self.reducer.answered(now, &report, overtaken) {
                    self.reconciler.doubt_call(now);
                }
            }
            (Ask::Participants, Answer::Participants(report)) => {
                self.no_roster = report.participants.is_empty() && !self.roster().is_known();
                if !self.no_roster && self.roster.answered(report, overtaken).doubt {
                    self.reconciler.doubt_roster(now);
                }
            }
            (Ask::Participants, Answer::NotFound) => {
                self.no_roster = !self.roster().is_known();
                self.reconciler.look(now, false);
            }
            (Ask::Operation { id, .. }, Answer::Operation(report)) => {
                let report = OperationReport { context: Some(id.as_str().into()), ..report };
                self.reducer.operation(report, Learned::Asked);
                self.reducer.operations_mut().postpone(now, id);
            }
            (Ask::Operation { id, .. }, Answer::NotFound) => {
                self.reducer.missed(now, id);
                self.reconciler.look(now, false);
            }
            (Ask::Operation { id, .. }, _) => self.reducer.operations_mut().postpone(now, id),
            _ => {}
        }
        if told && self.reconciler.back_in_touch() {
            self.reconciler.look(now, self.may_have_roster());
            self.reducer.operations_mut().check_all(now);
        }
    }

    fn may_have_roster(&self) -> bool {
        self.roster().is_known() || !self.no_roster
    }

    fn gone(&mut self, now: Instant) {
        // Nothing but an order is refused.
        let _ = self.reducer.handle_input(now, Input::Gone);
    }

    /// Plans and asks what is due.
    fn follow(&mut self, now: Instant) {
        if self.reducer.state() == LegState::Ended {
            self.asks.clear();
            return;
        }
        if self.reducer.take_doubt() {
            self.reconciler.doubt_call(now);
        }
        if self.reducer.take_invited() {
            // Graph may tell nobody of who joined (seen where calls are recorded by policy).
            self.reconciler.look(now, true);
        }
        self.reconciler.follow(now, self.reducer.pace());
        while let Some(ask) = self.reconciler.ask(now) {
            self.asks.push_back(ask);
        }
        while self.reducer.give_up(now) {}
        if !self.reconciler.asks_operation()
            && let Some((id, graph_id)) = self.reducer.operations().due(now)
        {
            self.asks.push_back(self.reconciler.ask_operation(id, graph_id));
        }
    }
}

#[cfg(test)]
mod tests;
