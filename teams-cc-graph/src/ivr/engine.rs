//! The engine of a dialog.

mod visit;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use teams_cc_core::{
    Instant,
    contact::{OperationOutcome, Tone},
};

use self::visit::{Phase, Visit};
use super::{
    Answer, Dialog, DialogResult, Digits, End, Input, Next, Output, TaskId, step::Then,
    typed_ahead::TypedAhead,
};

/// The most visits of steps in one dialog; one more ends it with [`End::TooManyVisits`].
pub const MAX_VISITS: u32 = 100;

/// How long media may take to flow; then the dialog ends with [`End::NoMedia`].
pub const DIALOG_MEDIA_WAIT: Duration = Duration::from_secs(30);

/// How long prompts may play, beside what is recorded; then their end counts as unheard.
pub const PLAY_WAIT: Duration = Duration::from_mins(10);

/// How long what was cancelled may take to end; then its end counts as unheard.
pub const CANCEL_WAIT: Duration = Duration::from_secs(5);

/// A dialog with one caller; sans-IO.
///
/// Hand in an [`Input`], then take [`Output`]s until [`Output::Timeout`]; see the
/// [module](super).
#[derive(Debug)]
pub struct Ivr {
    dialog: Arc<Dialog>,
    state: State,
    ahead: TypedAhead,
    at_service: Option<AtService>,
    tones: Option<TaskId>,
    last_task: u32,
    visits: u32,
    answers: Vec<Answer>,
    failed_prompts: u32,
    unheard_ends: u32,
    out: VecDeque<Output>,
}

#[derive(Debug)]
enum State {
    /// For media, until then.
    Waiting(Instant),
    At(Visit),
    Done,
}

/// The one prompt or recording that is with the service.
#[derive(Debug)]
struct AtService {
    task: TaskId,
    recording: bool,
    cancelled: bool,
    until: Instant,
}

impl Ivr {
    /// A dialog that begins when media flows.
    #[must_use]
    pub fn new(dialog: Arc<Dialog>, now: Instant) -> Self {
        Self {
            dialog,
            state: State::Waiting(now + DIALOG_MEDIA_WAIT),
            ahead: TypedAhead::default(),
            at_service: None,
            tones: None,
            last_task: 0,
            visits: 0,
            answers: Vec::new(),
            failed_prompts: 0,
            unheard_ends: 0,
            out: VecDeque::new(),
        }
    }

    /// Begins with keys that a dialog before left unread.
    #[must_use]
    pub fn typed_ahead(mut self, unread: &Digits) -> Self {
        for key in unread.reveal().chars() {
            if let Ok(tone) = Tone::new(key) {
                self.ahead.push(tone);
            }
        }
        self
    }

    /// Takes one input; what comes after the end is ignored.
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        self.expire(now);
        if self.is_done() {
            return;
        }
        match input {
            Input::MediaActive => self.start(),
            Input::Tone(tone) => self.ahead.push(tone),
            Input::Ended { task, outcome } => self.ended(task, outcome),
            Input::Refused { task } => {
                self.ended(task, OperationOutcome::Failed { code: 0, subcode: 0 });
            }
            Input::CallEnded => {
                self.at_service = None;
                self.finish(End::CallEnded);
            }
            Input::Tick => {}
        }
        self.advance(now);
    }

    /// The next thing to do, or when to come back with [`Input::Tick`].
    pub fn poll_output(&mut self) -> Output {
        self.out.pop_front().unwrap_or_else(|| Output::Timeout(self.deadline()))
    }

    /// Whether the dialog is over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    fn deadline(&self) -> Option<Instant> {
        let own = match &self.state {
            State::Waiting(until) | State::At(Visit { phase: Phase::Listening(until), .. }) => {
                Some(*until)
            }
            State::At(_) | State::Done => None,
        };
        self.at_service.as_ref().map(|media| media.until).into_iter().chain(own).min()
    }

    fn start(&mut self) {
        if !matches!(self.state, State::Waiting(_)) {
            return;
        }
        if self.dialog.wants_keys() {
            let task = self.next_task();
            self.tones = Some(task);
            self.out.push_back(Output::SubscribeTones { task });
        }
        let start = self.dialog.start.clone();
        self.go(Next::Step(start));
    }

    fn expire(&mut self, now: Instant) {
        if matches!(self.state, State::Waiting(until) if until <= now) {
            return self.finish(End::NoMedia);
        }
        if let Some(media) = self.at_service.take_if(|media| media.until <= now) {
            self.unheard_ends += 1;
            self.over(&media, false);
            self.advance(now);
        }
        let dialog = Arc::clone(&self.dialog);
        if let State::At(visit) = &mut self.state
            && matches!(visit.phase, Phase::Listening(until) if until <= now)
            && let Some(Then::Ask(keys)) = dialog.steps.get(&visit.step).map(|step| &step.then)
        {
            let collected = visit.collect.time_out(keys);
            self.answered(keys, collected);
            self.advance(now);
        }
    }

    fn ended(&mut self, task: TaskId, outcome: OperationOutcome) {
        let failed = matches!(outcome, OperationOutcome::Failed { .. });
        if self.tones == Some(task) {
            if failed {
                self.finish(End::NoTones);
            }
            return;
        }
        if let Some(media) = self.at_service.take_if(|media| media.task == task) {
            if failed && !media.recording {
                self.failed_prompts += 1;
            }
            self.over(&media, outcome == OperationOutcome::Completed);
        }
    }

    /// What was with the service is over.
    fn over(&mut self, media: &AtService, well: bool) {
        if let State::At(Visit { phase: Phase::Recording(made), .. }) = &mut self.state
            && media.recording
        {
            *made = Some(well);
        }
    }

    fn put_to_service(&mut self, until: Instant, recording: bool) -> TaskId {
        let task = self.next_task();
        self.at_service = Some(AtService { task, recording, cancelled: false, until });
        task
    }

    fn cancel(&mut self, now: Instant) {
        if let Some(media) = &mut self.at_service
            && !std::mem::replace(&mut media.cancelled, true)
        {
            media.until = media.until.min(now + CANCEL_WAIT);
            self.out.push_back(Output::CancelMedia { task: media.task });
        }
    }

    fn next_task(&mut self) -> TaskId {
        self.last_task += 1;
        TaskId(self.last_task)
    }

    fn finish(&mut self, end: End) {
        if self.is_done() {
            return;
        }
        if let Some(media) = self.at_service.take()
            && !media.cancelled
        {
            self.out.push_back(Output::CancelMedia { task: media.task });
        }
        // Keys of an input that was not over are unread like those behind them.
        let mut unread = match std::mem::replace(&mut self.state, State::Done) {
            State::At(mut visit) => visit.collect.take(),
            State::Waiting(_) | State::Done => Digits::default(),
        };
        unread.append(&self.ahead.drain());
        self.out.push_back(Output::Done(Box::new(DialogResult {
            end,
            answers: std::mem::take(&mut self.answers),
            unread,
            dropped: self.ahead.dropped(),
            failed_prompts: self.failed_prompts,
            unheard_ends: self.unheard_ends,
        })));
    }
}

#[cfg(test)]
mod tests;
