//! SRTP of libsrtp with our relay: a count that wraps, and new keys that start without wraps.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use teams_cc_core::contact::{EndReason, Leg as _, LegCommand, LegEvent};
use teams_cc_sip::trunk::Via;

use super::{
    super::{python, scenario::Transport},
    Case, Over,
    actor::{self, Actor, Play},
    callers::{EAST, WEST},
    desk::{EAST_NUMBER, TAKEN, peer},
    phones::{self, A_WHILE},
    script::Script,
    sound,
};
use crate::{command::Failure, workspace};

/// How long an order may take, besides what it asks for.
const PATIENCE: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(30);
/// How long sound that was under way may take to arrive.
const SETTLING: Duration = Duration::from_millis(300);
/// Packets that are lost at once, fewer than what makes a count ambiguous (RFC 3711 §3.3.1).
const LOST: u32 = 30_000;
/// The keys of the encrypted side, one after the other.
const KEYS: [[u8; 30]; 3] = [[11; 30], [22; 30], [33; 30]];
const WEST_HERTZ: u32 = 450;
const EAST_HERTZ: u32 = 700;

/// What is played.
pub(super) const CASES: [Case; 1] = [Case {
    name: "libsrtp",
    what: "libsrtp and the relay across wraps of both counts and two new keys",
    over: Over::Udp,
    run: wraps_and_new_keys,
}];

/// The sound of one telephone, by Python; ended when dropped.
struct Telephone {
    child: Child,
    orders: ChildStdin,
    answers: mpsc::Receiver<String>,
    port: u64,
}

