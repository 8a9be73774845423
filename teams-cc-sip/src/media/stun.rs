//! Connectivity checks, answered as a lite agent (RFC 8489, RFC 8445 §7.3).

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};

use super::writer::Writer;
use crate::sdp::IceCredentials;

/// The most octets of an answer.
pub const MAX_ANSWER: usize = 96;
/// RFC 8489 §5.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER: usize = 20;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
/// Attributes (RFC 8489 §18.3, RFC 8445 §16.1).
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
/// What a fingerprint is combined with (RFC 8489 §14.7).
const FINGERPRINT_XOR: u32 = 0x5354_554e;

/// A check that is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Whether the peer picks this path.
    pub nominates: bool,
    transaction: [u8; 12],
}

impl Check {
    /// Reads a check that was made with our name and password; `None` for anything else.
    ///
    /// Attributes without a meaning here are passed over; what is malformed, forged or for another
    /// session gets no answer, so that nobody can use us to send to a third.
    #[must_use]
    pub fn read(packet: &[u8], local: &IceCredentials) -> Option<Self> {
        let (header, mut rest) = packet.split_first_chunk::<HEADER>()?;
        let &[k0, k1, l0, l1, c0, c1, c2, c3, transaction @ ..] = header;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if u16::from_be_bytes([k0, k1]) != BINDING_REQUEST
            || [c0, c1, c2, c3] != COOKIE
            || length != rest.len()
            || length % 4 != 0
        {
            return None;
        }
        let (mut named, mut nominates, mut proven) = (false, false, false);
        while !rest.is_empty() {
            let at = packet.len() - rest.len();
            let (&[t0, t1, l0, l1], after) = rest.split_first_chunk::<4>()?;
            let length = usize::from(u16::from_be_bytes([l0, l1]));
            let value = after.get(..length)?;
            rest = after.get(length.next_multiple_of(4)..)?;
            match u16::from_be_bytes([t0, t1]) {
                // RFC 8489 §14.5: what follows the proof, but for the fingerprint, is not proven.
                FINGERPRINT => {
                    let sum = crc32(&[packet.get(..at)?]) ^ FINGERPRINT_XOR;
                    if value != sum.to_be_bytes() || !rest.is_empty() {
                        return None;
                    }
                }
                _ if proven => {}
                USERNAME => {
                    let (ours, _) = std::str::from_utf8(value).ok()?.split_once(':')?;
                    named = ours == local.ufrag();
                }
                USE_CANDIDATE => nominates = true,
                MESSAGE_INTEGRITY => {
                    // The length in the header is as if the proof were the last.
                    let end = u16::try_from(at + 24 - HEADER).ok()?.to_be_bytes();
                    let (start, body) = (packet.get(..2)?, packet.get(4..at)?);
                    let tag = integrity(local, &[start, &end, body]);
                    verify_slices_are_equal(&tag, value).ok()?;
                    proven = true;
                }
                _ => {}
            }
        }
        (named && proven).then_some(Self { nominates, transaction })
    }

    /// Writes the answer to a check that came from an address; returns its octets.
    pub fn answer(
        &self,
        from: SocketAddr,
        local: &IceCredentials,
        out: &mut [u8; MAX_ANSWER],
    ) -> usize {
        let mut writer = Writer { out, at: HEADER };
        let port = (from.port() ^ 0x2112).to_be_bytes();
        match from.ip().to_canonical() {
            IpAddr::V4(address) => {
                writer.attribute(XOR_MAPPED_ADDRESS, 8);
                writer.put(&[0, 1]);
                writer.put(&port);
                let mut octets = address.octets();
                octets.iter_mut().zip(COOKIE).for_each(|(octet, mask)| *octet ^= mask);
                writer.put(&octets);
            }
            IpAddr::V6(address) => {
                writer.attribute(XOR_MAPPED_ADDRESS, 20);
                writer.put(&[0, 2]);
                writer.put(&port);
                let mut octets = address.octets();
                let mask = COOKIE.into_iter().chain(self.transaction);
                octets.iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
                writer.put(&octets);
            }
        }
        writer.header(self.transaction, 24);
        let tag = integrity(local, &[writer.written()]);
        writer.attribute(MESSAGE_INTEGRITY, 20);
        writer.put(&tag);
        writer.header(self.transaction, 8);
        let sum = crc32(&[writer.written()]) ^ FINGERPRINT_XOR;
        writer.attribute(FINGERPRINT, 4);
        writer.put(&sum.to_be_bytes());
        writer.at
    }
}

