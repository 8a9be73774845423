//! What a packet costs the relay in allocations, once its streams are warm: nothing.
#![cfg(feature = "media")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{net::SocketAddr, time::Duration};

use teams_cc_core::{Instant, LegId, Seed};
use teams_cc_sip::{
    media::{
        BUFFER, MediaRules, Plane,
        rtp::{MAX_PACKET, RtpPacket},
        srtp::SrtpContext,
    },
    sdp::{Codec, Crypto, MasterKey, Suite},
    trunk::{RemoteMedia, SrtpKeys},
};

const WARM_UP: u16 = 100;
const PACKETS: u16 = 2_000;
const TICK: Duration = Duration::from_millis(20);

fn key(octet: u8) -> Crypto {
    Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new([octet; 30]))
}

/// One party: where it is, what it speaks, and how it encrypts.
struct Phone {
    leg: LegId,
    at: SocketAddr,
    out: Option<SrtpContext>,
}

impl Phone {
    fn open(plane: &mut Plane, n: u64, codec: Codec, keys: Option<(u8, u8)>) -> Self {
        let at = SocketAddr::from(([192, 0, 2, 1], 4000 + u16::try_from(n).unwrap()));
        let mut remote = RemoteMedia::new(at, codec);
        remote.telephone_event = Some(101);
        remote.received_telephone_event = Some(101);
        remote.keys = keys.map(|(ours, theirs)| SrtpKeys::new(key(ours), key(theirs)));
        let leg = LegId::numbered("S", n);
        assert!(plane.open(Instant::ZERO, &leg));
        plane.connect(Instant::ZERO, &leg, &remote);
        let out = keys.map(|(_, theirs)| SrtpContext::new(&key(theirs)).unwrap());
        Self { leg, at, out }
    }

    /// Writes a packet; speech, and now and then a key that is pressed.
    fn packet(&mut self, sequence: u16, codec: Codec, packet: &mut [u8]) -> usize {
        let event = sequence % 50 < 3;
        let speech = [sequence.to_be_bytes()[1]; 160];
        let kind = if event { 101 } else { codec.payload_type() };
        let payload: &[u8] = if event { &[5, 10, 0, 160] } else { &speech };
        let (timestamp, ssrc) = (u32::from(sequence) * 160, u32::from(self.at.port()));
        let rtp = RtpPacket::new(kind, sequence, timestamp, ssrc, payload);
        let length = rtp.write(packet).unwrap();
        match &mut self.out {
            Some(out) => out.protect_rtp(packet, length).unwrap(),
            None => length,
        }
    }
}

#[test]
fn a_packet_through_a_warm_relay_allocates_nothing() {
    for (encrypted, second) in [(false, Codec::Pcma), (true, Codec::Pcma), (true, Codec::Pcmu)] {
        let mut plane = Plane::new(MediaRules::default(), Seed::new(7));
        let mut carrier = Phone::open(&mut plane, 1, Codec::Pcma, None);
        let mut teams = Phone::open(&mut plane, 2, second, encrypted.then_some((1, 2)));
        plane.join(&carrier.leg, &teams.leg).unwrap();
        plane.collect(&carrier.leg).unwrap();
        let mut now = Instant::from_secs(1);
        let (mut out, mut passed, mut reports) = (Box::new([0; BUFFER]), 0_u64, 0_u64);
        let mut packet = [0; MAX_PACKET];
        for sequence in 1..=WARM_UP + PACKETS {
            now += TICK;
            for (phone, codec) in [(&mut carrier, Codec::Pcma), (&mut teams, second)] {
                let length = phone.packet(sequence, codec, &mut packet);
                let taken = allocation_counter::measure(|| {
                    let sent =
                        plane.receive(now, &phone.leg, phone.at, &mut packet[..length], &mut out);
                    passed += u64::from(sent.is_some());
                });
                // A key is told to the application, whose list of events may have to grow.
                let told = plane.poll_event().is_some();
                if sequence > WARM_UP && !told {
                    assert_eq!(taken.count_total, 0, "packet {sequence}, encrypted: {encrypted}");
                }
            }
            let taken = allocation_counter::measure(|| {
                plane.tick(now, &mut out, |_, _, _, _| reports += 1);
            });
            if sequence > WARM_UP {
                assert_eq!(taken.count_total, 0, "tick {sequence}, encrypted: {encrypted}");
            }
        }
        assert_eq!(passed, 2 * u64::from(WARM_UP + PACKETS), "every packet passes");
        assert!(reports > 10, "{reports} reports");
    }
}
