//! Media ports that need no media part.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use teams_cc_core::LegId;
use tokio::{net::UdpSocket, task::JoinHandle, time};

use crate::{
    sdp::{Codec, MasterKey},
    trunk::{MediaPort, RemoteMedia},
};

/// The most peers that are sent silence at a time; further ones are sent nothing, which is logged.
pub const MAX_SILENT_STREAMS: usize = 1_000;
/// How much speech one packet holds (RFC 3551 §4.2).
const PACKET_TIME: Duration = Duration::from_millis(20);
/// Octets of G.711 in one packet: 8000 per second.
const PACKET_OCTETS: usize = 160;
/// Octets of an RTP header without extras (RFC 3550 §5.1).
const HEADER_OCTETS: usize = 12;

/// Names one bound UDP socket for every leg. Sends G.711 silence to each plain RTP peer.
///
/// It stands in until a real media part is plugged in: callers hear silence instead of nothing,
/// and their own packets are read and dropped. An encrypted stream is sent nothing, because
/// silence in the clear would be a broken stream. Streams on hold are sent nothing either.
pub struct SilentMedia {
    advertised: SocketAddr,
    streams: Streams,
    task: JoinHandle<()>,
}

type Streams = Arc<Mutex<BTreeMap<LegId, Stream>>>;

struct Stream {
    remote: RemoteMedia,
    source: u32,
    sequence: u16,
    timestamp: u32,
}

impl SilentMedia {
    /// Binds the socket and starts the one task that sends. Dropping the future leaves neither.
    ///
    /// `advertised` is the address named in session descriptions where it is not the bound one.
    ///
    /// # Errors
    ///
    /// Any I/O error of the socket.
    pub async fn bind(local: SocketAddr, advertised: Option<IpAddr>) -> io::Result<Self> {
        let socket = UdpSocket::bind(local).await?;
        let mut address = socket.local_addr()?;
        if let Some(ip) = advertised {
            address.set_ip(ip);
        }
        let streams = Streams::default();
        let task = tokio::spawn(send(socket, Arc::clone(&streams)));
        Ok(Self { advertised: address, streams, task })
    }

    /// The address named in session descriptions.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.advertised
    }
}

impl Drop for SilentMedia {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MediaPort for SilentMedia {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        Ok(self.advertised)
    }

    fn connect(&self, leg: &LegId, remote: &RemoteMedia) {
        let mut streams = lock(&self.streams);
        if remote.keys.is_some() || remote.on_hold || !remote.codec.is_g711() {
            streams.remove(leg);
            return;
        }
        if let Some(stream) = streams.get_mut(leg) {
            stream.remote = remote.clone();
        } else if streams.len() < MAX_SILENT_STREAMS {
            // The source only has to differ between our streams (RFC 3550 §8).
            let source = leg.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
            let stream = Stream { remote: remote.clone(), source, sequence: 0, timestamp: 0 };
            streams.insert(leg.clone(), stream);
        } else {
            tracing::warn!(leg = %leg, "too many streams: this one is sent no silence");
        }
    }

    fn close(&self, leg: &LegId) {
        lock(&self.streams).remove(leg);
    }
}

fn lock(streams: &Streams) -> MutexGuard<'_, BTreeMap<LegId, Stream>> {
    // No code under this lock can leave the map half changed.
    streams.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn send(socket: UdpSocket, streams: Streams) {
    let mut tick = time::interval(PACKET_TIME);
    tick.set_missed_tick_behavior(time::MissedTickBehavior::Skip);
    let mut heard = [0; 2048];
    loop {
        tick.tick().await;
        // What callers say is not wanted; reading it keeps the socket's buffer from filling.
        while socket.try_recv_from(&mut heard).is_ok() {}
        let packets: Vec<_> = lock(&streams)
            .values_mut()
            .map(|stream| (stream.remote.address, packet(stream)))
            .collect();
        for (address, packet) in packets {
            // A full socket buffer drops the packet, as a network would.
            let _ = socket.try_send_to(&packet, address);
        }
    }
}

