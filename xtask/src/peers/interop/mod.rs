//! SIPp, baresip and kamailio against trunks of ours, scenario by scenario.

mod actor;
mod baresip;
mod callees;
mod callers;
mod desk;
mod exchange;
mod failover;
mod kamailio;
mod libsrtp;
mod load;
mod phones;
mod recorder;
mod script;
mod sound;

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use super::scenario::Transport;
use crate::{command::Failure, tally::Tally, workspace};

/// How many cases run at a time; each waits more than it works.
const TOGETHER: usize = 6;

/// How long the runs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// What a merge has time for.
    Short,
    /// Everything.
    Full,
}

/// One scenario.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    what: &'static str,
    /// Whether it is about datagrams that get lost, or too slow to be played twice.
    udp_only: bool,
    run: fn(&Path, &str, Transport) -> Result<(), Failure>,
}

/// Runs all of them, or the cases whose name contains `only`; setup has run.
pub(crate) fn run(length: Length, only: Option<&str>) -> Tally {
    let mut tally = Tally::default();
    println!("\n== Foreign stacks and trunks of ours ==");
    let started = Instant::now();
    let directory = match workspace::target().map(|target| target.join("peers/interop")) {
        Ok(directory) => directory,
        Err(failure) => {
            tally.fail(format!("interop: {failure}"));
            return tally;
        }
    };
    if let Err(error) = fs::create_dir_all(&directory) {
        tally.fail(format!("{}: {error}", directory.display()));
        return tally;
    }
    if only.is_some() {
        together(&mut tally, &directory, only);
        return tally;
    }
    kamailio::run(&mut tally, &directory);
    together(&mut tally, &directory, None);
    tally.check("after 503 the next proxy has the call, over TLS", failover::run(&directory));
    load::run(&mut tally, &directory, length);
    println!("interop took {} s", started.elapsed().as_secs());
    tally
}

/// Plays every case, several at a time; the slow ones are named first and so begin first.
fn together(tally: &mut Tally, directory: &Path, only: Option<&str>) {
    let mut cases = Vec::new();
    let ours = callers::CASES.into_iter().chain(callees::CASES).chain(phones::CASES);
    let all: Vec<Case> = ours.chain(exchange::CASES).chain(libsrtp::CASES).collect();
    let (slow, quick): (Vec<Case>, Vec<Case>) = all.into_iter().partition(|case| case.udp_only);
    for case in slow.into_iter().chain(quick) {
        cases.push((case, Transport::Udp, "udp"));
        if !case.udp_only {
            cases.push((case, Transport::Tcp, "tcp"));
        }
    }
    cases.retain(|(case, ..)| only.is_none_or(|only| case.name.contains(only)));
    let queue = Mutex::new(cases.into_iter());
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((case, transport, over)) = next else { return };
                    let name = format!("{}-{over}", case.name);
                    let result = (case.run)(directory, &name, transport);
                    let what = format!("{} over {over}", case.what);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((what, result));
                }
            });
        }
    });
    for (what, result) in results.into_inner().unwrap_or_else(PoisonError::into_inner) {
        tally.check(&what, result);
    }
}
