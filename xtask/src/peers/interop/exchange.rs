//! kamailio as a carrier: a registrar for our trunk and for phones, and a proxy between them.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use teams_cc_core::contact::{EndReason, LegCommand, LegEvent};
use teams_cc_sip::{
    carrier::{DigestUser, Registration},
    direct_routing::PeerState,
    endpoint::SessionTimer,
    trunk::{StaticPeer, TransferStep, TrunkConfig, Via},
};

use super::{
    super::scenario::Transport,
    Case, Over,
    baresip::{self, Line, PASSWORD, Phone, place, talk},
    desk::{BRIDGED, EAST_NUMBER, TAKEN, peer},
    kamailio::{self, Kamailio},
    phones::{A_WHILE, TARGET_NUMBER, WEST_NUMBER, open, west},
};
use crate::command::Failure;

/// What it calls itself where it asks for a password.
const REALM: &str = "exchange.test";
/// How long it keeps a binding, whatever is asked for; ours is renewed after four fifths of it.
const KEPT: Duration = Duration::from_secs(13);
const TICK: Duration = Duration::from_millis(100);

/// What is played.
pub(super) const CASES: [Case; 3] = [
    Case {
        name: "exchange-md5",
        what: "kamailio registers us and baresip by MD5, and both call",
        over: Over::Udp,
        run: registered,
    },
    Case {
        name: "exchange-sha256",
        what: "kamailio registers two trunks by SHA-256, and one is lost",
        over: Over::Udp,
        run: lost,
    },
    Case {
        name: "exchange-srtp",
        what: "RTP of baresip behind kamailio, the relay, SRTP of baresip: hold, REFER, recall",
        over: Over::Udp,
        run: secured,
    },
];

/// A kamailio that runs.
struct Exchange {
    at: SocketAddr,
    directory: PathBuf,
    _kamailio: Kamailio,
}

fn configured(at: SocketAddr, algorithm: &str) -> String {
    let kept = KEPT.as_secs();
    format!(
        r#"#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
listen=udp:{at}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "timer_interval", 1)
modparam("registrar", "max_expires", {kept})
modparam("auth", "algorithm", "{algorithm}")
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here");
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{REALM}", "{PASSWORD}", "0")) {{
            www_challenge("{REALM}", "1");
            exit;
        }}
        xlog("L_ERR", "REGISTER of $fU at $Ts\n");
        if (!save("location")) {{ sl_reply_error(); }}
        exit;
    }}
    if (is_method("INVITE")) {{
        if (!pv_proxy_authenticate("{REALM}", "{PASSWORD}", "0")) {{
            proxy_challenge("{REALM}", "1");
            exit;
        }}
        consume_credentials();
    }}
    record_route();
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
    t_relay();
}}
event_route[usrloc:contact-expired] {{ xlog("L_ERR", "EXPIRED $ulc(exp=>aor)\n"); }}
"#
    )
}

impl Exchange {
    fn start(directory: &Path, name: &str, algorithm: &str) -> Result<Self, Failure> {
        let directory = directory.join(name);
        fs::create_dir_all(&directory)?;
        let at = place()?;
        let configuration = directory.join("kamailio.cfg");
        fs::write(&configuration, configured(at, algorithm))?;
        let kamailio = Kamailio::start(&directory, &configuration)?;
        Ok(Self { at, directory, _kamailio: kamailio })
    }

    /// It as a carrier, with which this number is registered.
    fn carrier(&self, number: &str, us: SocketAddr) -> StaticPeer {
        peer("exchange", Transport::Udp, self.at, us)
            .credentials(DigestUser::new(number, PASSWORD))
            .registration(Registration::new(number, &self.at.ip().to_string()))
            .session_timer(Some(SessionTimer::default().only_if_asked()))
    }

    /// How often it has said this.
    fn said(&self, what: &str) -> Result<usize, Failure> {
        let log = fs::read(self.directory.join("kamailio.log"))?;
        Ok(String::from_utf8_lossy(&log).matches(what).count())
    }

    fn says(&self, what: &str, times: usize, within: Duration) -> Result<(), Failure> {
        let asked = Instant::now();
        while self.said(what)? < times {
            if asked.elapsed() > within {
                let found = self.said(what)?;
                let log = self.directory.join("kamailio.log");
                return Err(
                    format!("`{what}` {found} times, not {times}, see {}", log.display()).into()
                );
            }
            thread::sleep(TICK);
        }
        Ok(())
    }

    /// A phone that is registered here.
    fn phone(&self, directory: &Path, name: &str, line: Line<'_>) -> Result<Phone, Failure> {
        let line = Line { registrar: Some(self.at), ..line };
        let mut phone = Phone::start(directory, name, line, place()?)?;
        phone.happens("REGISTER_OK")?;
        Ok(phone)
    }
}

fn with(
    exchange: &Exchange,
    number: &'static str,
) -> impl FnOnce(TrunkConfig, SocketAddr) -> TrunkConfig {
    let carrier = move |us| exchange.carrier(number, us);
    move |config, us| config.carrier(carrier(us))
}

