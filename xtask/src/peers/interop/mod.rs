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
mod secure;
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

/// What cases are played over.
const OVER: [(Transport, &str); 3] =
    [(Transport::Udp, "udp"), (Transport::Tcp, "tcp"), (Transport::Tls, "tls")];

/// How long the runs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// What a merge has time for.
    Short,
    /// Everything.
    Full,
}

/// Over what a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    /// Over UDP alone.
    Udp,
    /// Over UDP; where there is time, over the others too.
    UdpFirst,
    /// Over UDP and TCP.
    Plain,
    /// Over TLS too.
    All,
}

/// One scenario.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    what: &'static str,
    over: Over,
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
        together(&mut tally, &directory, length, only);
        return tally;
    }
    kamailio::run(&mut tally, &directory);
    together(&mut tally, &directory, length, None);
    tally.check("after 503 the next proxy has the call, over TLS", failover::run(&directory));
    load::run(&mut tally, &directory, length);
    println!("interop took {} s", started.elapsed().as_secs());
    tally
}

/// Plays every case, several at a time; the slow ones are named first and so begin first.
fn together(tally: &mut Tally, directory: &Path, length: Length, only: Option<&str>) {
    let mut cases = Vec::new();
    let ours = callers::CASES.into_iter().chain(callees::CASES).chain(phones::CASES);
    let all: Vec<Case> = ours.chain(exchange::CASES).chain(libsrtp::CASES).collect();
    let is_slow = |case: &Case| matches!(case.over, Over::Udp | Over::UdpFirst);
    let (slow, quick): (Vec<Case>, Vec<Case>) = all.into_iter().partition(is_slow);
    for case in slow.into_iter().chain(quick) {
        let over: &[(Transport, &str)] = match (case.over, length) {
            (Over::Udp, _) | (Over::UdpFirst, Length::Short) => &OVER[..1],
            (Over::Plain, _) => &OVER[..2],
            (Over::UdpFirst | Over::All, _) => &OVER,
        };
        cases.extend(over.iter().map(|(transport, over)| (case, *transport, *over)));
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
