//! We call SIPp.

use std::{path::Path, thread, time::Duration};

use teams_cc_core::contact::{EndReason, LegCommand, LegEvent};
use teams_cc_sip::{
    endpoint::{Reliability, SessionTimer},
    trunk::{StaticPeer, TransferStep, Via},
};

use super::{
    super::scenario::Transport,
    Case, Over,
    actor::{self, Play},
    callers::{EAST, WEST},
    desk::{BRIDGED, Call, Desk, EAST_NUMBER, peer},
    script::{Script, plain},
};
use crate::command::Failure;

/// Whom a callee transfers to.
const TARGET: &str = "14255550177";

/// What is played, and whether over TCP as well.
pub(super) const CASES: [Case; 8] = [
    Case {
        name: "callee-refreshed",
        what: "we refresh a callee's session",
        over: Over::UdpFirst,
        run: refreshed,
    },
    Case { name: "callee-basic", what: "a callee's whole call", over: Over::All, run: basic },
    Case {
        name: "callee-early",
        what: "early media before the answer",
        over: Over::All,
        run: early,
    },
    Case {
        name: "callee-cancel",
        what: "a callee that rings is cancelled",
        over: Over::All,
        run: cancel,
    },
    Case { name: "callee-hold", what: "a callee is held and resumed", over: Over::All, run: hold },
    Case {
        name: "callee-100rel",
        what: "a callee insists on 100rel",
        over: Over::All,
        run: reliable,
    },
    Case {
        name: "callee-refer",
        what: "a callee transfers its caller",
        over: Over::All,
        run: refer,
    },
    Case {
        name: "callee-forked",
        what: "two phones ring and both answer",
        over: Over::All,
        run: forked,
    },
];

/// One call of the desk to a callee; `acts` is what the desk does about it.
fn calls(
    (directory, name, transport): (&Path, &str, Transport),
    script: &Script,
    adjusted: impl FnOnce(StaticPeer) -> StaticPeer,
    acts: impl FnOnce(&mut Call) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let at = actor::free(EAST.into())?;
    let mut desk =
        Desk::open(|config, us| config.carrier(adjusted(peer("east", transport, at, us))))?;
    let play = Play { name, transport, at, calls: None, count: 1, rate: 1 };
    let callee = play.start(directory, script)?;
    let mut call = desk.call(Via::Carrier("east".into()), EAST_NUMBER)?;
    let acted = acts(&mut call);
    // What SIPp misses says more than what we miss.
    callee.end()?;
    acted?;
    desk.close()
}

fn same(peer: StaticPeer) -> StaticPeer {
    peer
}

fn hang_up(call: &mut Call) -> Result<(), Failure> {
    call.order(LegCommand::HangUp)?;
    call.ended(EndReason::Completed)
}

fn until_bye(script: Script) -> Script {
    script.asked("BYE", &[]).replies("200 OK")
}

/// The scenario of a whole call.
pub(super) fn whole() -> Script {
    until_bye(
        Script::callee()
            .called(&[("body", "m=audio")])
            .answers("180 Ringing", "", &[], None)
            .answers("200 OK", "", &[], Some(&plain("sendrecv")))
            .asked("ACK", &[]),
    )
}

fn basic(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    calls((directory, name, transport), &whole(), same, |call| {
        call.answered()?;
        hang_up(call)
    })
}

fn early(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::callee()
        .called(&[])
        .answers("183 Session Progress", "", &[], Some(&plain("sendrecv")))
        .rests(300)
        .answers("200 OK", "", &[], None)
        .asked("ACK", &[]);
    calls((directory, name, transport), &until_bye(script), same, |call| {
        call.until("progress", |event| *event == LegEvent::Ringing)?;
        call.until("media", |event| *event == LegEvent::MediaActive)?;
        hang_up(call)
    })
}

fn cancel(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::callee()
        .called(&[])
        .answers("180 Ringing", "", &[], None)
        .asked("CANCEL", &[])
        .replies("200 OK")
        .answers("487 Request Terminated", "", &[], None)
        .asked("ACK", &[]);
    calls((directory, name, transport), &script, same, |call| {
        call.until("ringing", |event| *event == LegEvent::Ringing)?;
        call.order(LegCommand::HangUp)?;
        call.ended(EndReason::Cancelled)
    })
}

