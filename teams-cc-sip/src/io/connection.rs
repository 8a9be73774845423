//! One stream or socket: bytes to messages, messages to bytes, each at its own pace.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::{ByteStream, DatagramSocket};
use crate::{
    direct_routing::ConnectionFault,
    endpoint::FlowId,
    message::{Fault, Frame, Limits, Message, StreamDecoder},
};

/// How long a peer may take for the rest of a message it has begun.
pub const HALF_MESSAGE_LIMIT: Duration = Duration::from_secs(10);
/// How long a stream may be silent before it is closed.
///
/// Teams closes after two minutes itself; carriers may keep a connection for longer.
pub const IDLE_LIMIT: Duration = Duration::from_mins(10);
/// How long a connection of ours says nothing before it is kept alive by two empty lines.
///
/// RFC 5626 §4.4.1 asks for 80 to 100 per cent of the time after which the peer closes; Teams
/// closes after two minutes, and an empty line of ours counts (Learn, *Direct Routing: protocols*).
pub const KEEP_ALIVE: Duration = Duration::from_secs(100);
/// How long a peer may take to read what we send.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// Octets read from a stream at a time.
const READ_CHUNK: usize = 16 * 1024;
/// Octets from which on what waits for a stream is written first.
const WRITE_CHUNK: usize = 16 * 1024;
/// The two CRLF of a keep-alive (RFC 5626 §3.5.1).
const PING: &[u8] = b"\r\n\r\n";
/// The single CRLF that answers a ping (RFC 5626 §3.5.1).
const PONG: Bytes = Bytes::from_static(b"\r\n");

/// What a connection's task tells the driver.
pub(super) enum Heard {
    /// A message of a stream.
    Message(FlowId, Box<Message>),
    /// A stream lost its boundaries: send what is due and close.
    Broken(FlowId, Fault),
    /// A datagram, read.
    Datagram(usize, SocketAddr, Result<Box<Message>, Fault>),
}

/// What a connection's task shares with the driver.
pub(super) struct Ends {
    /// What is to be written.
    pub(super) queue: mpsc::Receiver<Bytes>,
    /// Where answers to keep-alives go; the queue's own entrance.
    pub(super) pongs: mpsc::WeakSender<Bytes>,
    /// Whether the connection is kept alive.
    pub(super) held: Arc<AtomicBool>,
}

/// Carries a stream until either side ends it, and tells why where that is no ordinary end.
///
/// The stream ends when the queue does, once what waits there is written. A peer that closes or
/// resets an idle stream has done nothing wrong.
pub(super) async fn carry(
    flow: FlowId,
    stream: Box<dyn ByteStream>,
    heard: mpsc::Sender<Heard>,
    ends: Ends,
) -> Option<ConnectionFault> {
    let Ends { queue: mut outgoing, pongs, held } = ends;
    let (mut reader, mut writer) = split(stream);
    let read = async {
        let mut decoder = StreamDecoder::new(Limits::default());
        let mut chunk = vec![0; READ_CHUNK];
        let mut patience = Instant::now() + IDLE_LIMIT;
        loop {
            let length = match timeout_at(patience, reader.read(&mut chunk)).await {
                Ok(Ok(length)) if length > 0 => length,
                // In TLS 1.3 a peer refuses our certificate only after the handshake.
                Ok(Err(error)) => return ConnectionFault::of_tls(&error),
                _ => return None,
            };
            let was_mid = decoder.is_mid_message();
            decoder.push(chunk.get(..length).unwrap_or_default());
            let mut whole = false;
            loop {
                match decoder.next_frame() {
                    Ok(Some(Frame::Message(message))) => {
                        whole = true;
                        if heard.send(Heard::Message(flow, message)).await.is_err() {
                            return None;
                        }
                    }
                    Ok(Some(Frame::Ping)) => {
                        // A full queue means the peer does not read, so it misses no pong.
                        let _ = pongs.upgrade().map(|pongs| pongs.try_send(PONG));
                    }
                    Ok(Some(Frame::Pong)) => {}
                    Ok(None) => break,
                    Err(fault) => {
                        let _ = heard.send(Heard::Broken(flow, fault)).await;
                        // The driver now ends the outgoing queue, and with it this stream.
                        return std::future::pending().await;
                    }
                }
            }
            // A message that was begun keeps its deadline, however slowly its octets come.
            patience = match decoder.is_mid_message() {
                false => Instant::now() + IDLE_LIMIT,
                true if was_mid && !whole => patience,
                true => Instant::now() + HALF_MESSAGE_LIMIT,
            };
        }
    };
    let write = async {
        let mut joined = Vec::new();
        loop {
            let bytes = match timeout(KEEP_ALIVE, outgoing.recv()).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break,
                Err(_) if held.load(Ordering::Relaxed) => Bytes::from_static(PING),
                Err(_) => continue,
            };
            // What waits already goes out with it; nothing is waited for.
            joined.clear();
            while joined.len() < WRITE_CHUNK
                && let Ok(more) = outgoing.try_recv()
            {
                if joined.is_empty() {
                    joined.extend_from_slice(&bytes);
                }
                joined.extend_from_slice(&more);
            }
            let whole = if joined.is_empty() { &*bytes } else { &*joined };
            let written = timeout(WRITE_LIMIT, async {
                writer.write_all(whole).await?;
                writer.flush().await
            });
            if !matches!(written.await, Ok(Ok(()))) {
                return None;
            }
        }
        let _ = timeout(WRITE_LIMIT, writer.shutdown()).await;
        None
    };
    tokio::select! {
        biased;
        fault = read => fault,
        fault = write => fault,
    }
}

