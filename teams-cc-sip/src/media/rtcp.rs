//! RTCP reports (RFC 3550 §6).

use super::{reception::Loss, writer::Writer};

/// The most octets of a compound packet that is written here.
pub const MAX_REPORT: usize = 128;
/// Packet types (RFC 3550 §12.1).
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;

/// What a compound packet from a peer says, as far as it is used here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RtcpPacket {
    /// Who reports.
    pub ssrc: u32,
    /// The middle of the sender report's time, which our report names again.
    pub sender_time: Option<u32>,
    /// How one source comes to the peer: the first it reports.
    pub block: Option<Block>,
    /// Whether the peer says goodbye.
    pub goodbye: bool,
}

/// How a source comes to whoever reports it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// The source.
    pub ssrc: u32,
    /// Packets that were lost on the way.
    pub lost: u32,
    /// The time of the source's last report, as it came; 0 where none did.
    pub last_report: u32,
    /// How long ago that was, in 1/65,536 seconds.
    pub since: u32,
}

impl RtcpPacket {
    /// Reads a compound packet; `None` where it is none (RFC 3550 §A.2).
    #[must_use]
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        let mut rest = packet;
        let mut first = true;
        while !rest.is_empty() {
            let &[flags, kind, l0, l1] = rest.first_chunk::<4>()?;
            let octets = 4 * (usize::from(u16::from_be_bytes([l0, l1])) + 1);
            let (part, after) = rest.split_at_checked(octets)?;
            if flags >> 6 != 2 {
                return None;
            }
            if first {
                if !matches!(kind, SENDER_REPORT | RECEIVER_REPORT) {
                    return None;
                }
                read.ssrc = word(part, 4)?;
                first = false;
            }
            let blocks = match kind {
                SENDER_REPORT => {
                    read.sender_time = Some(word(part, 10)?);
                    28
                }
                RECEIVER_REPORT => 8,
                _ => 0,
            };
            if kind == GOODBYE {
                read.goodbye = true;
            }
            if blocks > 0 && flags & 0x1f > 0 {
                read.block = Some(Block {
                    ssrc: word(part, blocks)?,
                    lost: word(part, blocks + 4)? & 0x00ff_ffff,
                    last_report: word(part, blocks + 16)?,
                    since: word(part, blocks + 20)?,
                });
            }
            rest = after;
        }
        (!first).then_some(read)
    }
}

fn word(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// What our own report says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) ssrc: u32,
    /// Packets and octets sent with the time of the last one; none where nothing was sent.
    pub(crate) sent: Option<Sent>,
    /// The peer's source and how it arrives.
    pub(crate) heard: Option<(u32, Loss)>,
    /// The peer's last sender report, and how long ago it came, in 1/65,536 seconds.
    pub(crate) last: (u32, u32),
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    /// NTP time in 32.32 bits.
    pub(crate) time: u64,
    pub(crate) timestamp: u32,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

impl Report {
    /// Writes the report and a name; returns its octets.
    pub(crate) fn write(&self, out: &mut [u8; MAX_REPORT]) -> usize {
        let mut writer = Writer { out, at: 0 };
        let count = u8::from(self.heard.is_some());
        let kind = if self.sent.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
        let words = if self.sent.is_some() { 6 } else { 1 } + 6 * u16::from(count);
        writer.put(&[0x80 | count, kind]);
        writer.put(&words.to_be_bytes());
        writer.put(&self.ssrc.to_be_bytes());
        if let Some(sent) = &self.sent {
            writer.put(&sent.time.to_be_bytes());
            for value in [sent.timestamp, sent.packets, sent.octets] {
                writer.put(&value.to_be_bytes());
            }
        }
        if let Some((source, loss)) = &self.heard {
            let lost = u32::try_from(loss.lost).unwrap_or(u32::MAX).min(0x007f_ffff);
            let (their_time, since) = self.last;
            let lost = u32::from(loss.fraction) << 24 | lost;
            for value in [*source, lost, loss.newest, loss.jitter, their_time, since] {
                writer.put(&value.to_be_bytes());
            }
        }
        // RFC 7022 §4.2: a name of one call that tells nothing of the machine.
        let mut name = [b'0'; 8];
        for (place, n) in name.iter_mut().zip((0..8).rev()) {
            *place = b"0123456789abcdef"[usize::try_from(self.ssrc >> (4 * n) & 15).unwrap_or(0)];
        }
        writer.put(&[0x81, DESCRIPTION, 0, 4]);
        writer.put(&self.ssrc.to_be_bytes());
        writer.put(&[1, 8]);
        writer.put(&name);
        writer.put(&[0, 0]);
        writer.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_reported_is_read_alike() {
        let loss = Loss { fraction: 25, lost: 7, newest: 99, jitter: 3 };
        let sent = Sent { time: 0x1122_3344_5566_7788, timestamp: 9, packets: 4, octets: 640 };
        for (sent, heard) in [
            (None, None),
            (Some(sent), None),
            (None, Some((8, loss))),
            (Some(sent), Some((8, loss))),
        ] {
            let report = Report { ssrc: 5, sent, heard, last: (1, 2) };
            let mut out = [0; MAX_REPORT];
            let length = report.write(&mut out);
            assert_eq!(length % 4, 0);
            let read = RtcpPacket::parse(&out[..length]).unwrap();
            assert_eq!(read.ssrc, 5);
            assert_eq!(read.sender_time, sent.map(|_| 0x3344_5566));
            let block = Block { ssrc: 8, lost: 7, last_report: 1, since: 2 };
            assert_eq!(read.block, heard.map(|_| block));
        }
    }

    proptest! {
        #[test]
        fn no_octets_panic(mut octets in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(first) = octets.first_mut() {
                *first = *first & 0x3f | 0x80;
            }
            let _ = RtcpPacket::parse(&octets);
        }
    }
}
