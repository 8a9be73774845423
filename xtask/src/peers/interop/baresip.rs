//! One baresip, with a configuration of its own, ordered about over its control connection.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    super::scenario::Transport,
    actor,
    recorder::{DEVICE, Recorder},
    sound,
};
use crate::command::{self, Failure};

/// Where Debian keeps its modules, on whatever machine.
const MODULE_PATH: &str = "/usr/lib/baresip/modules";
/// Those that are needed besides the application's own.
const MODULES: [&str; 4] = ["g711.so", "ausine.so", "alsa.so", "srtp.so"];
/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(30);
/// How long sound that was under way may take to arrive, or to end.
const SETTLING: Duration = Duration::from_millis(800);
/// The password of every account.
pub(super) const PASSWORD: &str = "open-secret";

/// How many phones have been placed.
static PLACED: AtomicU16 = AtomicU16::new(0);

/// What a phone is.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// The number it has.
    pub(super) number: &'a str,
    /// The tone it says.
    pub(super) hertz: u32,
    /// Whether it speaks SRTP alone.
    pub(super) encrypted: bool,
    /// Whether it answers by itself.
    pub(super) answers: bool,
    /// Where it registers.
    pub(super) registrar: Option<SocketAddr>,
    pub(super) transport: Transport,
}

/// A baresip that runs; killed when dropped.
pub(super) struct Phone {
    child: Child,
    control: TcpStream,
    read: Vec<u8>,
    /// What it told and nobody has waited for.
    told: VecDeque<Value>,
    orders: u32,
    directory: PathBuf,
    hertz: u32,
    recorder: Recorder,
}

/// An address of its own for a phone: it announces the one it is bound to.
pub(super) fn place() -> Result<SocketAddr, Failure> {
    let number = PLACED.fetch_add(1, Ordering::Relaxed);
    let [high, low] = number.to_be_bytes();
    // Two runs on one machine keep apart.
    let run = u8::try_from(std::process::id() % 200)? + 16;
    actor::free(Ipv4Addr::new(127, run, high, low.max(1)).into())
}

impl Phone {
    /// Starts it at an address that [`place`] gave.
    pub(super) fn start(
        directory: &Path,
        name: &str,
        line: Line<'_>,
        at: SocketAddr,
    ) -> Result<Self, Failure> {
        let directory = directory.join(name);
        // A recording of an earlier run must not speak for this one.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        let control = actor::free(at.ip())?;
        fs::write(directory.join("config"), configured(line.hertz, at, control))?;
        fs::write(directory.join("accounts"), account(line, at))?;
        fs::write(directory.join("contacts"), "")?;
        let (device, recorder) = Recorder::start(&directory)?;
        let log = File::create(directory.join("log"))?;
        let mut child = Command::new("baresip")
            .env("ALSA_CONFIG_PATH", device)
            .arg("-f")
            .arg(&directory)
            .args(["-v", "-s"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start baresip: {error}"))?;
        let started = Instant::now();
        let control = loop {
            if let Ok(stream) = TcpStream::connect(control) {
                break stream;
            }
            let ended = child.try_wait()?;
            if ended.is_some() || started.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                let log = directory.join("log");
                return Err(format!("baresip is not ready, see {}", log.display()).into());
            }
            thread::sleep(TICK);
        };
        let (read, told) = (Vec::new(), VecDeque::new());
        let hertz = line.hertz;
        Ok(Self { child, control, read, told, orders: 0, directory, hertz, recorder })
    }

    /// Calls a number at an address; the transport is that of its line.
    pub(super) fn dial(&mut self, number: &str, at: SocketAddr) -> Result<(), Failure> {
        self.order("dial", Some(&format!("sip:{number}@{at}")))
    }

    /// Gives an order, which must be carried out.
    pub(super) fn order(&mut self, command: &str, parameters: Option<&str>) -> Result<(), Failure> {
        self.ask(command, parameters).map(drop)
    }

    fn ask(&mut self, command: &str, parameters: Option<&str>) -> Result<Value, Failure> {
        self.orders += 1;
        let token = self.orders.to_string();
        let order =
            json!({ "command": command, "params": parameters.unwrap_or(""), "token": token });
        let order = order.to_string();
        self.control.write_all(format!("{}:{order},", order.len()).as_bytes())?;
        let until = Instant::now() + PATIENCE;
        loop {
            let told =
                self.next(until)?.ok_or_else(|| self.error(&format!("no word of {command}")))?;
            if told["response"] != true {
                self.told.push_back(told);
            } else if told["token"] == token.as_str() {
                return match told["ok"].as_bool() {
                    Some(true) => Ok(told),
                    _ => Err(self.error(&format!("{command}: {}", told["data"]))),
                };
            }
        }
    }

    /// Presses keys.
    pub(super) fn press(&mut self, keys: &str) -> Result<(), Failure> {
        self.order("sndcode", Some(keys))
    }

    /// Waits until it has heard this key, to its end: a hold would take the end away.
    pub(super) fn pressed(&mut self, key: char) -> Result<(), Failure> {
        let wanted = key.to_string();
        self.until(&format!("the key {key}"), |told| {
            told["type"] == "CALL_DTMF_START" && told["param"] == wanted.as_str()
        })?;
        self.happens("CALL_DTMF_END").map(drop)
    }

    /// Waits until something of this kind happens, past others.
    pub(super) fn happens(&mut self, kind: &str) -> Result<Value, Failure> {
        self.until(kind, |told| told["type"] == kind)
    }

    fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        let until = Instant::now() + PATIENCE;
        loop {
            let told = match self.told.pop_front() {
                Some(told) => Some(told),
                None => self.next(until)?,
            };
            let told = told.ok_or_else(|| self.error(&format!("{what} does not happen")))?;
            if wanted(&told) {
                return Ok(told);
            }
            if told["type"] == "CALL_CLOSED" {
                return Err(self.error(&format!("no {what}, but closed: {}", told["param"])));
            }
        }
    }

