//! `cargo xtask ci`: everything a merge needs.

use std::{process::Command, time::Instant};

use crate::{
    codegen,
    command::{self, Failure},
    conformance, deny, readme,
    tally::Tally,
    test, workspace,
};

/// Data beside the project that conformance is checked against, where it is there.
const CORPUS: &str = "../shared/corpus";
/// What is checked over it: the command and the folder or file, from that folder.
const CHECKS: [(&str, &str); 6] = [
    ("sip", "torture"),
    ("sip", "sip-messages"),
    ("graph", "graph"),
    ("routing", "routing/scenarios.json"),
    ("csdl", "../facts/graph-types.json"),
    ("vectors", "notification-vectors"),
];
/// The schema facts beside the project that the models are generated from.
const FACTS: &str = "../shared/facts/graph-types.json";

/// Runs all of it, whatever fails on the way, and prints the tally.
pub(crate) fn run() -> Tally {
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut step = |name: &str, result: &mut dyn FnMut() -> Result<(), Failure>| {
        println!("\n== {name} ==");
        tally.check(name, result());
    };

    step("format", &mut || command::run(command::cargo().args(["fmt", "--all", "--check"])));
    step("clippy", &mut || {
        command::run(&mut clippy(&["--workspace", "--features", "teams-cc-stories/postgres"]))
    });
    step("clippy without default features", &mut || {
        command::run(&mut clippy(&["--package", "teams-cc-sip", "--no-default-features"]))
    });
    step("clippy of all that teams-cc-graph can do", &mut || {
        command::run(&mut clippy(&["--package", "teams-cc-graph", "--all-features"]))
    });
    step("tests of what teams-cc-graph can do besides", &mut || {
        let mut test = command::cargo();
        test.args(["test", "--quiet", "--package", "teams-cc-graph", "--all-features"]);
        command::run(test.args(["--lib", "--test", "webhook_intake", "--test", "observed"]))
    });
    step("documentation tests of all that teams-cc-graph can do", &mut || {
        let mut test = command::cargo();
        test.args(["test", "--quiet", "--package", "teams-cc-graph", "--all-features", "--doc"]);
        command::run(&mut test)
    });
    step("clippy of all that teams-cc-sip can do", &mut || {
        command::run(&mut clippy(&["--package", "teams-cc-sip", "--all-features"]))
    });
    step("tests of the media plane and of records of the DNS", &mut || {
        let mut test = command::cargo();
        test.args(["test", "--quiet", "--package", "teams-cc-sip", "--features", "media,dns"]);
        command::run(test.args(["--lib", "--test", "media_calls"]))
    });
    step("documentation tests of all that teams-cc-sip can do", &mut || {
        let mut test = command::cargo();
        test.args(["test", "--quiet", "--package", "teams-cc-sip", "--all-features", "--doc"]);
        command::run(&mut test)
    });
    step("documentation", &mut || {
        let mut doc = command::cargo();
        doc.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--no-deps", "--workspace"]);
        command::run(&mut doc)?;
        let mut doc = command::cargo();
        doc.env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--no-deps", "--package", "teams-cc"]);
        command::run(doc.arg("--all-features"))
    });
    step("licences, bans and sources", &mut deny::check);
    step("README drift", &mut readme::check);

    let facts = workspace::path(FACTS);
    if facts.is_file() {
        step("generated models", &mut || codegen::run(&facts, codegen::Mode::Check));
    } else {
        println!("\ngenerated models: not counted: there is no {FACTS} beside this project");
    }

    println!("\n== tests ==");
    tally.add(test::collect(test::Peers::Wanted));

    println!("\n== conformance ==");
    match conformance::direct_routing::collect(&[]) {
        Ok(more) => tally.add(more),
        Err(failure) => tally.fail(format!("conformance direct-routing: {failure}")),
    }
    let corpus = workspace::path(CORPUS);
    if corpus.is_dir() {
        for (name, folder) in CHECKS {
            match conformance::collect(name, &corpus.join(folder)) {
                Ok(more) => tally.add(more),
                Err(failure) => tally.fail(format!("conformance {name} {folder}: {failure}")),
            }
        }
    } else {
        println!("not counted: there is no {CORPUS} beside this project");
    }

    tally.print_after(&format!("ci took {} s", started.elapsed().as_secs()));
    tally
}

fn clippy(selection: &[&str]) -> Command {
    let mut cargo = command::cargo();
    cargo.arg("clippy").args(selection).args(["--all-targets", "--", "-D", "warnings"]);
    cargo
}
