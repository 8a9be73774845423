//! SRTP and SRTCP with AES-CM-128 and HMAC-SHA1 (RFC 3711).
//!
//! A new key starts with no wraps counted (RFC 3711 §3.3.1), whatever the old one had seen; a key
//! that stays keeps its count across re-INVITEs. Whoever takes a call over (RFC 3891) gets a key of
//! its own, so that it starts at 0 as well. RFC 4771, which carries the count in packets, is
//! not spoken: no `a=crypto` line can name its transforms (RFC 4568 knows none of them), so a peer
//! could not be told that its packets carry one; and where both sides start at 0 with each key they
//! need no telling.

use std::fmt;

use aws_lc_rs::{
    cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey},
    constant_time::verify_slices_are_equal,
    hmac,
    iv::FixedLength,
};
use zeroize::{Zeroize, Zeroizing};

use super::{
    replay::{ReplayWindow, index_of},
    rtp::RtpHeader,
};
use crate::sdp::{Crypto, KeyParams, Suite};

/// Sources whose packets are told apart under one key; a further one takes the place of the one
/// that has been silent longest.
pub const MAX_SOURCES: usize = 8;
/// Octets of an SRTCP tag in both suites (RFC 3711 §5.2, RFC 4568 §6.2.2).
const RTCP_TAG: usize = 10;
/// Octets of the word with the SRTCP index (RFC 3711 §3.4).
const RTCP_INDEX: usize = 4;
/// Octets of an RTCP header that stay readable.
const RTCP_HEADER: usize = 8;
/// The most octets that protection adds to a packet of RTP or RTCP.
pub const OVERHEAD: usize = RTCP_TAG + RTCP_INDEX;
/// The last index of SRTCP under one key (RFC 3711 §9.2).
const LAST_RTCP_INDEX: u32 = 0x7fff_ffff;
/// The last index of SRTP under one key: 2⁴⁸ packets.
const LAST_RTP_INDEX: u64 = 0xffff_ffff_ffff;

/// Why a packet is not protected or not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrtpError {
    /// The crypto line has no key that can be used here.
    #[error("the crypto line has no key of a suite that is spoken here")]
    Key,
    /// The octets are no packet, or there is no room for the tag.
    #[error("the packet is malformed")]
    Malformed,
    /// The tag is another's: a wrong key, or a forged or damaged packet.
    #[error("the packet is not authentic, its key may have changed")]
    Authentication,
    /// The packet came before, or is too old to tell.
    #[error("the packet came before or is too old")]
    Replay,
    /// The key has protected all it may; a new one is needed.
    #[error("the key is used up, agree on a new one")]
    Exhausted,
}

/// What one key protects in one direction.
pub struct SrtpContext {
    rtp: SessionKeys,
    rtcp: SessionKeys,
    /// Octets of an SRTP tag.
    tag: usize,
    /// Octets of the key's identifier in each packet from the peer (RFC 3711 §3.1).
    mki: usize,
    sources: [Source; MAX_SOURCES],
    /// Orders sources by their last packet.
    turns: u64,
}

#[derive(Clone, Copy, Default)]
struct Source {
    ssrc: u32,
    /// 0 where the place is free.
    turn: u64,
    rtp: ReplayWindow,
    rtcp: ReplayWindow,
}

impl SrtpContext {
    /// The state of a key that has protected nothing yet.
    ///
    /// # Errors
    ///
    /// [`SrtpError::Key`] for a suite that is not spoken, or several keys.
    pub fn new(crypto: &Crypto) -> Result<Self, SrtpError> {
        let (params, tag, mki) = form(crypto)?;
        let (key, salt) = params.key.reveal().split_first_chunk().ok_or(SrtpError::Key)?;
        let salt = salt.first_chunk().ok_or(SrtpError::Key)?;
        Ok(Self {
            rtp: SessionKeys::derive(key, salt, 0)?,
            rtcp: SessionKeys::derive(key, salt, 3)?,
            tag,
            mki,
            sources: [Source::default(); MAX_SOURCES],
            turns: 0,
        })
    }

    /// Takes on another line with the same key, as where the peer numbers its lines anew.
    ///
    /// What the key has protected stays counted, since no index is used twice under one key.
    pub(crate) fn restate(&mut self, crypto: &Crypto) -> Result<(), SrtpError> {
        (_, self.tag, self.mki) = form(crypto)?;
        Ok(())
    }

