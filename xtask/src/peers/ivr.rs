//! The menu example, offline: every kind of answer is heard, and the same callers have the same log.

use crate::{
    command::{self, Failure},
    tally::Tally,
    workspace,
};

const NAME: &str = "ivr";
/// What its callers come to, line by line, whatever the words around it.
const TOLD: [&str; 12] = [
    "call 1 menu: Accepted, keys: 1",
    "call 1 number: Accepted, keys: 4",
    "call 1 sales: to ada, Completed",
    "call 2 menu: NoInput, keys: 0",
    "call 2 menu: Accepted, keys: 1",
    "call 2 support: to bo, Completed",
    "call 3 menu: Invalid, keys: 1",
    "call 3 menu: Accepted, keys: 1",
    "call 3 support: to bo, Completed",
    "call 4 menu: NoInput, keys: 0",
    "call 4 operator: to bo, Completed",
    "POST calls/1/cancelMediaProcessing: 200",
];

/// Runs the example twice, the second time under other surroundings.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== {NAME}, offline ==");
    let built = command::run(command::cargo().args(["build", "--quiet", "--example", NAME]));
    if let Err(failure) = built {
        tally.fail(format!("{NAME}: {failure}"));
        return tally;
    }
    let first = output(&[]);
    tally.check("callers reach what their keys say, by every way there", whole(&first));
    let again = output(&[("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8")]);
    tally.check("the same callers have the same log", equal(&first, &again));
    tally
}

fn output(surroundings: &[(&str, &str)]) -> Result<String, String> {
    let run = || -> Result<String, Failure> {
        let binary = workspace::target()?.join("debug/examples").join(NAME);
        command::read(
            command::program(&binary.to_string_lossy()).envs(surroundings.iter().copied()),
        )
    };
    run().map_err(|failure| failure.to_string())
}

fn whole(output: &Result<String, String>) -> Result<(), Failure> {
    let output = output.as_ref().map_err(Clone::clone)?;
    let mut lines = output.lines();
    for wanted in TOLD {
        let lines = if wanted.starts_with("call") { lines.by_ref() } else { &mut output.lines() };
        if !lines.any(|line| line.contains(wanted)) {
            return Err(format!("it does not say `{wanted}` in its place:\n{output}").into());
        }
    }
    Ok(())
}

fn equal(first: &Result<String, String>, again: &Result<String, String>) -> Result<(), Failure> {
    let (first, again) =
        (first.as_ref().map_err(Clone::clone)?, again.as_ref().map_err(Clone::clone)?);
    let last = first.lines().last().unwrap_or_default();
    if !last.starts_with("ivr: 4 calls, log sha256 ") {
        return Err(format!("its last line is no summary: {last}").into());
    }
    if first == again { Ok(()) } else { Err("the two runs differ".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_missing_or_out_of_place_is_noticed() {
        let told = TOLD.join("\n");
        assert!(whole(&Ok(told.clone())).is_ok());
        for wanted in TOLD {
            assert!(whole(&Ok(told.replace(wanted, ""))).is_err(), "{wanted}");
        }
        let mut turned: Vec<_> = told.lines().collect();
        turned.swap(0, 8);
        assert!(whole(&Ok(turned.join("\n"))).is_err());
        assert!(whole(&Err("it did not run".into())).is_err());
    }

    #[test]
    fn two_runs_are_equal_to_the_letter() {
        let log = |hash| Ok(format!("platform: x\nivr: 4 calls, log sha256 {hash}"));
        assert!(equal(&log("a"), &log("a")).is_ok());
        assert!(equal(&log("a"), &log("b")).is_err());
        assert!(equal(&Ok("ivr".into()), &Ok("ivr".into())).is_err());
    }
}
