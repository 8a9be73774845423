//! The `simulator` example: started, waited for, ended by Ctrl-C.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};

use crate::{
    command::{self, Failure},
    workspace,
};

const NAME: &str = "simulator";
/// The line that says that the doors are open.
const READY: &str = "Ctrl-C ends";
/// How long it may take to open its doors, and to end after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at.
const TICK: Duration = Duration::from_millis(50);

/// The running example; killed when dropped.
pub(super) struct Simulator {
    child: Child,
    log: PathBuf,
}

impl Simulator {
    /// Builds it, starts it on free ports, and waits until its doors are open.
    pub(super) fn start(directory: &Path, callback: &str) -> Result<Self, Failure> {
        command::run(command::cargo().args(["build", "--quiet", "--example", NAME]))?;
        let log = directory.join("simulator.log");
        let output = File::create(&log)?;
        let child = Command::new(workspace::target()?.join("debug/examples").join(NAME))
            .args(["--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--callback", callback])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        let mut simulator = Self { child, log };
        let started = Instant::now();
        while !simulator.output().lines().any(|line| line == READY) {
            if let Some(status) = simulator.child.try_wait()? {
                return Err(format!("it ended with {status}:\n{}", simulator.output()).into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("its doors stay closed:\n{}", simulator.output()).into());
            }
            thread::sleep(TICK);
        }
        Ok(simulator)
    }

    /// What it printed when it opened: each `name: value` line.
    pub(super) fn settings(&self) -> Map<String, Value> {
        settings(&self.output())
    }

    /// Sends Ctrl-C; it must print its ladder and succeed.
    pub(super) fn interrupt(mut self) -> Result<(), Failure> {
        command::read(command::program("kill").args(["-INT", &self.child.id().to_string()]))?;
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                let told = self.output().lines().skip_while(|line| *line != READY).count() > 1;
                return if status.success() && told {
                    Ok(())
                } else {
                    Err(format!("it ended with {status}:\n{}", self.output()).into())
                };
            }
            thread::sleep(TICK);
        }
        Err(format!("it still runs {} s after Ctrl-C", PATIENCE.as_secs()).into())
    }

    fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(output: &str) -> Map<String, Value> {
    output
        .lines()
        .take_while(|line| *line != READY)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_the_lines_before_the_doors_open() {
        let output = "platform: simulator\ngraph: https://localhost:1/v1.0\nCtrl-C ends\nlate: 1\n";
        let settings = settings(output);
        assert_eq!(settings.len(), 2);
        assert_eq!(settings["graph"], "https://localhost:1/v1.0");
    }
}
