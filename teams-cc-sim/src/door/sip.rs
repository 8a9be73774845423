//! The SIP door on loopback: three proxies over mutual TLS, and the carrier over TCP.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName},
    server::WebPkiClientVerifier,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::http::{closed, handshake};
use crate::{
    Sim,
    error::Error,
    io::{Shared, opened_to_party, opened_to_trunk},
    world::{ConnectionId, PROXIES, ProxyState, SipParty},
};

/// How many handshakes each proxy has at once; more wait to be accepted.
const MAX_HANDSHAKES: usize = 64;

/// How the SIP door is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SipOptions {
    /// Where the trunk under test takes TLS connections.
    pub trunk_tls: SocketAddr,
    /// Where the trunk under test takes TCP connections of the carrier.
    pub trunk_tcp: SocketAddr,
    /// A folder to write `ca.pem`, `trunk.pem` and `trunk.key` to.
    pub certificates: Option<PathBuf>,
}

impl SipOptions {
    /// A door to a trunk that listens at these addresses.
    #[must_use]
    pub fn new(trunk_tls: SocketAddr, trunk_tcp: SocketAddr) -> Self {
        Self { trunk_tls, trunk_tcp, certificates: None }
    }

    /// Writes the certificates to a folder.
    #[must_use]
    pub fn certificates(mut self, folder: impl Into<PathBuf>) -> Self {
        self.certificates = Some(folder.into());
        self
    }
}

/// Three Direct Routing proxies and a carrier on loopback, by the wall clock.
///
/// Both sides prove who they are with certificates of one private authority. Dropping the door
/// closes its listeners; connections end with their peers.
#[derive(Debug)]
pub struct SipDoor {
    proxies: Vec<SocketAddr>,
    carrier: SocketAddr,
    authority: String,
    trunk: (String, String),
    _tasks: JoinSet<()>,
}