    /// The next message, unless none comes in time.
    fn next(&mut self, until: Instant) -> Result<Option<Value>, Failure> {
        let mut octets = [0; 4_096];
        loop {
            if let Some(message) = netstring(&mut self.read) {
                return Ok(Some(serde_json::from_slice(&message)?));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.control.set_read_timeout(Some(left))?;
            match self.control.read(&mut octets) {
                Ok(0) => return Err(self.error("it has ended")),
                Ok(length) => self.read.extend(octets.get(..length).unwrap_or_default()),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    _ => return Err(error.into()),
                },
            }
        }
    }

    /// What it has heard since it had heard so much.
    fn heard(&self, before: usize, hertz: Option<u32>, time: Duration) -> Result<(), Failure> {
        let samples = self.recorder.since(before);
        let outcome = match hertz {
            Some(hertz) => sound::is_tone(&samples, hertz, time),
            None => sound::is_nothing(&samples),
        };
        outcome.map_err(|error| self.error(&error.to_string()))
    }

    fn error(&self, text: &str) -> Failure {
        format!("baresip: {text}; see {}", self.directory.join("log").display()).into()
    }

    /// Ends it as an administrator would.
    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = self.child.id().to_string();
            let _ = command::read(command::program("kill").args(["-TERM", &pid]));
            let asked = Instant::now();
            while matches!(self.child.try_wait(), Ok(None))
                && asked.elapsed() < Duration::from_secs(2)
            {
                thread::sleep(TICK);
            }
        }
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.end();
    }
}

/// Two phones hear each other's tone for some time, and nothing else.
pub(super) fn talk(one: &Phone, other: &Phone, time: Duration) -> Result<(), Failure> {
    thread::sleep(SETTLING);
    let before = (one.recorder.length(), other.recorder.length());
    thread::sleep(time);
    one.heard(before.0, Some(other.hertz), time)?;
    other.heard(before.1, Some(one.hertz), time)
}

/// A phone hears this tone, or nothing, for some time.
pub(super) fn hears(phone: &Phone, hertz: Option<u32>, time: Duration) -> Result<(), Failure> {
    thread::sleep(SETTLING);
    let before = phone.recorder.length();
    thread::sleep(time);
    phone.heard(before, hertz, time)
}

fn name_of(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
    }
}

fn configured(hertz: u32, at: SocketAddr, control: SocketAddr) -> String {
    let ip = at.ip();
    let modules = MODULES.map(|name| format!("module {name}")).join("\n");
    format!(
        "sip_listen {at}\nnet_interface {ip}\nctrl_tcp_listen {control}\n\
         call_max_calls 4\ncall_local_timeout 60\n\
         audio_source ausine,{hertz}\naudio_player alsa,{DEVICE}\naudio_alert none\n\
         ausrc_srate 48000\nausrc_channels 2\nauplay_srate 48000\nauplay_channels 2\n\
         ringback_disabled yes\njitter_buffer_delay 0-0\nrtp_stats yes\n\
         module_path {MODULE_PATH}\n{modules}\nmodule_tmp account.so\n\
         module_app menu.so\nmodule_app ctrl_tcp.so\n"
    )
}

fn account(line: Line<'_>, at: SocketAddr) -> String {
    let Line { number, encrypted, answers, registrar, transport, .. } = line;
    let over = name_of(transport);
    let secret = if encrypted { ";mediaenc=srtp-mand" } else { "" };
    let answers = if answers { "auto" } else { "manual" };
    let home = registrar.unwrap_or(at);
    let registers = if registrar.is_some() { 60 } else { 0 };
    format!(
        "<sip:{number}@{home};transport={over}>;regint={registers};auth_user={number};\
         auth_pass={PASSWORD};answermode={answers};audio_codecs=pcmu,pcma{secret}\n"
    )
}

/// Takes the first whole message off what was read.
fn netstring(read: &mut Vec<u8>) -> Option<Vec<u8>> {
    let colon = read.iter().position(|octet| *octet == b':')?;
    let length: usize = std::str::from_utf8(read.get(..colon)?).ok()?.parse().ok()?;
    let end = colon + 1 + length;
    let message = read.get(colon + 1..end)?.to_vec();
    if read.len() <= end {
        return None;
    }
    read.drain(..=end);
    Some(message)
}

/// Whether the modules are there that these tests need.
pub(super) fn is_whole() -> Result<(), Failure> {
    let missing: Vec<&str> =
        MODULES.into_iter().filter(|name| !Path::new(MODULE_PATH).join(name).is_file()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{MODULE_PATH} has no {}; install baresip-core", missing.join(" ")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_whole_and_one_by_one() {
        let mut read = b"2:{},3:[1],5:{\"a".to_vec();
        assert_eq!(netstring(&mut read).as_deref(), Some(&b"{}"[..]));
        assert_eq!(netstring(&mut read).as_deref(), Some(&b"[1]"[..]));
        assert_eq!(netstring(&mut read), None);
        read.extend(b"\"}");
        assert_eq!(netstring(&mut read), None, "the comma is still to come");
    }
}
