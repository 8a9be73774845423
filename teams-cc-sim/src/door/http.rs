//! The HTTP door on loopback, plain and over TLS, for foreign clients and the wall clock.

use std::{convert::Infallible, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use teams_cc::platform::Callback;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::MAX_BODY_BYTES;
use crate::{
    Sim,
    error::{Error, ErrorKind},
    io::{CALLBACK_QUEUE, Shared},
};

/// How many connections each listener serves at once; more wait to be accepted.
const MAX_CONNECTIONS: usize = 256;
/// How long a handshake or the head of a request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the answer to a notification may take: notifications leave one after the other, and the
/// world does not wait longer either.
const CALLBACK_PATIENCE: Duration = Duration::from_secs(5);

/// How the HTTP door is opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Where plain HTTP is served; by default a free port of `127.0.0.1`.
    pub http: Option<SocketAddr>,
    /// Where HTTPS is served; by default a free port of `127.0.0.1`.
    pub https: Option<SocketAddr>,
    /// A folder to write the private certificate authority to, as `ca.pem`.
    pub certificates: Option<PathBuf>,
    /// Whether notifications are posted to the addresses that calls name.
    pub callbacks: bool,
    /// A certificate authority, in PEM, that the callback addresses may be certified by.
    pub trust: Option<String>,
}

impl HttpOptions {
    /// Serves plain HTTP at this address.
    #[must_use]
    pub fn http(mut self, address: SocketAddr) -> Self {
        self.http = Some(address);
        self
    }

    /// Serves HTTPS at this address.
    #[must_use]
    pub fn https(mut self, address: SocketAddr) -> Self {
        self.https = Some(address);
        self
    }

    /// Posts notifications to the addresses that calls name.
    #[must_use]
    pub fn callbacks(mut self) -> Self {
        self.callbacks = true;
        self
    }

    /// Trusts callback addresses that this certificate authority (PEM) vouches for.
    #[must_use]
    pub fn trust(mut self, authority: impl Into<String>) -> Self {
        self.trust = Some(authority.into());
        self
    }

    /// Writes the certificate authority to a folder, as `ca.pem`.
    #[must_use]
    pub fn certificates(mut self, folder: impl Into<PathBuf>) -> Self {
        self.certificates = Some(folder.into());
        self
    }
}

/// The sign-in service, Graph and the key endpoint on two loopback ports.
///
/// One server stands for all of them, by path. Foreign clients read the clock on the wall: let the
/// world begin there with [`Setup::start`](crate::Setup::start), or its tokens look outdated. Dropping
/// the door closes it; what the world already did stays done.
///
/// What a client of `teams-cc-graph` is told, `{https}` being `https://localhost:` and the port:
///
/// | setting | value |
/// |---|---|
/// | `ClientBuilder::endpoint` | `{https}/v1.0` |
/// | `ClientBuilder::authority` | `{https}` |
/// | `ClientBuilder::root_certificate_pem` | [`HttpDoor::certificate_authority`] |
/// | `IntakeConfig::metadata_url` | `{https}/v1/.well-known/OpenIdConfiguration` |
/// | the callback address | HTTPS, as calls want it; its authority in [`HttpOptions::trust`] |
#[derive(Debug)]
pub struct HttpDoor {
    http: SocketAddr,
    https: SocketAddr,
    authority: String,
    _tasks: JoinSet<()>,
}

impl HttpDoor {
    /// Opens the door, on a runtime with sockets and an ordinary clock.
    ///
    /// Dropping the future opens nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Door`] where an address is taken or the folder cannot be written.
    pub async fn open(sim: &Sim, options: HttpOptions) -> Result<Self, Error> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let plain = TcpListener::bind(options.http.unwrap_or(free)).await.map_err(closed)?;
        let secure = TcpListener::bind(options.https.unwrap_or(free)).await.map_err(closed)?;
        let (config, authority) = certificates()?;
        if let Some(folder) = &options.certificates {
            std::fs::create_dir_all(folder).map_err(closed)?;
            std::fs::write(folder.join("ca.pem"), &authority).map_err(closed)?;
        }
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(sim.shared());
        shared.start();
        if options.callbacks {
            tasks.spawn(post_callbacks(&shared, options.trust.as_deref())?);
        }
        let door = (plain.local_addr().map_err(closed)?, secure.local_addr().map_err(closed)?);
        tasks.spawn(listen(plain, None, Arc::clone(&shared)));
        tasks.spawn(listen(secure, Some(TlsAcceptor::from(Arc::new(config))), shared));
        Ok(Self { http: door.0, https: door.1, authority, _tasks: tasks })
    }

    /// Where plain HTTP is served.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where HTTPS is served, for the names `localhost` and `127.0.0.1`.
    #[must_use]
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// The private certificate authority to trust, in PEM.
    #[must_use]
    pub fn certificate_authority(&self) -> &str {
        &self.authority
    }
}

