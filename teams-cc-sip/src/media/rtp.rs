//! RTP packets (RFC 3550 §5.1).

use std::fmt;

/// Octets of a header without sources, extension and padding.
pub const HEADER_OCTETS: usize = 12;
/// The most octets of a packet that is read; longer ones are dropped.
pub const MAX_PACKET: usize = 1_500;

/// A packet, with its payload where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RtpPacket<'a> {
    /// Set on the first packet of a talk spurt or an event.
    pub marker: bool,
    /// What the payload is.
    pub payload_type: u8,
    /// Counts packets, and wraps.
    pub sequence: u16,
    /// The media clock at the first sample.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
    /// What is sent, without padding.
    pub payload: &'a [u8],
}

impl fmt::Debug for RtpPacket<'_> {
    /// Without the payload: it is what people say, and the keys they press.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RtpPacket")
            .field("payload_type", &self.payload_type)
            .field("sequence", &self.sequence)
            .field("timestamp", &self.timestamp)
            .field("ssrc", &self.ssrc)
            .field("octets", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl<'a> RtpPacket<'a> {
    /// A packet without marker.
    #[must_use]
    pub const fn new(
        payload_type: u8,
        sequence: u16,
        timestamp: u32,
        ssrc: u32,
        payload: &'a [u8],
    ) -> Self {
        Self { marker: false, payload_type, sequence, timestamp, ssrc, payload }
    }

    /// Reads a packet; `None` where it is none.
    #[must_use]
    pub fn parse(packet: &'a [u8]) -> Option<Self> {
        let header = RtpHeader::parse(packet)?;
        let mut end = packet.len();
        if header.padding {
            let padding = usize::from(*packet.last()?);
            // RFC 3550 §5.1: the count includes itself.
            end = end.checked_sub(padding).filter(|end| padding > 0 && *end >= header.octets)?;
        }
        Some(Self {
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
            payload: packet.get(header.octets..end)?,
        })
    }

    /// Writes the packet and returns its octets; `None` where there is no room.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let length = HEADER_OCTETS.checked_add(self.payload.len())?;
        let (header, rest) = out.get_mut(..length)?.split_at_mut_checked(HEADER_OCTETS)?;
        let marker = if self.marker { 0x80 } else { 0 };
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [r0, r1, r2, r3] = self.ssrc.to_be_bytes();
        let kind = marker | (self.payload_type & 0x7f);
        header.copy_from_slice(&[0x80, kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3]);
        rest.copy_from_slice(self.payload);
        Some(length)
    }
}

/// The fields of a header that are read before a packet is decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    pub(crate) padding: bool,
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    /// With sources and extension.
    pub(crate) octets: usize,
}

impl RtpHeader {
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let &[first, second, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] =
            packet.first_chunk::<HEADER_OCTETS>()?;
        if first >> 6 != 2 {
            return None;
        }
        let mut octets = HEADER_OCTETS + 4 * usize::from(first & 0x0f);
        if first & 0x10 != 0 {
            // RFC 3550 §5.3.1: a profile's word, then a length in words.
            let &[_, _, l0, l1] = packet.get(octets..)?.first_chunk::<4>()?;
            octets += 4 + 4 * usize::from(u16::from_be_bytes([l0, l1]));
        }
        (octets <= packet.len()).then_some(Self {
            padding: first & 0x20 != 0,
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
            octets,
        })
    }
}

/// What a packet on a shared port is (RFC 7983 §7, RFC 5761 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketKind {
    Stun,
    Rtp,
    Rtcp,
    Other,
}

impl PacketKind {
    pub(crate) fn of(packet: &[u8]) -> Self {
        match packet {
            [0..=3, ..] => Self::Stun,
            // RTCP's packet types 192 to 223 are where RTP's would be 64 to 95 with the marker.
            [128..=191, 192..=223, ..] => Self::Rtcp,
            [128..=191, ..] => Self::Rtp,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sources_extension_and_padding_are_no_payload() {
        let packet = [
            0xb1, 0x88, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 9, 9, 9,
            9, b'a', b'b', 0, 2,
        ];
        let read = RtpPacket::parse(&packet).unwrap();
        assert!(read.marker);
        assert_eq!((read.payload_type, read.sequence, read.ssrc), (8, 0x1234, 2));
        assert_eq!(read.payload, b"ab");
        assert!(!format!("{read:?}").contains("97"), "what is said is not shown");
        for broken in [
            &packet[..11],
            &packet[..18],
            &[0x41; 20][..],
            &[&packet[..27], &[200]].concat(),
            &[&packet[..27], &[0]].concat(),
            &[0x9f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ] {
            assert_eq!(RtpPacket::parse(broken), None);
        }
    }

    #[test]
    fn packets_on_one_port_are_told_apart() {
        for (packet, kind) in [
            (&[0x80, 0x80][..], PacketKind::Rtp),
            (&[0x80, 0x00], PacketKind::Rtp),
            (&[0x80, 200], PacketKind::Rtcp),
            (&[0x81, 201], PacketKind::Rtcp),
            (&[0, 1], PacketKind::Stun),
            (&[20, 1], PacketKind::Other),
            (&[], PacketKind::Other),
        ] {
            assert_eq!(PacketKind::of(packet), kind, "{packet:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_alike(
            marker in any::<bool>(), payload_type in 0..128_u8, sequence in any::<u16>(),
            timestamp in any::<u32>(), ssrc in any::<u32>(),
            payload in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let packet =
                RtpPacket { marker, payload_type, sequence, timestamp, ssrc, payload: &payload };
            let mut out = [0; MAX_PACKET];
            let length = packet.write(&mut out).unwrap();
            prop_assert_eq!(RtpPacket::parse(&out[..length]), Some(packet));
            prop_assert_eq!(packet.write(&mut out[..length - 1]), None);
        }

        #[test]
        fn no_octets_panic(octets in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = RtpPacket::parse(&octets);
        }
    }
}
