//! `cargo xtask bench`: peers side by side in one run, from the workspace under `benches/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    command::{self, Failure},
    workspace,
};

/// What runs without being named.
const QUICK: &[&str] =
    &["get", "decode", "intake", "rich", "session", "sip", "presence", "routing"];

/// What has to be named: minutes each; `trunk` needs SIPp, `postgres` a PostgreSQL.
const NAMED: &[&str] = &["trunk", "postgres", "build"];

/// Clean builds of each program.
const BUILDS: usize = 3;

/// Runs the benchmarks named, or the quick ones, and writes `target/bench/NAME.json` beside the
/// output.
///
/// With `check`, a threshold that does not hold is a failure.
pub(crate) fn run(names: &[&str], check: bool) -> Result<(), Failure> {
    let directory = workspace::target()?.join("bench");
    fs::create_dir_all(&directory)?;
    if let Some(name) = names.iter().find(|name| !NAMED.contains(name) && !QUICK.contains(name)) {
        let all = [QUICK, NAMED].concat().join(", ");
        return Err(format!("no such benchmark: {name}; {all}").into());
    }
    let names = if names.is_empty() { QUICK } else { names };
    let (builds, quick): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| **name == "build");
    let (loads, quick): (Vec<&str>, Vec<&str>) = quick.iter().partition(|name| **name == "trunk");
    let mut failed = run_quick(&quick, &directory, check)?;
    if !loads.is_empty() && !trunk(&directory, check)? {
        failed.push("trunk");
    }
    if !builds.is_empty() && !build(&directory, check)? {
        failed.push("build");
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("thresholds do not hold: {}", failed.join(", ")).into())
    }
}

/// Runs these, and says which missed a threshold.
fn run_quick<'a>(
    names: &[&'a str],
    directory: &Path,
    check: bool,
) -> Result<Vec<&'a str>, Failure> {
    let mut failed = Vec::new();
    if names.is_empty() {
        return Ok(failed);
    }
    let mut cargo = command::cargo();
    command::run(cargo.current_dir(workspace::path("benches")).args(["build", "--release"]))?;
    let programs = workspace::path("benches/target/release");
    for &name in names {
        let json = directory.join(format!("{name}.json"));
        let mut program = if matches!(name, "session" | "sip" | "presence" | "routing") {
            Command::new(programs.join(name))
        } else {
            let mut program = Command::new(programs.join("teams-cc-benches"));
            program.arg(name);
            program
        };
        program.arg("--json").arg(&json);
        if check {
            program.arg("--check");
        }
        if command::run(&mut program).is_err() {
            failed.push(name);
        }
        println!("written: {}\n", json.display());
    }
    Ok(failed)
}

/// SIPp calls a trunk, and a callee of its peer.
///
/// `false` where `check` asked and a threshold does not hold.
fn trunk(directory: &Path, check: bool) -> Result<bool, Failure> {
    if !command::is_installed("sipp") {
        return Err("trunk needs SIPp: run `cargo xtask setup`".into());
    }
    let place = workspace::path("benches/sip-load");
    command::run(cargo_in(&place).args(["build", "--release"]))?;
    let json = directory.join("trunk.json");
    let mut program = Command::new(place.join("target/release/sip-load"));
    program.arg("--json").arg(&json);
    if check {
        program.arg("--check");
    }
    let held = command::run(&mut program).is_ok();
    println!("written: {}\n", json.display());
    Ok(held)
}

/// A clean build of a small program that depends on this crate, beside the same with its peer.
///
/// `false` where `check` asked and a threshold does not hold.
fn build(directory: &Path, check: bool) -> Result<bool, Failure> {
    let graph = workspace::path("teams-cc-graph");
    let ours = Program {
        name: "teams-cc-graph",
        dependency: format!("teams-cc-graph = {{ path = {:?} }}", graph.display().to_string()),
        main: "fn main() { println!(\"{:?}\", teams_cc_graph::Client::builder()); }\n",
    };
    let peer = Program {
        name: "graph-rs-sdk",
        dependency: "graph-rs-sdk = \"=3.0.1\"".to_owned(),
        main: "fn main() { println!(\"{:?}\", graph_rs_sdk::GraphClient::new(\"token\")); }\n",
    };
    let (ours, peer) = (ours.write(directory)?, peer.write(directory)?);
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for round in 0..BUILDS {
        for nth in 0..2 {
            let at = (nth + round) % 2;
            let place = if at == 0 { &ours } else { &peer };
            if let Some(times) = times.get_mut(at) {
                times.push(clean_build(place)?.as_secs_f64());
            }
        }
    }
    let crates = [count(&ours)?, count(&peer)?];
    let openssl = command::read(cargo_in(&ours).args(["tree", "--prefix", "none"]))?
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        // `openssl-probe` holds no OpenSSL: it finds the directory of the platform's roots.
        .any(|name| matches!(name, "openssl" | "openssl-sys" | "native-tls"));
    let [ours, peer] = times.map(median);
    let ratio = ours / peer;
    let (no_openssl, fast) = (!openssl, ratio <= 1.0);
    println!("# build\nclean `cargo build` of a small program, {BUILDS} of each, alternating");
    println!("teams-cc-graph: {ours:.1} s, {} crates", crates[0]);
    println!("graph-rs-sdk 3.0.1: {peer:.1} s, {} crates", crates[1]);
    println!("{}: ratio {ratio:.2} ≤ 1 (aim: 0.6)", verdict(fast));
    println!("{}: no OpenSSL in the tree", verdict(no_openssl));
    let report: Value = json!({ "name": "build", "teams-cc-graph": ours, "graph-rs-sdk": peer,
        "crates": crates, "ratio": ratio, "openssl": openssl, "builds": BUILDS });
    fs::write(directory.join("build.json"), format!("{report:#}\n"))?;
    Ok(!check || (fast && no_openssl))
}

/// A program of one line and one dependency.
struct Program {
    name: &'static str,
    dependency: String,
    main: &'static str,
}

impl Program {
    /// Writes it, and fetches what it depends on, so that no download is measured.
    fn write(&self, directory: &Path) -> Result<PathBuf, Failure> {
        let place = directory.join("build").join(self.name);
        fs::create_dir_all(place.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"tiny\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{}\n",
            self.dependency
        );
        fs::write(place.join("Cargo.toml"), manifest)?;
        fs::write(place.join("src/main.rs"), self.main)?;
        command::run(cargo_in(&place).arg("fetch"))?;
        Ok(place)
    }
}

fn cargo_in(place: &Path) -> Command {
    let mut cargo = command::cargo();
    cargo.current_dir(place).env("CARGO_TARGET_DIR", place.join("target"));
    cargo
}

/// Builds a program from nothing, with this crate compiled as one that comes from a registry is:
/// without state for incremental builds and without lints, as the peer is anyway.
fn clean_build(place: &Path) -> Result<Duration, Failure> {
    let target = place.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let mut build = cargo_in(place);
    build.args(["build", "--quiet", "--offline"]);
    build.env("CARGO_INCREMENTAL", "0").env("RUSTFLAGS", "--cap-lints=allow");
    let started = Instant::now();
    command::run(&mut build)?;
    Ok(started.elapsed())
}

/// How many crates a program is built of.
fn count(place: &Path) -> Result<usize, Failure> {
    let tree = command::read(cargo_in(place).args([
        "tree",
        "--prefix",
        "none",
        "--edges",
        "normal,build",
    ]))?;
    let mut crates: Vec<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(crates.len())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "PASS" } else { "FAIL" }
}