pub(super) fn closed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::because(ErrorKind::Door, source)
}

/// A certificate authority of the moment, and a server certificate for loopback under it.
///
/// OpenSSL takes a certificate that bears its issuer's name for a self-signed one, and in strict
/// mode (Python 3.13) wants the key usages and key identifiers of RFC 5280 §4.2.1 spelled out.
fn certificates() -> Result<(ServerConfig, String), Error> {
    let mut authority = CertificateParams::new(Vec::new()).map_err(closed)?;
    authority.distinguished_name.push(DnType::CommonName, "teams-cc simulator authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().map_err(closed)?;
    let root = authority.self_signed(&key).map_err(closed)?.pem();
    let issuer = Issuer::new(authority, key);
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut server = CertificateParams::new(names).map_err(closed)?;
    server.distinguished_name.push(DnType::CommonName, "teams-cc simulator");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let own = KeyPair::generate().map_err(closed)?;
    let certificate = server.signed_by(&own, &issuer).map_err(closed)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(closed)?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(own.serialize_der()).into(),
        )
        .map_err(closed)?;
    Ok((config, root))
}

async fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut served = JoinSet::new();
    loop {
        while served.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        served.spawn(async move {
            match tls {
                None => serve(stream, "http", shared).await,
                Some(tls) => {
                    if let Some(stream) = handshake(&tls, stream, &shared).await {
                        serve(stream, "https", shared).await;
                    }
                }
            }
            drop(place);
        });
    }
}

/// A TLS handshake, given up where the peer takes too long.
pub(super) async fn handshake(
    tls: &TlsAcceptor,
    stream: TcpStream,
    shared: &Shared,
) -> Option<TlsStream<TcpStream>> {
    let clock = shared.clock();
    tokio::select! {
        biased;
        stream = tls.accept(stream) => stream.ok(),
        () = clock.sleep(PATIENCE) => None,
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    scheme: &'static str,
    shared: Arc<Shared>,
) {
    let service = service_fn(|request| answer(request, scheme, &shared));
    if let Err(error) = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await
    {
        tracing::debug!(%error, "a connection to the door ended badly");
    }
}

async fn answer(
    request: Request<Incoming>,
    scheme: &str,
    shared: &Shared,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (mut head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    // Answers lead back to where the request was sent, so the address must be whole.
    let host = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    if let Ok(uri) = format!("{scheme}://{host}{path}").parse::<Uri>() {
        head.uri = uri;
    }
    let request = Request::from_parts(head, body.to_bytes());
    let reply = shared.with(|world, now| world.handle(now, &request));
    shared.clock().sleep(reply.delay).await;
    Ok(reply.response.map(Full::new))
}

/// Posts notifications where calls want them. No redirect is followed: it could lead the token
/// away (Learn lets a bot redirect to its own region; that is not part of this simulation).
pub(crate) fn post_callbacks(
    shared: &Shared,
    trust: Option<&str>,
) -> Result<impl Future<Output = ()> + Send + use<>, Error> {
    let mut client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(CALLBACK_PATIENCE);
    if let Some(authority) = trust {
        let authority = reqwest::Certificate::from_pem(authority.as_bytes()).map_err(closed)?;
        client = client.tls_certs_merge([authority]);
    }
    let client = client.build().map_err(closed)?;
    let (sender, mut callbacks) = mpsc::channel::<Callback>(CALLBACK_QUEUE);
    shared.send_callbacks_to(sender);
    Ok(async move {
        while let Some(Callback { request, reply }) = callbacks.recv().await {
            let client = client.clone();
            // One after the other, as the notifications of one call must come.
            if let Some(response) = post(&client, request).await {
                // The world has stopped to wait where this fails.
                let _ = reply.send(response);
            }
        }
    })
}

async fn post(client: &reqwest::Client, request: Request<Bytes>) -> Option<Response<Bytes>> {
    let request = reqwest::Request::try_from(request).ok()?;
    let answer = client.execute(request).await.ok()?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    Some(response)
}
