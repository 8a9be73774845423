//! baresip calls us and is called, without anybody between.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use teams_cc_core::contact::{EndReason, Leg as _, LegCommand, LegEvent, Prompt, Tone};
use teams_cc_sip::{
    endpoint::SessionTimer,
    io::TokioClock,
    media::{MediaConfig, MediaRelay, MediaRules, WavPrompt},
    trunk::{MediaPort, StaticPeer, TransferStep, TrunkConfig, Via},
};

use super::{
    super::scenario::Transport,
    Case, Over,
    baresip::{self, Line, Phone, hears, place, talk},
    desk::{BRIDGED, Call, Desk, EAST_NUMBER, TAKEN, peer},
    sound,
};
use crate::command::Failure;

/// The numbers of those in the west.
pub(super) const WEST_NUMBER: &str = "+14255550155";
pub(super) const TARGET_NUMBER: &str = "+14255550177";
/// How long sound is listened to.
pub(super) const A_WHILE: Duration = Duration::from_secs(1);
/// What the prompt says, and how long.
const PROMPT: &str = "https://prompts.test/tone.wav";
const PROMPT_HERTZ: u32 = 650;
const PROMPT_TIME: Duration = Duration::from_mins(1);

/// What is played, and whether over TCP as well.
pub(super) const CASES: [Case; 3] = [
    Case {
        name: "phone-calls",
        what: "baresip calls: sound, keys, hold by either side",
        over: Over::Plain,
        run: calls,
    },
    Case {
        name: "phone-called",
        what: "baresip is called: it declines, is cancelled, and answers",
        over: Over::Plain,
        run: called,
    },
    Case {
        name: "phone-transfers",
        what: "baresip hands its call over",
        over: Over::Plain,
        run: transfers,
    },
];

/// A desk with sound.
pub(super) fn open(
    configured: impl FnOnce(TrunkConfig, SocketAddr) -> TrunkConfig,
) -> Result<(Desk, Arc<MediaRelay>), Failure> {
    let mut rules = MediaRules::default();
    // Who is on hold hears nothing at all.
    rules.idle_noise = false;
    // baresip names the address it is bound to and sends from another of this machine.
    rules.sources = vec!["127.0.0.0/8".parse()?];
    let prompt = WavPrompt::from_samples(&sound::tone(PROMPT_HERTZ, PROMPT_TIME));
    let config = MediaConfig::new([127, 0, 0, 1].into(), 20_000..=29_999)
        .rules(rules)
        .prompt(PROMPT, prompt);
    let mut kept = None;
    let media = |handle: &tokio::runtime::Handle| -> Result<Arc<dyn MediaPort>, Failure> {
        let _inside = handle.enter();
        let relay = Arc::new(MediaRelay::start(config, Arc::new(TokioClock::system()))?);
        kept = Some(Arc::clone(&relay));
        Ok(relay)
    };
    let desk = Desk::with(media, configured)?;
    let relay = kept.ok_or("the desk has no media")?;
    Ok((desk, relay))
}

/// A phone in the west that waits to be told to answer.
pub(super) fn west(hertz: u32, transport: Transport) -> Line<'static> {
    Line {
        number: WEST_NUMBER,
        hertz,
        encrypted: false,
        answers: false,
        registrar: None,
        transport,
    }
}

/// A peer whose phones connect from whatever address of this machine.
fn phones(name: &str, transport: Transport, at: SocketAddr, us: SocketAddr) -> StaticPeer {
    let peer = peer(name, transport, at, us);
    match transport {
        Transport::Udp => peer,
        Transport::Tcp | Transport::Tls => peer.address(us.ip().into()),
    }
}

/// Waits until the party has pressed a key.
pub(super) fn key(call: &mut Call, key: char) -> Result<(), Failure> {
    let wanted = LegEvent::Tone(Tone::new(key)?);
    call.until("a key", |event| *event == wanted).map(drop)
}

/// We hold the phone: it hears what we play, and says nothing until it is taken off hold.
fn held(relay: &MediaRelay, call: &Call, phone: &Phone) -> Result<(), Failure> {
    let heard = || Ok::<_, Failure>(relay.quality(call.leg.id()).ok_or("no figures")?.received);
    call.order(LegCommand::Hold)?;
    let before = heard()?;
    hears(phone, Some(PROMPT_HERTZ), A_WHILE)?;
    let during = heard()? - before;
    call.order(LegCommand::Resume)?;
    let before = heard()?;
    hears(phone, Some(PROMPT_HERTZ), A_WHILE)?;
    let after = heard()? - before;
    // Both lasted as long.
    if during * 10 > after {
        return Err(format!("on hold {during} packets came, and {after} afterwards").into());
    }
    Ok(())
}

