//! A datagram on a media port: nothing panics, whatever it is taken for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use teams_cc_core::{Instant, LegId, Seed};
use teams_cc_sip::{
    media::{
        BUFFER, MediaRules, Plane, WavPrompt, dtmf::TelephoneEvent, rtcp::RtcpPacket,
        rtp::RtpPacket, srtp::SrtpContext, stun::Check,
    },
    sdp::{Codec, Crypto, IceCredentials, MasterKey, Suite},
    trunk::RemoteMedia,
};

fuzz_target!(|data: &[u8]| {
    if let Some(packet) = RtpPacket::parse(data) {
        let mut out = [0; 4096];
        if let Some(length) = packet.write(&mut out) {
            assert_eq!(RtpPacket::parse(&out[..length]), Some(packet), "written as it was read");
        }
        let _ = TelephoneEvent::parse(packet.payload);
    }
    let _ = RtcpPacket::parse(data);
    let _ = WavPrompt::parse(data);
    let credentials = IceCredentials::new("ufrag", "0123456789abcdefghijkl").expect("good form");
    let _ = Check::read(data, &credentials);
    let key = Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new([1; 30]));
    let mut context = SrtpContext::new(&key).expect("a known suite");
    assert!(context.unprotect_rtp(&mut data.to_vec()).is_err(), "nobody knows the key");
    assert!(context.unprotect_rtcp(&mut data.to_vec()).is_err(), "nobody knows the key");
    let mut room = data.to_vec();
    room.resize(data.len() + 14, 0);
    if let Ok(length) = context.protect_rtp(&mut room, data.len()) {
        let mut peer = SrtpContext::new(&key).expect("a known suite");
        assert_eq!(peer.unprotect_rtp(&mut room[..length]), Ok(data.len()));
        assert_eq!(&room[..data.len()], data, "decrypted as it was");
    }
    let mut plane = Plane::new(MediaRules::default(), Seed::new(1));
    let legs = [LegId::numbered("S", 1), LegId::numbered("S", 2)];
    for (leg, port) in legs.iter().zip([4_000_u16, 5_000]) {
        assert!(plane.open(Instant::ZERO, leg));
        let mut remote = RemoteMedia::new(([192, 0, 2, 1], port).into(), Codec::Pcmu);
        remote.received_telephone_event = Some(101);
        plane.connect(Instant::ZERO, leg, &remote);
    }
    plane.join(&legs[0], &legs[1]).expect("both are open");
    let mut out = [0; BUFFER];
    let from = ([192, 0, 2, 1], 4_000).into();
    plane.receive(Instant::ZERO, &legs[0], from, &mut data.to_vec(), &mut out);
});