impl Telephone {
    fn start(python: &Path) -> Result<Self, Failure> {
        let mut child = Command::new(python)
            .env("PYTHONPYCACHEPREFIX", workspace::target()?.join("python/pycache"))
            .arg(workspace::path("xtask/peers/srtp.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().ok_or("no way in")?;
        let output = BufReader::new(child.stdout.take().ok_or("no way out")?);
        let (sender, answers) = mpsc::channel();
        // It ends with the child.
        thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut telephone = Self { child, orders, answers, port: 0 };
        telephone.port = telephone.answer(PATIENCE)?["port"].as_u64().ok_or("no port")?;
        Ok(telephone)
    }

    fn answer(&self, within: Duration) -> Result<Value, Failure> {
        let line = self.answers.recv_timeout(within).map_err(|_| "srtp.py does not answer")?;
        Ok(serde_json::from_str(&line)?)
    }

    fn order(&mut self, order: &Value) -> Result<(), Failure> {
        writeln!(self.orders, "{order}")?;
        Ok(())
    }

    fn ask(&mut self, order: &Value) -> Result<Value, Failure> {
        self.order(order)?;
        self.answer(PATIENCE)
    }

    /// What it has heard in the time that [`talk`] gave: the tone alone. Gives how often the count
    /// of what it hears has wrapped.
    fn heard(&mut self, hertz: u32) -> Result<u64, Failure> {
        let heard = self.answer(PATIENCE)?;
        let octets = STANDARD.decode(heard["samples"].as_str().unwrap_or_default())?;
        let samples: Vec<i16> =
            octets.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
        sound::is_tone(&samples, hertz, A_WHILE)?;
        match heard["refused"].as_u64() {
            Some(0) => heard["wraps"].as_u64().ok_or_else(|| "no count".into()),
            other => Err(format!("{other:?} packets were refused").into()),
        }
    }
}

impl Drop for Telephone {
    fn drop(&mut self) {
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Both hear each other for a while; how often each one's incoming count has wrapped.
fn talk(west: &mut Telephone, east: &mut Telephone) -> Result<(u64, u64), Failure> {
    thread::sleep(SETTLING);
    let listen = json!({ "do": "listen", "seconds": A_WHILE.as_secs_f64() });
    west.order(&listen)?;
    east.order(&listen)?;
    let (first, second) = (west.heard(EAST_HERTZ), east.heard(WEST_HERTZ));
    let first = first.map_err(|error| format!("RTP: {error}"))?;
    let second = second.map_err(|error| format!("SRTP: {error}"))?;
    Ok((first, second))
}

/// What a telephone says of itself.
fn described(port: u64, key: Option<&[u8; 30]>, version: u32, direction: &str) -> String {
    let (profile, key) = match key {
        Some(key) => (
            "SAVP",
            format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}\n", STANDARD.encode(key)),
        ),
        None => ("AVP", String::new()),
    };
    format!(
        "v=0\no=- 7 {version} IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n\
         m=audio {port} RTP/{profile} 0\na=rtpmap:0 PCMU/8000\n{key}a={direction}\n"
    )
}

/// What follows a text in the messages SIPp receives, as soon as it is there.
fn said(sipp: &Actor, text: &str) -> Result<String, Failure> {
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        let messages = sipp.received();
        let found = messages.rsplit_once(text).map(|(_, rest)| rest.to_owned());
        // The word must be there to its end.
        if let Some((word, _)) =
            found.as_deref().and_then(|rest| rest.split_once([' ', '\r', '\n', '|']))
        {
            return Ok(word.to_owned());
        }
        thread::sleep(TICK);
    }
    Err(format!("SIPp has no message with `{text}`").into())
}

/// Where the trunk wants packets of this telephone.
fn port(sipp: &Actor, profile: &str, own: u64) -> Result<u16, Failure> {
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        let messages = sipp.received();
        let lines = messages.lines().filter_map(|line| line.trim().strip_prefix("m=audio "));
        let mut ports =
            lines.filter_map(|line| line.split_once(&format!(" RTP/{profile}"))?.0.parse().ok());
        if let Some(port) = ports.rfind(|port| u64::from(*port) != own) {
            return Ok(port);
        }
        thread::sleep(TICK);
    }
    Err(format!("SIPp has no description with RTP/{profile}").into())
}

fn wraps_and_new_keys(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    let python: PathBuf = python::install()?;
    let (mut west, mut east) = (Telephone::start(&python)?, Telephone::start(&python)?);
    let (west_at, east_at) = (actor::free(WEST.into())?, actor::free(EAST.into())?);
    let (mut desk, _relay) = phones::open(|config, us| {
        let secure = peer("east", transport, east_at, us).encrypted(true);
        config.carrier(peer("west", transport, west_at, us)).carrier(secure)
    })?;
    let [first, second, third] = KEYS;
    let secret = |key, version, direction| described(east.port, Some(key), version, direction);
    let script = Script::callee()
        .called(&[("body", "RTP/SAVP")])
        .answers("200 OK", "", &[], Some(&secret(&first, 1, "sendrecv")))
        .asked("ACK", &[])
        .asked("INVITE", &[("body", "a=sendonly")])
        .accepts_by(&secret(&first, 2, "recvonly"))
        .asked("ACK", &[])
        .asked("INVITE", &[("body", "a=sendrecv")])
        .accepts_by(&secret(&second, 3, "sendrecv"))
        .asked("ACK", &[])
        .rests(6_000)
        .asks("INVITE", 4711, &[], Some(&secret(&third, 4, "sendrecv")))
        .awaits(200)
        .asks("ACK", 4711, &[], None)
        .asked("BYE", &[])
        .replies("200 OK");
    let name_of = |side: &str| format!("{name}-{side}");
    let (east_name, west_name) = (name_of("east"), name_of("west"));
    let play = Play { name: &east_name, transport, at: east_at, calls: None, count: 1, rate: 1 };
    let callee = play.start(directory, &script)?;
    let script = Script::caller()
        .offers(&[], &described(west.port, None, 1, "sendrecv"))
        .awaits(200)
        .asks("ACK", 1, &[], None)
        .asked("BYE", &[])
        .replies("200 OK");
    let calls = Some((desk.at, TAKEN));
    let play = Play { name: &west_name, transport, at: west_at, calls, count: 1, rate: 1 };
    let dialling = play.start(directory, &script)?;

    let mut one = desk.taken()?;
    let mut other = desk.call(Via::Carrier("east".into()), EAST_NUMBER)?;
    other.answered()?;
    one.order(LegCommand::Answer)?;
    one.until("media", |event| *event == LegEvent::MediaActive)?;
    one.order(LegCommand::Bridge { with: other.leg.id().clone() })?;

    let there = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let to = |at: SocketAddr| json!([at.ip().to_string(), at.port()]);
    let theirs = said(&callee, "inline:")?;
    let at = there(port(&callee, "SAVP", east.port)?);
    // Both counts are about to wrap.
    east.ask(&json!({
        "do": "start", "to": to(at), "hertz": EAST_HERTZ, "sequence": 65_500, "ssrc": 7,
        "mine": STANDARD.encode(first), "theirs": theirs,
    }))?;
    let at = there(port(&dialling, "AVP", west.port)?);
    west.ask(&json!({
        "do": "start", "to": to(at), "hertz": WEST_HERTZ, "sequence": 65_500, "ssrc": 8,
    }))?;
    let step = |what: &str, outcome: Result<(u64, u64), Failure>| {
        outcome.map_err(|error| Failure::from(format!("{what}: {error}")))
    };
    step("across a wrap of what is sent to us", talk(&mut west, &mut east))?;
    // The relay counts on from a number of its own, so losses carry it over its wrap.
    for _ in 0..3 {
        west.ask(&json!({ "do": "jump", "by": LOST }))?;
        thread::sleep(SETTLING);
    }
    let (_, wraps) = step("across a wrap of what we send", talk(&mut west, &mut east))?;
    if wraps == 0 {
        return Err("what the relay sends has not wrapped".into());
    }

    other.order(LegCommand::Hold)?;
    other.order(LegCommand::Resume)?;
    east.ask(&json!({ "do": "rekey", "mine": STANDARD.encode(second) }))?;
    step("after a new key by answer", talk(&mut west, &mut east))?;
    // The new key's count wraps as well.
    for _ in 0..3 {
        east.ask(&json!({ "do": "jump", "by": LOST }))?;
        thread::sleep(SETTLING);
    }
    step("across a wrap under the new key", talk(&mut west, &mut east))?;

    said(&callee, "CSeq: 4711 ")?;
    east.ask(&json!({ "do": "rekey", "mine": STANDARD.encode(third) }))?;
    step("after a new key by offer", talk(&mut west, &mut east))?;
    one.order(LegCommand::HangUp)?;
    one.ended(EndReason::Completed)?;
    dialling.end()?;
    callee.end()?;
    desk.close()
}
