//! SIPp calls us.

use std::{net::SocketAddr, path::Path, thread, time::Duration};

use teams_cc_sip::{endpoint::SessionTimer, trunk::TransferStep};

use super::{
    super::scenario::Transport,
    Case, Over,
    actor::{self, Play},
    desk::{ANSWERED, BRIDGED, Desk, THROUGH, peer},
    script::{Script, plain},
};
use crate::command::Failure;

pub(super) const WEST: [u8; 4] = [127, 0, 0, 2];
pub(super) const EAST: [u8; 4] = [127, 0, 0, 3];

/// What is played, and whether over TCP as well.
pub(super) const CASES: [Case; 7] = [
    Case {
        name: "caller-refreshed",
        what: "we refresh a caller's session",
        over: Over::UdpFirst,
        run: refreshed,
    },
    Case {
        name: "caller-lost-ack",
        what: "a caller's lost ACK",
        // SIPp takes repeats of a 200 for repeats over datagrams alone.
        over: Over::Udp,
        run: lost_ack,
    },
    Case { name: "caller-basic", what: "a caller's whole call", over: Over::All, run: basic },
    Case { name: "caller-early", what: "a caller hears early media", over: Over::All, run: early },
    Case { name: "caller-hold", what: "a caller holds and resumes", over: Over::All, run: hold },
    Case {
        name: "caller-100rel",
        what: "a caller asks for 100rel",
        over: Over::All,
        run: reliable,
    },
    Case { name: "caller-refer", what: "a caller is transferred", over: Over::All, run: refer },
];

/// Where one party of a case is.
fn place(host: [u8; 4]) -> Result<SocketAddr, Failure> {
    actor::free(host.into())
}

/// One call of a caller to the desk.
fn calls(
    directory: &Path,
    name: &str,
    transport: Transport,
    number: &str,
    script: &Script,
) -> Result<(), Failure> {
    let at = place(WEST)?;
    let desk = Desk::open(|config, us| config.carrier(peer("west", transport, at, us)))?;
    let play = Play { name, transport, at, calls: Some((desk.at, number)), count: 1, rate: 1 };
    play.start(directory, script)?.end()?;
    desk.close()
}

/// The scenario of a whole call.
pub(super) fn whole() -> Script {
    Script::caller()
        .invites(&[])
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .rests(250)
        .asks("BYE", 2, &[], None)
        .awaits(200)
}

fn basic(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    calls(directory, name, transport, ANSWERED, &whole())
}

/// Both ends are SIPp: what the called side sends before its answer reaches the caller.
fn early(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let (west, east) = (place(WEST)?, place(EAST)?);
    let desk = Desk::open(|config, us| {
        config.carrier(peer("west", transport, west, us)).carrier(peer("east", transport, east, us))
    })?;
    let script = Script::callee()
        .called(&[("body", "m=audio")])
        .answers("183 Session Progress", "", &[], Some(&plain("sendrecv")))
        .rests(300)
        .answers("200 OK", "", &[], Some(&plain("sendrecv")))
        .asked("ACK", &[])
        .asked("BYE", &[])
        .replies("200 OK");
    let east_name = format!("{name}-east");
    let play = Play { name: &east_name, transport, at: east, calls: None, count: 1, rate: 1 };
    let eastern = play.start(directory, &script)?;
    let script = Script::caller()
        .invites(&[])
        .hears(183, &[("body", "m=audio [0-9]+ RTP/AVP"), ("Content-Type", "application/sdp")])
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .rests(250)
        .asks("BYE", 2, &[], None)
        .awaits(200);
    let calls = Some((desk.at, THROUGH));
    let play = Play { name, transport, at: west, calls, count: 1, rate: 1 };
    play.start(directory, &script)?.end()?;
    eastern.end().map_err(|error| format!("the called side: {error}"))?;
    desk.close()
}

fn hold(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let answered = |script: Script, cseq, ours: &str, theirs: &str| {
        script
            .asks("INVITE", cseq, &[], Some(&plain(ours)))
            .hears(200, &[("body", &format!("a={theirs}"))])
            .asks("ACK", cseq, &[], None)
            .rests(100)
    };
    let script = Script::caller().invites(&[]).awaits(200).asks("ACK", 1, &[], None);
    let script = answered(script, 2, "sendonly", "recvonly");
    let script = answered(script, 3, "inactive", "inactive");
    let script = answered(script, 4, "sendrecv", "sendrecv");
    let script = script.asks("BYE", 5, &[], None).awaits(200);
    calls(directory, name, transport, ANSWERED, &script)
}

