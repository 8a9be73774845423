//! The requests of Microsoft's msgraph-sdk, captured on loopback, beside ours.
//!
//! Method, path and JSON body are equal but for the differences of a table, each with its reason. A
//! difference that is not in the table fails, and so does a line of the table that no longer holds.

mod ours;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    command::{self, Failure},
    peers::python,
    tally::Tally,
    workspace,
};

/// What makes the SDK send its requests, and what may differ.
const SCRIPT: &str = "xtask/peers/emitted.py";
const DIFFERENCES: &str = "xtask/peers/differences.toml";

/// A request as it leaves a client.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Emitted {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Value,
}

/// A request of the SDK, by its name and by how its objects were made.
#[derive(Debug, Deserialize)]
pub(super) struct Theirs {
    pub(super) request: String,
    pub(super) form: String,
    #[serde(flatten)]
    pub(super) emitted: Emitted,
}

/// The table of differences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Why requests differ, by a name.
    reasons: BTreeMap<String, String>,
    difference: Vec<Entry>,
}

/// One line of it: what a request of a form has where the two differ.
///
/// Places are JSON pointers into the body, or `method` or `path`; a side that does not name a place
/// has nothing there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    request: String,
    form: String,
    reason: String,
    #[serde(default)]
    ours: BTreeMap<String, Value>,
    #[serde(default)]
    theirs: BTreeMap<String, Value>,
}

/// A check by its name, and what came of it.
pub(super) type Check = (String, Result<(), Failure>);

/// What each side has at one place.
type Sides = (Option<Value>, Option<Value>);

/// Compares every request.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== Microsoft's msgraph-sdk sends the requests we send ==");
    let python = match python::install() {
        Ok(python) => python,
        Err(failure) => {
            tally.leave_out(&format!(
                "peer tests: msgraph-sdk, which cannot be installed from PyPI: {failure}"
            ));
            return tally;
        }
    };
    let compared = captured(&python).and_then(|theirs| {
        let table = toml::from_str(&fs::read_to_string(workspace::path(DIFFERENCES))?)?;
        Ok(compare("msgraph-sdk", &ours::requests(), &theirs, &table))
    });
    match compared {
        Ok(checks) => checks.into_iter().for_each(|(name, result)| tally.check(&name, result)),
        Err(failure) => tally.fail(format!("msgraph-sdk's requests: {failure}")),
    }
    tally
}

fn captured(python: &Path) -> Result<Vec<Theirs>, Failure> {
    let mut script = command::program(&python.to_string_lossy());
    script.env("PYTHONPYCACHEPREFIX", workspace::target()?.join("python/pycache"));
    let lines = command::read(script.arg(SCRIPT))?;
    lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// One check for each request of a peer, for each of ours it lacks, and for the table.
pub(super) fn compare(
    peer: &str,
    ours: &BTreeMap<&str, Emitted>,
    theirs: &[Theirs],
    table: &Table,
) -> Vec<Check> {
    let mut used = vec![0; table.difference.len()];
    let mut checks = Vec::new();
    for theirs in theirs {
        let name = format!("{} ({}) is as {peer} sends it", theirs.request, theirs.form);
        let result = match ours.get(&*theirs.request) {
            Some(ours) => unlisted(theirs, differences(ours, &theirs.emitted), table, &mut used),
            None => Err("we have no such request".into()),
        };
        checks.push((name, result));
    }
    for name in ours.keys() {
        if !theirs.iter().any(|theirs| theirs.request == *name) {
            let lacking = Err("the script does not make it".into());
            checks.push((format!("{peer} sends {name}"), lacking));
        }
    }
    for (entry, used) in table.difference.iter().zip(used) {
        let reason = table.reasons.get(&entry.reason);
        let name = format!(
            "{} ({}) differs because {}",
            entry.request,
            entry.form,
            reason.unwrap_or(&entry.reason)
        );
        let places = entry.places();
        checks.push((
            name,
            match (reason, used) {
                (None, _) => Err("the table holds no such reason".into()),
                (_, used) if used == places && used > 0 => Ok(()),
                (_, used) => Err(format!("holds at {used} of {places} places").into()),
            },
        ));
    }
    checks
}

/// The differences that the table does not list, as an error; those it lists are counted.
fn unlisted(
    theirs: &Theirs,
    found: BTreeMap<String, Sides>,
    table: &Table,
    used: &mut [usize],
) -> Result<(), Failure> {
    let mut left = Vec::new();
    for (at, (ours, sdk)) in found {
        let listed = table.difference.iter().position(|entry| {
            entry.request == theirs.request
                && entry.form == theirs.form
                && (entry.ours.get(&at), entry.theirs.get(&at)) == (ours.as_ref(), sdk.as_ref())
        });
        match listed.and_then(|listed| used.get_mut(listed)) {
            Some(used) => *used += 1,
            None => left.push(format!("{at}: ours {}, theirs {}", shown(ours), shown(sdk))),
        }
    }
    if left.is_empty() { Ok(()) } else { Err(left.join("; ").into()) }
}

impl Entry {
    /// How many places it names.
    fn places(&self) -> usize {
        self.ours.len() + self.theirs.keys().filter(|at| !self.ours.contains_key(*at)).count()
    }
}

fn shown(side: Option<Value>) -> String {
    side.map_or_else(|| "nothing".to_owned(), |value| value.to_string())
}

/// Every place where two requests differ, with what each has there.
fn differences(ours: &Emitted, theirs: &Emitted) -> BTreeMap<String, Sides> {
    let mut found = BTreeMap::new();
    for (at, ours, theirs) in
        [("method", &ours.method, &theirs.method), ("path", &ours.path, &theirs.path)]
    {
        if ours != theirs {
            let sides = (Some(ours.clone().into()), Some(theirs.clone().into()));
            found.insert(at.to_owned(), sides);
        }
    }
    descend("", Some(&ours.body), Some(&theirs.body), &mut found);
    found
}

fn descend(
    at: &str,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    found: &mut BTreeMap<String, Sides>,
) {
    match (ours, theirs) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
            for name in names {
                let inner = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                descend(&inner, ours.get(name), theirs.get(name), found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            for index in 0..ours.len().max(theirs.len()) {
                descend(&format!("{at}/{index}"), ours.get(index), theirs.get(index), found);
            }
        }
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => {
            found.insert(at.to_owned(), (ours.cloned(), theirs.cloned()));
        }
    }
}
