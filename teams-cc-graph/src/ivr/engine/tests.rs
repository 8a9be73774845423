use std::{collections::BTreeSet, time::Duration};

use teams_cc_core::contact::Prompt;

use super::*;
use crate::ivr::{Keys, Recording, Step, TypeAhead, Verdict};

mod property;

pub(super) fn prompt(name: &str) -> Prompt {
    Prompt::new(format!("https://cdn.example.com/{name}.wav")).expect("an address")
}

pub(super) fn tone(key: char) -> Tone {
    Tone::new(key).expect("a key")
}

/// One dialog with a service that plays what it is told to.
struct Stage {
    ivr: Ivr,
    now: Instant,
    playing: Option<TaskId>,
    heard: Vec<String>,
    done: Option<DialogResult>,
    deadline: Option<Instant>,
}

fn name(prompt: &Prompt) -> String {
    let file = prompt.uri().rsplit('/').next().unwrap_or_default();
    file.trim_end_matches(".wav").to_owned()
}

impl Stage {
    fn new(dialog: Dialog) -> Self {
        let now = Instant::from_secs(100);
        let ivr = Ivr::new(Arc::new(dialog), now);
        let mut stage =
            Self { ivr, now, playing: None, heard: Vec::new(), done: None, deadline: None };
        stage.input(Input::MediaActive);
        stage
    }