    /// Protects the RTP packet in the first `length` octets; returns its new length.
    ///
    /// An index is never used twice: a packet that would repeat one is refused.
    ///
    /// # Errors
    ///
    /// [`SrtpError`] where the packet must not be sent.
    pub fn protect_rtp(&mut self, packet: &mut [u8], length: usize) -> Result<usize, SrtpError> {
        let header = packet.get(..length).and_then(RtpHeader::parse);
        let header = header.ok_or(SrtpError::Malformed)?;
        let mut source = self.source(header.ssrc);
        let index = index_of(source.rtp.newest(), header.sequence);
        // RFC 3711 §9.1: one keystream for two packets would give both away.
        if !source.rtp.is_new(index) {
            return Err(SrtpError::Replay);
        }
        if index > LAST_RTP_INDEX {
            return Err(SrtpError::Exhausted);
        }
        let end = length.checked_add(self.tag).ok_or(SrtpError::Malformed)?;
        let whole = packet.get_mut(..end).ok_or(SrtpError::Malformed)?;
        let (body, tag) = whole.split_at_mut_checked(length).ok_or(SrtpError::Malformed)?;
        let payload = body.get_mut(header.octets..).ok_or(SrtpError::Malformed)?;
        self.rtp.crypt(header.ssrc, index, payload)?;
        tag.copy_from_slice(
            self.rtp.sign(&[body, &roc(index)]).get(..self.tag).unwrap_or_default(),
        );
        source.rtp.note(index);
        self.keep(source);
        Ok(end)
    }

    /// Checks and decrypts an SRTP packet in place; returns the length of the RTP packet.
    ///
    /// # Errors
    ///
    /// [`SrtpError`] where the packet must be dropped; nothing is remembered of it.
    pub fn unprotect_rtp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let trailer = self.tag + self.mki;
        let length = packet.len().checked_sub(trailer).ok_or(SrtpError::Malformed)?;
        let (body, trailer) = packet.split_at_mut_checked(length).ok_or(SrtpError::Malformed)?;
        let header = RtpHeader::parse(body).ok_or(SrtpError::Malformed)?;
        let mut source = self.source(header.ssrc);
        let index = index_of(source.rtp.newest(), header.sequence);
        if !source.rtp.is_new(index) {
            return Err(SrtpError::Replay);
        }
        let tag = trailer.get(self.mki..).unwrap_or_default();
        self.rtp.verify(&[body, &roc(index)], tag)?;
        let payload = body.get_mut(header.octets..).ok_or(SrtpError::Malformed)?;
        self.rtp.crypt(header.ssrc, index, payload)?;
        source.rtp.note(index);
        self.keep(source);
        Ok(length)
    }

    /// Protects the RTCP packet in the first `length` octets; returns its new length.
    ///
    /// # Errors
    ///
    /// [`SrtpError`] where the packet must not be sent.
    pub fn protect_rtcp(&mut self, packet: &mut [u8], length: usize) -> Result<usize, SrtpError> {
        let ssrc = packet.get(..length).and_then(rtcp_ssrc).ok_or(SrtpError::Malformed)?;
        let mut source = self.source(ssrc);
        let index = source.rtcp.newest().map_or(0, |newest| newest + 1);
        let word = u32::try_from(index).ok().filter(|index| *index <= LAST_RTCP_INDEX);
        let word = word.ok_or(SrtpError::Exhausted)? | 0x8000_0000;
        let end = length.checked_add(OVERHEAD).ok_or(SrtpError::Malformed)?;
        let whole = packet.get_mut(..end).ok_or(SrtpError::Malformed)?;
        let (body, trailer) = whole.split_at_mut_checked(length).ok_or(SrtpError::Malformed)?;
        let payload = body.get_mut(RTCP_HEADER..).ok_or(SrtpError::Malformed)?;
        self.rtcp.crypt(ssrc, index, payload)?;
        let word = word.to_be_bytes();
        let signed = self.rtcp.sign(&[body, &word]);
        let (first, tag) = trailer.split_at_mut(RTCP_INDEX);
        first.copy_from_slice(&word);
        tag.copy_from_slice(signed.get(..RTCP_TAG).unwrap_or_default());
        source.rtcp.note(index);
        self.keep(source);
        Ok(end)
    }

    /// Checks and decrypts an SRTCP packet in place; returns the length of the RTCP packet.
    ///
    /// # Errors
    ///
    /// [`SrtpError`] where the packet must be dropped; nothing is remembered of it.
    pub fn unprotect_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let trailer = RTCP_INDEX + self.mki + RTCP_TAG;
        let length = packet.len().checked_sub(trailer).ok_or(SrtpError::Malformed)?;
        let (body, trailer) = packet.split_at_mut_checked(length).ok_or(SrtpError::Malformed)?;
        let ssrc = rtcp_ssrc(body).ok_or(SrtpError::Malformed)?;
        let word = *trailer.first_chunk::<RTCP_INDEX>().ok_or(SrtpError::Malformed)?;
        let encrypted = u32::from_be_bytes(word) & 0x8000_0000 != 0;
        let index = u64::from(u32::from_be_bytes(word) & 0x7fff_ffff);
        let mut source = self.source(ssrc);
        if !source.rtcp.is_new(index) {
            return Err(SrtpError::Replay);
        }
        let tag = trailer.get(RTCP_INDEX + self.mki..).unwrap_or_default();
        self.rtcp.verify(&[body, &word], tag)?;
        if encrypted {
            let payload = body.get_mut(RTCP_HEADER..).ok_or(SrtpError::Malformed)?;
            self.rtcp.crypt(ssrc, index, payload)?;
        }
        source.rtcp.note(index);
        self.keep(source);
        Ok(length)
    }

    fn source(&self, ssrc: u32) -> Source {
        let found = self.sources.iter().find(|source| source.turn > 0 && source.ssrc == ssrc);
        found.copied().unwrap_or(Source { ssrc, ..Source::default() })
    }

    /// Remembers a source whose packet was good.
    fn keep(&mut self, mut source: Source) {
        self.turns += 1;
        source.turn = self.turns;
        let known = self.sources.iter().position(|s| s.turn > 0 && s.ssrc == source.ssrc);
        let oldest = || (0..MAX_SOURCES).min_by_key(|n| self.sources.get(*n).map(|s| s.turn));
        if let Some(place) = known.or_else(oldest).and_then(|n| self.sources.get_mut(n)) {
            *place = source;
        }
    }
}

