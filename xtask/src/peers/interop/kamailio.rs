//! kamailio in the place of a certified SBC: mutual TLS, Record-Route and OPTIONS.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use teams_cc_core::contact::{EndReason, LegCommand};
use teams_cc_sip::{
    direct_routing::PeerState,
    io::{FixedMedia, Target, TransportKind},
    trunk::{MediaPort, StaticPeer, Via},
};

use super::{
    super::scenario::Transport,
    actor::{self, Play},
    callers::{self, EAST, WEST},
    desk::{ANSWERED, Desk, EAST_NUMBER},
    failover::{Certificates, Loopback},
    script::{Script, plain},
};
use crate::{
    command::{self, Failure},
    tally::Tally,
};

/// What the SBC's certificate proves: kamailio writes no name into Record-Route that it cannot
/// resolve.
const NAME: &str = "localhost";
/// Where it listens for phones.
const INSIDE: [u8; 4] = [127, 0, 0, 4];
/// How long it may take to start, to be seen, and to be missed.
const PATIENCE: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(100);

/// A kamailio that runs; ended when dropped.
pub(super) struct Kamailio {
    child: Child,
}

impl Kamailio {
    pub(super) fn start(directory: &Path, configuration: &Path) -> Result<Self, Failure> {
        let log = File::create(directory.join("kamailio.log"))?;
        let child = Command::new("kamailio")
            .arg("-f")
            .arg(configuration)
            .args(["-DD", "-E", "-m", "32", "-M", "8", "-Y"])
            .arg(directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start kamailio: {error}"))?;
        Ok(Self { child })
    }

    /// Ends it as an administrator would; its children go with it.
    pub(super) fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = self.child.id().to_string();
            let _ = command::read(command::program("kill").args(["-TERM", &pid]));
            let asked = Instant::now();
            while matches!(self.child.try_wait(), Ok(None)) && asked.elapsed() < PATIENCE {
                thread::sleep(TICK);
            }
        }
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        self.end();
    }
}

/// The ways through the SBC.
struct Ways {
    trunk: SocketAddr,
    outside: SocketAddr,
    inside: SocketAddr,
    phone: SocketAddr,
}

/// It writes its name into Record-Route, because its certificate proves no address.
fn configured(directory: &Path, ways: &Ways) -> String {
    let Ways { trunk, outside, inside, phone } = ways;
    let (directory, port) = (directory.display(), outside.port());
    format!(
        r#"#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
auto_aliases=no
enable_tls=yes
listen=tls:{outside} advertise {NAME}:{port}
listen=udp:{inside}
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "dispatcher.so"
loadmodule "tls.so"
modparam("tls", "config", "{directory}/tls.cfg")
modparam("dispatcher", "list_file", "{directory}/dispatcher.list")
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_ping_from", "sip:ping@{NAME}")
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && !has_totag()) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (has_totag()) {{
        if (loose_route()) {{
            if (is_method("BYE")) {{ xlog("L_ERR", "BYE came from $proto\n"); }}
            t_relay();
            exit;
        }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here");
        exit;
    }}
    record_route();
    if ($proto == "tls") {{ $du = "sip:{phone}"; }}
    else {{ $du = "sip:{trunk};transport=tls"; }}
    t_relay();
}}
event_route[dispatcher:dst-up] {{ xlog("L_ERR", "the trunk answers OPTIONS\n"); }}
"#
    )
}

/// Both directions through it, then its death.
pub(super) fn run(tally: &mut Tally, directory: &Path) {
    let directory = directory.join("kamailio");
    match go(tally, &directory) {
        Ok(()) => {}
        Err(failure) => tally.fail(format!("kamailio: {failure}; see {}", directory.display())),
    }
}