fn hold(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::callee()
        .called(&[("body", "a=sendrecv")])
        .answers("200 OK", "", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[])
        .asked("INVITE", &[("body", "a=sendonly")])
        .accepts("recvonly")
        .asked("ACK", &[])
        .asked("INVITE", &[("body", "a=sendrecv")])
        .accepts("sendrecv")
        .asked("ACK", &[]);
    calls((directory, name, transport), &until_bye(script), same, |call| {
        call.answered()?;
        call.order(LegCommand::Hold)?;
        call.order(LegCommand::Resume)?;
        hang_up(call)
    })
}

fn reliable(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::callee()
        .called(&[("Supported", "100rel")])
        .answers("180 Ringing", "", &["Require: 100rel", "RSeq: 4711"], None)
        .asked("PRACK", &[("RAck", "4711 1 INVITE")])
        .replies("200 OK")
        .answers("200 OK", "", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[]);
    let confirms = |peer: StaticPeer| peer.reliability(Reliability::Supported);
    calls((directory, name, transport), &until_bye(script), confirms, |call| {
        call.until("ringing", |event| *event == LegEvent::Ringing)?;
        call.answered()?;
        hang_up(call)
    })
}

fn refreshed(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let timer = ["Require: timer", "Session-Expires: 90;refresher=uac"];
    let script = Script::callee()
        .called(&[("Supported", "timer"), ("Session-Expires", "[0-9]+")])
        .answers("200 OK", "", &timer, Some(&plain("sendrecv")))
        .asked("ACK", &[])
        .asked("INVITE", &[("Session-Expires", "90")])
        .accepts("sendrecv")
        .asked("ACK", &[]);
    let ask = |peer: StaticPeer| peer.session_timer(Some(SessionTimer::default()));
    calls((directory, name, transport), &until_bye(script), ask, |call| {
        call.answered()?;
        // The refresh comes after half of the interval.
        thread::sleep(Duration::from_secs(48));
        hang_up(call)
    })
}

/// Whoever was called hands its caller over to somebody else of its carrier's.
fn refer(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let (west, east) = (actor::free(WEST.into())?, actor::free(EAST.into())?);
    let mut desk = Desk::open(|config, us| {
        config.carrier(peer("west", transport, west, us)).carrier(peer("east", transport, east, us))
    })?;
    let sipfrag = |status: &'static str| [("body", status)];
    // One place for both: whoever is called by the target's number is the target.
    let script = Script::callee()
        .called_or(TARGET)
        .answers("180 Ringing", "", &[], None)
        .answers("200 OK", "", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[])
        .rests(500)
        .asks("REFER", 1, &["Refer-To: <sip:+14255550177@[local_ip]>"], None)
        .awaits(202)
        .asked("NOTIFY", &sipfrag("SIP/2.0 100"))
        .replies("200 OK")
        .asked("NOTIFY", &sipfrag("SIP/2.0 180"))
        .replies("200 OK")
        .asked("NOTIFY", &sipfrag("SIP/2.0 200"))
        .replies("200 OK")
        .asks("BYE", 2, &[], None)
        .awaits(200)
        .otherwise()
        .answers("180 Ringing", "t", &[], None)
        .rests(100)
        .answers("200 OK", "t", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[])
        .asked("BYE", &[])
        .replies("200 OK")
        .together();
    let east_name = format!("{name}-east");
    let play = Play { name: &east_name, transport, at: east, calls: None, count: 2, rate: 1 };
    let eastern = play.start(directory, &script)?;
    let script = Script::caller()
        .invites(&[])
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .rests(3_000)
        .asks("BYE", 2, &[], None)
        .awaits(200);
    let calls = Some((desk.at, BRIDGED));
    let play = Play { name, transport, at: west, calls, count: 1, rate: 1 };
    let western = play.start(directory, &script)?;
    for step in [TransferStep::Accepted, TransferStep::Ringing, TransferStep::Completed] {
        desk.transfer(step)?;
    }
    western.end().map_err(|error| format!("who is transferred: {error}"))?;
    eastern.end().map_err(|error| format!("who transfers, and the target: {error}"))?;
    thread::sleep(Duration::from_millis(100));
    desk.close()
}

/// The first to answer has the call; the other is acknowledged and hung up at once.
fn forked(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::callee()
        .called(&[])
        .answers("180 Ringing", "a", &[], None)
        .answers("180 Ringing", "b", &[], None)
        .answers("200 OK", "b", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[("To", "uasb")])
        .answers("200 OK", "a", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[("To", "uasa")])
        .asked("BYE", &[("To", "uasa")])
        .replies("200 OK")
        .asked("BYE", &[("To", "uasb")])
        .replies("200 OK");
    calls((directory, name, transport), &script, same, |call| {
        call.answered()?;
        thread::sleep(Duration::from_secs(1));
        hang_up(call)
    })
}
