//! SIPp calls the listening example over UDP, TCP and TLS.

use std::{fs, net::SocketAddr, path::Path};

use crate::{
    command::Failure,
    peers::{
        hostile,
        lab::Lab,
        scenario::{Run, Transport},
        stunnel::Stunnel,
    },
    tally::Tally,
    workspace,
};

/// A number the lab trunk routes to simulated agents.
const KNOWN: &str = "+14255550100";
/// A number of nobody.
const UNKNOWN: &str = "+14255559999";
/// Calls of each run, and how many of them start in a second.
const CALLS: u32 = 200;
const CALLS_PER_SECOND: u32 = 20;

/// Runs all peer tests; setup has run.
pub(crate) fn run() -> Tally {
    let mut tally = Tally::default();
    println!("\n== SIPp calls the listening example ==");
    if let Err(failure) = go(&mut tally) {
        tally.fail(format!("peer tests: {failure}"));
    }
    tally
}

fn go(tally: &mut Tally) -> Result<(), Failure> {
    let directory = workspace::target()?.join("peers");
    fs::create_dir_all(&directory)?;
    let lab = Lab::start(&directory)?;
    let plain = lab.address();

    for (transport, name) in [(Transport::Udp, "udp"), (Transport::Tcp, "tcp")] {
        load(tally, &directory, name, transport, plain);
    }
    match lab.tls_files().and_then(|files| Stunnel::start(&directory, &files, lab.tls())) {
        Ok(stunnel) => load(tally, &directory, "tls", Transport::Tcp, stunnel.address()),
        Err(failure) => tally.fail(format!("calls over TLS: {failure}")),
    }

    tally.check("a call to an unknown number gets 404", {
        one("unknown", UNKNOWN, Transport::Udp, plain).go(&directory, "unknown-udp")
    });
    let still_serves = |after: &str| {
        one("call", KNOWN, Transport::Udp, plain).go(&directory, &format!("after-{after}-udp"))?;
        one("call", KNOWN, Transport::Tcp, plain).go(&directory, &format!("after-{after}-tcp"))
    };
    tally.check("a 60 kB garbage datagram leaves it serving", {
        hostile::garbage_datagram(plain).and_then(|()| still_serves("garbage"))
    });
    tally.check("a half TLS handshake leaves it serving", {
        hostile::half_handshake(lab.tls()).and_then(|held| {
            let served = still_serves("half-handshake");
            drop(held);
            served
        })
    });
    tally.check("a request without Via leaves it serving", {
        hostile::request_without_via(plain).and_then(|()| still_serves("no-via"))
    });
    tally.check("Ctrl-C ends it cleanly", lab.interrupt());
    Ok(())
}

/// The load of one transport: whole calls, then calls hung up while they ring.
fn load(tally: &mut Tally, directory: &Path, name: &str, transport: Transport, to: SocketAddr) {
    for (scenario, what) in [("call", "answered and ended"), ("cancel", "hung up while ringing")] {
        let run = Run {
            scenario,
            number: KNOWN,
            transport,
            to,
            calls: CALLS,
            calls_per_second: CALLS_PER_SECOND,
        };
        tally.check(
            &format!("{CALLS} calls over {name}, {what}"),
            run.go(directory, &format!("{scenario}-{name}")),
        );
    }
}

/// A single call.
fn one<'a>(scenario: &'a str, number: &'a str, transport: Transport, to: SocketAddr) -> Run<'a> {
    Run { scenario, number, transport, to, calls: 1, calls_per_second: 1 }
}