fn go(tally: &mut Tally, directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory)?;
    let certificates = Certificates::new(directory.to_owned())?;
    let own = certificates.issue(NAME)?;
    let ways = Ways {
        trunk: actor::free(Ipv4Addr::LOCALHOST.into())?,
        outside: actor::free(Ipv4Addr::LOCALHOST.into())?,
        inside: actor::free(INSIDE.into())?,
        phone: actor::free(EAST.into())?,
    };
    let configuration = directory.join("kamailio.cfg");
    fs::write(&configuration, configured(directory, &ways))?;
    fs::write(
        directory.join("dispatcher.list"),
        format!("1 sip:{};transport=tls 9\n", ways.trunk),
    )?;
    let files = format!(
        "certificate = {own}\nprivate_key = {dir}/{NAME}.key\nca_list = {dir}/ca.pem\n\
         verify_certificate = yes\nrequire_certificate = yes\n",
        own = own.display(),
        dir = directory.display(),
    );
    let text = format!(
        "[server:default]\nmethod = TLSv1.2+\n{files}\n[client:default]\nmethod = TLSv1.2+\n{files}"
    );
    fs::write(directory.join("tls.cfg"), text)?;

    let identity = certificates.identity(&[NAME])?;
    let media = |_: &tokio::runtime::Handle| -> Result<Arc<dyn MediaPort>, Failure> {
        Ok(Arc::new(FixedMedia::new(([127, 0, 0, 1], 40_000).into())))
    };
    let mut kamailio = Kamailio::start(directory, &configuration)?;
    let sbc = StaticPeer::new("sbc", TransportKind::Tls)
        .address("127.0.0.0/8".parse()?)
        .name(NAME)
        .target(Target::new(TransportKind::Tls, NAME, ways.outside.port()))
        .contact("127.0.0.1", ways.trunk.port())
        .encrypted(false)
        .monitored(true);
    let at = actor::free(Ipv4Addr::LOCALHOST.into())?;
    let mut desk = Desk::at(
        at,
        media,
        |sockets| sockets.tls(ways.trunk, identity).resolver(Arc::new(Loopback)),
        |config, _| config.carrier(sbc).options_interval(Duration::from_secs(1)),
    )?;
    tally.check("kamailio is up, by its answers to our OPTIONS", seen(&desk, PeerState::Up));
    tally.check(
        "our answers to kamailio's OPTIONS are taken",
        logged(directory, "the trunk answers OPTIONS"),
    );
    tally.check(
        "a call of ours through kamailio, and BYE by its route",
        out(directory, &mut desk, &ways),
    );
    tally.check("a call to us through kamailio, and BYE by its route", in_(directory, &ways));
    kamailio.end();
    tally.check("kamailio's death is seen", seen(&desk, PeerState::Down));
    tally.check("the desk of kamailio's calls closes", desk.close());
    Ok(())
}

pub(super) fn seen(desk: &Desk, state: PeerState) -> Result<(), Failure> {
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        if desk.trunk.health().iter().any(|health| health.state == state) {
            return Ok(());
        }
        thread::sleep(TICK);
    }
    Err(format!("it is not {state:?}: {:?}", desk.trunk.health()).into())
}

pub(super) fn logged(directory: &Path, what: &str) -> Result<(), Failure> {
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        let log = fs::read(directory.join("kamailio.log"))?;
        if String::from_utf8_lossy(&log).contains(what) {
            return Ok(());
        }
        thread::sleep(TICK);
    }
    Err(format!("kamailio does not say `{what}`").into())
}

/// The trunk calls a phone behind the SBC.
fn out(directory: &Path, desk: &mut Desk, ways: &Ways) -> Result<(), Failure> {
    let through = ways.inside.to_string();
    let script = Script::callee()
        .called(&[("Record-Route", &through)])
        .answers_here("180 Ringing", None)
        .answers_here("200 OK", Some(&plain("sendrecv")))
        .asked("ACK", &[("Via", &through)])
        .asked("BYE", &[("Via", &through)])
        .replies("200 OK");
    let (name, transport) = ("phone", Transport::Udp);
    let play = Play { name, transport, at: ways.phone, calls: None, count: 1, rate: 1 };
    let phone = play.start(directory, &script)?;
    let mut call = desk.call(Via::Carrier("sbc".into()), EAST_NUMBER)?;
    let acted = call.answered().and_then(|()| call.order(LegCommand::HangUp));
    let acted = acted.and_then(|()| call.ended(EndReason::Completed));
    phone.end()?;
    acted?;
    logged(directory, "BYE came from tls")
}

/// A phone behind the SBC calls the trunk.
fn in_(directory: &Path, ways: &Ways) -> Result<(), Failure> {
    let (name, transport) = ("caller", Transport::Udp);
    let calls = Some((ways.inside, ANSWERED));
    let at = actor::free(WEST.into())?;
    let play = Play { name, transport, at, calls, count: 1, rate: 1 };
    play.start(directory, &callers::whole())?.end()?;
    logged(directory, "BYE came from udp")
}
