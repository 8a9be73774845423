//! Two machines route calls together, and one of them dies while it rings an agent.
//!
//! Starts a PostgreSQL of its own, two processes with a [`Node`](teams_cc::node::Node) each, and
//! plays callers and telephones. One node is killed in the middle of an offer; the other one takes
//! its queue over. Then the history is judged: no call lost, none given twice.
//!
//! `cargo run --example two_nodes` tells the story; `-- schedules 200` plays as many, each with
//! another fault at another time; `-- schedule 7` plays one of them again, call by call.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

mod cluster;
mod judge;
mod node;
mod process;
mod world;

use std::{error::Error, process::ExitCode, sync::Arc};

use cluster::Cluster;
use teams_cc_core::Seed;
use tokio::task::JoinSet;
use world::{Fault, World};

type Failure = Box<dyn Error + Send + Sync>;

/// How many calls a schedule has.
const CALLS: u64 = 12;
/// How many schedules are played at once, each in a database of its own.
const AT_ONCE: usize = 6;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] => story().await,
        ["schedules", count] => schedules(count).await,
        ["schedule", seed] => schedule(seed).await,
        ["node", name, database] => node::run(name, database).await,
        _ => Err("say nothing, `schedules COUNT` or `schedule SEED`".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("two_nodes: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// One node is killed while an agent's telephone rings.
async fn story() -> Result<(), Failure> {
    let cluster = Cluster::start(&[])?;
    let history = World::new(Seed::new(42), &cluster, true).play(CALLS, Fault::Kill).await?;
    println!("\n{}", judge::judge(&history)?);
    Ok(())
}

async fn schedule(seed: &str) -> Result<(), Failure> {
    let seed = seed.parse()?;
    let cluster = Cluster::start(&["fsync=off"])?;
    let fault = Fault::of(seed);
    println!("schedule {seed}: {fault:?}");
    let history = World::new(Seed::new(seed), &cluster, true).play(CALLS, fault).await?;
    println!("\n{}", judge::judge(&history)?);
    Ok(())
}

async fn schedules(count: &str) -> Result<(), Failure> {
    let cluster = Arc::new(Cluster::start(&["fsync=off"])?);
    let mut running = JoinSet::new();
    let mut met = [0_u32; Fault::ALL.len()];
    let mut seeds = 0..count.parse()?;
    loop {
        while running.len() < AT_ONCE
            && let Some(seed) = seeds.next()
        {
            let cluster = Arc::clone(&cluster);
            running.spawn(async move { one_of_many(seed, &cluster).await });
        }
        let Some(outcome) = running.join_next().await else { break };
        met[outcome?? as usize] += 1;
    }
    for (fault, times) in Fault::ALL.iter().zip(met) {
        println!("{fault:?}: {times} schedules, nothing lost, nothing doubled");
    }
    Ok(())
}

async fn one_of_many(seed: u64, cluster: &Cluster) -> Result<Fault, Failure> {
    let fault = Fault::of(seed);
    let mut world = World::new(Seed::new(seed), cluster, false);
    let judged = match world.play(CALLS, fault).await {
        Ok(history) => judge::judge(&history).map_err(Into::into),
        Err(failure) => Err(failure),
    };
    match judged {
        Ok(_) => Ok(fault),
        Err::<_, Failure>(failure) => {
            let told = world.told.join("\n");
            Err(format!("schedule {seed} ({fault:?}): {failure}\n{told}").into())
        }
    }
}
