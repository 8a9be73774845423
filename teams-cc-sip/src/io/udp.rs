//! A UDP socket as the trunk sees it.

use std::{io, net::SocketAddr};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::net::UdpSocket;

use super::DatagramSocket;

/// The largest datagram there is.
const MAX_DATAGRAM: usize = 65_535;

#[async_trait]
impl DatagramSocket for UdpSocket {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        loop {
            self.readable().await?;
            let mut buffer = vec![0; MAX_DATAGRAM];
            match self.try_recv_from(&mut buffer) {
                Ok((length, from)) => {
                    buffer.truncate(length);
                    return Ok((buffer.into(), from));
                }
                // An earlier datagram of ours was refused somewhere (ICMP); the socket is fine.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::ConnectionReset
                            | io::ErrorKind::ConnectionRefused
                    ) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.send_to(datagram, to).await.map(drop)
    }
}