impl fmt::Debug for SrtpContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SrtpContext(…)")
    }
}

/// The one key of a line, and the octets of its tag and of its identifier in each packet.
fn form(crypto: &Crypto) -> Result<(&KeyParams, usize, usize), SrtpError> {
    let [params] = crypto.keys.as_slice() else { return Err(SrtpError::Key) };
    let tag = match crypto.suite {
        Suite::AesCm128HmacSha1_80 => 10,
        Suite::AesCm128HmacSha1_32 => 4,
        _ => return Err(SrtpError::Key),
    };
    Ok((params, tag, params.mki.map_or(0, |mki| usize::from(mki.length))))
}

/// How often the sequence number has wrapped, as it is signed (RFC 3711 §4.2).
fn roc(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

fn rtcp_ssrc(packet: &[u8]) -> Option<u32> {
    let &[first, _, _, _, a, b, c, d] = packet.first_chunk::<RTCP_HEADER>()?;
    (first >> 6 == 2).then_some(u32::from_be_bytes([a, b, c, d]))
}

/// Keys derived for one of the two protocols (RFC 3711 §4.3).
struct SessionKeys {
    cipher: EncryptingKey,
    salt: [u8; 14],
    auth: hmac::Key,
}

impl SessionKeys {
    /// `label` is 0 for SRTP and 3 for SRTCP; authentication and salt have the next two.
    fn derive(key: &[u8; 16], salt: &[u8; 14], label: u8) -> Result<Self, SrtpError> {
        let mut cipher = Zeroizing::new([0; 16]);
        let mut auth = Zeroizing::new([0; 20]);
        let mut session_salt = [0; 14];
        let master = counter_mode(key)?;
        for (label, out) in
            [(label, &mut cipher[..]), (label + 1, &mut auth[..]), (label + 2, &mut session_salt)]
        {
            let mut block = [0; 16];
            for (place, octet) in block.iter_mut().zip(salt) {
                *place = *octet;
            }
            // RFC 3711 §4.3.1: the label is octet 7 of the salt, since keys are derived once.
            block[7] ^= label;
            keystream(&master, block, out)?;
        }
        let auth = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &auth[..]);
        Ok(Self { cipher: counter_mode(&cipher)?, salt: session_salt, auth })
    }

    /// Encrypts or decrypts: RFC 3711 §4.1.1.
    fn crypt(&self, ssrc: u32, index: u64, octets: &mut [u8]) -> Result<(), SrtpError> {
        let mut block = [0; 16];
        for (place, octet) in block.iter_mut().zip(self.salt) {
            *place = octet;
        }
        for (place, octet) in block.iter_mut().skip(4).zip(ssrc.to_be_bytes()) {
            *place ^= octet;
        }
        for (place, octet) in block.iter_mut().skip(8).zip(index.to_be_bytes().iter().skip(2)) {
            *place ^= octet;
        }
        keystream(&self.cipher, block, octets)
    }

    fn sign(&self, parts: &[&[u8]]) -> [u8; 20] {
        let mut context = hmac::Context::with_key(&self.auth);
        for part in parts {
            context.update(part);
        }
        let mut tag = [0; 20];
        for (place, octet) in tag.iter_mut().zip(context.sign().as_ref()) {
            *place = *octet;
        }
        tag
    }

    fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> Result<(), SrtpError> {
        let signed = self.sign(parts);
        let signed = signed.get(..tag.len()).unwrap_or_default();
        verify_slices_are_equal(signed, tag).map_err(|_| SrtpError::Authentication)
    }
}

impl Drop for SessionKeys {
    fn drop(&mut self) {
        self.salt.zeroize();
    }
}

fn counter_mode(key: &[u8; 16]) -> Result<EncryptingKey, SrtpError> {
    let key = UnboundCipherKey::new(&AES_128, key).map_err(|_| SrtpError::Key)?;
    EncryptingKey::ctr(key).map_err(|_| SrtpError::Key)
}

/// Adds the keystream from a first block to the octets.
fn keystream(key: &EncryptingKey, block: [u8; 16], octets: &mut [u8]) -> Result<(), SrtpError> {
    let context = EncryptionContext::Iv128(FixedLength::from(block));
    key.less_safe_encrypt(octets, context).map(drop).map_err(|_| SrtpError::Malformed)
}

#[cfg(test)]
mod tests;
