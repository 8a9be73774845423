//! A dialog as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use teams_cc_core::contact::Prompt;

use super::{InvalidDialog, Next, Step, step::Then};
use crate::{
    Client, ErrorKind, InvalidRequest, model,
    prompt::{PromptError, PromptProblem, check_wav, fetch_prompt},
    request::communications::calls::PlayPrompt,
};

/// The most steps of one dialog.
pub const MAX_STEPS: usize = 256;

/// A dialog that was checked and can be run.
///
/// It reads and writes as JSON; reading checks it like [`DialogBuilder::build`].
///
/// ```
/// use teams_cc_graph::ivr::Dialog;
///
/// let dialog: Dialog = serde_json::from_str(r#"{
///     "start": "main",
///     "steps": {
///         "main": {
///             "prompts": [{ "uri": "https://cdn.example.com/hello.wav" }],
///             "then": { "ask": {
///                 "branches": { "1": { "done": "sales" } },
///                 "firstKey": "PT7S",
///                 "exhausted": { "done": "operator" }
///             } }
///         }
///     }
/// }"#)?;
/// assert_eq!(dialog.steps().count(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "DialogBuilder", into = "DialogBuilder")]
pub struct Dialog {
    pub(super) start: Box<str>,
    pub(super) steps: BTreeMap<Box<str>, Step>,
}

/// A dialog in the making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a dialog is checked when it is built"]
pub struct DialogBuilder {
    start: Box<str>,
    steps: BTreeMap<Box<str>, Step>,
    #[serde(skip)]
    twice: Option<Box<str>>,
}

impl Dialog {
    /// A dialog that begins with the step of this name.
    pub fn builder(start: impl Into<Box<str>>) -> DialogBuilder {
        DialogBuilder { start: start.into(), steps: BTreeMap::new(), twice: None }
    }

    /// The steps and their names, in the order of the names.
    pub fn steps(&self) -> impl Iterator<Item = (&str, &Step)> {
        self.steps.iter().map(|(name, step)| (&**name, step))
    }

    /// Whether any step asks for keys.
    #[must_use]
    pub fn wants_keys(&self) -> bool {
        self.steps.values().any(|step| matches!(step.then, Then::Ask(_)))
    }

    /// Every prompt that may be played, for [`pre_fetch`](crate::request::communications::calls::AnswerCall::pre_fetch).
    pub fn prompts(&self) -> impl Iterator<Item = &Prompt> {
        self.steps.values().flat_map(Step::playlists).flatten()
    }

    /// Fetches every prompt as the service would, and checks that it can be played.
    ///
    /// One after the other, each address once. Dropping the future changes nothing.
    ///
    /// # Errors
    ///
    /// The step and the [`PromptProblem`] of the first prompt that callers would not hear.
    pub async fn fetch_prompts(&self, client: &Client) -> Result<(), (Box<str>, PromptProblem)> {
        let mut seen = BTreeSet::new();
        for (name, step) in &self.steps {
            for prompt in step.playlists().into_iter().flatten() {
                if seen.insert(prompt.uri()) {
                    let fetched = fetch_prompt(client, prompt.uri()).await;
                    fetched.map_err(|problem| (name.clone(), problem))?;
                }
            }
        }
        Ok(())
    }

    /// Looks at every file that may be played, as `read` gives it.
    ///
    /// The service says that a file of the wrong kind was played, and nobody hears anything.
    ///
    /// # Errors
    ///
    /// [`InvalidDialog::Wav`] names the step and what to convert; a file that `read` does not
    /// give counts as none.
    pub fn check_files(
        &self,
        mut read: impl FnMut(&Prompt) -> Option<Vec<u8>>,
    ) -> Result<(), InvalidDialog> {
        for (name, step) in &self.steps {
            for prompt in step.playlists().into_iter().flatten() {
                let checked =
                    read(prompt).map_or(Err(PromptError::NotWav), |file| check_wav(&file));
                checked.map_err(|why| InvalidDialog::Wav { step: name.clone(), why })?;
            }
        }
        Ok(())
    }
}

impl DialogBuilder {
    /// Adds a step.
    pub fn step(mut self, name: impl Into<Box<str>>, step: Step) -> Self {
        let name = name.into();
        if self.steps.insert(name.clone(), step).is_some() {
            self.twice.get_or_insert(name);
        }
        self
    }

    /// Checks that every step can be reached, played and left.
    ///
    /// # Errors
    ///
    /// [`InvalidDialog`] says what to mend: names, the service's limits on prompts and
    /// recordings, and talk without end.
    pub fn build(self) -> Result<Dialog, InvalidDialog> {
        if let Some(name) = self.twice {
            return Err(InvalidDialog::Twice(name));
        }
        if self.steps.len() > MAX_STEPS {
            return Err(InvalidDialog::TooManySteps);
        }
        if !self.steps.contains_key(&self.start) {
            return Err(InvalidDialog::NoSuchStep { from: "start".into(), to: self.start });
        }
        for (name, step) in &self.steps {
            check_step(name, step)?;
            for next in step.nexts() {
                if let Next::Step(to) = next
                    && !self.steps.contains_key(to)
                {
                    return Err(InvalidDialog::NoSuchStep { from: name.clone(), to: to.clone() });
                }
            }
        }
        check_talk(&self.steps)?;
        Ok(Dialog { start: self.start, steps: self.steps })
    }
}

fn check_step(name: &str, step: &Step) -> Result<(), InvalidDialog> {
    for list in step.playlists() {
        if !list.is_empty() {
            check_prompts(list).map_err(|why| InvalidDialog::Prompts { step: name.into(), why })?;
        }
    }
    match &step.then {
        Then::Go(_) => Ok(()),
        Then::Ask(keys) => keys.check(name),
        Then::Record(_) if step.prompts.len() > 1 => {
            Err(InvalidDialog::PromptsOfRecording(name.into()))
        }
        Then::Record(recording) => recording.check(name),
    }
}

