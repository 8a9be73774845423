//! The example as a lab trunk: started, waited for, ended by Ctrl-C.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    command::{self, Failure},
    peers::example,
};

/// How long the example may take to listen, and to end after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at.
const TICK: Duration = Duration::from_millis(50);
/// What starts the line that names the directory of the TLS files.
const TLS_FILES: &str = "tls files: ";

/// The listening example; killed when dropped.
pub(super) struct Lab {
    child: Child,
    log: PathBuf,
    /// UDP and TCP; TLS is on the next port.
    address: SocketAddr,
}

impl Lab {
    /// Starts `contact_center --listen` on free ports and waits until it takes calls.
    pub(super) fn start(directory: &Path) -> Result<Self, Failure> {
        example::build()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports()?));
        let log = directory.join("contact_center.log");
        let output = File::create(&log)?;
        let child = Command::new(example::binary()?)
            .args(["--listen", &address.to_string()])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        let mut lab = Self { child, log, address };
        let started = Instant::now();
        while !(listens(address) && listens(lab.tls())) {
            if let Some(status) = lab.child.try_wait()? {
                return Err(format!(
                    "{} --listen ended with {status}:\n{}",
                    example::NAME,
                    lab.output()
                )
                .into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!(
                    "it does not listen on {address} and {}:\n{}",
                    lab.tls(),
                    lab.output()
                )
                .into());
            }
            thread::sleep(TICK);
        }
        Ok(lab)
    }

    /// Where it takes calls over UDP and TCP.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it takes calls over TLS.
    pub(super) fn tls(&self) -> SocketAddr {
        SocketAddr::new(self.address.ip(), self.address.port().saturating_add(1))
    }

    /// The directory of `ca.pem` and `client.pem` (certificate and key), as the example states it.
    pub(super) fn tls_files(&self) -> Result<PathBuf, Failure> {
        let output = self.output();
        let line = output.lines().find_map(|line| line.trim().strip_prefix(TLS_FILES));
        let directory = PathBuf::from(line.ok_or_else(|| {
            format!("{} --listen prints no line `{TLS_FILES}DIRECTORY`", example::NAME)
        })?);
        for file in ["ca.pem", "client.pem"] {
            if !directory.join(file).is_file() {
                return Err(format!("there is no {file} in {}", directory.display()).into());
            }
        }
        Ok(directory)
    }

    /// Sends Ctrl-C; it must end its calls, print its summary and succeed.
    pub(super) fn interrupt(mut self) -> Result<(), Failure> {
        command::read(command::program("kill").args(["-INT", &self.child.id().to_string()]))?;
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                let output = self.output();
                let summary = output.lines().last().unwrap_or_default();
                if status.success() && summary.starts_with(example::NAME) {
                    return Ok(());
                }
                return Err(
                    format!("after Ctrl-C it ended with {status}, last line: {summary}").into()
                );
            }
            thread::sleep(TICK);
        }
        Err(format!("it still runs {} s after Ctrl-C", PATIENCE.as_secs()).into())
    }

    fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listens(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, TICK).is_ok()
}

/// Two neighbouring ports that are free on TCP and UDP now.
pub(super) fn free_ports() -> Result<u16, Failure> {
    for _ in 0..100 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = first.local_addr()?.port();
        let Some(next) = port.checked_add(1) else { continue };
        let neighbour = TcpListener::bind((Ipv4Addr::LOCALHOST, next));
        let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, port));
        if neighbour.is_ok() && datagrams.is_ok() {
            return Ok(port);
        }
    }
    Err("no two neighbouring ports are free on 127.0.0.1".into())
}