fn reliable(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::caller()
        .invites(&["Require: 100rel", "Supported: 100rel"])
        .hears(180, &[("RSeq", "[0-9]+"), ("Require", "100rel")])
        .asks("PRACK", 2, &["RAck: [$c1] 1 INVITE"], None)
        .awaits(200)
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .rests(100)
        .asks("BYE", 3, &[], None)
        .awaits(200);
    calls(directory, name, transport, ANSWERED, &script)
}

fn refreshed(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::caller()
        .invites(&["Supported: timer", "Session-Expires: 90;refresher=uas"])
        .hears_last(200, &[("Session-Expires", "90;refresher=uas")])
        .asks("ACK", 1, &[], None)
        .asked("UPDATE", &[("Session-Expires", "90;refresher=uac")])
        .replies_with("200 OK", &["Require: timer", "Session-Expires: 90;refresher=uac"])
        .asks("BYE", 2, &[], None)
        .awaits(200);
    calls(directory, name, transport, ANSWERED, &script)
}

/// The answer is sent again and again, and after 64 × T1 the call is ended (RFC 3261 §13.3.1.4).
fn lost_ack(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let script = Script::caller().invites(&[]).awaits(200).asked("BYE", &[]).replies("200 OK");
    let at = place(WEST)?;
    let desk = Desk::open(|config, us| config.carrier(peer("west", transport, at, us)))?;
    let play = Play { name, transport, at, calls: Some((desk.at, ANSWERED)), count: 1, rate: 1 };
    play.start(directory, &script)?.end_after("SIP/2.0 200", 8)?;
    desk.close()
}

/// West talks with east, and hands east over to somebody else in the west.
fn refer(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let (west, target, east) = (place(WEST)?, place(WEST)?, place(EAST)?);
    let mut desk = Desk::open(|config, us| {
        let timer = Some(SessionTimer::default().only_if_asked());
        config
            .carrier(peer("west", transport, target, us).session_timer(timer))
            .carrier(peer("east", transport, east, us))
    })?;
    let answers = |name: &str, at, hangs_up: bool| {
        let script = Script::callee()
            .called(&[("body", "m=audio")])
            .answers("180 Ringing", "", &[], None)
            .answers("200 OK", "", &[], Some(&plain("sendrecv")))
            .asked("ACK", &[]);
        let script = if hangs_up {
            script.rests(1_000).asks("BYE", 1, &[], None).awaits(200)
        } else {
            script.asked("BYE", &[]).replies("200 OK")
        };
        Play { name, transport, at, calls: None, count: 1, rate: 1 }.start(directory, &script)
    };
    let target_side = answers(&format!("{name}-east"), east, false)?;
    let other = answers(&format!("{name}-target"), target, true)?;
    let sipfrag = |status: &'static str| [("body", status)];
    let script = Script::caller()
        .invites(&[])
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .rests(500)
        .asks("REFER", 2, &["Refer-To: <sip:+14255550177@[local_ip]>"], None)
        .awaits(202)
        .asked("NOTIFY", &sipfrag("SIP/2.0 100"))
        .replies("200 OK")
        .asked("NOTIFY", &sipfrag("SIP/2.0 180"))
        .replies("200 OK")
        .asked("NOTIFY", &sipfrag("SIP/2.0 200"))
        .replies("200 OK")
        .asks("BYE", 3, &[], None)
        .awaits(200);
    let calls = Some((desk.at, BRIDGED));
    let transferor =
        Play { name, transport, at: west, calls, count: 1, rate: 1 }.start(directory, &script)?;
    for step in [TransferStep::Accepted, TransferStep::Ringing, TransferStep::Completed] {
        desk.transfer(step)?;
    }
    transferor.end().map_err(|error| format!("who transfers: {error}"))?;
    other.end().map_err(|error| format!("the target: {error}"))?;
    target_side.end().map_err(|error| format!("who is transferred: {error}"))?;
    thread::sleep(Duration::from_millis(100));
    desk.close()
}
