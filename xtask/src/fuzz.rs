//! Fuzzing with the stable compiler: coverage counters come from compiler flags, and libFuzzer
//! from its crate, so neither nightly nor `cargo-fuzz` is needed.

use std::{fs, path::Path};

use crate::{command, workspace};

/// What `cargo fuzz` passes, without the sanitizer, which only nightly has: the code under test
/// is safe Rust, where a broken bound panics.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg",
    "fuzzing",
];

/// Octets of the longest input: over the limit of one message, so that the limit is met too.
const LONGEST: &str = "-max_len=70000";
/// Seconds one input may take.
const SLOWEST: &str = "-timeout=5";

/// Builds every target under `fuzz/fuzz_targets` and runs each for so many seconds.
///
/// Inputs that reach new code are kept in `fuzz/corpus/TARGET`, those that fail in
/// `fuzz/artifacts/TARGET`.
pub(crate) fn run(seconds: u64) -> Result<(), String> {
    let fuzz = workspace::root().join("fuzz");
    let targets = targets(&fuzz)?;
    let host = host()?;
    let mut build = command::cargo();
    build.current_dir(&fuzz).args(["build", "--release", "--target", &host]);
    // With a target named, the flags leave build scripts and procedural macros alone.
    build.env("RUSTFLAGS", FLAGS.join(" "));
    command::run(&mut build).map_err(|e| e.to_string())?;
    let mut failed = Vec::new();
    for target in &targets {
        let (corpus, artifacts) =
            (fuzz.join("corpus").join(target), fuzz.join("artifacts").join(target));
        for directory in [&corpus, &artifacts] {
            fs::create_dir_all(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        }
        let program = fuzz.join("target").join(&host).join("release").join(target);
        let mut fuzzer = command::program(&program.to_string_lossy());
        fuzzer.arg(&corpus).args([LONGEST, SLOWEST, "-print_final_stats=1"]);
        fuzzer.arg(format!("-max_total_time={seconds}"));
        fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
        let seeds = fuzz.join("seeds").join(target);
        if seeds.is_dir() {
            fuzzer.arg(seeds);
        }
        if let Err(error) = command::run(&mut fuzzer) {
            println!("FAILED: fuzz {target}: {error}");
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "fuzz targets failed: {}; their inputs are in fuzz/artifacts",
            failed.join(", ")
        ))
    }
}

/// Names of the targets, in order.
fn targets(fuzz: &Path) -> Result<Vec<String>, String> {
    let directory = fuzz.join("fuzz_targets");
    let entries = fs::read_dir(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    if names.is_empty() {
        Err(format!("{} holds no targets", directory.display()))
    } else {
        Ok(names)
    }
}

/// The machine this runs on, as the compiler names it.
fn host() -> Result<String, String> {
    let text = command::read(command::program("rustc").arg("-vV")).map_err(|e| e.to_string())?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc -vV names no host".to_owned())
}
