//! A node in a process of its own.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::mpsc,
};

use crate::Failure;

/// A running node, and a line to it.
pub(crate) struct Process {
    pub(crate) name: &'static str,
    child: Child,
    input: ChildStdin,
    pub(crate) alive: bool,
}

impl Process {
    /// Starts this program again as a node; what it says comes out of `said`.
    pub(crate) fn start(
        number: usize,
        name: &'static str,
        database: &str,
        said: mpsc::Sender<(usize, String)>,
    ) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["node", name, database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("no way in")?;
        let output = child.stdout.take().ok_or("no way out")?;
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if said.send((number, line)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self { name, child, input, alive: true })
    }

    /// Tells it a line; a dead one hears nothing.
    pub(crate) async fn tell(&mut self, line: &str) {
        let line = format!("{line}\n");
        if self.alive && self.input.write_all(line.as_bytes()).await.is_err() {
            self.alive = false;
        }
    }

    /// Ends it without a word.
    pub(crate) async fn kill(&mut self) -> Result<(), Failure> {
        self.alive = false;
        Ok(self.child.kill().await?)
    }

    /// Lets it stand still (`STOP`) or go on (`CONT`).
    pub(crate) async fn signal(&self, signal: &str) -> Result<(), Failure> {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        let status = Command::new("kill").args(["-s", signal, &id]).status().await?;
        if status.success() { Ok(()) } else { Err("no signal was sent".into()) }
    }

    /// Lets it end by itself.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        drop(self.input);
        let status = self.child.wait().await?;
        let expected = status.success() || !self.alive;
        if expected {
            Ok(())
        } else {
            Err(format!("node {} ended with {status}", self.name).into())
        }
    }
}
