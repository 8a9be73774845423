//! Several machines over a real PostgreSQL: the example's story, and schedules of faults.

use crate::{
    command::{self, Failure},
    tally::Tally,
    workspace,
};

const NAME: &str = "two_nodes";
/// What the story comes to.
const TOLD: [&str; 4] =
    ["*** node ", "12 calls: ", "0 calls lost, 0 given twice, 0 agents with two calls", "talks to"];
/// What goes wrong in schedules; thirteen in a row bring all of it.
const FAULTS: [&str; 5] = ["Kill", "KillAnyTime", "Pause", "Cut", "Nothing"];

/// Runs the example, and so many schedules.
pub(crate) fn run(schedules: u64) -> Tally {
    let mut tally = Tally::default();
    println!("\n== {NAME}: two processes over PostgreSQL ==");
    let built = command::run(command::cargo().args(["build", "--quiet", "--example", NAME]));
    if let Err(failure) = built {
        tally.fail(format!("{NAME}: {failure}"));
        return tally;
    }
    let story = output(&[]).and_then(|output| whole(&output));
    tally.check("a node dies while it rings an agent, and nothing is lost or doubled", story);
    let judged = output(&["schedules", &schedules.to_string()])
        .and_then(|output| counted(&output, schedules));
    tally
        .check(&format!("{schedules} schedules of faults lose nothing and double nothing"), judged);
    tally
}

fn output(words: &[&str]) -> Result<String, Failure> {
    let binary = workspace::target()?.join("debug/examples").join(NAME);
    command::read(command::program(&binary.to_string_lossy()).args(words))
}

fn whole(output: &str) -> Result<(), Failure> {
    match TOLD.iter().find(|wanted| !output.contains(**wanted)) {
        Some(wanted) => Err(format!("it does not say `{wanted}`:\n{output}").into()),
        None => Ok(()),
    }
}

/// Every schedule was played, and each fault is among them.
fn counted(output: &str, schedules: u64) -> Result<(), Failure> {
    println!("{}", output.trim_end());
    let mut all = 0;
    for fault in FAULTS {
        let prefix = format!("{fault}: ");
        let line = output.lines().find_map(|line| line.strip_prefix(prefix.as_str()));
        let times = line.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
        match times {
            Some(times @ 1..) => all += times,
            _ => return Err(format!("no schedule brought {fault}").into()),
        }
    }
    if all == schedules { Ok(()) } else { Err(format!("{all} were played").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_that_is_not_whole_and_a_fault_that_is_missing_are_noticed() {
        let told = TOLD.join("\n");
        assert!(whole(&told).is_ok());
        for wanted in TOLD {
            assert!(whole(&told.replace(wanted, "")).is_err(), "{wanted}");
        }
        let played: Vec<String> =
            FAULTS.iter().map(|it| format!("{it}: 2 schedules, so")).collect();
        assert!(counted(&played.join("\n"), 10).is_ok());
        assert!(counted(&played.join("\n"), 11).is_err());
        for fault in &played {
            assert!(counted(&played.join("\n").replace(fault.as_str(), ""), 8).is_err());
        }
    }
}