fn registered(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    baresip::is_whole()?;
    let exchange = Exchange::start(directory, name, "MD5")?;
    let (mut desk, _relay) = open(with(&exchange, TAKEN))?;
    kamailio::seen(&desk, PeerState::Up)?;
    let mut phone = exchange.phone(directory, &format!("{name}-phone"), west(450, transport))?;

    phone.dial(TAKEN, exchange.at)?;
    let mut call = desk.taken()?;
    call.order(LegCommand::Answer)?;
    phone.happens("CALL_ESTABLISHED")?;
    call.until("media", |event| *event == LegEvent::MediaActive)?;
    phone.order("hangup", None)?;
    call.ended(EndReason::Completed)?;
    phone.happens("CALL_CLOSED")?;

    let mut call = desk.call(Via::Carrier("exchange".into()), WEST_NUMBER)?;
    phone.happens("CALL_INCOMING")?;
    phone.order("accept", None)?;
    call.answered()?;
    call.order(LegCommand::HangUp)?;
    call.ended(EndReason::Completed)?;
    phone.happens("CALL_CLOSED")?;

    // Each binding is renewed before it runs out.
    exchange.says(&format!("REGISTER of {TAKEN}"), 3, 4 * KEPT)?;
    if exchange.said("EXPIRED")? > 0 {
        return Err("a binding ran out although its trunk was there".into());
    }
    let before = exchange.said(&format!("REGISTER of {TAKEN}"))?;
    desk.close()?;
    exchange.says(&format!("REGISTER of {TAKEN}"), before + 1, KEPT)?;
    phone.dial(TAKEN, exchange.at)?;
    let closed = phone.happens("CALL_CLOSED")?;
    match closed["param"].as_str() {
        Some("404 Not Found") => Ok(()),
        other => Err(format!("our binding is still there: {other:?}").into()),
    }
}

/// A trunk that ends without a word is forgotten once its binding has run out.
fn lost(directory: &Path, name: &str, _: Transport) -> Result<(), Failure> {
    let exchange = Exchange::start(directory, name, "SHA-256")?;
    let (mut west, _relay) = open(with(&exchange, WEST_NUMBER))?;
    let (mut east, _relay) = open(with(&exchange, TAKEN))?;
    kamailio::seen(&west, PeerState::Up)?;
    kamailio::seen(&east, PeerState::Up)?;
    let through = || Via::Carrier("exchange".into());
    let mut call = west.call(through(), TAKEN)?;
    let mut other = east.taken()?;
    other.order(LegCommand::Answer)?;
    call.answered()?;
    call.order(LegCommand::HangUp)?;
    call.ended(EndReason::Completed)?;
    other.ended(EndReason::Completed)?;

    exchange.says(&format!("REGISTER of {TAKEN}"), 2, 2 * KEPT)?;
    drop(east);
    exchange.says(&format!("EXPIRED {TAKEN}"), 1, 2 * KEPT)?;
    let mut call = west.call(through(), TAKEN)?;
    call.ended(EndReason::NotFound)?;
    west.close()
}

/// Two phones behind the exchange, and one of a carrier that encrypts.
fn secured(directory: &Path, name: &str, transport: Transport) -> Result<(), Failure> {
    baresip::is_whole()?;
    let exchange = Exchange::start(directory, name, "MD5")?;
    let east = place()?;
    let (mut desk, _relay) = open(|config, us| {
        let secure = peer("east", transport, east, us).encrypted(true);
        config.carrier(exchange.carrier(BRIDGED, us)).carrier(secure)
    })?;
    let line = west(450, transport);
    let mut first = exchange.phone(directory, &format!("{name}-first"), line)?;
    let target = Line { number: TARGET_NUMBER, answers: true, hertz: 900, ..line };
    let mut third = exchange.phone(directory, &format!("{name}-third"), target)?;
    let secret = Line { number: EAST_NUMBER, encrypted: true, hertz: 600, ..target };
    let mut other = Phone::start(directory, &format!("{name}-secret"), secret, east)?;
    kamailio::seen(&desk, PeerState::Up)?;

    first.dial(BRIDGED, exchange.at)?;
    first.happens("CALL_ESTABLISHED")?;
    both(&mut first, &mut other).map_err(|error| format!("at first: {error}"))?;
    for held in ["the plain", "the encrypted"] {
        let phone = if held == "the plain" { &mut first } else { &mut other };
        phone.order("hold", None)?;
        baresip::hears(phone, None, A_WHILE / 2).map_err(|error| format!("hold: {error}"))?;
        phone.order("resume", None)?;
        both(&mut first, &mut other).map_err(|error| format!("after {held} held: {error}"))?;
    }

    first.order("transfer", Some(&format!("sip:{TARGET_NUMBER}@{}", exchange.at)))?;
    for step in [TransferStep::Accepted, TransferStep::Completed] {
        desk.transfer(step)?;
    }
    first.happens("CALL_CLOSED")?;
    third.happens("CALL_ESTABLISHED")?;
    both(&mut third, &mut other).map_err(|error| format!("after REFER: {error}"))?;

    // Who transfers hangs up at once, and the target declines.
    third.order("transfer", Some(&format!("sip:{WEST_NUMBER}@{}", exchange.at)))?;
    desk.transfer(TransferStep::Accepted)?;
    first.happens("CALL_INCOMING")?;
    third.order("hangup", None)?;
    third.happens("CALL_CLOSED")?;
    first.order("hangup", None)?;
    for step in [TransferStep::Recalling, TransferStep::Recalled] {
        desk.transfer(step)?;
    }
    third.happens("CALL_ESTABLISHED")?;
    both(&mut third, &mut other).map_err(|error| format!("after the recall: {error}"))?;
    other.order("hangup", None)?;
    third.happens("CALL_CLOSED")?;
    desk.close()
}

/// Sound and keys, both ways.
fn both(one: &mut Phone, other: &mut Phone) -> Result<(), Failure> {
    talk(one, other, A_WHILE)?;
    one.press("4")?;
    other.pressed('4')?;
    other.press("6")?;
    one.pressed('6')
}
