//! TLS for SIPp, which has none itself: stunnel on both of its sides, with certificates.
//!
//! Whoever listens at a port has its TLS at the next one, and SIPp its way out at the one after.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use teams_cc_sip::{
    io::{Target, TlsIdentity, TransportKind},
    trunk::StaticPeer,
};

use super::{
    super::stunnel::{Stunnel, Way},
    callers::{EAST, WEST},
    failover::Certificates,
    script::HERE,
};
use crate::{command::Failure, workspace};

/// What SIPp's certificates prove, by its address.
const NAMES: [([u8; 4], &str); 2] = [(WEST, "west.test"), (EAST, "east.test")];

/// One authority for the whole run, and what it has issued.
static AUTHORITY: Mutex<Option<Arc<Certificates>>> = Mutex::new(None);

fn authority() -> Result<Arc<Certificates>, Failure> {
    let mut kept = AUTHORITY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = kept.as_ref() {
        return Ok(Arc::clone(kept));
    }
    let made = Certificates::new(workspace::target()?.join("peers/interop/certificates-of-sipp"))?;
    for (_, name) in NAMES {
        made.issue(name)?;
    }
    Ok(Arc::clone(kept.insert(Arc::new(made))))
}

/// Our identity, for which SIPp must prove one of its names.
pub(super) fn identity() -> Result<TlsIdentity, Failure> {
    authority()?.identity(&NAMES.map(|(_, name)| name))
}

fn name_at(at: SocketAddr) -> &'static str {
    let found = NAMES.iter().find(|(address, _)| at.ip() == Ipv4Addr::from(*address));
    found.map_or("nobody.test", |(_, name)| *name)
}

fn files(at: SocketAddr) -> Result<(PathBuf, PathBuf), Failure> {
    let directory = &authority()?.directory;
    Ok((directory.join(format!("{}.pem", name_at(at))), directory.join("ca.pem")))
}

/// Where the TLS of whoever listens at this address is.
pub(super) fn beside(at: SocketAddr) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, at.port().saturating_add(1)).into()
}

fn behind(at: SocketAddr) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, at.port().saturating_add(2)).into()
}

/// Whether both are free.
pub(super) fn is_free(at: SocketAddr) -> bool {
    at.port() < u16::MAX - 1
        && [beside(at), behind(at)].into_iter().all(|at| TcpListener::bind(at).is_ok())
}

/// SIPp as a peer of the desk.
pub(super) fn peer(name: &str, at: SocketAddr, us: SocketAddr) -> StaticPeer {
    StaticPeer::new(name, TransportKind::Tls)
        .address(std::net::IpAddr::from(Ipv4Addr::LOCALHOST).into())
        .name(name_at(at))
        .target(Target::new(TransportKind::Tls, name_at(at), beside(at).port()))
        .contact(&us.ip().to_string(), beside(us).port())
        .encrypted(false)
        .takes_refer(false)
}

/// What brings our connections to SIPp.
pub(super) fn front(directory: &Path, name: &str, at: SocketAddr) -> Result<Stunnel, Failure> {
    Stunnel::at(directory, &format!("{name}-in"), Way::In, files(at)?, (beside(at), at))
}

/// What brings SIPp's connections to whoever listens at an address.
pub(super) fn way(
    directory: &Path,
    name: &str,
    at: SocketAddr,
    to: SocketAddr,
) -> Result<Stunnel, Failure> {
    Stunnel::at(directory, &format!("{name}-out"), Way::Out, files(at)?, (behind(at), beside(to)))
}

/// A scenario whose SIPp says that it is reached over TLS.
pub(super) fn rewritten(scenario: &str, at: SocketAddr) -> String {
    let here = format!("sip:sipp@{}:{};transport=tls", name_at(at), beside(at).port());
    scenario.replace(HERE, &here).replace("SIP/2.0/[transport]", "SIP/2.0/TLS")
}
