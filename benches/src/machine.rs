//! What it was measured on.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

pub(crate) fn describe() -> Value {
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = file("/proc/cpuinfo");
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let cpu = cpu.map_or("unknown", |line| line.trim_start_matches(['\t', ' ', ':']));
    let load = file("/proc/loadavg");
    let load: Vec<_> = load.split_whitespace().take(3).collect();
    let kernel = file("/proc/sys/kernel/osrelease");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    json!({
        "cpu": cpu, "cores": cores, "kernel": kernel.trim(), "load": load.join(" "),
        "teams-cc-graph": locked("teams-cc-graph"), "graph-rs-sdk": locked("graph-rs-sdk"),
        "reqwest": locked("reqwest"), "serde_json": locked("serde_json"),
        "teams-cc-sip": locked("teams-cc-sip"), "rsip": locked("rsip"), "rsipstack": locked("rsipstack"),
        "sipx-sip": locked("sipx-sip"), "ezk-sip-types": locked("ezk-sip-types"),
        "aws-lc-rs": locked("aws-lc-rs"), "profile": if cfg!(debug_assertions) { "debug" } else { "release" },
    })
}

/// The versions of a package in the lock file this was built with.
fn locked(package: &str) -> String {
    let lock = include_str!("../Cargo.lock");
    let name = format!("name = \"{package}\"");
    let version = |block: &str| {
        block.lines().find_map(|line| line.strip_prefix("version = ")).map(|v| v.replace('"', ""))
    };
    let found = lock.split("[[package]]").filter(|block| block.lines().any(|line| line == name));
    found.filter_map(version).collect::<Vec<_>>().join(", ")
}

/// The time that the threads of this process have run.
pub(crate) fn cpu_time() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = tasks.filter_map(|task| -> Option<u64> {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    });
    Duration::from_nanos(nanos.sum())
}