/// Reads a socket for as long as it can be read.
pub(super) async fn read_socket(
    number: usize,
    socket: Arc<dyn DatagramSocket>,
    heard: mpsc::Sender<Heard>,
) {
    let limits = Limits::default();
    // As many as wait are read in one go; a full way to the driver still holds them up.
    let mut waiting = socket.receive_now();
    loop {
        let received = match waiting {
            Ok(Some(received)) => Ok(received),
            Ok(None) => socket.receive().await,
            Err(error) => Err(error),
        };
        let (datagram, from) = match received {
            Ok(received) => received,
            Err(error) => {
                tracing::error!(%error, "a UDP socket can no longer be read");
                return;
            }
        };
        waiting = socket.receive_now();
        // Keep-alives over UDP are empty lines, or next to nothing (RFC 5626 §3.5.1).
        if datagram.len() <= 4 {
            continue;
        }
        let message = Message::parse_bytes(&datagram, &limits).map(Box::new);
        if heard.send(Heard::Datagram(number, from, message)).await.is_err() {
            return;
        }
    }
}

/// Writes to a socket for as long as there is something to write.
pub(super) async fn write_socket(
    socket: Arc<dyn DatagramSocket>,
    mut outgoing: mpsc::Receiver<(Bytes, SocketAddr)>,
) {
    while let Some((datagram, to)) = outgoing.recv().await {
        if let Err(error) = socket.send(&datagram, to).await {
            // As good as lost: the transaction layer sends it again.
            tracing::debug!(%error, "a datagram could not be sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    const OPTIONS: &[u8] = b"OPTIONS sip:sbc.example.com SIP/2.0\r\n\
        Via: SIP/2.0/TCP phone.example.com;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
        From: <sip:phone.example.com>;tag=a\r\nTo: <sip:sbc.example.com>\r\n\
        Call-ID: one\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    fn carried() -> (tokio::io::DuplexStream, mpsc::Receiver<Heard>, mpsc::Sender<Bytes>) {
        held(false)
    }

    fn held(held: bool) -> (tokio::io::DuplexStream, mpsc::Receiver<Heard>, mpsc::Sender<Bytes>) {
        let (ours, theirs) = duplex(64 * 1024);
        let (heard, hearing) = mpsc::channel(8);
        let (outgoing, queue) = mpsc::channel(8);
        let pongs = outgoing.downgrade();
        let ends = Ends { queue, pongs, held: Arc::new(AtomicBool::new(held)) };
        tokio::spawn(carry(FlowId(1), Box::new(ours), heard, ends));
        (theirs, hearing, outgoing)
    }

    #[tokio::test(start_paused = true)]
    async fn half_a_message_is_not_waited_for_longer_than_its_limit() {
        let (mut peer, mut hearing, _outgoing) = carried();
        let start = Instant::now();
        for octet in OPTIONS.iter().take(20) {
            if peer.write_all(&[*octet]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
        assert!(hearing.recv().await.is_none(), "the stream was closed");
        assert!(start.elapsed() >= HALF_MESSAGE_LIMIT && start.elapsed() < IDLE_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_ping_gets_a_pong_and_a_message_goes_to_the_driver() {
        let (mut peer, mut hearing, outgoing) = carried();
        peer.write_all(b"\r\n\r\n").await.unwrap();
        let mut pong = [0; 2];
        peer.read_exact(&mut pong).await.unwrap();
        assert_eq!(&pong, b"\r\n");
        peer.write_all(OPTIONS).await.unwrap();
        assert!(matches!(hearing.recv().await, Some(Heard::Message(FlowId(1), _))));
        drop(outgoing);
        assert_eq!(peer.read(&mut pong).await.unwrap(), 0, "closed with the queue");
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_connection_is_kept_alive_before_teams_would_close_it() {
        let teams_closes_after = Duration::from_mins(2);
        let (mut peer, _hearing, outgoing) = held(true);
        let mut lines = [0; 4];
        for _ in 0..3 {
            let ping = timeout(teams_closes_after, peer.read_exact(&mut lines));
            ping.await.expect("in time").unwrap();
            assert_eq!(&lines, PING);
        }
        let spoke = Instant::now();
        outgoing.send(Bytes::from_static(b"\r\n")).await.unwrap();
        peer.read_exact(&mut lines[..2]).await.unwrap();
        peer.read_exact(&mut lines).await.unwrap();
        assert_eq!(spoke.elapsed(), KEEP_ALIVE, "counted from the last thing that was said");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_the_peer_opened_is_not_held_open() {
        let (mut peer, _hearing, _outgoing) = held(false);
        let mut octet = [0; 1];
        let silent = timeout(IDLE_LIMIT.saturating_sub(KEEP_ALIVE), peer.read(&mut octet)).await;
        assert!(silent.is_err(), "nothing is said on it");
        assert_eq!(peer.read(&mut octet).await.unwrap(), 0, "and it closes when it is idle");
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_nothing_is_given_up_after_its_time() {
        let (_peer, mut hearing, outgoing) = carried();
        let start = Instant::now();
        for _ in 0..2 {
            outgoing.send(Bytes::from(vec![0; 64 * 1024])).await.unwrap();
        }
        assert!(hearing.recv().await.is_none(), "the stream was closed");
        assert_eq!(start.elapsed(), WRITE_LIMIT);
    }
}
