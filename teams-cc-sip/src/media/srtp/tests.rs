//! Published vectors, wraps, replays, forgeries and new keys.

use proptest::prelude::*;

use super::*;
use crate::{
    media::rtp::{MAX_PACKET, RtpPacket},
    sdp::MasterKey,
};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

fn crypto(octet: u8) -> Crypto {
    Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new([octet; 30]))
}

fn packet(ssrc: u32, sequence: u16) -> ([u8; MAX_PACKET], usize) {
    let mut out = [0; MAX_PACKET];
    let payload = [0xab; 160];
    let packet = RtpPacket {
        marker: false,
        payload_type: 0,
        sequence,
        timestamp: 160,
        ssrc,
        payload: &payload,
    };
    let length = packet.write(&mut out).unwrap();
    (out, length)
}

const MASTER: &str = "E1F97A0D3E018BE0D64FA32C06DE4139";
const SALT: &str = "0EC675AD498AFEEBB6960B3AABE6";

/// RFC 3711 appendix B.2.
#[test]
fn the_keystream_is_that_of_the_appendix() {
    let key = counter_mode(&array("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
    let mut out = [0; 48];
    keystream(&key, array("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), &mut out).unwrap();
    let expected = hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB \
         41E95B3BB0A2E8DD477901E4FCA894C0");
    assert_eq!(out.as_slice(), expected);
}

/// RFC 3711 appendix B.3.
#[test]
fn session_keys_are_those_of_the_appendix() {
    let master = counter_mode(&array(MASTER)).unwrap();
    let salt: [u8; 14] = array(SALT);
    for (label, expected) in [
        (0, "C61E7A93744F39EE10734AFE3FF7A087"),
        (2, "30CBBC08863D8C85D49DB34A9AE1"),
        (1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
    ] {
        let expected = hex(expected);
        let mut block = [0; 16];
        block[..14].copy_from_slice(&salt);
        block[7] ^= label;
        let mut out = vec![0; expected.len()];
        keystream(&master, block, &mut out).unwrap();
        assert_eq!(out, expected);
    }
    assert_eq!(
        SessionKeys::derive(&array(MASTER), &salt, 0).unwrap().salt,
        *hex("30CBBC08863D8C85D49DB34A9AE1")
    );
}

/// The vectors by which other implementations are checked, made with the keys of appendix B.3.
#[test]
fn whole_packets_are_protected_as_others_protect_them() {
    let key: [u8; 30] = array(&format!("{MASTER}{SALT}"));
    let crypto = Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new(key));
    let body = "abababababababababababababababab";
    let plain = hex(&format!("800f1234decafbadcafebabe{body}"));
    let expected =
        hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
    let mut out = [0; 64];
    out[..28].copy_from_slice(&plain);
    let length = SrtpContext::new(&crypto).unwrap().protect_rtp(&mut out, 28).unwrap();
    assert_eq!(&out[..length], expected);
    let back = SrtpContext::new(&crypto).unwrap().unprotect_rtp(&mut out[..length]).unwrap();
    assert_eq!(&out[..back], plain);
    let plain = hex(&format!("81c8000bcafebabe{body}"));
    let mut out = [0; 64];
    out[..24].copy_from_slice(&plain);
    let mut context = SrtpContext::new(&crypto).unwrap();
    // That vector was made with the index 1.
    context.keep(Source { ssrc: 0xcafe_babe, ..Source::default() });
    context.sources[0].rtcp.note(0);
    let length = context.protect_rtcp(&mut out, 24).unwrap();
    let expected =
        hex("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
    assert_eq!(&out[..length], expected);
    let back = SrtpContext::new(&crypto).unwrap().unprotect_rtcp(&mut out[..length]).unwrap();
    assert_eq!(&out[..back], plain);
}

/// Pain 76: the count of wraps goes on while a key stays, and starts at 0 with a new one.
#[test]
fn a_wrap_is_followed_and_a_new_key_starts_without_wraps() {
    let (mut sender, mut receiver) =
        (SrtpContext::new(&crypto(1)).unwrap(), SrtpContext::new(&crypto(1)).unwrap());
    let carry = |sender: &mut SrtpContext, receiver: &mut SrtpContext, sequence| {
        let (mut out, length) = packet(9, sequence);
        let length = sender.protect_rtp(&mut out, length)?;
        receiver.unprotect_rtp(&mut out[..length])
    };
    for sequence in (65_500..=65_535).chain(0..100) {
        assert_eq!(carry(&mut sender, &mut receiver, sequence), Ok(172), "{sequence}");
    }
    assert_eq!(sender.source(9).rtp.newest(), Some(0x1_0000 + 99));
    // One side with a new key, the other with the old one: nothing is taken.
    let mut renewed = SrtpContext::new(&crypto(2)).unwrap();
    let refused = carry(&mut renewed, &mut receiver, 100);
    assert_eq!(refused, Err(SrtpError::Authentication));
    let mut receiver = SrtpContext::new(&crypto(2)).unwrap();
    assert_eq!(carry(&mut renewed, &mut receiver, 101), Ok(172));
    assert_eq!(receiver.source(9).rtp.newest(), Some(101), "no wraps");
}

#[test]
fn a_packet_is_taken_once_and_sent_once() {
    let (mut sender, mut receiver) =
        (SrtpContext::new(&crypto(1)).unwrap(), SrtpContext::new(&crypto(1)).unwrap());
    let (mut out, length) = packet(9, 5);
    let protected = sender.protect_rtp(&mut out, length).unwrap();
    let (mut again, mut forged) = (out, out);
    assert_eq!(receiver.unprotect_rtp(&mut out[..protected]), Ok(length));
    assert_eq!(receiver.unprotect_rtp(&mut again[..protected]), Err(SrtpError::Replay));
    let (mut out, length) = packet(9, 5);
    assert_eq!(sender.protect_rtp(&mut out, length), Err(SrtpError::Replay));
    forged[3] ^= 1;
    assert_eq!(receiver.unprotect_rtp(&mut forged[..protected]), Err(SrtpError::Authentication));
    assert!(receiver.source(9).rtp.is_new(4), "a forged packet leaves no trace");
}

#[test]
fn sources_are_bounded_and_the_longest_silent_one_goes() {
    let mut sender = SrtpContext::new(&crypto(1)).unwrap();
    let bound = u32::try_from(MAX_SOURCES).unwrap();
    for ssrc in 1..=bound + 1 {
        let (mut out, length) = packet(ssrc, 1);
        sender.protect_rtp(&mut out, length).unwrap();
    }
    assert!(sender.source(1).rtp.newest().is_none());
    assert!((2..=bound + 1).all(|ssrc| sender.source(ssrc).rtp.newest().is_some()));
}

/// DR-111: packets of a key with an identifier carry it before the tag.
#[test]
fn an_identifier_in_the_peers_packets_is_skipped() {
    let mut line = crypto(3);
    let text = format!("{}|2^31|1:1", line.reveal());
    line = Crypto::parse(&text).unwrap();
    let (mut out, length) = packet(9, 5);
    let length = SrtpContext::new(&crypto(3)).unwrap().protect_rtp(&mut out, length).unwrap();
    let mut wire = out[..length].to_vec();
    wire.insert(length - 10, 1);
    assert_eq!(SrtpContext::new(&line).unwrap().unprotect_rtp(&mut wire), Ok(172));
}

#[test]
fn the_short_tag_is_spoken_and_unknown_suites_are_not() {
    let short = Crypto::new(1, Suite::AesCm128HmacSha1_32, MasterKey::new([1; 30]));
    let (mut out, length) = packet(9, 5);
    let protected = SrtpContext::new(&short).unwrap().protect_rtp(&mut out, length).unwrap();
    assert_eq!(protected, length + 4);
    let mut receiver = SrtpContext::new(&short).unwrap();
    assert_eq!(receiver.unprotect_rtp(&mut out[..protected]), Ok(length));
    let unknown = Crypto::parse("3 AEAD_AES_256_GCM inline:whatever").unwrap();
    assert_eq!(SrtpContext::new(&unknown).unwrap_err(), SrtpError::Key);
    assert_eq!(format!("{receiver:?}"), "SrtpContext(…)");
}

proptest! {
    #[test]
    fn no_octets_panic_and_none_are_taken(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut context = SrtpContext::new(&crypto(1)).unwrap();
        prop_assert!(context.unprotect_rtp(&mut octets.clone()).is_err());
        prop_assert!(context.unprotect_rtcp(&mut octets.clone()).is_err());
        let length = octets.len();
        let mut room = octets;
        let _ = context.protect_rtp(&mut room, length);
        let _ = context.protect_rtcp(&mut room, length);
    }
}
