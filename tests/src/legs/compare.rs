//! Two traces of one scenario, held against each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use teams_cc::core::contact::{ContactEvent, EndCause, Verb};

use super::{Line, Scenario, Step, Trace};

/// What two traces differ in although both legs know the verbs behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What the first one tells there.
    pub one: Option<String>,
    /// What the other one tells there.
    pub other: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{:?} against {:?}", word(&self.one), word(&self.other))
    }
}

/// Compares two traces; gives the verbs that one leg lacks and that made them differ.
///
/// | verb that one leg lacks | what may differ |
/// |---|---|
/// | play | what an order to play brings about |
/// | collect tones | what an order to take keys brings about; how sure it is who answered |
/// | transfer | what the order brings about, and what follows |
/// | ring | when a call is answered that the program does not answer itself |
/// | bridge | what is seen after the customer was connected |
///
/// Everything else has to be equal, event for event and result for result. The codes of the
/// platforms are no events of a contact center and are left out.
///
/// # Errors
///
/// The first thing that differs otherwise.
pub fn compare(
    scenario: &Scenario,
    one: &Trace,
    other: &Trace,
) -> Result<BTreeSet<Verb>, Difference> {
    let unshared = |verb: &Verb| one.capabilities.has(*verb) != other.capabilities.has(*verb);
    let unshared: BTreeSet<Verb> = Verb::ALL.into_iter().filter(unshared).collect();
    let (first, second) =
        (Words::of(scenario, one, &unshared), Words::of(scenario, other, &unshared));
    same(first.events, second.events)?;
    same(first.results, second.results)?;
    let differs = |verb: &Verb| first.excused.get(verb) != second.excused.get(verb);
    Ok(unshared.into_iter().filter(differs).collect())
}

fn same(one: Vec<String>, other: Vec<String>) -> Result<(), Difference> {
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return Ok(()),
            (one, other) if one != other => return Err(Difference { one, other }),
            _ => {}
        }
    }
}

/// What a trace tells, sorted by what may be compared.
#[derive(Debug, Default)]
struct Words {
    /// Events that every leg has to tell alike.
    events: Vec<String>,
    /// Results that every leg has to tell alike.
    results: Vec<String>,
    /// What hangs on a verb that only one of the legs knows.
    excused: BTreeMap<Verb, Vec<String>>,
}

impl Words {
    fn of(scenario: &Scenario, trace: &Trace, unshared: &BTreeSet<Verb>) -> Self {
        let only = |verb: Verb| unshared.contains(&verb).then_some(verb);
        let answers_itself = scenario.program.first().is_some_and(Step::answers);
        let mut words = Self::default();
        let mut step = 0;
        let (mut connected, mut parted) = (false, None);
        for line in &trace.lines {
            let running = scenario.program.get(step).and_then(Step::needs).and_then(only);
            parted = parted.or(running.filter(|verb| *verb == Verb::TransferBlind));
            let under = parted.or(running);
            let event = match line {
                Line::Event(event) => event,
                Line::Result(n, result) => {
                    // The order that connects is done on every leg; what follows is not.
                    let connects = matches!(scenario.program.get(*n), Some(Step::Connect));
                    let unseen = (connected && !connects).then_some(Verb::Bridge).and_then(only);
                    words.result(format!("order {n}: {result}"), under.or(unseen));
                    step = n + 1;
                    continue;
                }
            };
            let unseen = connected.then_some(Verb::Bridge).and_then(only);
            match event {
                ContactEvent::Answered if !answers_itself && under.is_none() => {
                    let text = format!("answered after {} events", words.events.len());
                    words.event(text, only(Verb::Ring));
                }
                // Whatever the leg lacks, an order answers first.
                ContactEvent::Arrived | ContactEvent::Answered => {
                    words.event(event.to_string(), None);
                }
                ContactEvent::Accepted { agent, answered_by } => {
                    words.event(format!("taken by {agent:?}"), under);
                    words.event(format!("{answered_by:?}"), under.or(only(Verb::CollectTones)));
                }
                ContactEvent::Connected { agent, after } => {
                    connected = true;
                    words.event(format!("connected to {agent:?}"), under);
                    words.event(format!("{after:?}"), under.or(only(Verb::Bridge)));
                }
                // A contact ends once on every leg, whatever is seen of how.
                ContactEvent::Ended(EndCause { reason, by, .. }) => {
                    words.event("ended".to_owned(), None);
                    words.event(format!("{reason:?} by {by:?}"), under.or(unseen));
                }
                event => words.event(event.to_string(), under.or(unseen)),
            }
        }
        words
    }

    fn event(&mut self, text: String, verb: Option<Verb>) {
        match verb {
            Some(verb) => self.excused.entry(verb).or_default().push(text),
            None => self.events.push(text),
        }
    }

    fn result(&mut self, text: String, verb: Option<Verb>) {
        match verb {
            Some(verb) => self.excused.entry(verb).or_default().push(text),
            None => self.results.push(text),
        }
    }
}
