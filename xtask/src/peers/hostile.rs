//! What strangers send; the example must go on serving.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

use crate::command::Failure;

/// Near the largest payload an IPv4 datagram can carry.
const GARBAGE_BYTES: usize = 60_000;
/// How long a write may block.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends a 60 kB datagram that means nothing.
pub(super) fn garbage_datagram(to: SocketAddr) -> Result<(), Failure> {
    // Repeatable noise: a linear congruential generator needs no crate.
    let mut state = 0x5EED_u32;
    let noise: Vec<u8> = (0..GARBAGE_BYTES)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let sent = socket.send_to(&noise, to)?;
    if sent == GARBAGE_BYTES { Ok(()) } else { Err(format!("only {sent} bytes left").into()) }
}

/// Begins a TLS handshake and leaves it half done; the connection stays open while it is held.
pub(super) fn half_handshake(to: SocketAddr) -> Result<TcpStream, Failure> {
    // A record header that announces 512 bytes of ClientHello, and the first few of them.
    let beginning = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 0x00];
    let mut connection = TcpStream::connect_timeout(&to, PATIENCE)?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.write_all(&beginning)?;
    Ok(connection)
}

/// Sends an INVITE without Via over UDP and over TCP.
pub(super) fn request_without_via(to: SocketAddr) -> Result<(), Failure> {
    let request = format!(
        "INVITE sip:1@{to} SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag=1\r\n\
         To: <sip:1@{to}>\r\nCall-ID: without-via\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    );
    UdpSocket::bind("127.0.0.1:0")?.send_to(request.as_bytes(), to)?;
    let mut connection = TcpStream::connect_timeout(&to, PATIENCE)?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    Ok(())
}
