//! Many calls at a rate, none of which may fail.

use std::path::Path;

use teams_cc_sip::trunk::Via;

use super::{
    super::scenario::Transport,
    Length,
    actor::{self, Play},
    callees, callers,
    desk::{ANSWERED, Desk, peer},
};
use crate::{command::Failure, tally::Tally};

/// Calls begun in a second.
const RATE: u32 = 200;

/// Calls in both directions over both transports.
pub(super) fn run(tally: &mut Tally, directory: &Path, length: Length) {
    let count = match length {
        Length::Short => 600,
        Length::Full => 10_000,
    };
    for (transport, over) in [(Transport::Udp, "udp"), (Transport::Tcp, "tcp")] {
        tally.check(
            &format!("{count} calls of SIPp at {RATE}/s over {over}"),
            in_(directory, &format!("load-in-{over}"), transport, count),
        );
        tally.check(
            &format!("{count} calls to SIPp at {RATE}/s over {over}"),
            out(directory, &format!("load-out-{over}"), transport, count),
        );
    }
}

fn in_(directory: &Path, name: &str, transport: Transport, count: u32) -> Result<(), Failure> {
    let at = actor::free(callers::WEST.into())?;
    let desk = Desk::open(|config, us| config.carrier(peer("west", transport, at, us)))?;
    let play = Play { name, transport, at, calls: Some((desk.at, ANSWERED)), count, rate: RATE };
    play.start(directory, &callers::whole())?.end()?;
    desk.close()
}

fn out(directory: &Path, name: &str, transport: Transport, count: u32) -> Result<(), Failure> {
    let at = actor::free(callers::EAST.into())?;
    let mut desk = Desk::open(|config, us| config.carrier(peer("east", transport, at, us)))?;
    let play = Play { name, transport, at, calls: None, count, rate: RATE };
    let callee = play.start(directory, &callees::whole())?;
    let loaded = desk.load(&Via::Carrier("east".into()), count, RATE);
    callee.end()?;
    loaded?;
    desk.close()
}
