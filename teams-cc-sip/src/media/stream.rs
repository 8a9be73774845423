//! The media of one leg: what its peer sends and what the peer is sent.
//!
//! Packets leave under one source of ours (`SSRC`) with a sequence and a clock of their own, whoever
//! they come from: a peer hears one stream although the leg is joined anew, and one key never
//! protects two packets of one index, as could happen if sources were passed through.

use std::{net::SocketAddr, ops::Range, time::Duration};

use teams_cc_core::{Instant, LegId, contact::Tone};

use super::{
    dtmf::{KeyPace, ToneCollector, ToneSender},
    player::Player,
    reception::Reception,
    replay::index_of,
    rtcp::RtcpPacket,
    rtp::{HEADER_OCTETS, PacketKind, RtpHeader, RtpPacket},
    rules::MediaRules,
    srtp::{OVERHEAD, SrtpContext},
};
use crate::{sdp::Codec, trunk::RemoteMedia};

mod remote;
mod report;

use remote::{follow, is_one_party};

/// How long a source must be silent before packets from another one take its place.
const LATCH_HOLD: Duration = Duration::from_secs(2);
/// The mean time between two reports (RFC 3550 §6.2).
const REPORT_INTERVAL: Duration = Duration::from_secs(5);
/// Octets of a buffer that packets are written into.
pub const BUFFER: usize = super::rtp::MAX_PACKET + OVERHEAD;

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sound {
    /// Speech of the negotiated codec.
    Speech(Codec),
    /// An event; its key is in the payload.
    Event,
    /// Comfort noise.
    Noise,
}

/// A packet of a peer, and where its payload stands.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) sound: Sound,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: Range<usize>,
}

/// What becomes of a datagram.
#[derive(Debug)]
pub(crate) enum Received {
    /// Nothing more.
    Done,
    /// It is to be answered to where it came from with so many octets.
    Answer(usize),
    /// It holds sound, and perhaps a key that was pressed.
    Sound(Heard, Option<Tone>),
}

/// A packet to send.
pub(crate) struct Outgoing<'a> {
    pub(crate) sound: Sound,
    pub(crate) marker: bool,
    /// Where in its source's own count and clock it stands; our own packets have no source.
    pub(crate) source: Option<(u32, u16, u32)>,
    /// When its first sample is due, for our own packets.
    pub(crate) at: Instant,
    pub(crate) payload: &'a [u8],
}

/// How the count and the clock of a source become ours.
#[derive(Clone, Copy)]
struct Mapping {
    ssrc: u32,
    newest: u64,
    from: u64,
    to: u64,
    clock: u32,
}

/// One leg's media.
pub(crate) struct Stream {
    pub(crate) remote: Option<RemoteMedia>,
    pub(crate) peer: Option<LegId>,
    pub(crate) player: Player,
    pub(crate) tones: ToneSender,
    pub(crate) collecting: bool,
    /// Packets of ringing that the peer has heard, while it shall hear any.
    pub(crate) rings: Option<u32>,
    pub(crate) next_idle: Instant,
    collector: ToneCollector,
    latched: Option<SocketAddr>,
    latched_rtcp: Option<SocketAddr>,
    outbound: Option<SrtpContext>,
    inbound: Option<SrtpContext>,
    ssrc: u32,
    /// The count of the newest packet sent.
    count: u64,
    clock: u32,
    mapping: Option<Mapping>,
    sent: (u64, u64, u32),
    reception: Reception,
    /// What came and what was lost of sources before the present one.
    former: (u64, u64),
    lost_by_peer: Option<u32>,
    round_trip: Option<Duration>,
    heard: Instant,
    pace: KeyPace,
    sender_report: Option<(u32, Instant)>,
    next_report: Instant,
}

impl Stream {
    /// A stream that has no peer yet. The numbers make source, count and clock.
    pub(crate) fn new(now: Instant, source: u64, start: u64) -> Self {
        Self {
            remote: None,
            peer: None,
            player: Player::default(),
            tones: ToneSender::default(),
            collecting: false,
            rings: None,
            next_idle: now,
            collector: ToneCollector::default(),
            latched: None,
            latched_rtcp: None,
            outbound: None,
            inbound: None,
            ssrc: low(source),
            // RFC 3711 §3.3.1: the first half, so that an early loss cannot hide a wrap.
            count: start & 0x7fff,
            clock: low(start >> 32),
            mapping: None,
            sent: (0, 0, 0),
            reception: Reception::default(),
            former: (0, 0),
            lost_by_peer: None,
            round_trip: None,
            heard: now,
            pace: KeyPace::default(),
            sender_report: None,
            next_report: now + REPORT_INTERVAL / 2,
        }
    }