/// Prompts as the request that plays them would check them.
fn check_prompts(prompts: &[Prompt]) -> Result<(), InvalidRequest> {
    let prompts = prompts.iter().map(|prompt| model::Prompt::wav(prompt.uri()));
    let request = PlayPrompt::new("dialog", prompts).into_request();
    match request.map_err(|error| error.into_parts().0) {
        Err(ErrorKind::Invalid(why)) => Err(why),
        Err(_) => Err(InvalidRequest::Missing { what: "a prompt that can be sent" }),
        Ok(_) => Ok(()),
    }
}

/// Steps that only speak must lead to one that does not.
fn check_talk(steps: &BTreeMap<Box<str>, Step>) -> Result<(), InvalidDialog> {
    for start in steps.keys() {
        let mut at = start;
        for _ in 0..=steps.len() {
            match steps.get(at).map(|step| &step.then) {
                Some(Then::Go(Next::Step(next))) if next == start => {
                    return Err(InvalidDialog::EndlessTalk(start.clone()));
                }
                Some(Then::Go(Next::Step(next))) => at = next,
                _ => break,
            }
        }
    }
    Ok(())
}

impl TryFrom<DialogBuilder> for Dialog {
    type Error = InvalidDialog;

    fn try_from(builder: DialogBuilder) -> Result<Self, InvalidDialog> {
        builder.build()
    }
}

impl From<Dialog> for DialogBuilder {
    fn from(dialog: Dialog) -> Self {
        Self { start: dialog.start, steps: dialog.steps, twice: None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{Keys, Recording},
        *,
    };

    fn prompt(name: &str) -> Prompt {
        Prompt::new(format!("https://cdn.example.com/{name}.wav")).unwrap()
    }

    fn menu() -> Keys {
        Keys::menu([("1", Next::done("sales"))])
    }

    fn build(step: Step) -> Result<Dialog, InvalidDialog> {
        Dialog::builder("main").step("main", step).build()
    }

    #[test]
    fn what_the_service_would_refuse_is_refused_when_it_is_written() {
        let many = (0..21).map(|n| prompt(&n.to_string()));
        let plain = Prompt::new("http://cdn.example.com/a.wav").unwrap();
        let clip = || Recording::new(Next::done("ok"), Next::done("failed"));
        let too_long = clip().max_duration(Duration::from_secs(121));
        let cases = [
            (Step::ask(many, menu()), "main cannot be played: prompts holds 21 items"),
            (Step::ask([plain], menu()), "must be an absolute https URI"),
            (Step::ask([], menu().tries(0)), "asked once at least"),
            (Step::ask([], menu().branch("x", Next::done("x"))), "named by its keys"),
            (Step::ask([], menu().terminator('1'.try_into().unwrap())), "ends the input"),
            (Step::ask([], Keys::entry(3, 2, Next::done("x"))), "at most 64 keys"),
            (Step::ask([], Keys::entry(1, 65, Next::done("x"))), "at most 64 keys"),
            (Step::ask([], menu().first_key(Duration::from_secs(121))), "the first key"),
            (Step::ask([], menu().branch("2", Next::step("there"))), "leads to there"),
            (Step::record(prompt("a"), too_long), "the length of a recording"),
            (Step::record(None, clip().max_silence(Duration::ZERO)), "the silence in a recording"),
            (Step::say([], Next::step("main")), "leads back to itself"),
        ];
        for (step, wanted) in cases {
            let error = build(step).expect_err(wanted).to_string();
            assert!(error.contains(wanted), "{error}");
        }
        assert!(build(Step::record(prompt("a"), clip())).is_ok());
        let twice = Dialog::builder("a").step("a", Step::say([], Next::done("x")));
        let error = twice.step("a", Step::say([], Next::done("x"))).build();
        assert_eq!(error, Err(InvalidDialog::Twice("a".into())));
    }

    #[test]
    fn talk_that_leads_in_a_circle_is_found_from_anywhere() {
        let round = Dialog::builder("in")
            .step("in", Step::say([], Next::step("a")))
            .step("a", Step::say([prompt("a")], Next::step("b")))
            .step("b", Step::say([prompt("b")], Next::step("a")))
            .build();
        assert_eq!(round, Err(InvalidDialog::EndlessTalk("a".into())));
    }

    /// Pain 42.
    #[test]
    fn a_file_nobody_would_hear_is_found_before_a_caller_does() {
        let dialog = build(Step::ask([prompt("a")], menu())).unwrap();
        let checked = dialog.check_files(|_| Some(b"ID3".to_vec()));
        let wanted = InvalidDialog::Wav { step: "main".into(), why: PromptError::NotWav };
        assert_eq!(checked, Err(wanted));
        assert!(dialog.check_files(|_| None).is_err());
    }

    #[test]
    fn a_dialog_survives_json_and_a_broken_one_is_refused() {
        let clip = Recording::new(Next::step("main"), Next::done("failed"));
        let dialog = Dialog::builder("main")
            .step("main", Step::ask([prompt("a")], menu().after_invalid([prompt("b")])))
            .step("clip", Step::record(prompt("c"), clip))
            .build()
            .unwrap();
        let text = serde_json::to_string(&dialog).unwrap();
        assert_eq!(serde_json::from_str::<Dialog>(&text).unwrap(), dialog);
        let broken = text.replace("\"start\":\"main\"", "\"start\":\"nowhere\"");
        let error = serde_json::from_str::<Dialog>(&broken).unwrap_err();
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}
