//! SIPp as the caller, and what a callee's process used meanwhile.

use std::{
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::tls::{Files, Front};

/// The clock ticks of a second in `/proc`, on every Linux.
const TICKS: f64 = 100.0;

/// A callee in a process of its own, on the second core.
pub(crate) struct Callee {
    child: Child,
    /// Where SIPp sends.
    pub(crate) address: SocketAddr,
    pub(crate) transport: &'static str,
    tls: Option<(Front, Files)>,
}

impl Callee {
    pub(crate) fn start(who: &str, transport: &'static str) -> Result<Self, Box<dyn Error>> {
        // A port that is free over both.
        let mut address = std::net::UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
        while std::net::TcpListener::bind(address).is_err() {
            address = std::net::UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
        }
        let mut command = pinned(1, std::env::current_exe()?.display().to_string());
        command.args(["callee", who, transport, &address.to_string()]);
        let files = if transport == "tls" { Some(Files::issue()?) } else { None };
        if let Some(files) = &files {
            command.arg(&files.0);
        }
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        if line.trim() != "ready" {
            return Err(format!("{who} did not start").into());
        }
        let mut callee = Self { child, address, transport, tls: None };
        if let Some(files) = files {
            let front = Front::start(&files.0, address)?;
            callee.address = front.address;
            callee.tls = Some((front, files));
        }
        Ok(callee)
    }

    /// Seconds of a processor that its threads have used.
    pub(crate) fn cpu(&self) -> Result<f64, Box<dyn Error>> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let rest = stat.rsplit_once(')').ok_or("stat")?.1;
        let ticks = |at: usize| rest.split_whitespace().nth(at).and_then(|t| t.parse::<f64>().ok());
        Ok((ticks(11).ok_or("utime")? + ticks(12).ok_or("stime")?) / TICKS)
    }

    /// Resident memory, in KiB.
    pub(crate) fn memory(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("VmRSS")?;
        Ok(line.split_whitespace().nth(1).ok_or("VmRSS")?.parse()?)
    }
}

impl Drop for Callee {
    fn drop(&mut self) {
        drop(self.tls.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls to make.
#[derive(Clone, Copy)]
pub(crate) struct Calls {
    pub(crate) calls: u32,
    pub(crate) rate: u32,
    pub(crate) hold: Duration,
}

/// A SIPp that runs on the first core.
pub(crate) struct Caller {
    child: Child,
    statistics: PathBuf,
    calls: u32,
}

impl Caller {
    pub(crate) fn start(to: &Callee, calls: Calls) -> Result<Self, Box<dyn Error>> {
        let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/caller.xml");
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos();
        let statistics = std::env::temp_dir().join(format!("sip-load-{nanos}.csv"));
        let mut command = pinned(0, "sipp".into());
        let kind = if to.transport == "udp" { "u1" } else { "t1" };
        let patience = calls.calls / calls.rate + 60 + u32::try_from(calls.hold.as_secs())?;
        for (option, value) in [
            ("-sf", scenario.to_owned()),
            ("-t", kind.to_owned()),
            ("-i", "127.0.0.1".to_owned()),
            ("-m", calls.calls.to_string()),
            ("-l", calls.calls.to_string()),
            ("-r", calls.rate.to_string()),
            ("-d", calls.hold.as_millis().to_string()),
            ("-timeout", format!("{patience}s")),
            ("-fd", "1".to_owned()),
            ("-stf", statistics.display().to_string()),
            ("-buff_size", "8388608".to_owned()),
        ] {
            command.args([option, &value]);
        }
        let child = command
            .args(["-nostdin", "-trace_stat", &to.address.to_string()])
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { child, statistics, calls: calls.calls })
    }

    /// How many calls came to their end, and how many repeats of messages there were.
    pub(crate) fn finish(mut self) -> Result<Outcome, Box<dyn Error>> {
        self.child.wait()?;
        let text = fs::read_to_string(&self.statistics)?;
        let mut rows = text.lines().filter(|line| !line.trim().is_empty());
        let names: Vec<&str> = rows.next().ok_or("no statistics")?.split(';').collect();
        let last: Vec<&str> = rows.next_back().ok_or("no statistics")?.split(';').collect();
        let column = |name: &str| {
            let at = names.iter().position(|column| *column == name)?;
            last.get(at)?.trim().parse::<u32>().ok()
        };
        let successful = column("SuccessfulCall(C)").ok_or("SuccessfulCall")?;
        let repeats = column("Retransmissions(C)").unwrap_or_default();
        Ok(Outcome { asked: self.calls, successful, repeats })
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.statistics);
    }
}

/// What came of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) asked: u32,
    pub(crate) successful: u32,
    pub(crate) repeats: u32,
}

impl Outcome {
    /// Every call ended well, and hardly a message was sent again.
    pub(crate) fn is_clean(self) -> bool {
        self.successful == self.asked && u64::from(self.repeats) * 1_000 <= u64::from(self.asked)
    }
}

/// A command on one core; without `taskset` on any.
pub(crate) fn pinned(core: u8, program: String) -> Command {
    let there = Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !there {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string(), &program]);
    command
}
