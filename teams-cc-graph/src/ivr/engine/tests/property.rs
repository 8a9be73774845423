//! What holds whatever happens, in whatever order.

use proptest::prelude::*;

use super::{prompt, tone};
use crate::ivr::{
    CANCEL_WAIT, Dialog, DialogResult, End, Input, Ivr, Keys, Next, Output, Recording, Step,
    TaskId, TypeAhead, Verdict,
};
use std::{sync::Arc, time::Duration};
use teams_cc_core::{Instant, contact::OperationOutcome};

#[derive(Clone, Copy, Debug)]
enum Happening {
    Media,
    Key(char),
    /// The end of what is with the service, or of a task long over.
    Ended(OperationOutcome),
    Late(u8),
    Refused,
    Wait(u64),
    ToDeadline,
    Hangup,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let outcome = prop_oneof![
        3 => Just(OperationOutcome::Completed),
        1 => Just(OperationOutcome::Cancelled),
        1 => Just(OperationOutcome::Failed { code: 500, subcode: 8505 }),
    ];
    let one = prop_oneof![
        1 => Just(Happening::Media),
        8 => prop::sample::select(vec!['1', '2', '9', '0', '#']).prop_map(Happening::Key),
        5 => outcome.prop_map(Happening::Ended),
        1 => (0..20_u8).prop_map(Happening::Late),
        1 => Just(Happening::Refused),
        2 => (0..9_000_u64).prop_map(Happening::Wait),
        3 => Just(Happening::ToDeadline),
        1 => Just(Happening::Hangup),
    ];
    prop::collection::vec(one, 0..120)
}

fn dialogs() -> impl Strategy<Value = Dialog> {
    let ahead = prop_oneof![Just(TypeAhead::Keep), Just(TypeAhead::Discard)];
    (any::<bool>(), any::<bool>(), ahead, 1..4_u8).prop_map(|(first, second, ahead, tries)| {
        let main = Keys::menu([
            ("1", Next::step("pin")),
            ("12", Next::step("say")),
            ("2", Next::step("clip")),
            ("0", Next::done("operator")),
        ]);
        let pin = Keys::entry(2, 4, Next::step("main")).terminator(tone('#'));
        let clip = Recording::new(Next::step("main"), Next::step("say")).stop_tones([tone('#')]);
        Dialog::builder("main")
            .step("main", Step::ask([prompt("main")], main.barge_in(first).tries(tries)))
            .step("pin", Step::ask([prompt("pin")], pin.barge_in(second).type_ahead(ahead)))
            .step("say", Step::say([prompt("say")], Next::step("main")))
            .step("clip", Step::record(prompt("clip"), clip))
            .build()
            .expect("a dialog")
    })
}

/// Follows what is with the service, as the rules of the module say.
struct Watch {
    ivr: Ivr,
    now: Instant,
    at_service: Option<(TaskId, Option<Instant>)>,
    deadline: Option<Instant>,
    done: Option<DialogResult>,
    fed: String,
}

impl Watch {
    fn input(&mut self, input: Input) {
        if let Input::Tone(tone) = &input
            && self.done.is_none()
        {
            self.fed.push(tone.reveal());
        }
        if let Input::Ended { task, .. } | Input::Refused { task } = &input {
            self.at_service.take_if(|(at, _)| at == task);
        }
        self.ivr.handle_input(self.now, input);
        loop {
            match self.ivr.poll_output() {
                Output::Play { task, prompts } => {
                    assert!(!prompts.is_empty() && prompts.len() <= 20);
                    self.begin(task);
                }
                Output::Record { task, .. } => self.begin(task),
                Output::CancelMedia { task } => {
                    assert_eq!(self.at_service, Some((task, None)), "cancelled once");
                    self.at_service = Some((task, Some(self.now + CANCEL_WAIT)));
                }
                Output::SubscribeTones { task } => assert_eq!(task, TaskId(1)),
                Output::Done(result) => assert!(self.done.replace(*result).is_none(), "one end"),
                Output::Timeout(deadline) => {
                    assert!(deadline.is_none() || self.done.is_none(), "nothing follows the end");
                    assert!(deadline.is_none_or(|at| at > self.now), "a deadline lies ahead");
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }

    /// At most one prompt is with the service, but one whose cancelled end never came.
    fn begin(&mut self, task: TaskId) {
        if let Some((_, cancelled)) = self.at_service.replace((task, None)) {
            // A prompt that was not cancelled is given up after ten minutes only.
            assert!(cancelled.is_none_or(|until| until <= self.now), "two prompts at a time");
            assert!(cancelled.is_some() || self.now >= Instant::from_secs(600));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Media => self.input(Input::MediaActive),
            Happening::Key(key) => self.input(Input::Tone(tone(key))),
            Happening::Ended(outcome) => {
                if let Some((task, _)) = self.at_service {
                    self.input(Input::Ended { task, outcome });
                }
            }
            Happening::Late(task) => {
                let task = TaskId(u32::from(task));
                // The end of the tone subscription is told as well, and of tasks yet to come never.
                let over = self.at_service.is_some_and(|(at, _)| task < at);
                if over {
                    self.input(Input::Ended { task, outcome: OperationOutcome::Completed });
                }
            }
            Happening::Refused => {
                if let Some((task, _)) = self.at_service {
                    self.input(Input::Refused { task });
                }
            }
            Happening::Wait(millis) => {
                self.now += Duration::from_millis(millis);
                self.input(Input::Tick);
            }
            Happening::ToDeadline => {
                self.now = self.deadline.unwrap_or(self.now).max(self.now);
                self.input(Input::Tick);
            }
            Happening::Hangup => self.input(Input::CallEnded),
        }
    }
}

proptest! {
    #[test]
    fn every_dialog_ends_with_one_prompt_at_a_time_and_no_key_lost(
        dialog in dialogs(), happenings in happenings(), hangs_up in any::<bool>()
    ) {
        let ivr = Ivr::new(Arc::new(dialog), Instant::ZERO);
        let (now, fed) = (Instant::ZERO, String::new());
        let mut watch =
            Watch { ivr, now, at_service: None, deadline: None, done: None, fed };
        watch.input(Input::Tick);
        for happening in happenings {
            if !hangs_up && matches!(happening, Happening::Hangup) {
                continue;
            }
            watch.happen(happening);
        }
        // From here on only time passes, and it suffices.
        for _ in 0..10_000 {
            if watch.done.is_some() {
                break;
            }
            prop_assert!(watch.deadline.is_some(), "a dialog that is not over waits for something");
            watch.happen(Happening::ToDeadline);
        }
        let result = watch.done.as_ref().expect("time alone ends every dialog");
        let mut kept = String::new();
        for answer in &result.answers {
            kept.push_str(answer.keys.reveal());
            if answer.terminated {
                kept.push('#');
            }
            prop_assert!(answer.verdict != Verdict::NoInput || answer.keys.is_empty());
        }
        kept.push_str(result.unread.reveal());
        let lost = watch.fed.len() - kept.len();
        prop_assert_eq!(lost, usize::try_from(result.dropped).expect("small"));
        let mut all = watch.fed.chars();
        if result.answers.iter().all(|answer| answer.verdict != Verdict::Recorded) {
            prop_assert!(kept.chars().all(|key| all.any(|fed| fed == key)), "in their order");
        }
        if result.end == End::NoMedia {
            prop_assert!(result.answers.is_empty());
        }
    }
}
