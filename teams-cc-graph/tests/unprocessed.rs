//! What the service did not look at is sent again, whatever it asks for (RFC 9113 §8.7).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use h2::Reason;
use http::{Response, StatusCode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use teams_cc_graph::{
    Client, Error, ErrorKind,
    auth::{AccessToken, TokenProvider, TokenRequest},
    model::InvitationParticipantInfo,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// How the service turns down a request it does not look at.
#[derive(Clone, Copy)]
enum Way {
    /// It refuses the stream.
    Refused,
    /// It closes the connection in peace.
    GoAway,
    /// It gives the stream up half-way, which says nothing of what it did.
    Cancelled,
}

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A service over TLS and HTTP/2 that turns down so many requests first; how many it has seen.
async fn start(way: Way, turned_down: usize) -> (Client, Arc<AtomicUsize>, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), stream, way, turned_down, Arc::clone(&count)));
        }
    });
    let endpoint = format!("https://localhost:{port}/v1.0");
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .endpoint(&endpoint)
        .root_certificate_pem(cert.pem())
        .build()
        .unwrap();
    (client, seen, endpoint)
}

async fn service(way: Way, turned_down: usize) -> (Client, Arc<AtomicUsize>) {
    let (client, seen, _) = start(way, turned_down).await;
    (client, seen)
}

async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    way: Way,
    turned_down: usize,
    seen: Arc<AtomicUsize>,
) {
    let mut stream = acceptor.accept(stream).await.unwrap();
    if matches!(way, Way::GoAway) && seen.load(Ordering::SeqCst) < turned_down {
        seen.fetch_add(1, Ordering::SeqCst);
        return go_away(&mut stream).await;
    }
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_request, mut respond))) = connection.accept().await {
        let nth = seen.fetch_add(1, Ordering::SeqCst);
        match way {
            _ if nth >= turned_down => {
                let head = Response::builder().status(StatusCode::OK).body(()).unwrap();
                let mut body = respond.send_response(head, false).unwrap();
                body.send_data(Bytes::from_static(b"{\"id\":\"u1\"}"), true).unwrap();
            }
            Way::Refused => respond.send_reset(Reason::REFUSED_STREAM),
            Way::GoAway => unreachable!("it went away before it took a request"),
            Way::Cancelled => respond.send_reset(Reason::CANCEL),
        }
    }
}

/// Says before anything else that it looked at no stream (RFC 9113 §6.8), and waits for the end.
async fn go_away(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    // Frames of length, kind, flags and stream: SETTINGS without any, GOAWAY after stream 0.
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let go_away = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    stream.write_all(&[&settings[..], &go_away].concat()).await.unwrap();
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await.is_ok_and(|length| length > 0) {}
}

/// Calls somebody: what must never be done twice.
async fn dial(client: &Client) -> Result<(), Error> {
    let agent = InvitationParticipantInfo::of_user(&"agent-1".parse().unwrap());
    let call = client.communications().calls().create("https://bot.example.com/callback", agent);
    call.await.map(drop)
}

#[tokio::test]
async fn a_call_that_the_service_did_not_look_at_is_placed_all_the_same() {
    for way in [Way::Refused, Way::GoAway] {
        let (client, seen) = service(way, 2).await;
        dial(&client).await.unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test]
async fn a_service_that_never_looks_is_asked_three_times() {
    let (client, seen) = service(Way::Refused, usize::MAX).await;
    let error = dial(&client).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connection), "{error:?}");
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_call_that_the_service_may_have_placed_is_not_placed_again() {
    let (client, seen) = service(Way::Cancelled, 1).await;
    assert!(dial(&client).await.is_err());
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

/// The way of tokens and keys, which is a tower service of its own.
#[tokio::test]
async fn the_bare_transport_sends_again_as_well() {
    let (client, seen, endpoint) = start(Way::Refused, 1).await;
    let request = http::Request::post(format!("{endpoint}/token")).body(Bytes::new()).unwrap();
    let answer = tower::ServiceExt::oneshot(client.transport(), request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(seen.load(Ordering::SeqCst), 2);
}
