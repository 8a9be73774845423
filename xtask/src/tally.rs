//! Counting what passed, what failed and what was left out.

use std::fmt;

use crate::command::{Failure, Finished};

/// Outcomes of everything a command checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// What failed, for the end of the output.
    pub(crate) failures: Vec<String>,
    /// What was not run, and why.
    pub(crate) left_out: Vec<String>,
}

impl Tally {
    /// Counts one check by its result.
    pub(crate) fn check(&mut self, name: &str, result: Result<(), Failure>) {
        match result {
            Ok(()) => {
                println!("ok: {name}");
                self.passed += 1;
            }
            Err(failure) => self.fail(format!("{name}: {failure}")),
        }
    }

    /// Counts one failure.
    pub(crate) fn fail(&mut self, what: String) {
        println!("FAILED: {what}");
        self.failed += 1;
        self.failures.push(what);
    }

    /// Counts a part that was not run: a failure where `CI=true`, else a loud line.
    pub(crate) fn leave_out(&mut self, what: &str) {
        println!("\n!!! LEFT OUT: {what}\n");
        self.left_out.push(what.to_owned());
        if std::env::var("CI").is_ok_and(|value| value == "true") {
            self.fail(format!("left out although CI=true: {what}"));
        }
    }

    /// Adds another tally.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
        self.left_out.extend(other.left_out);
    }

    /// Adds the counts a test runner printed; a run that fails without naming a test counts as one.
    pub(crate) fn add_run(&mut self, name: &str, run: Result<Finished, Failure>) {
        let finished = match run {
            Ok(finished) => finished,
            Err(failure) => return self.fail(format!("{name}: {failure}")),
        };
        let (mut passed, mut failed) = (0, 0);
        for line in &finished.lines {
            if let Some((more_passed, more_failed)) = counts(line) {
                passed += more_passed;
                failed += more_failed;
            }
        }
        self.passed += passed;
        self.failed += failed;
        if failed > 0 {
            self.failures.push(format!("{name}: {failed} tests"));
        }
        if !finished.success && failed == 0 {
            self.fail(format!("{name}: it did not build or did not finish"));
        }
        if finished.success && passed == 0 {
            self.fail(format!("{name}: it ran no test"));
        }
    }

    /// Prints a remark, then the end of a command.
    pub(crate) fn print_after(&self, remark: &str) {
        println!("\n{remark}");
        self.print();
    }

    /// Prints the end of a command; the last line is `N passed, N failed`.
    pub(crate) fn print(&self) {
        println!();
        for what in &self.left_out {
            println!("left out: {what}");
        }
        for what in &self.failures {
            println!("failed: {what}");
        }
        println!("{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The counts in a summary line of libtest (`test result: …`) or of nextest (`Summary […`).
fn counts(line: &str) -> Option<(u64, u64)> {
    // nextest repeats, indented, what a failed test printed; that was counted by its summary.
    let summary = || line.trim_start().strip_prefix("Summary [");
    let rest = line
        .strip_prefix("test result: ")
        .or_else(|| summary().filter(|rest| rest.contains(" tests run: ")))?;
    let number_before = |word: &str| {
        let mut words = rest.split_whitespace().peekable();
        while let Some(number) = words.next() {
            if words.peek().is_some_and(|next| next.trim_end_matches([',', ';']) == word) {
                return number.parse().ok();
            }
        }
        None
    };
    let failed: u64 = number_before("failed").unwrap_or(0);
    let ended: u64 = ["timed", "exec"].iter().filter_map(|word| number_before(word)).sum();
    Some((number_before("passed")?, failed + ended))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_lines_of_both_runners_are_counted() {
        let table = [
            (
                "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
                Some((5, 0)),
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", Some((3, 2))),
            ("     Summary [   1.204s] 123 tests run: 123 passed, 0 skipped", Some((123, 0))),
            (
                "     Summary [   1.2s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 0 skipped",
                Some((6, 3)),
            ),
            ("        PASS [   0.004s] teams-cc-core a_test_that_passed", None),
            ("    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured", None),
            ("12 passed", None),
        ];
        for (line, expected) in table {
            assert_eq!(counts(line), expected, "{line}");
        }
    }

    #[test]
    fn a_run_that_does_not_build_is_a_failure() {
        let mut tally = Tally::default();
        let lines = vec!["error: could not compile".to_owned()];
        tally.add_run("tests", Ok(Finished { success: false, lines }));
        assert_eq!((tally.passed, tally.failed), (0, 1));
    }

    #[test]
    fn a_run_without_tests_is_a_failure() {
        let mut tally = Tally::default();
        tally.add_run("tests", Ok(Finished { success: true, lines: Vec::new() }));
        assert_eq!(tally.failed, 1);
    }

    #[test]
    fn the_last_line_has_its_stated_form() {
        let mut tally = Tally::default();
        tally.check("this", Ok(()));
        tally.check("that", Err("is wrong".into()));
        assert_eq!(tally.to_string(), "1 passed, 1 failed");
        assert_eq!(tally.failures, ["that: is wrong"]);
    }
}