    fn input(&mut self, input: Input) {
        self.ivr.handle_input(self.now, input);
        loop {
            match self.ivr.poll_output() {
                Output::Play { task, prompts } => {
                    assert_eq!(self.playing.replace(task), None, "two prompts at a time");
                    let names: Vec<_> = prompts.iter().map(name).collect();
                    self.heard.push(names.join("+"));
                }
                Output::Record { task, prompt, .. } => {
                    assert_eq!(self.playing.replace(task), None, "two prompts at a time");
                    let prompt = prompt.as_ref().map(name).unwrap_or_default();
                    self.heard.push(format!("rec {prompt}"));
                }
                Output::CancelMedia { task } => {
                    assert_eq!(self.playing, Some(task));
                    self.heard.push("cut".into());
                }
                Output::SubscribeTones { .. } => self.heard.push("tones".into()),
                Output::Done(result) => assert_eq!(self.done.replace(*result), None),
                Output::Timeout(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.input(Input::Tone(tone(key)));
        }
    }

    fn ends(&mut self, outcome: OperationOutcome) {
        let task = self.playing.take().expect("something plays");
        self.input(Input::Ended { task, outcome });
    }

    fn played(&mut self) {
        self.ends(OperationOutcome::Completed);
    }

    fn wait(&mut self) {
        self.now = self.deadline.expect("a deadline");
        self.input(Input::Tick);
    }

    fn end(&self) -> &DialogResult {
        self.done.as_ref().expect("over")
    }
}

fn menu() -> Keys {
    Keys::menu([("1", Next::done("sales")), ("2", Next::done("support"))])
        .exhausted(Next::done("operator"))
}

fn one(step: Step) -> Stage {
    Stage::new(Dialog::builder("main").step("main", step).build().expect("a dialog"))
}

#[test]
fn a_key_after_the_prompt_chooses() {
    let mut stage = one(Step::ask([prompt("hello")], menu()));
    stage.played();
    stage.keys("2");
    assert_eq!(stage.heard, ["tones", "hello"]);
    assert_eq!(stage.end().end, End::Finished("support".into()));
    assert_eq!(stage.end().keys_of("main").map(Digits::reveal), Some("2"));
}

/// Pain 46.
#[test]
fn a_key_during_barge_in_is_not_lost_and_the_next_prompt_waits_for_the_cut() {
    let entry = Keys::entry(4, 4, Next::done("in"));
    let dialog = Dialog::builder("main")
        .step("main", Step::ask([prompt("hello")], Keys::menu([("1", Next::step("pin"))])))
        .step("pin", Step::ask([prompt("pin")], entry.barge_in(false)))
        .build()
        .expect("a dialog");
    let mut stage = Stage::new(dialog);
    stage.keys("147");
    assert_eq!(stage.heard, ["tones", "hello", "cut"], "the pin prompt waits");
    stage.ends(OperationOutcome::Cancelled);
    assert_eq!(stage.heard.last().map(String::as_str), Some("pin"));
    stage.keys("11");
    assert!(stage.done.is_none(), "this prompt is to be heard to its end");
    stage.played();
    assert_eq!(stage.end().keys_of("pin").map(Digits::reveal), Some("4711"));
    assert_eq!((stage.end().dropped, stage.end().failed_prompts), (0, 0));
}

/// Pain 46.
#[test]
fn keys_between_menus_are_kept_or_dropped_by_choice() {
    for (type_ahead, unread) in [(TypeAhead::Keep, 0), (TypeAhead::Discard, 1)] {
        let consent = Keys::menu([("1", Next::done("yes"))]).type_ahead(type_ahead);
        let dialog = Dialog::builder("main")
            .step("main", Step::ask([prompt("hello")], Keys::menu([("1", Next::step("consent"))])))
            .step("consent", Step::ask([prompt("consent")], consent))
            .build()
            .expect("a dialog");
        let mut stage = Stage::new(dialog);
        stage.keys("11");
        stage.ends(OperationOutcome::Cancelled);
        let heard = stage.heard.contains(&"consent".to_owned());
        assert_eq!(heard, type_ahead == TypeAhead::Discard);
        if heard {
            stage.keys("1");
        }
        assert_eq!(stage.end().end, End::Finished("yes".into()));
        assert_eq!(stage.end().dropped, unread);
    }
}

#[test]
fn silence_and_wrong_keys_have_prompts_of_their_own_and_an_end() {
    let keys = menu()
        .tries(4)
        .after_no_input([prompt("silent1")])
        .after_no_input([prompt("silent2")])
        .after_invalid([prompt("wrong")]);
    let mut stage = one(Step::ask([prompt("hello")], keys));
    stage.played();
    stage.wait();
    stage.played();
    stage.keys("9");
    stage.played();
    stage.wait();
    stage.played();
    assert!(stage.done.is_none());
    stage.wait();
    assert_eq!(stage.heard, ["tones", "hello", "silent1", "wrong", "silent2"]);
    assert_eq!(stage.end().end, End::Finished("operator".into()));
    let verdicts: Vec<_> = stage.end().answers.iter().map(|answer| answer.verdict).collect();
    assert_eq!(verdicts, [Verdict::NoInput, Verdict::Invalid, Verdict::NoInput, Verdict::NoInput]);
}

#[test]
fn the_first_key_and_the_next_ones_have_times_of_their_own() {
    let keys = Keys::entry(2, 6, Next::done("in"))
        .first_key(Duration::from_secs(7))
        .next_key(Duration::from_secs(2))
        .terminator(tone('#'));
    let mut stage = one(Step::ask([prompt("number")], keys.clone()));
    stage.played();
    let start = stage.now;
    assert_eq!(stage.deadline, Some(start + Duration::from_secs(7)));
    stage.now = start + Duration::from_secs(1);
    stage.keys("12");
    assert_eq!(stage.deadline, Some(start + Duration::from_secs(3)));
    stage.wait();
    assert_eq!(stage.end().keys_of("main").map(Digits::reveal), Some("12"));

    let mut stage = one(Step::ask([prompt("number")], keys));
    stage.keys("345#99");
    let answer = stage.end().answers.last().expect("an answer");
    assert_eq!((answer.keys.reveal(), answer.terminated), ("345", true));
    assert_eq!(stage.end().unread.reveal(), "", "what comes after the end is ignored");
}

#[test]
fn keys_pressed_before_media_flows_count() {
    let dialog = Dialog::builder("main").step("main", Step::ask([prompt("hello")], menu()));
    let dialog = Arc::new(dialog.build().expect("a dialog"));
    let mut ivr = Ivr::new(dialog, Instant::ZERO);
    ivr.handle_input(Instant::ZERO, Input::Tone(tone('1')));
    assert_eq!(ivr.poll_output(), Output::Timeout(Some(Instant::ZERO + DIALOG_MEDIA_WAIT)));
    ivr.handle_input(Instant::ZERO, Input::MediaActive);
    assert!(matches!(ivr.poll_output(), Output::SubscribeTones { .. }));
    assert!(matches!(ivr.poll_output(), Output::Done(result) if !result.answers.is_empty()));
}

#[test]
fn an_answer_is_recorded_and_its_stop_key_is_no_choice() {
    let clip = Recording::new(Next::step("more"), Next::done("failed")).stop_tones([tone('#')]);
    let dialog = Dialog::builder("clip")
        .step("clip", Step::record(prompt("speak"), clip))
        .step("more", Step::ask([prompt("more")], menu()))
        .build()
        .expect("a dialog");
    let mut stage = Stage::new(dialog.clone());
    stage.keys("#");
    stage.played();
    assert_eq!(stage.heard, ["tones", "rec speak", "more"]);
    stage.played();
    stage.keys("1");
    let answers: Vec<_> =
        stage.end().answers.iter().map(|answer| (answer.verdict, answer.terminated)).collect();
    assert_eq!(answers, [(Verdict::Recorded, true), (Verdict::Accepted, false)]);

    let mut stage = Stage::new(dialog);
    stage.ends(OperationOutcome::Failed { code: 500, subcode: 8505 });
    assert_eq!(stage.end().end, End::Finished("failed".into()));
}

#[test]
fn a_prompt_that_fails_or_never_ends_holds_nobody_up() {
    let mut stage = one(Step::ask([prompt("hello")], menu()));
    stage.ends(OperationOutcome::Failed { code: 500, subcode: 8536 });
    stage.keys("1");
    assert_eq!(stage.end().failed_prompts, 1);

    let mut stage = one(Step::say([prompt("bye")], Next::done("bye")));
    assert_eq!(stage.deadline, Some(stage.now + PLAY_WAIT));
    stage.wait();
    assert_eq!((&stage.end().end, stage.end().unheard_ends), (&End::Finished("bye".into()), 1));
}

#[test]
fn every_way_out_says_which_it_was() {
    let mut stage = one(Step::ask([prompt("hello")], menu()));
    stage.input(Input::CallEnded);
    assert_eq!(stage.end().end, End::CallEnded);

    let dialog = Dialog::builder("main").step("main", Step::ask([], menu())).build();
    let mut ivr = Ivr::new(Arc::new(dialog.expect("a dialog")), Instant::ZERO);
    ivr.handle_input(Instant::ZERO + DIALOG_MEDIA_WAIT, Input::Tick);
    assert!(matches!(ivr.poll_output(), Output::Done(result) if result.end == End::NoMedia));

    let mut stage = one(Step::ask([prompt("hello")], menu()));
    stage.input(Input::Refused { task: TaskId(1) });
    assert_eq!(stage.end().end, End::NoTones);
    assert_eq!(stage.heard.last().map(String::as_str), Some("cut"));

    let again = Keys::menu([("9", Next::step("main"))]);
    let mut stage = one(Step::ask([], again));
    for _ in 0..MAX_VISITS {
        stage.keys("9");
    }
    assert_eq!(stage.end().end, End::TooManyVisits);
}

#[test]
fn debug_of_a_dialog_shows_no_key() {
    let mut stage = one(Step::ask([], Keys::entry(1, 9, Next::done("x")).terminator(tone('#'))));
    stage.keys("4711");
    let shown = format!("{:?}", stage.ivr);
    assert!(!shown.contains("4711") && !shown.contains("'4'"), "{shown}");
    stage.keys("#");
    let shown = format!("{:?}", stage.end());
    assert!(!shown.contains("4711"), "{shown}");
    let seen: BTreeSet<&str> =
        stage.end().answers.iter().map(|answer| answer.keys.reveal()).collect();
    assert!(seen.contains("4711"));
}

#[test]
fn unread_keys_of_one_dialog_begin_the_next() {
    let mut stage = one(Step::ask([prompt("hello")], menu().barge_in(false)));
    stage.keys("12");
    stage.played();
    let unread = stage.end().unread.clone();
    assert_eq!(unread.reveal(), "2");
    let dialog = Dialog::builder("main").step("main", Step::ask([prompt("more")], menu()));
    let ivr = Ivr::new(Arc::new(dialog.build().expect("a dialog")), Instant::ZERO);
    let mut ivr = ivr.typed_ahead(&unread);
    ivr.handle_input(Instant::ZERO, Input::MediaActive);
    let last = std::iter::from_fn(|| match ivr.poll_output() {
        Output::Timeout(_) => None,
        output => Some(output),
    })
    .last();
    assert!(
        matches!(last, Some(Output::Done(result)) if result.end == End::Finished("support".into()))
    );
}
