//! The main example, offline: the same day again has the same log, another seed another one.

use crate::{
    command::{self, Failure},
    tally::Tally,
    workspace,
};

/// The example under test.
pub(crate) const NAME: &str = "contact_center";
const SOURCE: &str = "examples/contact_center/main.rs";

/// What the last line of a run says.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    lost: u64,
    seed: u64,
    log: String,
}

/// One run of the example: several checks look at the same one.
type Day = Result<Summary, String>;

/// Runs the example under changing surroundings and compares the hashes of its log.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== {NAME}, offline ==");
    if !workspace::path(SOURCE).exists() {
        tally.fail(format!("{SOURCE} does not exist"));
        return tally;
    }
    if let Err(failure) = build() {
        tally.fail(format!("{NAME}: {failure}"));
        return tally;
    }
    let plain = day(&[], &[]);
    let elsewhere =
        day(&[], &[("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "C")]);
    let single = day(&[], &[("TOKIO_WORKER_THREADS", "1")]);
    let other = day(&["--seed", "43"], &[]);
    tally.check(
        "the day again has the same log, whatever the zone and language",
        equal(&plain, &elsewhere),
    );
    tally.check("the day has the same log on one worker", equal(&plain, &single));
    tally.check("seed 43 is another day", other_day(&plain, &other));
    tally
}

/// Builds the example once.
pub(crate) fn build() -> Result<(), Failure> {
    command::run(command::cargo().args(["build", "--quiet", "--example", NAME]))
}

/// The path of the built example.
pub(crate) fn binary() -> Result<std::path::PathBuf, Failure> {
    Ok(workspace::target()?.join("debug/examples").join(NAME))
}

fn ran(day: &Day) -> Result<&Summary, Failure> {
    day.as_ref().map_err(|failure| failure.clone().into())
}

fn day(arguments: &[&str], surroundings: &[(&str, &str)]) -> Day {
    let run = || -> Result<Summary, Failure> {
        let mut command = command::program(&binary()?.to_string_lossy());
        command.args(arguments).envs(surroundings.iter().copied());
        let output = command::read(&mut command)?;
        let last = output.lines().last().unwrap_or_default();
        summary(last).ok_or_else(|| format!("its last line is no summary: {last}").into())
    };
    run().map_err(|failure| failure.to_string())
}

fn equal(first: &Day, second: &Day) -> Result<(), Failure> {
    let (first, second) = (ran(first)?, ran(second)?);
    if first.lost != 0 {
        return Err(format!("{} contacts were lost", first.lost).into());
    }
    if first != second {
        return Err(format!("{first:?} and {second:?} differ").into());
    }
    Ok(())
}

fn other_day(first: &Day, other: &Day) -> Result<(), Failure> {
    let (first, other) = (ran(first)?, ran(other)?);
    if other.seed != 43 || other.log == first.log {
        return Err(format!("{other:?} is not another day than {first:?}").into());
    }
    if other.lost != 0 {
        return Err(format!("{} contacts were lost", other.lost).into());
    }
    Ok(())
}

/// Reads `contact_center: N contacts, …, 0 lost, seed 42, log sha256 …`.
fn summary(line: &str) -> Option<Summary> {
    let rest = line.strip_prefix(NAME)?.strip_prefix(": ")?;
    let mut summary = Summary { lost: u64::MAX, seed: u64::MAX, log: String::new() };
    for part in rest.split(", ") {
        if let Some(number) = part.strip_suffix(" lost") {
            summary.lost = number.parse().ok()?;
        } else if let Some(seed) = part.strip_prefix("seed ") {
            summary.seed = seed.parse().ok()?;
        } else if let Some(log) = part.strip_prefix("log sha256 ") {
            log.trim().clone_into(&mut summary.log);
        }
    }
    let complete = summary.lost != u64::MAX && summary.seed != u64::MAX && !summary.log.is_empty();
    complete.then_some(summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_the_example_is_read() {
        let line = "contact_center: 6 contacts, 4 answered, 1 overflowed, 0 lost, seed 42, log sha256 ab12";
        let expected = Summary { lost: 0, seed: 42, log: "ab12".to_owned() };
        assert_eq!(summary(line), Some(expected));
        for line in ["", "contact_center: 6 contacts", "quickstart: 0 lost, seed 1, log sha256 a"] {
            assert_eq!(summary(line), None, "{line}");
        }
    }

    #[test]
    fn a_lost_contact_or_another_hash_is_no_equal_day() {
        let day = |lost, log: &str| Ok(Summary { lost, seed: 42, log: log.to_owned() });
        assert!(equal(&day(0, "a"), &day(0, "a")).is_ok());
        assert!(equal(&day(0, "a"), &day(0, "b")).is_err());
        assert!(equal(&day(1, "a"), &day(1, "a")).is_err());
        assert!(equal(&Err("x".to_owned()), &day(0, "a")).is_err());
    }
}
