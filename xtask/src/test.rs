//! `cargo xtask test`: every test there is.

use crate::{
    command::{self, Failure},
    peers, setup,
    tally::Tally,
};

/// Whether the foreign peers take part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peers {
    Wanted,
    LeftOut,
}

/// How many schedules of faults two nodes are put through.
const SCHEDULES: u64 = 13;

/// Runs everything and prints the tally.
pub(crate) fn run(peers: Peers) -> Tally {
    let tally = collect(peers);
    tally.print();
    tally
}

/// Runs everything; `ci` adds the result to its own.
pub(crate) fn collect(peers: Peers) -> Tally {
    let mut tally = Tally::default();
    let mut ready = Ok(());
    if peers == Peers::Wanted {
        ready = setup::packages();
    }
    let mut tests = unit_tests();
    if peers == Peers::Wanted && ready.is_ok() {
        tests.args(["--features", "teams-cc-stories/postgres"]);
    }
    tally.add_run("tests", command::echo(&mut tests));
    tally.add_run(
        "documentation tests",
        command::echo(command::cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"])),
    );
    tally.add(peers::example::run());
    tally.add(peers::ivr::run());
    match (peers, ready) {
        (Peers::Wanted, Ok(())) => {
            tally.add(peers::sipp::run());
            tally.add(peers::interop::run(peers::interop::Length::Short, None));
            tally.add(peers::postgres::run(SCHEDULES));
            tally.add(peers::python::run());
            tally.add(peers::emitted::run());
            tally.add(peers::sign_in::run());
        }
        (Peers::Wanted, Err(failure)) => tally.fail(setup_failed(&failure)),
        (Peers::LeftOut, _) => {
            tally.leave_out("peer tests: SIPp calls over UDP, TCP and TLS");
            tally.leave_out("peer tests: foreign stacks and trunks of ours, scenario by scenario");
            tally.leave_out("peer tests: stores and nodes over PostgreSQL");
            tally.leave_out("peer tests: msal and msgraph-sdk against the simulator");
            tally.leave_out("peer tests: the requests of msgraph-sdk beside ours");
            tally.leave_out("peer tests: the sign-ins of msal beside ours");
        }
    }
    tally
}

/// Runs one kind of foreign peer, without any other test; of `interop` perhaps a few cases only.
pub(crate) fn peers_alone(name: &str, only: Option<&str>) -> Result<Tally, Failure> {
    setup::packages()?;
    let tally = match name {
        "sipp" => peers::sipp::run(),
        "interop" => peers::interop::run(peers::interop::Length::Short, only),
        "postgres" => peers::postgres::run(SCHEDULES),
        "requests" => peers::emitted::run(),
        "sign-ins" => peers::sign_in::run(),
        _ => peers::python::run(),
    };
    tally.print();
    Ok(tally)
}

fn setup_failed(failure: &Failure) -> String {
    format!("peer tests: {failure}")
}

/// The workspace's tests, by nextest where it is installed.
fn unit_tests() -> std::process::Command {
    let mut cargo = command::cargo();
    if command::is_installed("cargo-nextest") {
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]);
        cargo.args(["--color", "never"]);
    } else {
        cargo.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    }
    cargo
}