fn packet(stream: &mut Stream) -> [u8; HEADER_OCTETS + PACKET_OCTETS] {
    let codec = stream.remote.codec;
    let mut packet = [silence(codec); HEADER_OCTETS + PACKET_OCTETS];
    let marker = if stream.sequence == 0 { 0x80 } else { 0 };
    let [s0, s1] = stream.sequence.to_be_bytes();
    let [t0, t1, t2, t3] = stream.timestamp.to_be_bytes();
    let [r0, r1, r2, r3] = stream.source.to_be_bytes();
    let header = [0x80, marker | codec.payload_type(), s0, s1, t0, t1, t2, t3, r0, r1, r2, r3];
    packet[..HEADER_OCTETS].copy_from_slice(&header);
    stream.sequence = stream.sequence.wrapping_add(1);
    stream.timestamp = stream.timestamp.wrapping_add(160);
    packet
}

/// The octet that stands for silence (ITU-T G.711).
fn silence(codec: Codec) -> u8 {
    match codec {
        Codec::Pcma => 0xd5,
        _ => 0xff,
    }
}

/// Names a fixed address and carries nothing: for simulations in virtual time.
///
/// Its key material is fixed and public, so it must never meet a real peer.
#[derive(Clone, Copy, Debug)]
pub struct FixedMedia {
    address: SocketAddr,
}

impl FixedMedia {
    /// Every leg gets this address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }
}

impl MediaPort for FixedMedia {
    fn open(&self, _leg: &LegId) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn master_key(&self, _leg: &LegId) -> io::Result<MasterKey> {
        Ok(MasterKey::new([0x5a; MasterKey::BYTES]))
    }

    fn connect(&self, _leg: &LegId, _remote: &RemoteMedia) {}

    fn close(&self, _leg: &LegId) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sdp::{Crypto, Suite},
        trunk::SrtpKeys,
    };

    #[tokio::test]
    async fn a_connected_peer_hears_silence_until_it_is_closed() {
        let local = "127.0.0.1:0".parse().unwrap();
        let media = SilentMedia::bind(local, None).await.unwrap();
        let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let leg = LegId::numbered("S", 1);
        assert_eq!(media.open(&leg).unwrap(), media.address());
        media.connect(&leg, &RemoteMedia::new(phone.local_addr().unwrap(), Codec::Pcma));
        let mut buffer = [0; 512];
        for expected in 0..3_u16 {
            let (length, from) = phone.recv_from(&mut buffer).await.unwrap();
            assert_eq!((length, from), (172, media.address()));
            assert_eq!(u16::from_be_bytes([buffer[2], buffer[3]]), expected);
            assert_eq!(buffer[1] & 0x7f, 8, "A-law");
            assert!(buffer[12..length].iter().all(|octet| *octet == 0xd5));
        }
        media.close(&leg);
        let silence = async { while phone.recv_from(&mut buffer).await.is_ok() {} };
        assert!(time::timeout(Duration::from_millis(100), silence).await.is_err());
        assert!(lock(&media.streams).is_empty());
    }

    #[tokio::test]
    async fn an_encrypted_or_held_stream_is_never_sent_plain_silence() {
        let media = SilentMedia::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
        let leg = LegId::numbered("S", 1);
        let mut remote = RemoteMedia::new("127.0.0.1:9".parse().unwrap(), Codec::Pcmu);
        let key =
            || Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new([1; MasterKey::BYTES]));
        remote.keys = Some(SrtpKeys::new(key(), key()));
        media.connect(&leg, &remote);
        assert!(lock(&media.streams).is_empty());
        remote.keys = None;
        remote.on_hold = true;
        media.connect(&leg, &remote);
        assert!(lock(&media.streams).is_empty());
    }
}
