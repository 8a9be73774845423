//! Checks against data given as an argument.

use std::path::Path;

use crate::{command::Failure, tally::Tally};

mod compare;
pub(crate) mod csdl;
pub(crate) mod direct_routing;
pub(crate) mod graph;
pub(crate) mod routing;
pub(crate) mod sip;
pub(crate) mod vectors;

/// How many checks held and how many did not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    /// Checks that held.
    pub(crate) passed: usize,
    /// Checks that did not.
    pub(crate) failed: usize,
}

/// A check over one directory or file.
type Check = fn(&Path) -> Summary;

/// Every check by its name on the command line; the last says whether it takes a directory.
const CHECKS: [(&str, Check, bool); 5] = [
    ("csdl", csdl::csdl, false),
    ("graph", graph::graph, true),
    ("routing", routing::routing, false),
    ("sip", sip::sip, true),
    ("vectors", vectors::vectors, true),
];

/// Runs one check and prints the tally.
pub(crate) fn run(name: &str, dir: &Path) -> Result<Tally, Failure> {
    let tally = collect(name, dir)?;
    tally.print();
    Ok(tally)
}

/// Runs one check; `ci` adds the result to its own.
pub(crate) fn collect(name: &str, dir: &Path) -> Result<Tally, Failure> {
    let Some((_, check, takes_directory)) = CHECKS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = CHECKS.iter().map(|(known, ..)| *known).collect();
        return Err(format!(
            "there is no conformance check `{name}`; there is {}",
            known.join(", ")
        )
        .into());
    };
    if *takes_directory && !dir.is_dir() {
        return Err(format!("{} is not a directory", dir.display()).into());
    }
    if !takes_directory && !dir.is_file() {
        return Err(format!("{} is not a file", dir.display()).into());
    }
    println!("conformance {name} {}", dir.display());
    let summary = check(dir);
    let mut tally = Tally { passed: count(summary.passed), ..Tally::default() };
    if summary.failed > 0 {
        tally.failed = count(summary.failed);
        tally.failures.push(format!(
            "conformance {name} {}: {} checks",
            dir.display(),
            summary.failed
        ));
    }
    if summary.passed + summary.failed == 0 {
        tally.fail(format!("conformance {name} {}: nothing to check there", dir.display()));
    }
    Ok(tally)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_is_not_there_is_refused_by_name() {
        let error = collect("odata", Path::new(".")).unwrap_err().to_string();
        assert!(error.contains("`odata`") && error.contains("graph"), "{error}");
    }

    #[test]
    fn a_directory_that_is_not_there_is_refused() {
        assert!(collect("graph", Path::new("no/such/directory")).is_err());
    }
}