fn calls(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    baresip::is_whole()?;
    let at = place()?;
    let (mut desk, relay) = open(|config, us| config.carrier(phones("west", transport, at, us)))?;
    let mut phone = Phone::start(directory, name, west(450, transport), at)?;
    phone.dial(TAKEN, desk.at)?;
    let mut call = desk.taken()?;
    call.order(LegCommand::Ring)?;
    phone.happens("CALL_RINGING")?;
    call.order(LegCommand::Answer)?;
    phone.happens("CALL_ESTABLISHED")?;
    call.until("media", |event| *event == LegEvent::MediaActive)?;

    call.order(LegCommand::CollectTones)?;
    for pressed in ['5', '#', '0'] {
        phone.press(&pressed.to_string())?;
        key(&mut call, pressed)?;
    }
    for sent in ['7', '*', 'D'] {
        relay.send_tones(call.leg.id(), &[Tone::new(sent)?])?;
        phone.pressed(sent)?;
    }
    call.order(LegCommand::Play(vec![Prompt::new(PROMPT)?]))?;
    hears(&phone, Some(PROMPT_HERTZ), A_WHILE)?;

    phone.order("hold", None)?;
    call.until("its hold", |event| *event == LegEvent::HeldByRemote)?;
    hears(&phone, None, A_WHILE / 2)?;
    phone.order("resume", None)?;
    call.until("its return", |event| *event == LegEvent::ResumedByRemote)?;
    hears(&phone, Some(PROMPT_HERTZ), A_WHILE)?;

    held(&relay, &call, &phone)?;
    phone.press("9")?;
    key(&mut call, '9')?;
    let quality = relay.quality(call.leg.id()).ok_or("no figures")?;
    if quality.received < 50 || quality.lost > 0 {
        return Err(format!("the phone was heard badly: {quality:?}").into());
    }

    phone.order("hangup", None)?;
    call.ended(EndReason::Completed)?;
    desk.close()
}

fn called(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    baresip::is_whole()?;
    let at = place()?;
    let (mut desk, relay) = open(|config, us| config.carrier(phones("west", transport, at, us)))?;
    let mut phone = Phone::start(directory, name, west(450, transport), at)?;
    let rings = |desk: &mut Desk, phone: &mut Phone| {
        let mut call = desk.call(Via::Carrier("west".into()), WEST_NUMBER)?;
        phone.happens("CALL_INCOMING")?;
        call.until("ringing", |event| *event == LegEvent::Ringing)?;
        Ok::<_, Failure>(call)
    };

    let mut call = rings(&mut desk, &mut phone)?;
    phone.order("hangup", None)?;
    call.ended(EndReason::Busy)?;
    phone.happens("CALL_CLOSED")?;

    let mut call = rings(&mut desk, &mut phone)?;
    call.order(LegCommand::HangUp)?;
    call.ended(EndReason::Cancelled)?;
    phone.happens("CALL_CLOSED")?;

    let mut call = rings(&mut desk, &mut phone)?;
    phone.order("accept", None)?;
    call.answered()?;
    call.until("media", |event| *event == LegEvent::MediaActive)?;
    call.order(LegCommand::Play(vec![Prompt::new(PROMPT)?]))?;
    hears(&phone, Some(PROMPT_HERTZ), A_WHILE)?;
    held(&relay, &call, &phone)?;
    call.order(LegCommand::HangUp)?;
    call.ended(EndReason::Completed)?;
    phone.happens("CALL_CLOSED")?;
    desk.close()
}

/// West talks with east, and hands east over to somebody else in the west.
fn transfers(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    baresip::is_whole()?;
    let (at, target, east) = (place()?, place()?, place()?);
    let (mut desk, _relay) = open(|config, us| {
        let timer = Some(SessionTimer::default().only_if_asked());
        let west: StaticPeer = phones("west", transport, target, us).session_timer(timer);
        config.carrier(west.address(at.ip().into())).carrier(peer("east", transport, east, us))
    })?;
    let start = |what: &str, line, at| Phone::start(directory, &format!("{name}-{what}"), line, at);
    let mut first = start("west", west(450, transport), at)?;
    let answers = |number, hertz| Line { number, answers: true, ..west(hertz, transport) };
    let mut third = start("target", answers(TARGET_NUMBER, 900), target)?;
    let mut other = start("east", answers(EAST_NUMBER, 600), east)?;

    first.dial(BRIDGED, desk.at)?;
    first.happens("CALL_ESTABLISHED")?;
    talk(&first, &other, A_WHILE)?;
    first.press("4")?;
    other.pressed('4')?;
    other.press("6")?;
    first.pressed('6')?;

    first.order("transfer", Some(&format!("sip:{TARGET_NUMBER}@{}", desk.at)))?;
    for step in [TransferStep::Accepted, TransferStep::Completed] {
        desk.transfer(step)?;
    }
    first.happens("CALL_CLOSED")?;
    third.happens("CALL_ESTABLISHED")?;
    talk(&third, &other, A_WHILE)?;
    third.press("1")?;
    other.pressed('1')?;
    other.press("2")?;
    third.pressed('2')?;
    third.order("hangup", None)?;
    other.happens("CALL_CLOSED")?;
    desk.close()
}
