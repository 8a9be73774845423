//! SIPp's scenarios of `xtask/peers/` and what its statistics say afterwards.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use crate::{
    command::{self, Failure},
    workspace,
};

/// How SIPp reaches the example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    /// One connection for every call.
    Tcp,
    /// As TCP, through stunnel, with certificates on both sides.
    Tls,
}

/// One run of one scenario.
pub(super) struct Run<'a> {
    /// The file in `xtask/peers/`, without `.xml`.
    pub(super) scenario: &'a str,
    /// The number that is called.
    pub(super) number: &'a str,
    pub(super) transport: Transport,
    pub(super) to: SocketAddr,
    pub(super) calls: u32,
    pub(super) calls_per_second: u32,
}

/// What SIPp counted over a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statistics {
    pub(super) created: u64,
    pub(super) successful: u64,
    pub(super) failed: u64,
}

impl Run<'_> {
    /// Runs SIPp; an error unless every call was made and none failed.
    pub(super) fn go(&self, directory: &Path, name: &str) -> Result<(), Failure> {
        let file = |ending: &str| directory.join(format!("{name}{ending}"));
        let statistics = file(".csv");
        // A file of an earlier run must not speak for this one.
        let _ = fs::remove_file(&statistics);
        let log = fs::File::create(file(".log"))?;
        let mut sipp = Command::new("sipp");
        sipp.current_dir(directory)
            .args(self.arguments())
            .arg("-stf")
            .arg(&statistics)
            .arg("-error_file")
            .arg(file(".errors"))
            .arg("-message_file")
            .arg(file(".messages"))
            .env("TERM", "dumb")
            .stdin(std::process::Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        println!("$ {}", command::text(&sipp));
        let status = sipp.status()?;
        let found = fs::read_to_string(&statistics).ok().and_then(|text| parse(&text)).ok_or_else(
            || {
                format!(
                    "sipp ended with {status} and wrote no statistics, see {}",
                    file(".log").display()
                )
            },
        )?;
        let wanted = u64::from(self.calls);
        if found.failed == 0 && found.successful == wanted && status.success() {
            println!("  {wanted} calls, 0 failed");
            return Ok(());
        }
        Err(format!(
            "sipp ended with {status}: {} of {wanted} calls made, {} successful, {} failed; see {}",
            found.created,
            found.successful,
            found.failed,
            file(".errors").display()
        )
        .into())
    }

    fn arguments(&self) -> Vec<String> {
        let scenario = workspace::path("xtask/peers").join(format!("{}.xml", self.scenario));
        let transport = match self.transport {
            Transport::Udp => "u1",
            Transport::Tcp | Transport::Tls => "t1",
        };
        // Twice the time the calls need at their rate, and half a minute for the last to end.
        let patience = 2 * self.calls / self.calls_per_second.max(1) + 30;
        let mut words = vec![self.to.to_string(), "-sf".to_owned(), scenario.display().to_string()];
        for (option, value) in [
            ("-s", self.number),
            ("-t", transport),
            ("-i", "127.0.0.1"),
            ("-m", &self.calls.to_string()),
            ("-r", &self.calls_per_second.to_string()),
            ("-l", &self.calls.to_string()),
            ("-timeout", &format!("{patience}s")),
            ("-recv_timeout", "20000"),
            ("-fd", "1"),
        ] {
            words.extend([option.to_owned(), value.to_owned()]);
        }
        let switches = ["-nostdin", "-timeout_error", "-trace_stat", "-trace_err", "-trace_msg"];
        words.extend(switches.map(str::to_owned));
        words
    }
}

/// Reads the last row of SIPp's statistics file, whose first row names the columns.
pub(super) fn parse(text: &str) -> Option<Statistics> {
    let mut rows = text.lines().filter(|line| !line.trim().is_empty());
    let names: Vec<&str> = rows.next()?.split(';').collect();
    let last: Vec<&str> = rows.next_back()?.split(';').collect();
    let column = |name: &str| {
        let at = names.iter().position(|column| *column == name)?;
        last.get(at)?.trim().parse().ok()
    };
    Some(Statistics {
        created: column("TotalCallCreated")?,
        successful: column("SuccessfulCall(C)")?,
        failed: column("FailedCall(C)")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_by_column_name_from_the_last_row() {
        let text = "StartTime;TotalCallCreated;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);\n\
                    t;1;1;1;0;\nt;200;50;198;2;\n";
        let expected = Statistics { created: 200, successful: 198, failed: 2 };
        assert_eq!(parse(text), Some(expected));
        assert_eq!(parse("StartTime;TotalCallCreated;\n"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn every_scenario_named_is_there() {
        for name in ["call", "cancel", "unknown"] {
            assert!(workspace::path("xtask/peers").join(format!("{name}.xml")).is_file(), "{name}");
        }
    }
}
