//! A scenario as it goes over one kind of leg.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use teams_cc::{
    Contact, Error, ErrorKind, Taken,
    core::{
        Address,
        contact::{AfterTransfer, Capabilities, ContactEvent, flow::OrderError},
        queue::{Exit, QueueLimits},
        routing::policy::skill,
    },
};
use teams_cc_sim::{run, world::SERVICE_NUMBER};

use super::{Scenario, Step};
use crate::{EVE, Seen, Stage, locked, wait};

/// Over what a customer calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two platforms there are")]
pub enum Door {
    /// The service number of a calling bot, over Microsoft Graph.
    Graph,
    /// A number of the carrier, over the trunk.
    Trunk,
}

impl Door {
    /// What the customer dials.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::Graph => SERVICE_NUMBER,
            Self::Trunk => EVE,
        }
    }
}

/// Something told on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the program and the contact, nobody else tells")]
pub enum Line {
    /// The contact center told this.
    Event(ContactEvent),
    /// An order of the program, counted from 0, came to this.
    Result(usize, String),
}

/// What was told, and by what kind of leg.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// What the customer's leg knows.
    pub capabilities: Capabilities,
    /// What was told, in order.
    pub lines: Vec<Line>,
    /// Everything that happened, to be read where something is wrong.
    pub ladder: String,
}

/// Lives through a scenario in virtual time.
///
/// # Panics
///
/// Where something of it is left at the end.
#[must_use]
pub fn play(scenario: &Scenario, door: Door) -> Trace {
    run(async {
        let stage = Stage::new(scenario.setup(door));
        let known = Arc::new(Mutex::new(None));
        let program = {
            let stage = (stage.watched.clone(), stage.sim.clone());
            let (steps, known) = (scenario.program.clone(), Arc::clone(&known));
            move |contact: Contact| {
                let ((watched, sim), steps) = (stage.clone(), steps.clone());
                *locked(&known) = Some(contact.capabilities());
                async move {
                    let whom = |name: &str| sim.address(name).expect("the scenario names a user");
                    let mut taken = None;
                    for (n, step) in steps.iter().enumerate() {
                        let result = order(&contact, step, &mut taken, whom).await;
                        watched.mark(format!("{n} {}", told(&contact, &result)));
                    }
                    Ok(())
                }
            }
        };
        let agents = scenario.people.iter().filter(|person| person.agent);
        let agents: Vec<_> = agents.map(|person| stage.agent(&person.name)).collect();
        let limits = scenario.queue_gives_up.map_or_else(QueueLimits::default, |seconds| {
            QueueLimits::default().wait(Duration::from_secs(seconds), Exit::Disconnect)
        });
        let builder = stage.bare().agents(agents).queue_with("sales", skill("en"), limits);
        let center = builder.on_contact(program).start().await.expect("a whole platform");
        let closing = stage.close(center).await;
        closing.assert_nothing(format_args!("{}, {door:?}", scenario.story));
        let seen = stage.watched.seen().into_iter();
        let lines = seen.filter_map(|(_, seen)| match seen {
            Seen::Contact(_, event) => Some(Line::Event(event)),
            Seen::Mark(mark) => {
                let (n, result) = mark.split_once(' ')?;
                Some(Line::Result(n.parse().ok()?, result.to_owned()))
            }
            _ => None,
        });
        let capabilities = locked(&known).expect("the customer called");
        Trace { capabilities, lines: lines.collect(), ladder: closing.ladder }
    })
    .expect("a runtime")
}

/// Carries out one order. One that needs somebody does nothing where nobody took the call.
async fn order(
    contact: &Contact,
    step: &Step,
    taken: &mut Option<Taken>,
    whom: impl Fn(&str) -> Address,
) -> Result<String, Error> {
    let done = |()| "done".to_owned();
    match step {
        Step::Answer => contact.answer().await.map(done),
        Step::Reject(refusal) => contact.reject((*refusal).into()).await.map(done),
        Step::Prompt(name) => contact.prompt(name).await.map(done),
        Step::Menu(name) => {
            let key = contact.menu(name).await?;
            Ok(key.map_or_else(|| "no key".to_owned(), |key| format!("key {}", key.reveal())))
        }
        Step::Route => {
            *taken = Some(contact.route("sales").await?);
            Ok(done(()))
        }
        Step::Dial(name) => {
            *taken = Some(contact.dial(whom(name)).await?);
            Ok(done(()))
        }
        Step::Connect => match taken.take() {
            Some(taken) => contact.connect(taken).await.map(connected),
            None => Ok("nobody".to_owned()),
        },
        Step::Release => match taken.take() {
            Some(taken) => contact.release(taken).await.map(done),
            None => Ok("nobody".to_owned()),
        },
        Step::Transfer(name) => contact.transfer(whom(name)).await.map(connected),
        Step::Wait(seconds) => {
            wait(Duration::from_secs(*seconds)).await;
            Ok(done(()))
        }
        Step::HangUp => contact.hang_up().await.map(done),
    }
}

fn connected(_: AfterTransfer) -> String {
    "connected".to_owned()
}

/// The result in words, without codes of a platform.
fn told(contact: &Contact, result: &Result<String, Error>) -> String {
    match result {
        Ok(done) => done.clone(),
        Err(error) => match error.kind() {
            ErrorKind::Order(OrderError::Refused { verb, .. })
                if !contact.capabilities().has(*verb) =>
            {
                format!("cannot {verb}")
            }
            ErrorKind::CustomerLeft(cause) => {
                format!("customer left: {:?} by {:?}", cause.reason, cause.by)
            }
            _ => error.to_string(),
        },
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => write!(f, "{event}"),
            Self::Result(step, result) => write!(f, "  order {step}: {result}"),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
