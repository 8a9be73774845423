//! SIPp calls a trunk of teams-cc-sip and a callee of rsipstack, one after the other.
//!
//! Caller and callee have a core each. What counts is the processor time of the callee's process
//! per call, at one rate that both sustain without a failed call, and its memory per dialog.

mod inside;
mod load;
mod ours;
mod rsipstack;
mod tls;

use std::{
    error::Error,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use load::{Callee, Caller, Calls, Outcome};
use serde_json::{Value, json};

type Fallible<T> = Result<T, Box<dyn Error>>;

const OURS: &str = "teams-cc-sip";
const PEER: &str = "rsipstack 0.7.14";
/// Calls a second that both sustain; `--rate` names another.
const RATE: u32 = 4_500;
/// Runs of each, alternating.
const ROUNDS: usize = 11;
/// How long one run goes on, in seconds of calls that begin.
const SECONDS: u32 = 6;
/// Rates that are tried one after the other for the highest that is clean.
const STEPS: [u32; 4] = [3_000, 4_500, 6_500, 9_000];
/// The part of an asked rate that has to be reached, in percent.
const REACHED: f64 = 85.0;
/// Dialogs that stand while memory is read.
const STANDING: u32 = 5_000;
/// Until transactions over datagrams are forgotten: 64 × T1, and a little.
const LINGER: Duration = Duration::from_secs(35);
/// Dialogs that stand while further calls come and go.
const FEW: u32 = 1_000;
const MANY: u32 = 50_000;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["callee", who, transport, address, ref files @ ..] = *words {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let address = address.parse()?;
        let files = files.first().map(PathBuf::from);
        // A task like any other: what the runtime itself waits for is woken by a system call.
        let serves = if who == OURS {
            runtime.spawn(async move { ours::serve(address, files).await.map_err(text) })
        } else {
            let kind = rsipstack::Kind::of(transport, files);
            runtime.spawn(async move { rsipstack::serve(address, kind).await.map_err(text) })
        };
        return Ok(runtime.block_on(serves)??);
    }
    if let ["inside", transport, calls, standing] = *words {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let transport = if transport == "tcp" { "tcp" } else { "udp" };
        return runtime.block_on(inside::run(transport, calls.parse()?, standing.parse()?));
    }
    let after = |name: &str| words.iter().position(|w| *w == name).and_then(|at| words.get(at + 1));
    let check = words.contains(&"--check");
    let rate = after("--rate").map_or(Ok(RATE), |rate| rate.parse())?;
    let parts: Vec<&str> = words.iter().copied().filter(|word| PARTS.contains(word)).collect();
    let parts = if parts.is_empty() { PARTS.to_vec() } else { parts };
    let mut rows = Vec::new();
    for part in parts {
        rows.push(match part {
            "udp" => per_call("udp", rate, 0.5)?,
            "tcp" => per_call("tcp", rate, 0.75)?,
            "tls" => per_call("tls", rate, 0.75)?,
            "rate" => highest()?,
            "memory" => memory()?,
            _ => standing()?,
        });
    }
    let missed = rows.iter().filter(|row| row["holds"] != json!(true)).count();
    if let Some(path) = after("--json") {
        let report = json!({ "name": "trunk", "rate": rate, "rounds": ROUNDS, "rows": rows });
        std::fs::write(path, format!("{report:#}\n"))?;
    }
    if check && missed > 0 {
        return Err(format!("{missed} thresholds do not hold").into());
    }
    Ok(())
}

/// What can be named to run it alone.
const PARTS: &[&str] = &["udp", "tcp", "tls", "rate", "memory", "standing"];

fn text(error: Box<dyn Error>) -> String {
    error.to_string()
}

/// Processor time per call, ours beside the peer's.
fn per_call(transport: &'static str, rate: u32, most: f64) -> Fallible<Value> {
    let calls = rate * SECONDS;
    println!("# trunk, {transport}: {calls} calls at {rate}/s, {ROUNDS} runs of each, alternating");
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut clean = true;
    for _ in 0..ROUNDS {
        for (who, times) in [OURS, PEER].into_iter().zip(&mut times) {
            let callee = Callee::start(who, transport)?;
            let (time, outcome) = run(&callee, Calls { calls, rate, hold: Duration::ZERO })?;
            clean &= outcome.is_clean();
            println!("{who}: {time:.1} µs of processor per call, {outcome:?}");
            times.push(time);
        }
    }
    let [ours, peer] = times.map(median);
    let ratio = ours / peer;
    let holds = clean && ratio <= most;
    println!(
        "{}: {ours:.1} / {peer:.1} = {ratio:.3} ≤ {most}, every call clean: {clean}\n",
        verdict(holds)
    );
    Ok(json!({ "row": transport, "ours": ours, "peer": peer, "ratio": ratio, "most": most,
        "clean": clean, "holds": holds }))
}

