//! One SIPp with one scenario.

use std::{
    fs,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    super::{
        scenario::{Transport, parse},
        stunnel::Stunnel,
    },
    script::Script,
    secure,
};
use crate::command::Failure;

/// How long a callee may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(30);

/// How a scenario is played.
pub(super) struct Play<'a> {
    pub(super) name: &'a str,
    pub(super) transport: Transport,
    /// Its own address.
    pub(super) at: SocketAddr,
    /// Whom it calls; a callee calls nobody.
    pub(super) calls: Option<(SocketAddr, &'a str)>,
    pub(super) count: u32,
    pub(super) rate: u32,
}

/// A SIPp that runs; killed when dropped.
pub(super) struct Actor {
    child: Child,
    files: PathBuf,
    count: u32,
    until: Instant,
    /// What makes TLS of its connections.
    _fronts: Vec<Stunnel>,
}

impl Play<'_> {
    /// Starts SIPp.
    pub(super) fn start(&self, directory: &Path, script: &Script) -> Result<Actor, Failure> {
        let files = directory.join(self.name);
        let file = |ending: &str| files.with_extension(ending);
        let (mut fronts, mut xml, mut calls) = (Vec::new(), script.xml(self.name), self.calls);
        if self.transport == Transport::Tls {
            xml = secure::rewritten(&xml, self.at);
            fronts.push(secure::front(directory, self.name, self.at)?);
            if let Some((to, _)) = &mut calls {
                let way = secure::way(directory, self.name, self.at, *to)?;
                *to = way.address();
                fronts.push(way);
            }
        }
        fs::write(file("xml"), xml)?;
        // A file of an earlier run must not speak for this one.
        for ending in ["csv", "messages"] {
            let _ = fs::remove_file(file(ending));
        }
        let log = fs::File::create(file("log"))?;
        let transport = match self.transport {
            Transport::Udp => "u1",
            Transport::Tcp | Transport::Tls => "t1",
        };
        // Twice the time the calls need at their rate, and what the slowest scenario takes.
        let patience = 2 * self.count / self.rate.max(1) + 80;
        let mut sipp = Command::new("sipp");
        if let Some((to, number)) = calls {
            sipp.arg(to.to_string()).args(["-s", number]);
        }
        sipp.current_dir(directory)
            .arg("-sf")
            .arg(file("xml"))
            .args(["-t", transport, "-i", &self.at.ip().to_string()])
            .args(["-mi", &self.at.ip().to_string(), "-ci", &self.at.ip().to_string()])
            .args(["-p", &self.at.port().to_string(), "-m", &self.count.to_string()])
            .args(["-r", &self.rate.to_string(), "-l", &self.count.to_string()])
            .args(["-timeout", &format!("{patience}s"), "-recv_timeout", "75000", "-fd", "1"])
            .args(["-bind_local", "-nostdin", "-timeout_error", "-trace_stat", "-trace_err"])
            .args(["-trace_msg", "-stf"])
            .arg(file("csv"))
            .arg("-error_file")
            .arg(file("errors"))
            .arg("-message_file")
            .arg(file("messages"))
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = sipp.spawn().map_err(|error| format!("cannot start sipp: {error}"))?;
        let until = Instant::now() + Duration::from_secs(u64::from(patience) + 10);
        let mut actor = Actor { child, files, count: self.count, until, _fronts: fronts };
        if self.calls.is_none() {
            actor.listens(self.at, self.transport)?;
        }
        Ok(actor)
    }
}

impl Actor {
    fn listens(&mut self, at: SocketAddr, transport: Transport) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            let there = match transport {
                Transport::Udp => UdpSocket::bind(at).is_err(),
                Transport::Tcp | Transport::Tls => TcpListener::bind(at).is_err(),
            };
            if there {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("sipp ended with {status}: {}", self.errors()).into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("sipp does not listen at {at}").into());
            }
            thread::sleep(TICK);
        }
    }

    /// Waits for the end; an error unless every call was made and none failed.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if Instant::now() > self.until {
                return Err(format!("sipp does not end: {}", self.errors()).into());
            }
            thread::sleep(TICK);
        };
        let text = fs::read_to_string(self.files.with_extension("csv")).unwrap_or_default();
        let found =
            parse(&text).ok_or_else(|| format!("sipp ended with {status}: {}", self.errors()))?;
        let wanted = u64::from(self.count);
        if found.failed == 0 && found.successful == wanted && status.success() {
            return Ok(());
        }
        Err(format!(
            "sipp ended with {status}: {} of {wanted} calls, {} successful, {} failed; {}",
            found.created,
            found.successful,
            found.failed,
            self.errors()
        )
        .into())
    }

    /// As [`Self::end`]; besides, messages that begin so came at least so often. SIPp itself
    /// takes a message that comes again for the first one.
    pub(super) fn end_after(self, beginning: &str, times: usize) -> Result<(), Failure> {
        let messages = self.files.with_extension("messages");
        self.end()?;
        let text = fs::read_to_string(&messages)?;
        let parts = text.split("received [").skip(1);
        let begins = |part: &&str| {
            part.split_once("bytes :\n\n")
                .is_some_and(|(_, message)| message.starts_with(beginning))
        };
        match parts.filter(begins).count() {
            found if found >= times => Ok(()),
            found => Err(format!("`{beginning}` came {found} times, not {times}").into()),
        }
    }

    /// Every message it has received so far, one after the other.
    pub(super) fn received(&self) -> String {
        let all = fs::read_to_string(self.files.with_extension("messages")).unwrap_or_default();
        all.split("\n-----").filter(|part| part.contains(" message received [")).collect()
    }

    fn errors(&self) -> String {
        let text = fs::read_to_string(self.files.with_extension("errors")).unwrap_or_default();
        let file = self.files.display();
        match text.lines().filter(|line| !line.trim().is_empty()).nth(1) {
            Some(first) => format!("`{first}`, see {file}.errors"),
            None => format!("see {file}.messages"),
        }
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free here for datagrams and for connections, and for what makes TLS of them.
pub(super) fn free(host: IpAddr) -> Result<SocketAddr, Failure> {
    for _ in 0..100 {
        let at = TcpListener::bind((host, 0))?.local_addr()?;
        if UdpSocket::bind(at).is_ok() && secure::is_free(at) {
            return Ok(at);
        }
    }
    Err(format!("no port is free on {host}").into())
}
