//! One stream or socket: bytes to messages, messages to bytes, each at its own pace.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, split},
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::{ByteStream, DatagramSocket};
use crate::{
    endpoint::FlowId,
    message::{Fault, Frame, Limits, Message, StreamDecoder},
};

/// How long a peer may take for the rest of a message it has begun.
pub const HALF_MESSAGE_LIMIT: Duration = Duration::from_secs(10);
/// How long a stream may be silent before it is closed.
///
/// Teams closes after two minutes itself; carriers may keep a connection for longer.
pub const IDLE_LIMIT: Duration = Duration::from_mins(10);
/// How long a peer may take to read what we send.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// Octets read from a stream at a time.
const READ_CHUNK: usize = 16 * 1024;
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

/// Carries a stream until either side ends it.
///
/// The stream ends when `outgoing` does, once what waits there is written.
pub(super) async fn carry(
    flow: FlowId,
    stream: Box<dyn ByteStream>,
    heard: mpsc::Sender<Heard>,
    mut outgoing: mpsc::Receiver<Bytes>,
    pongs: mpsc::WeakSender<Bytes>,
) {
    let (mut reader, mut writer) = split(stream);
    let read = async {
        let mut decoder = StreamDecoder::new(Limits::default());
        let mut chunk = vec![0; READ_CHUNK];
        let mut patience = Instant::now() + IDLE_LIMIT;
        loop {
            let length = match timeout_at(patience, reader.read(&mut chunk)).await {
                Ok(Ok(length)) if length > 0 => length,
                _ => return,
            };
            let was_mid = decoder.is_mid_message();
            decoder.push(chunk.get(..length).unwrap_or_default());
            let mut whole = false;
            loop {
                match decoder.next_frame() {
                    Ok(Some(Frame::Message(message))) => {
                        whole = true;
                        if heard.send(Heard::Message(flow, message)).await.is_err() {
                            return;
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
        while let Some(bytes) = outgoing.recv().await {
            let written = timeout(WRITE_LIMIT, async {
                writer.write_all(&bytes).await?;
                writer.flush().await
            });
            if !matches!(written.await, Ok(Ok(()))) {
                return;
            }
        }
        let _ = timeout(WRITE_LIMIT, writer.shutdown()).await;
    };
    tokio::select! {
        biased;
        () = read => {}
        () = write => {}
    }
}

/// Reads a socket for as long as it can be read.
pub(super) async fn read_socket(
    number: usize,
    socket: Arc<dyn DatagramSocket>,
    heard: mpsc::Sender<Heard>,
) {
    let limits = Limits::default();
    loop {
        let (datagram, from) = match socket.receive().await {
            Ok(received) => received,
            Err(error) => {
                tracing::error!(%error, "a UDP socket can no longer be read");
                return;
            }
        };
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
        let (ours, theirs) = duplex(64 * 1024);
        let (heard, hearing) = mpsc::channel(8);
        let (outgoing, queue) = mpsc::channel(8);
        let pongs = outgoing.downgrade();
        tokio::spawn(carry(FlowId(1), Box::new(ours), heard, queue, pongs));
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
}