impl Writer<'_> {
    fn attribute(&mut self, kind: u16, length: u16) {
        self.put(&kind.to_be_bytes());
        self.put(&length.to_be_bytes());
    }

    /// Writes the header as if `more` octets followed what is written.
    fn header(&mut self, transaction: [u8; 12], more: usize) {
        let end = std::mem::replace(&mut self.at, 0);
        let length = u16::try_from(end + more - HEADER).unwrap_or_default();
        self.put(&BINDING_SUCCESS.to_be_bytes());
        self.put(&length.to_be_bytes());
        self.put(&COOKIE);
        self.put(&transaction);
        self.at = end;
    }
}

/// RFC 8489 §9.1: short-term credentials, whose key is the password.
fn integrity(credentials: &IceCredentials, parts: &[&[u8]]) -> [u8; 20] {
    let password = credentials.reveal_pwd().as_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    let mut tag = [0; 20];
    tag.iter_mut().zip(context.sign().as_ref()).for_each(|(place, octet)| *place = *octet);
    tag
}

/// The checksum of ITU-T V.42, bit by bit: checks are few and short.
fn crc32(parts: &[&[u8]]) -> u32 {
    let octets = parts.iter().flat_map(|part| part.iter());
    !octets.fold(u32::MAX, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 5769 §2.1.
    const SAMPLE: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c\
         69656e74002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149a\
         eaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";

    fn sample() -> Vec<u8> {
        let digits: Vec<u8> = SAMPLE
            .chars()
            .filter_map(|c| c.to_digit(16))
            .map(|d| u8::try_from(d).unwrap())
            .collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn credentials() -> IceCredentials {
        IceCredentials::new("evtj", "VOkJxbRl1RmTxUk/WvJxBt").unwrap()
    }

    /// A check with a proof, and with any attribute before it.
    pub(crate) fn check(credentials: &IceCredentials, extra: &[u8]) -> Vec<u8> {
        let user = format!("{}:peer", credentials.ufrag());
        let mut body = Vec::new();
        body.extend(USERNAME.to_be_bytes());
        body.extend(u16::try_from(user.len()).unwrap().to_be_bytes());
        body.extend(user.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(extra);
        let mut packet = vec![0, 1];
        packet.extend(u16::try_from(body.len() + 24).unwrap().to_be_bytes());
        packet.extend(COOKIE);
        packet.extend([7; 12]);
        packet.extend(body);
        let tag = integrity(credentials, &[&packet]);
        packet.extend(MESSAGE_INTEGRITY.to_be_bytes());
        packet.extend([0, 20]);
        packet.extend(tag);
        packet
    }

    /// DR-125: the sample holds attributes without a meaning here.
    #[test]
    fn the_sample_of_the_rfc_is_proven() {
        let packet = sample();
        let read = Check::read(&packet, &credentials()).unwrap();
        assert!(!read.nominates);
        // What a fingerprint is called stands after the proof: an unknown attribute there is none.
        let proven =
            (0..packet.len()).filter(|at| !(packet.len() - 8..packet.len() - 6).contains(at));
        for at in proven {
            let mut forged = packet.clone();
            forged[at] ^= 1;
            assert_eq!(Check::read(&forged, &credentials()), None, "octet {at}");
            assert_eq!(Check::read(&packet[..at], &credentials()), None);
        }
        let other = IceCredentials::new("evtj", "VOkJxbRl1RmTxUk/WvJxBu").unwrap();
        assert_eq!(Check::read(&packet, &other), None);
    }

    #[test]
    fn the_answer_names_the_source_and_is_proven() {
        let credentials = credentials();
        let read = Check::read(&check(&credentials, &[0, 0x25, 0, 0]), &credentials).unwrap();
        assert!(read.nominates);
        for (from, length) in [("192.0.2.1:32853", 64), ("[2001:db8::1]:32853", 76)] {
            let mut out = [0; MAX_ANSWER];
            let written = read.answer(from.parse().unwrap(), &credentials, &mut out);
            assert_eq!(written, length);
            assert_eq!(
                &out[..8],
                &[1, 1, 0, u8::try_from(length - 20).unwrap(), 0x21, 0x12, 0xa4, 0x42]
            );
            assert_eq!(out[8..20], [7; 12]);
            let sum = crc32(&[&out[..written - 8]]) ^ FINGERPRINT_XOR;
            assert_eq!(out[written - 4..written], sum.to_be_bytes());
        }
        // RFC 5769 §2.2 has the same address.
        let mut out = [0; MAX_ANSWER];
        read.answer("192.0.2.1:32853".parse().unwrap(), &credentials, &mut out);
        assert_eq!(out[24..32], [0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
    }

    proptest! {
        #[test]
        fn no_octets_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut packet = vec![0, 1];
            packet.extend(u16::try_from(octets.len()).unwrap().to_be_bytes());
            packet.extend(COOKIE);
            packet.extend([7; 12]);
            packet.extend(octets);
            prop_assert_eq!(Check::read(&packet, &credentials()), None);
        }
    }
}
