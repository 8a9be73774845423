//! stunnel in front of SIPp, because Debian's SIPp has no TLS.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{command::Failure, peers::lab};

/// How long stunnel may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which side of it is TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// TLS comes in.
    In,
    /// TLS goes out.
    Out,
}

/// A running stunnel: plain TCP in, mutual TLS out; killed when dropped.
pub(super) struct Stunnel {
    child: Child,
    address: SocketAddr,
}

impl Stunnel {
    /// Listens on a free port and carries each connection to `to` with the client certificate.
    pub(super) fn start(directory: &Path, files: &Path, to: SocketAddr) -> Result<Self, Failure> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, lab::free_ports()?));
        Self::run(directory, "stunnel", address, &configured(address, to, files))
    }

    /// Takes TLS connections on a free port, from whoever shows a certificate, and carries each
    /// to `to`. The files are its own certificate with key, and the authority's.
    pub(super) fn serve(
        directory: &Path,
        name: &str,
        files: (PathBuf, PathBuf),
        to: SocketAddr,
    ) -> Result<Self, Failure> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, lab::free_ports()?));
        Self::at(directory, name, Way::In, files, (address, to))
    }

    /// Listens at the first address and carries each connection to the second.
    pub(super) fn at(
        directory: &Path,
        name: &str,
        way: Way,
        (own, authority): (PathBuf, PathBuf),
        (address, to): (SocketAddr, SocketAddr),
    ) -> Result<Self, Failure> {
        let client = match way {
            Way::In => "no",
            Way::Out => "yes",
        };
        let text = format!(
            "foreground = yes\nsyslog = no\npid =\n[sips]\nclient = {client}\n\
             accept = {address}\nconnect = {to}\ncert = {}\nCAfile = {}\nverifyChain = yes\n",
            own.display(),
            authority.display()
        );
        Self::run(directory, name, address, &text)
    }

    fn run(directory: &Path, name: &str, address: SocketAddr, text: &str) -> Result<Self, Failure> {
        let configuration = directory.join(format!("{name}.conf"));
        fs::write(&configuration, text)?;
        let log_file = directory.join(format!("{name}.stunnel.log"));
        let log = File::create(&log_file)?;
        let child = Command::new("stunnel4")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut stunnel = Self { child, address };
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_millis(50)).is_err() {
            if let Some(status) = stunnel.child.try_wait()? {
                let log = fs::read_to_string(&log_file).unwrap_or_default();
                return Err(format!("stunnel4 ended with {status}:\n{log}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err("stunnel4 does not listen".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(stunnel)
    }

    /// Where SIPp connects.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Stunnel {
    fn drop(&mut self) {
        // It may have ended by itself; both calls then have nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configured(accept: SocketAddr, connect: SocketAddr, files: &Path) -> String {
    let files = files.display();
    format!(
        "foreground = yes\nsyslog = no\npid =\n[sips]\nclient = yes\naccept = {accept}\n\
         connect = {connect}\ncert = {files}/client.pem\nCAfile = {files}/ca.pem\n\
         verifyChain = yes\n"
    )
}
