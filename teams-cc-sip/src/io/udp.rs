//! A UDP socket as the trunk sees it.

use std::{cell::RefCell, io, net::SocketAddr};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::net::UdpSocket;

use super::DatagramSocket;

/// The largest datagram there is.
const MAX_DATAGRAM: usize = 65_535;

thread_local! {
    /// Where datagrams are received; one buffer serves all sockets of a thread.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[async_trait]
impl DatagramSocket for UdpSocket {
    async fn receive(&self) -> io::Result<(Bytes, SocketAddr)> {
        loop {
            self.readable().await?;
            if let Some(received) = self.receive_now()? {
                return Ok(received);
            }
        }
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.send_to(datagram, to).await.map(drop)
    }

    fn receive_now(&self) -> io::Result<Option<(Bytes, SocketAddr)>> {
        // A transaction keeps what came for half a minute: not the whole buffer with it.
        let cut = |(length, from): (usize, SocketAddr), buffer: &[u8]| {
            Some((Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default()), from))
        };
        BUFFER.with_borrow_mut(|buffer| {
            buffer.resize(MAX_DATAGRAM, 0);
            loop {
                match self.try_recv_from(buffer) {
                    Ok(received) => return Ok(cut(received, buffer)),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                    // An earlier datagram of ours was refused somewhere (ICMP); the socket is
                    // fine.
                    Err(error)
                        if matches!(
                            error.kind(),
                            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
                        ) => {}
                    Err(error) => return Err(error),
                }
            }
        })
    }

    fn send_now(&self, datagram: &[u8], to: SocketAddr) -> bool {
        self.try_send_to(datagram, to).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_datagram_that_is_kept_costs_no_more_than_its_octets() {
        let here = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let there = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        there.send_to(b"OPTIONS", here.local_addr().unwrap()).await.unwrap();
        let (datagram, _) = here.receive().await.unwrap();
        assert_eq!(datagram, b"OPTIONS".as_slice());
        // Nobody else holds it, so this takes over the allocation and shows its size.
        let held = Vec::from(datagram);
        assert!(held.capacity() <= 64, "{} octets are held for 7", held.capacity());
    }
}
