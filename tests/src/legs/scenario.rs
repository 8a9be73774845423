//! What happens, as data.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde::Deserialize;
use teams_cc::core::contact::{RejectReason, Verb};
use teams_cc_sim::world::{Answering, Customer, Setup, User};

use super::Door;
use crate::{key, user};

/// Where the scenarios lie.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
/// How long everybody takes to press a key.
const PRESSES_AFTER: Duration = Duration::from_millis(700);
/// The seed of every scenario: chance decides about milliseconds alone.
const SEED: u64 = 42;

/// A story that does not say over what the customer calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scenario {
    /// What it is about, as a sentence.
    pub story: String,
    /// How long the customer waits for an answer, in seconds.
    #[serde(default = "minutes")]
    pub patience: u64,
    /// How long the customer talks once answered, in seconds.
    #[serde(default = "minutes")]
    pub talks: u64,
    /// Which key the customer presses after which recording.
    #[serde(default)]
    pub presses: BTreeMap<String, char>,
    /// After how many seconds the queue gives up.
    pub queue_gives_up: Option<u64>,
    /// The users who may be called.
    #[serde(default)]
    pub people: Vec<Person>,
    /// What the program orders, one after the other.
    pub program: Vec<Step>,
    /// The verbs over which the two legs may differ here. Each of them has to make a difference.
    #[serde(default)]
    pub differs: Vec<Verb>,
}

/// A user of the tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Person {
    /// The name; agents of the sales queue are known by it.
    pub name: String,
    /// Whether the person works in the queue.
    #[serde(default)]
    pub agent: bool,
    /// What Teams shows.
    pub presence: Option<String>,
    /// What the person does at each call; the last one repeats.
    pub conduct: Vec<Conduct>,
}

/// What somebody does when called.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conduct {
    /// Answers after so many seconds, and takes the call.
    Answers(u64),
    /// Declines after so many seconds.
    Declines(u64),
    /// Lets it ring.
    Ignores,
    /// Is on the phone.
    Busy,
}

/// An order of the program.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Answers.
    Answer,
    /// Refuses the call.
    Reject(Refusal),
    /// Plays a recording.
    Prompt(String),
    /// Plays a recording and takes a key.
    Menu(String),
    /// Waits in the sales queue for somebody.
    Route,
    /// Calls one user.
    Dial(String),
    /// Joins the customer and whoever took the call.
    Connect,
    /// Lets whoever took the call go.
    Release,
    /// Hands the customer over without a second call.
    Transfer(String),
    /// Does nothing for some seconds.
    Wait(u64),
    /// Hangs up.
    HangUp,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody is free.
    Busy,
    /// It is not wanted.
    Declined,
}

impl Step {
    /// The verb without which the customer's leg cannot do it at all.
    #[must_use]
    pub fn needs(&self) -> Option<Verb> {
        match self {
            Self::Prompt(_) => Some(Verb::Play),
            Self::Menu(_) => Some(Verb::CollectTones),
            Self::Transfer(_) => Some(Verb::TransferBlind),
            _ => None,
        }
    }

    /// Whether the customer is answered by it, whatever the leg.
    #[must_use]
    pub fn answers(&self) -> bool {
        matches!(self, Self::Answer | Self::Prompt(_) | Self::Menu(_))
    }
}

impl From<Refusal> for RejectReason {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Busy => Self::Busy,
            Refusal::Declined => Self::Declined,
        }
    }
}

impl Scenario {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Where the text is no scenario; the error says where.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The world of the scenario, in which the customer calls through this door.
    #[must_use]
    pub fn setup(&self, door: Door) -> Setup {
        let mut customer = Customer::new("customer", "+14255550201")
            .dials(Duration::from_secs(1), door.number())
            .patience(Duration::from_secs(self.patience))
            .talks(Duration::from_secs(self.talks));
        for (prompt, pressed) in &self.presses {
            customer = customer.presses_after(prompt, key(*pressed), PRESSES_AFTER);
        }
        let people = self.people.iter().zip(60..).map(|(person, number)| person.user(number));
        people.fold(Setup::contoso(SEED).customer(customer), Setup::user)
    }
}

impl Person {
    fn user(&self, number: u8) -> User {
        let conduct = self.conduct.iter().map(|conduct| match *conduct {
            Conduct::Answers(after) => {
                Answering::after(Duration::from_secs(after)).confirms(key('1'), PRESSES_AFTER)
            }
            Conduct::Declines(after) => Answering::declines(Duration::from_secs(after)),
            Conduct::Ignores => Answering::Ignores,
            Conduct::Busy => Answering::Busy,
        });
        let user = user(&self.name, number, conduct).without_voicemail();
        match &self.presence {
            Some(presence) => user.presence(presence),
            None => user,
        }
    }
}

/// Every scenario there is, with its file name, in order of these.
///
/// # Panics
///
/// Where a file is no scenario.
#[must_use]
pub fn scenarios() -> BTreeMap<String, Scenario> {
    let files = Path::new(FOLDER).read_dir().expect("the scenarios lie there");
    let read = files.map(|file| {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let scenario = Scenario::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, scenario)
    });
    read.collect()
}

fn minutes() -> u64 {
    300
}
