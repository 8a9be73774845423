//! Microsoft's proxies played by SIPp behind stunnel: mutual TLS, SRTP and the next proxy after 503.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::RootCertStore;
use rustls_pki_types::PrivateKeyDer;
use teams_cc_core::{
    Clock as _,
    contact::{EndReason, LegCommand},
};
use teams_cc_sip::{
    direct_routing::SbcFqdn,
    io::{Resolve, Target, TlsIdentity, TokioClock, TransportKind},
    trunk::{MediaPort, TeamsPeer, Via},
};

use super::{
    super::{scenario::Transport, stunnel::Stunnel},
    actor::{self, Play},
    callers::EAST,
    desk::{Desk, EAST_NUMBER, FQDN},
    script::{Script, secure},
};
use crate::command::Failure;

/// The customer that is served.
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

/// Every name leads to this machine.
pub(super) struct Loopback;

#[async_trait::async_trait]
impl Resolve for Loopback {
    async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        let address = host.parse().unwrap_or(Ipv4Addr::LOCALHOST);
        Ok(vec![SocketAddr::from((address, port))])
    }
}

/// A private authority with what it has issued, as files.
pub(super) struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    roots: RootCertStore,
    /// `ca.pem` and, for each name, `NAME.pem` and `NAME.key`.
    pub(super) directory: PathBuf,
}

impl Certificates {
    /// Makes the authority.
    pub(super) fn new(directory: PathBuf) -> Result<Self, Failure> {
        fs::create_dir_all(&directory)?;
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.distinguished_name.push(DnType::CommonName, "laboratory root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let root = params.self_signed(&key)?;
        fs::write(directory.join("ca.pem"), root.pem())?;
        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone())?;
        Ok(Self { issuer: Issuer::new(params, key), roots, directory })
    }

    fn certificate(&self, names: &[&str]) -> Result<(rcgen::Certificate, KeyPair), Failure> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "laboratory leaf");
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?, key))
    }

    /// Issues to somebody else: one file with certificate and key, and one with the key alone.
    pub(super) fn issue(&self, name: &str) -> Result<PathBuf, Failure> {
        let (certificate, key) = self.certificate(&[name])?;
        let file = self.directory.join(format!("{name}.pem"));
        fs::write(&file, certificate.pem() + &key.serialize_pem())?;
        fs::write(self.directory.join(format!("{name}.key")), key.serialize_pem())?;
        Ok(file)
    }

    /// Our own identity; peers must prove one of these names.
    pub(super) fn identity(&self, expected: &[&str]) -> Result<TlsIdentity, Failure> {
        let (certificate, key) = self.certificate(&[FQDN])?;
        let trunk: SbcFqdn = FQDN.parse()?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let chain = vec![certificate.der().clone()];
        let now = TokioClock::system().wall();
        Ok(TlsIdentity::new(chain, key, self.roots.clone(), [&trunk], expected, now)?)
    }
}

/// A proxy: SIPp behind stunnel.
struct Proxy {
    _front: Stunnel,
    sipp: actor::Actor,
    target: Target,
}

fn proxy(
    directory: &Path,
    certificates: &Certificates,
    (name, host): (&str, &str),
    finish: impl FnOnce(Script) -> Script,
) -> Result<Proxy, Failure> {
    let (at, transport) = (actor::free(EAST.into())?, Transport::Tcp);
    let files = (certificates.issue(host)?, certificates.directory.join("ca.pem"));
    let front = Stunnel::serve(directory, name, files, at)?;
    let target = Target::new(TransportKind::Tls, host, front.address().port());
    let script = Script::callee().reached_at(&format!("sip:{host}:{};transport=tls", target.port));
    // The health check's OPTIONS is a call to SIPp.
    let play = Play { name, transport, at, calls: None, count: 2, rate: 1 };
    let sipp = play.start(directory, &finish(script))?;
    Ok(Proxy { _front: front, sipp, target })
}

/// The first proxy has no room; the second one answers, and the third hears nothing of it.
pub(super) fn run(directory: &Path) -> Result<(), Failure> {
    let certificates = Certificates::new(directory.join("certificates"))?;
    let full = |script: Script| {
        script
            .or_options()
            .called(&[("body", "RTP/SAVP")])
            .answers("503 Service Unavailable", "", &["Retry-After: 30"], None)
            .asked("ACK", &[])
            .answers_options()
    };
    let takes = |script: Script| {
        script
            .or_options()
            .called(&[("body", "RTP/SAVP"), ("Contact", FQDN)])
            .answers("180 Ringing", "", &[], None)
            .answers("200 OK", "", &[], Some(&secure("sendrecv")))
            .asked("ACK", &[])
            .asked("BYE", &[])
            .replies("200 OK")
            .answers_options()
    };
    let first = proxy(directory, &certificates, ("proxy-full", "sip.pstnhub.test"), full)?;
    let second = proxy(directory, &certificates, ("proxy-takes", "sip2.pstnhub.test"), takes)?;
    let names = ["sip.pstnhub.test", "sip2.pstnhub.test"];
    let identity = certificates.identity(&names)?;
    let tls = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let media = |_: &tokio::runtime::Handle| -> Result<Arc<dyn MediaPort>, Failure> {
        Ok(Arc::new(teams_cc_sip::io::FixedMedia::new(([127, 0, 0, 1], 40_000).into())))
    };
    let proxies = vec![first.target.clone(), second.target.clone()];
    let (customer, tenant) = (FQDN.parse()?, TENANT.parse()?);
    let at = actor::free(Ipv4Addr::LOCALHOST.into())?;
    let mut desk = Desk::at(
        at,
        media,
        |sockets| sockets.tls(tls, identity).resolver(Arc::new(Loopback)),
        |config, _| {
            config.teams(TeamsPeer::of_proxies(proxies, Vec::new())).tenant(customer, tenant)
        },
    )?;
    let mut call = desk.call(Via::Teams { tenant: FQDN.parse()? }, EAST_NUMBER)?;
    let acted = call.answered().and_then(|()| call.order(LegCommand::HangUp));
    let acted = acted.and_then(|()| call.ended(EndReason::Completed));
    first.sipp.end().map_err(|error| format!("the proxy without room: {error}"))?;
    second.sipp.end().map_err(|error| format!("the next proxy: {error}"))?;
    acted?;
    desk.close()
}
