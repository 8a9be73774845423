//! Sockets of the stage. Messages out of them, octets into them; OPTIONS are answered at once.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    message,
    site::PROXIES,
    stage::{ConnId, Heard, Report, Shared, Side},
    tls::lock,
    wire::{Framer, Piece, Wire},
};

/// How long the subject may take for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The most octets of one datagram.
const DATAGRAM: usize = 65_536;

/// The way into a connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) side: Side,
    /// Whether we opened it.
    pub(super) by_us: bool,
    octets: mpsc::UnboundedSender<Option<Vec<u8>>>,
}

impl Line {
    /// Sends octets; those of a connection that is gone are lost.
    pub(super) fn send(&self, octets: Vec<u8>) {
        let _ = self.octets.send(Some(octets));
    }

    /// Closes the connection once what waits is written.
    pub(super) fn close(&self) {
        let _ = self.octets.send(None);
    }
}

/// Takes connections to a proxy, or to several where it does not listen `alone`.
pub(super) fn listen(
    shared: Arc<Shared>,
    side: Side,
    listener: TcpListener,
    acceptor: TlsAcceptor,
    alone: bool,
) -> AbortHandle {
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
            if alone && shared.is_down(side) {
                continue;
            }
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let side = if alone { side } else { named(&stream, side) };
                        if shared.is_down(side) {
                            return;
                        }
                        let conn = shared.number();
                        shared.report(Report::Opened(side, conn, Instant::now()));
                        carry(shared, side, conn, false, stream);
                    }
                    Ok(Err(error)) => {
                        shared.report(Report::HandshakeFailed(side, error.to_string()));
                    }
                    Err(_) => {
                        let why = "it takes more than ten seconds".to_owned();
                        shared.report(Report::HandshakeFailed(side, why));
                    }
                }
            });
        }
    });
    task.abort_handle()
}

/// The proxy that was asked for by name (RFC 6066 §3).
fn named(stream: &TlsStream<TcpStream>, otherwise: Side) -> Side {
    let asked = stream.get_ref().1.server_name();
    let place = PROXIES.iter().position(|name| Some(*name) == asked);
    place.map_or(otherwise, Side::Proxy)
}

/// Reports datagrams that come to a proxy: there should be none.
pub(super) fn watch(shared: Arc<Shared>, side: Side, socket: UdpSocket) -> AbortHandle {
    let task = tokio::spawn(async move {
        let mut octets = vec![0; DATAGRAM];
        while let Ok((length, _)) = socket.recv_from(&mut octets).await {
            // Late ones of a stage that is gone are not meant for a proxy.
            let start = Wire::read(octets.get(..length).unwrap_or_default());
            if start.is_some_and(|wire| wire.start().contains("pstnhub")) {
                let what = format!("a UDP datagram of {length} octets came to the proxy");
                shared.report(Report::Stray(side, what));
            }
        }
    });
    task.abort_handle()
}

/// Carries a stream until either side ends it.
pub(super) fn carry(
    shared: Arc<Shared>,
    side: Side,
    conn: ConnId,
    by_us: bool,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
    let (octets, mut outgoing) = mpsc::unbounded_channel::<Option<Vec<u8>>>();
    lock(&shared.lines).insert(conn, Line { side, by_us, octets });
    tokio::spawn(async move {
        let (mut reader, mut writer) = split(stream);
        let read = async {
            let mut framer = Framer::default();
            let mut chunk = vec![0; 16 * 1024];
            while let Ok(length @ 1..) = reader.read(&mut chunk).await {
                framer.push(chunk.get(..length).unwrap_or_default());
                loop {
                    match framer.next() {
                        Ok(Some(Piece::Message(wire))) => {
                            heard(&shared, side, conn, by_us, *wire);
                        }
                        Ok(Some(Piece::Crlf)) => {}
                        Ok(None) => break,
                        Err(why) => return shared.report(Report::Stray(side, why)),
                    }
                }
            }
        };
        let write = async {
            while let Some(Some(octets)) = outgoing.recv().await {
                if writer.write_all(&octets).await.is_err() || writer.flush().await.is_err() {
                    return;
                }
            }
            let _ = writer.shutdown().await;
        };
        tokio::select! {
            () = read => {}
            () = write => {}
        }
        lock(&shared.lines).remove(&conn);
        shared.report(Report::Closed(side, conn, Instant::now()));
    });
}

/// The carrier's socket; what was heard once is not heard again.
pub(super) fn carrier(
    shared: Arc<Shared>,
    conn: ConnId,
    socket: Arc<UdpSocket>,
    subject: SocketAddr,
) -> AbortHandle {
    let side = Side::Carrier;
    let (octets, mut outgoing) = mpsc::unbounded_channel::<Option<Vec<u8>>>();
    lock(&shared.lines).insert(conn, Line { side, by_us: true, octets });
    let task = tokio::spawn(async move {
        let mut chunk = vec![0; DATAGRAM];
        let mut before: Vec<Vec<u8>> = Vec::new();
        // Answers go to where the last request came from, requests to the configured place.
        let mut to = subject;
        loop {
            tokio::select! {
                received = socket.recv_from(&mut chunk) => {
                    let Ok((length, from)) = received else { continue };
                    let octets = chunk.get(..length).unwrap_or_default();
                    let Some(wire) = Wire::read(octets) else { continue };
                    to = from;
                    if before.iter().any(|known| known == octets) {
                        continue;
                    }
                    before.push(octets.to_vec());
                    heard(&shared, side, conn, true, wire);
                }
                octets = outgoing.recv() => {
                    let Some(Some(octets)) = octets else { return };
                    let to = if octets.starts_with(b"SIP/") { to } else { subject };
                    let _ = socket.send_to(&octets, to).await;
                }
            }
        }
    });
    task.abort_handle()
}

/// Reports a message, and answers what is always answered.
fn heard(shared: &Shared, side: Side, conn: ConnId, by_us: bool, wire: Wire) {
    let at = Instant::now();
    let reply = match (side, wire.method()) {
        (_, Some("OPTIONS")) => {
            let place = if let Side::Proxy(place) = side { place } else { 0 };
            let status = lock(&shared.options).get(place).copied();
            status.map(|status| message::options_answer(&wire, status))
        }
        (_, Some("INVITE")) if wire.get("To").contains("tag=") => None,
        (_, Some("INVITE")) => Some(message::reply(&wire, 100, "", &[], None)),
        _ => None,
    };
    let wire = Arc::new(wire);
    shared.report(Report::Heard(Heard { side, conn, by_us, at, wire }));
    if let Some(octets) = reply {
        if let Some(sent) = Wire::read(&octets) {
            shared.report(Report::Sent(side, Instant::now(), Box::new(sent)));
        }
        if let Some(line) = lock(&shared.lines).get(&conn) {
            line.send(octets);
        }
    }
}
