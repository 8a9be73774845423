//! The project's own commands; `cargo xtask help` lists them.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::{env, path::Path, process::ExitCode};

use self::{command::Failure, tally::Tally};

mod bench;
mod ci;
mod codegen;
mod command;
mod conformance;
mod deny;
mod fuzz;
mod peers;
mod readme;
mod setup;
mod soak;
mod tally;
mod test;
mod workspace;

const HELP: &str = "\
cargo xtask COMMAND

  test [--without-peers]      every test, foreign peers included; last line `N passed, N failed`
  peers sipp|interop|postgres|python|requests|sign-ins
                              one kind of foreign peer alone; the last line as in `test`
  peers interop CASE          the cases whose name contains this
  setup                       installs them: Debian packages as root, Python ones under target/
  ci                          setup, test, format, clippy, docs, licences, README drift, conformance
  conformance sip DIR         checks the SIP codec against a directory with an index.json
  conformance graph DIR       checks the Graph models against documented bodies
  conformance csdl FILE       checks them against schema facts, property by property
  conformance routing FILE    plays routing scenarios of seven products against their presets
  conformance vectors DIR     checks encrypted contents against what should come of each
  conformance direct-routing [--against HOST:PORT …]
                        plays Microsoft's proxies against our trunk, or your SBC (--help)
  codegen FILE [--check]      writes the Graph models from schema facts and teams-cc-graph-models/schema
  fuzz [SECONDS]              builds every fuzz target and runs each so long (60 unless told otherwise)
  bench [NAME…] [--check]     peers side by side: get, decode, intake, rich, session, sip, presence, routing; trunk, postgres, build when named
  soak [NAME|peers]           the long runs: same code and seeds as in `test`, larger counts
  help                        this text
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(tally) if tally.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; a tally with failures ends the process with a failure.
fn dispatch(words: &[&str]) -> Result<Tally, Failure> {
    match words {
        ["test"] => Ok(test::run(test::Peers::Wanted)),
        ["test", "--without-peers"] => Ok(test::run(test::Peers::LeftOut)),
        [
            "peers",
            name @ ("sipp" | "interop" | "postgres" | "python" | "requests" | "sign-ins"),
        ] => test::peers_alone(name, None),
        ["peers", "interop", only] => test::peers_alone("interop", Some(*only)),
        ["setup"] => setup::run().map(|()| Tally::default()),
        ["ci"] => Ok(ci::run()),
        ["conformance", "direct-routing", "--help"] => {
            print!("{}", conformance::direct_routing::HELP);
            Ok(Tally::default())
        }
        ["conformance", "direct-routing", words @ ..] => conformance::direct_routing::run(words),
        ["conformance", name, dir] => conformance::run(name, Path::new(dir)),
        ["codegen", file] => {
            codegen::run(Path::new(file), codegen::Mode::Write).map(|()| Tally::default())
        }
        ["codegen", file, "--check"] => {
            codegen::run(Path::new(file), codegen::Mode::Check).map(|()| Tally::default())
        }
        ["fuzz"] => fuzz::run(60).map(|()| Tally::default()).map_err(Into::into),
        ["fuzz", seconds] => {
            fuzz::run(seconds.parse()?).map(|()| Tally::default()).map_err(Into::into)
        }
        ["bench", names @ .., "--check"] => bench::run(names, true).map(|()| Tally::default()),
        ["bench", names @ ..] => bench::run(names, false).map(|()| Tally::default()),
        ["soak"] => Ok(soak::run(None)),
        ["soak", name] => Ok(soak::run(Some(name))),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(Tally::default())
        }
        _ => {
            Err(format!("no such command: `{}`; `cargo xtask help` lists them", words.join(" "))
                .into())
        }
    }
}
