//! The visit of a step: what it plays, waits for, and where it leads.

use std::sync::Arc;

use teams_cc_core::{Instant, contact::Prompt};

use super::{Ivr, MAX_VISITS, PLAY_WAIT, State};
use crate::ivr::{
    Answer, Digits, End, Keys, Next, Output, TypeAhead, Verdict,
    collect::{Collect, Collected},
    step::Then,
};

/// A visit of a step.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) step: Box<str>,
    pub(super) tries: u8,
    pub(super) silences: usize,
    pub(super) misses: usize,
    pub(super) collect: Collect,
    pub(super) prompts: Vec<Prompt>,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Wants to play, and waits until what played before is over.
    Wanting,
    Playing,
    Listening(Instant),
    /// And how that ended, once it did.
    Recording(Option<bool>),
}

impl Ivr {
    /// Goes as far as it can without another input.
    pub(super) fn advance(&mut self, now: Instant) {
        // Ends: each round enters a step, of which there are MAX_VISITS, or takes a key or a try.
        while self.step_on(now) {}
    }

    /// One move; whether another one may follow.
    fn step_on(&mut self, now: Instant) -> bool {
        let dialog = Arc::clone(&self.dialog);
        let State::At(visit) = &mut self.state else { return false };
        let Some(step) = dialog.steps.get(&visit.step) else { return false };
        let barges_in = matches!(&step.then, Then::Ask(keys) if keys.barge_in);
        let discards = visit.phase == Phase::Wanting
            && matches!(&step.then, Then::Ask(keys) if keys.type_ahead == TypeAhead::Discard);
        if discards {
            self.ahead.discard();
        }
        let interrupts = barges_in && !self.ahead.is_empty();
        match (visit.phase, &step.then) {
            (Phase::Wanting | Phase::Playing, Then::Ask(keys)) if interrupts => {
                visit.phase = Phase::Listening(now + keys.first_key.get());
                self.cancel(now);
                true
            }
            (Phase::Wanting | Phase::Playing, _) if self.at_service.is_some() => false,
            (Phase::Wanting, Then::Record(recording)) => {
                visit.phase = Phase::Recording(None);
                let prompt = std::mem::take(&mut visit.prompts).pop();
                let recording = recording.clone();
                let task = self.put_to_service(now + PLAY_WAIT + recording.longest(), true);
                self.out.push_back(Output::Record { task, prompt, recording });
                false
            }
            (Phase::Wanting, _) => {
                visit.phase = Phase::Playing;
                let prompts = std::mem::take(&mut visit.prompts);
                if prompts.is_empty() {
                    return true;
                }
                let task = self.put_to_service(now + PLAY_WAIT, false);
                self.out.push_back(Output::Play { task, prompts });
                false
            }
            (Phase::Playing, Then::Go(next)) => {
                self.go(next.clone());
                true
            }
            (Phase::Playing, Then::Ask(keys)) => {
                visit.phase = Phase::Listening(now + keys.first_key.get());
                true
            }
            (Phase::Listening(_), Then::Ask(keys)) => {
                let Some(tone) = self.ahead.pop() else { return false };
                visit.phase = Phase::Listening(now + keys.next_key.get());
                if let Some(collected) = visit.collect.key(keys, tone) {
                    self.answered(keys, collected);
                }
                true
            }
            (Phase::Recording(Some(made)), Then::Record(recording)) => {
                let step = visit.step.clone();
                let stops = |tone| recording.stop_tones.contains(&tone);
                let terminated = made && self.ahead.take_last(stops);
                let (verdict, next) = if made {
                    (Verdict::Recorded, &recording.recorded)
                } else {
                    (Verdict::NotRecorded, &recording.failed)
                };
                self.answers.push(Answer { step, keys: Digits::default(), terminated, verdict });
                self.go(next.clone());
                true
            }
            _ => false,
        }
    }

    /// An input is complete: goes where it leads, or asks again.
    pub(super) fn answered(&mut self, keys: &Keys, collected: Collected) {
        let State::At(visit) = &mut self.state else { return };
        let Collected { keys: typed, terminated, verdict, next } = collected;
        let step = visit.step.clone();
        self.answers.push(Answer { step, keys: typed, terminated, verdict });
        if let Some(next) = next {
            return self.go(next);
        }
        visit.tries += 1;
        let (lists, nth) = if verdict == Verdict::NoInput {
            visit.silences += 1;
            (&keys.no_input, visit.silences)
        } else {
            // What was typed further was meant for a place the caller did not get to.
            self.ahead.discard();
            visit.misses += 1;
            (&keys.invalid, visit.misses)
        };
        if visit.tries >= keys.tries {
            return self.go(keys.exhausted.clone());
        }
        let own = Keys::retry_prompts(lists, nth).map(<[Prompt]>::to_vec);
        let first = || self.dialog.steps.get(&visit.step).map(|step| step.prompts.clone());
        visit.prompts = own.or_else(first).unwrap_or_default();
        visit.collect = Collect::default();
        visit.phase = Phase::Wanting;
    }

    pub(super) fn go(&mut self, next: Next) {
        let name = match next {
            Next::Done(label) => return self.finish(End::Finished(label)),
            Next::Step(name) => name,
        };
        self.visits += 1;
        let dialog = Arc::clone(&self.dialog);
        let Some(step) = dialog.steps.get(&name).filter(|_| self.visits <= MAX_VISITS) else {
            return self.finish(End::TooManyVisits);
        };
        self.state = State::At(Visit {
            step: name,
            tries: 0,
            silences: 0,
            misses: 0,
            collect: Collect::default(),
            prompts: step.prompts.clone(),
            phase: Phase::Wanting,
        });
    }
}