/// The highest rate over datagrams that each sustains without a failed call.
fn highest() -> Fallible<Value> {
    println!("# trunk, udp: the highest clean rate, steps {STEPS:?}/s");
    let mut found = Vec::new();
    for who in [OURS, PEER] {
        let mut highest = 0;
        for rate in STEPS {
            let callee = Callee::start(who, "udp")?;
            let calls = Calls { calls: rate * SECONDS, rate, hold: Duration::ZERO };
            let began = Instant::now();
            let (time, outcome) = run(&callee, calls)?;
            let reached = f64::from(calls.calls) / began.elapsed().as_secs_f64();
            println!(
                "{who}: {reached:.0}/s of {rate}/s, {time:.1} µs of processor per call, {outcome:?}"
            );
            if !outcome.is_clean() || reached * 100.0 < f64::from(rate) * REACHED {
                break;
            }
            highest = rate;
        }
        found.push(highest);
    }
    let (ours, peer) = (found[0], found[1]);
    let holds = ours >= peer;
    println!("{}: {ours}/s, peer {peer}/s\n", verdict(holds));
    Ok(json!({ "row": "rate", "ours": ours, "peer": peer, "holds": holds }))
}

/// Memory of a dialog that stands, once nothing else of its call is left.
fn memory() -> Fallible<Value> {
    let mut found = Vec::new();
    for who in [OURS, PEER] {
        let callee = Callee::start(who, "udp")?;
        // What is taken once, however many dialogs there are.
        run(&callee, Calls { calls: 200, rate: 200, hold: Duration::ZERO })?;
        let before = callee.memory()?;
        let hold = LINGER + Duration::from_secs(10);
        let caller = Caller::start(&callee, Calls { calls: STANDING, rate: 1_000, hold })?;
        sleep(Duration::from_secs(u64::from(STANDING / 1_000) + 1));
        let fresh = (callee.memory()? - before) / f64::from(STANDING);
        sleep(LINGER);
        let settled = (callee.memory()? - before) / f64::from(STANDING);
        let outcome = caller.finish()?;
        println!("{who}: {fresh:.1} KiB per fresh dialog, {settled:.1} KiB later, {outcome:?}");
        found.push((fresh, settled, outcome.is_clean()));
    }
    let [(fresh, settled, clean), (peer_fresh, peer, _)] = found[..] else {
        return Err("two contestants".into());
    };
    let holds = clean && settled <= 6.0;
    println!("{}: {settled:.1} KiB ≤ 6 per standing dialog (peer {peer:.1})\n", verdict(holds));
    Ok(json!({ "row": "memory", "ours": settled, "ours fresh": fresh, "peer": peer,
        "peer fresh": peer_fresh, "most": 6, "holds": holds }))
}

/// Processor time per call beside few and beside many standing dialogs.
fn standing() -> Fallible<Value> {
    let mut times = Vec::new();
    let mut clean = true;
    for standing in [FEW, MANY] {
        let callee = Callee::start(OURS, "tcp")?;
        let rate = 2_000;
        let hold = Duration::from_secs(600);
        let caller = Caller::start(&callee, Calls { calls: standing, rate, hold })?;
        // Dialogs that stand: what making them left behind is over.
        sleep(Duration::from_secs(u64::from(standing / rate)) + LINGER);
        let mut runs = Vec::new();
        for _ in 0..ROUNDS {
            let calls = Calls { calls: 4_000, rate: 500, hold: Duration::ZERO };
            let (time, outcome) = run(&callee, calls)?;
            clean &= outcome.is_clean();
            println!("{standing} standing: {time:.1} µs of processor per call, {outcome:?}");
            runs.push(time);
        }
        drop(caller);
        times.push(median(runs));
    }
    let (few, many) = (times[0], times[1]);
    let ratio = many / few;
    let holds = clean && ratio <= 1.25;
    println!(
        "{}: {many:.1} / {few:.1} = {ratio:.3} ≤ 1.25, every call clean: {clean}\n",
        verdict(holds)
    );
    Ok(json!({ "row": "standing", "few": few, "many": many, "ratio": ratio, "most": 1.25,
        "clean": clean, "holds": holds }))
}

/// Microseconds of the callee's processor per call.
fn run(callee: &Callee, calls: Calls) -> Fallible<(f64, Outcome)> {
    let before = callee.cpu()?;
    let outcome = Caller::start(callee, calls)?.finish()?;
    let used = callee.cpu()? - before;
    Ok((used * 1e6 / f64::from(calls.calls), outcome))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "PASS" } else { "FAIL" }
}