    /// The peer's media is known, or has changed.
    ///
    /// A key that stays keeps its state: a re-INVITE does not set back the count of wraps. A new
    /// one starts without wraps.
    pub(crate) fn connect(&mut self, now: Instant, remote: &RemoteMedia) {
        let before = self.remote.as_ref();
        let lines = |of: Option<&RemoteMedia>| {
            let keys = of.and_then(|remote| remote.keys.clone());
            keys.map(|keys| (keys.local, keys.remote)).unzip()
        };
        let ((ours, theirs), (our_new, their_new)) = (lines(before), lines(Some(remote)));
        let moved = before.is_none_or(|before| before.address != remote.address);
        follow(&mut self.outbound, ours.as_ref(), our_new.as_ref());
        let renewed = follow(&mut self.inbound, theirs.as_ref(), their_new.as_ref());
        if renewed || moved {
            (self.latched, self.latched_rtcp) = (None, None);
        }
        self.heard = now;
        self.remote = Some(remote.clone());
    }

    /// Where packets go: where the peer was heard, or where it said.
    pub(crate) fn target(&self) -> Option<SocketAddr> {
        let said = || self.remote.as_ref().map(|remote| remote.address);
        self.latched.or_else(said).filter(is_one_party)
    }

    /// Takes a datagram, of the port of RTCP or the one of RTP; an answer is written to `out`.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        control: bool,
        out: &mut [u8; BUFFER],
        rules: &MediaRules,
    ) -> Received {
        match PacketKind::of(packet) {
            PacketKind::Stun => self.checked(from, packet, control, out),
            // Sound has its own port.
            PacketKind::Rtp if control => Received::Done,
            PacketKind::Rtp => self.heard_rtp(now, from, packet, rules),
            PacketKind::Rtcp => {
                self.heard_rtcp(now, from, packet, rules);
                Received::Done
            }
            PacketKind::Other => Received::Done,
        }
    }

    fn heard_rtp(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        rules: &MediaRules,
    ) -> Received {
        let Some(length) = self.open_packet(now, from, packet, rules, false) else {
            return Received::Done;
        };
        let Some(remote) = &self.remote else { return Received::Done };
        let body = packet.get(..length).unwrap_or_default();
        let Some(read) = RtpPacket::parse(body) else { return Received::Done };
        let sound = if read.payload_type == remote.received_payload_type {
            Sound::Speech(remote.codec)
        } else if remote.received_telephone_event == Some(read.payload_type) {
            Sound::Event
        } else if remote.comfort_noise && read.payload_type == 13 {
            Sound::Noise
        } else {
            return Received::Done;
        };
        let rate = remote.codec.clock_rate();
        self.latch(now, from);
        self.heard = now;
        if self.reception.ssrc != read.ssrc || self.reception.received() == 0 {
            self.former.0 += self.reception.received();
            self.former.1 += self.reception.lost();
            self.reception = Reception::of(read.ssrc);
            self.collector = ToneCollector::default();
        }
        self.reception.note(now, read.sequence, read.timestamp, rate);
        let tone = if sound == Sound::Event {
            let tone = self.collector.take(read.timestamp, read.payload);
            tone.filter(|_| self.collecting && self.pace.takes(now))
        } else {
            None
        };
        let Some(start) = RtpHeader::parse(body).map(|header| header.octets) else {
            return Received::Done;
        };
        let heard = Heard {
            sound,
            marker: read.marker,
            sequence: read.sequence,
            timestamp: read.timestamp,
            ssrc: read.ssrc,
            payload: start..start + read.payload.len(),
        };
        Received::Sound(heard, tone)
    }

    fn heard_rtcp(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        rules: &MediaRules,
    ) {
        let Some(length) = self.open_packet(now, from, packet, rules, true) else { return };
        let Some(read) = packet.get(..length).and_then(RtcpPacket::parse) else { return };
        self.heard = now;
        self.latched_rtcp = Some(from);
        if let Some(time) = read.sender_time {
            self.sender_report = Some((time, now));
        }
        if let Some(block) = read.block {
            self.reported(now, block);
        }
    }

    /// Checks where a packet is from and decrypts it; the length of what is inside.
    fn open_packet(
        &mut self,
        now: Instant,
        from: SocketAddr,
        packet: &mut [u8],
        rules: &MediaRules,
        rtcp: bool,
    ) -> Option<usize> {
        let remote = self.remote.as_ref()?;
        if remote.keys.is_some() {
            let inbound = self.inbound.as_mut()?;
            let opened =
                if rtcp { inbound.unprotect_rtcp(packet) } else { inbound.unprotect_rtp(packet) };
            return opened.ok();
        }
        let ip = from.ip().to_canonical();
        let named = remote.address.ip() == ip || remote.rtcp.ip() == ip;
        if !named && !rules.sources.iter().any(|range| range.contains(ip)) {
            return None;
        }
        // Nobody else may talk into a stream that is there.
        let present = if rtcp { self.latched_rtcp } else { self.latched };
        let other = present.is_some_and(|present| present != from);
        (!other || from == remote.address || now - self.heard >= LATCH_HOLD).then_some(packet.len())
    }

    fn latch(&mut self, now: Instant, from: SocketAddr) {
        let signalled = self.remote.as_ref().is_some_and(|remote| remote.address == from);
        match self.latched {
            Some(present) if present == from => {}
            Some(_) if !signalled && now - self.heard < LATCH_HOLD => {}
            _ => self.latched = Some(from),
        }
    }

    /// Writes a packet for the peer; where it goes, and its octets.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        packet: &Outgoing<'_>,
        out: &mut [u8; BUFFER],
    ) -> Option<(SocketAddr, usize)> {
        let to = self.target()?;
        let remote = self.remote.as_ref().filter(|remote| !remote.on_hold)?;
        let payload_type = match packet.sound {
            Sound::Speech(codec) if codec == remote.codec => remote.payload_type,
            // The two forms of G.711 become each other on the way.
            Sound::Speech(codec) if codec.is_g711() && remote.codec.is_g711() => {
                remote.payload_type
            }
            Sound::Speech(_) => return None,
            Sound::Event => remote.telephone_event?,
            Sound::Noise => remote.comfort_noise.then_some(13)?,
        };
        let (encrypted, codec) = (remote.keys.is_some(), remote.codec);
        let (index, timestamp) = self.place(now, packet)?;
        let written = RtpPacket {
            marker: packet.marker,
            payload_type,
            sequence: u16::try_from(index & 0xffff).unwrap_or_default(),
            timestamp,
            ssrc: self.ssrc,
            payload: packet.payload,
        }
        .write(out)?;
        if let Sound::Speech(from) = packet.sound
            && from != codec
        {
            let body = out.get_mut(HEADER_OCTETS..written)?;
            for octet in body {
                *octet = super::g711::convert(from, codec, *octet);
            }
        }
        let length = match (encrypted, &mut self.outbound) {
            (false, _) => written,
            (true, Some(outbound)) => outbound.protect_rtp(out, written).ok()?,
            (true, None) => return None,
        };
        self.count = self.count.max(index);
        let octets = u64::try_from(packet.payload.len()).unwrap_or_default();
        self.sent = (self.sent.0 + 1, self.sent.1 + octets, timestamp);
        Some((to, length))
    }

    /// Which count and which time of ours a packet gets.
    fn place(&mut self, now: Instant, packet: &Outgoing<'_>) -> Option<(u64, u32)> {
        let Some((ssrc, sequence, timestamp)) = packet.source else {
            self.mapping = None;
            return Some((self.count + 1, self.time(packet.at)));
        };
        let mapping = match self.mapping {
            Some(mapping) if mapping.ssrc == ssrc => mapping,
            _ => Mapping {
                ssrc,
                newest: u64::from(sequence),
                from: u64::from(sequence),
                to: self.count + 1,
                clock: self.time(now).wrapping_sub(timestamp),
            },
        };
        let index = index_of(Some(mapping.newest), sequence);
        // What came before the first packet of a source belongs to another's time.
        let ahead = index.checked_sub(mapping.from)?;
        self.mapping = Some(Mapping { newest: mapping.newest.max(index), ..mapping });
        Some((mapping.to + ahead, timestamp.wrapping_add(mapping.clock)))
    }

    /// Our clock at a time.
    fn time(&self, at: Instant) -> u32 {
        let rate = self.remote.as_ref().map_or(8_000, |remote| remote.codec.clock_rate());
        let ticks = u128::from(at.as_nanos()) * u128::from(rate) / 1_000_000_000;
        self.clock.wrapping_add(u32::try_from(ticks & 0xffff_ffff).unwrap_or_default())
    }

    #[cfg(test)]
    pub(crate) fn count_from(&mut self, count: u64) {
        self.count = count;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(number: u64) -> u32 {
    number as u32
}
