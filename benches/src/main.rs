//! Peers side by side in one run; `cargo xtask bench` builds and starts it.
//!
//! `teams-cc-benches NAME [--json FILE] [--check]`; the names are in [`run`].

#[path = "../../examples/two_nodes/cluster.rs"]
mod cluster;
mod decode;
mod get;
mod intake;
mod machine;
mod postgres;
mod report;
mod rich;
mod rounds;
mod serve;

use std::process::ExitCode;

use report::Report;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    if name == "one" {
        let (who, requests) = (words.next(), words.next());
        let requests = requests.and_then(|text| text.parse().ok()).unwrap_or(60_000);
        match who.as_deref() {
            Some("intake") => intake::alone(requests),
            Some("rich") => rich::alone(requests),
            who => {
                let crowd = words.next().as_deref() == Some("crowd");
                get::alone(who.unwrap_or("2"), requests, crowd);
            }
        }
        return ExitCode::SUCCESS;
    }
    let (mut json, mut check) = (None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = words.next(),
            "--check" => check = true,
            other => return refuse(&format!("no such option: {other}")),
        }
    }
    if name == "serve" {
        serve::run();
        return ExitCode::SUCCESS;
    }
    let Some(report) = run(&name) else {
        return refuse("name a benchmark: get, decode, intake, rich, postgres");
    };
    report.print();
    if let Some(path) = json
        && let Err(error) = std::fs::write(&path, report.json())
    {
        return refuse(&format!("{path}: {error}"));
    }
    if check && !report.holds() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn run(name: &str) -> Option<Report> {
    match name {
        "get" => Some(get::run()),
        "decode" => Some(decode::run()),
        "intake" => Some(intake::run()),
        "rich" => Some(rich::run()),
        "postgres" => Some(postgres::run()),
        _ => None,
    }
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("teams-cc-benches: {why}");
    ExitCode::FAILURE
}
