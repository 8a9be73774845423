//! `cargo xtask soak`: the same code and seeds as in `test`, for much longer.

use crate::{
    command,
    peers::{interop, postgres},
    setup,
    tally::Tally,
};

/// How much larger counts are than in `cargo xtask test`, unless `TEAMS_CC_SOAK` says otherwise.
///
/// Tests that scale read `TEAMS_CC_SOAK` and multiply their counts by it.
const FACTOR: &str = "100";
/// Cases of each property, unless `PROPTEST_CASES` says otherwise; the default of a test is 256.
const CASES: &str = "20000";

/// The example that holds a day of 100,000 people against its bounds of heap and processor time;
/// `presence_day` of the tests is the same in small.
const ENTERPRISE: &str = "presence_100k";

/// How many schedules of faults two nodes are put through.
const SCHEDULES: u64 = 260;

/// Runs every test, or those whose name contains `name`, with long counts and optimised code;
/// `peers` is the foreign stacks.
pub(crate) fn run(name: Option<&str>) -> Tally {
    let mut tally = Tally::default();
    if name == Some("peers") {
        match setup::packages() {
            Ok(()) => {
                tally.add(interop::run(interop::Length::Full, None));
                tally.add(postgres::run(SCHEDULES));
            }
            Err(failure) => tally.fail(format!("peer tests: {failure}")),
        }
        tally.print();
        return tally;
    }
    let mut cargo = command::cargo();
    cargo.args(["test", "--profile", "soak", "--workspace", "--lib", "--tests", "--no-fail-fast"]);
    cargo.args(name);
    for (variable, default) in [("TEAMS_CC_SOAK", FACTOR), ("PROPTEST_CASES", CASES)] {
        cargo.env(variable, std::env::var(variable).unwrap_or_else(|_| default.to_owned()));
    }
    tally.add_run("long runs", command::echo(&mut cargo));
    if name.is_none_or(|name| ENTERPRISE.contains(name)) {
        let mut day = command::cargo();
        day.args(["run", "--quiet", "--release", "--example", ENTERPRISE]);
        tally.check("a day of an enterprise's presence keeps every bound", command::run(&mut day));
    }
    tally.print();
    tally
}