impl SipDoor {
    /// Opens the door, on a runtime with sockets and an ordinary clock.
    ///
    /// The trunk under test is reached under the name of the setup. Dropping the future opens
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Door`](crate::ErrorKind::Door) where no port is free, the trunk's name cannot
    /// be certified or the folder cannot be written.
    pub async fn open(sim: &Sim, options: SipOptions) -> Result<Self, Error> {
        let setup = sim.setup();
        let authority = Authority::new()?;
        let (trunk_chain, trunk_key) = authority.issue(&setup.trunk)?;
        let trunk = (trunk_chain.pem(), trunk_key.serialize_pem());
        if let Some(folder) = &options.certificates {
            std::fs::create_dir_all(folder).map_err(closed)?;
            for (name, text) in
                [("ca.pem", &authority.pem), ("trunk.pem", &trunk.0), ("trunk.key", &trunk.1)]
            {
                std::fs::write(folder.join(name), text).map_err(closed)?;
            }
        }
        let name = ServerName::try_from(setup.trunk.to_string()).map_err(closed)?;
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let shared = Arc::clone(sim.shared());
        let mut tasks = JoinSet::new();
        let (mut proxies, mut connectors) = (Vec::new(), Vec::new());
        for (n, (host, state)) in (0_u8..).zip(PROXIES.into_iter().zip(setup.proxies)) {
            let (server, client) = authority.configs(host)?;
            connectors.push(TlsConnector::from(Arc::new(client)));
            let listener = TcpListener::bind(free).await.map_err(closed)?;
            proxies.push(listener.local_addr().map_err(closed)?);
            let tls = TlsAcceptor::from(Arc::new(server));
            let party = SipParty::Proxy(n);
            tasks.spawn(take_tls(listener, tls, party, state, Arc::clone(&shared)));
        }
        let listener = TcpListener::bind(free).await.map_err(closed)?;
        let carrier = listener.local_addr().map_err(closed)?;
        tasks.spawn(take_tcp(listener, Arc::clone(&shared)));
        let dialer = Dialer { connectors, name, options };
        shared.dial_with(Arc::new(move |shared, connection, party| {
            tokio::spawn(dialer.clone().dial(shared, connection, party));
        }));
        shared.start();
        Ok(Self { proxies, carrier, authority: authority.pem, trunk, _tasks: tasks })
    }

    /// Where the proxies listen, in the order of [`PROXIES`].
    #[must_use]
    pub fn proxies(&self) -> &[SocketAddr] {
        &self.proxies
    }

    /// Where the carrier listens, over TCP.
    #[must_use]
    pub fn carrier(&self) -> SocketAddr {
        self.carrier
    }

    /// The private certificate authority of both sides, in PEM.
    #[must_use]
    pub fn certificate_authority(&self) -> &str {
        &self.authority
    }

    /// The trunk's certificate and its key, in PEM.
    #[must_use]
    pub fn trunk_certificate(&self) -> (&str, &str) {
        (&self.trunk.0, &self.trunk.1)
    }
}

/// Opens connections to the trunk on behalf of the parties.
#[derive(Clone)]
struct Dialer {
    connectors: Vec<TlsConnector>,
    name: ServerName<'static>,
    options: SipOptions,
}

impl Dialer {
    async fn dial(self, shared: Arc<Shared>, connection: ConnectionId, party: SipParty) {
        let opened = match party {
            SipParty::Carrier => match TcpStream::connect(self.options.trunk_tcp).await {
                Ok(stream) => {
                    opened_to_trunk(&shared, connection, stream);
                    true
                }
                Err(_) => false,
            },
            SipParty::Proxy(n) => match self.tls(n).await {
                Some(stream) => {
                    opened_to_trunk(&shared, connection, stream);
                    true
                }
                None => false,
            },
        };
        if !opened {
            shared.closed(connection);
        }
    }

    async fn tls(&self, proxy: u8) -> Option<tokio_rustls::client::TlsStream<TcpStream>> {
        let connector = self.connectors.get(usize::from(proxy))?;
        let stream = TcpStream::connect(self.options.trunk_tls).await.ok()?;
        connector.connect(self.name.clone(), stream).await.ok()
    }
}

async fn take_tls(
    listener: TcpListener,
    tls: TlsAcceptor,
    party: SipParty,
    state: ProxyState,
    shared: Arc<Shared>,
) {
    let places = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    while let Ok((stream, _)) = listener.accept().await {
        if state == ProxyState::RefusesTls {
            shared.with(|world, now| world.refused(now, party));
            continue;
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            if let Some(stream) = handshake(&tls, stream, &shared).await {
                opened_to_party(&shared, party, stream);
            }
            drop(place);
        });
    }
}

async fn take_tcp(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        opened_to_party(&shared, SipParty::Carrier, stream);
    }
}

/// A certificate authority of the moment.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::new(Vec::new()).map_err(closed)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "teams-cc-sim test authority");
        let key = KeyPair::generate().map_err(closed)?;
        let root = params.self_signed(&key).map_err(closed)?;
        let (der, pem) = (root.der().clone(), root.pem());
        Ok(Self { issuer: Issuer::new(params, key), root: der, pem })
    }

    /// A certificate for a name, good for either side of a handshake.
    fn issue(&self, name: &str) -> Result<(rcgen::Certificate, KeyPair), Error> {
        let params = CertificateParams::new(vec![name.to_owned()]).map_err(closed)?;
        let key = KeyPair::generate().map_err(closed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(closed)?;
        Ok((certificate, key))
    }

    /// How a proxy takes and opens connections: it asks for a certificate and shows its own.
    fn configs(&self, name: &str) -> Result<(ServerConfig, ClientConfig), Error> {
        let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let (certificate, key) = self.issue(name)?;
        let chain = vec![certificate.der().clone()];
        let der = key.serialize_der();
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).map_err(closed)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(
            Arc::new(roots.clone()),
            Arc::clone(&provider),
        )
        .build()
        .map_err(closed)?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(closed)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain.clone(), PrivatePkcs8KeyDer::from(der.clone()).into())
            .map_err(closed)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(closed)?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, PrivatePkcs8KeyDer::from(der).into())
            .map_err(closed)?;
        Ok((server, client))
    }
}
