//! A day of an enterprise's presence: 100,000 people watched within Microsoft's limits.
//!
//! Everybody changes 20 times a day. Notifications are lost, late, doubled and out of order,
//! subscriptions die without a word, the service throttles for half an hour and revokes a token.
//! All of it comes from a seed and runs in virtual time; the program checks what it prints.
//!
//! ```sh
//! cargo run --release --example presence_100k               # 24 hours of seed 42
//! cargo run --release --example presence_100k -- 43 1       # one hour of seed 43
//! cargo run --release --example presence_100k -- 42 json    # ten minutes through JSON, encrypted
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to its reader")]

mod world;

use std::time::{Duration, Instant};

use world::{Door, Plan, World};

/// The most heap the tracker may take.
const MAX_HEAP: usize = 64 << 20;
/// The most processor time the whole program may take.
const MAX_CPU: Duration = Duration::from_mins(3);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some(plan) = plan(&words) else {
        eprintln!("presence_100k [SEED [HOURS|json]]");
        std::process::exit(2);
    };
    let started = Instant::now();
    let report = World::new(plan).run();
    println!("{report}");

    let cpu = processor_time();
    println!("tracker's heap        {:.1} MiB of {} MiB", mib(report.heap), MAX_HEAP >> 20);
    println!("bytes per user        {}", report.heap / report.users.max(1));
    match cpu {
        Some(cpu) => {
            println!("processor time        {:.1} s of {} s", cpu.as_secs_f64(), MAX_CPU.as_secs());
        }
        None => println!("processor time        not told by this system"),
    }
    println!("time on the wall      {:.1} s", started.elapsed().as_secs_f64());

    let mut faults = report.faults();
    if report.heap > MAX_HEAP {
        faults.push("the tracker's heap is over its bound".into());
    }
    if cpu.is_some_and(|cpu| cpu > MAX_CPU) {
        faults.push("the processor time is over its bound".into());
    }
    for fault in &faults {
        println!("FAULT: {fault}");
    }
    println!("{}", if faults.is_empty() { "every bound held" } else { "not every bound held" });
    std::process::exit(i32::from(!faults.is_empty()));
}

/// What is asked for: the whole day of seed 42 where nothing is said.
fn plan(words: &[&str]) -> Option<Plan> {
    let seed = words.first().map_or(Some(42), |word| word.parse().ok())?;
    let day = Plan::enterprise(seed);
    match words {
        [] | [_] => Some(day),
        [_, "json"] => Some(Plan { door: Door::Json, ..day.lasting(Duration::from_mins(10)) }),
        [_, hours] => {
            let hours = hours.parse::<u64>().ok().filter(|hours| (1..=24).contains(hours))?;
            Some(day.lasting(Duration::from_secs(hours * 3600)))
        }
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// What the program took of the processor, on Linux.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold blanks; what follows its bracket does not.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
