//! Two parties and the plane between them, by hand and on a virtual clock.

use proptest::prelude::*;
use teams_cc_core::contact::Tone;

use super::*;
use crate::{
    media::{
        dtmf::TelephoneEvent,
        g711,
        rtp::{MAX_PACKET, RtpPacket},
        srtp::SrtpContext,
    },
    sdp::{Codec, Crypto, MasterKey, Suite},
    trunk::SrtpKeys,
};

mod single;

const TICK: Duration = Duration::from_millis(20);

fn leg(n: u64) -> LegId {
    LegId::numbered("S", n)
}

fn key(octet: u8) -> Crypto {
    Crypto::new(1, Suite::AesCm128HmacSha1_80, MasterKey::new([octet; 30]))
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], port))
}

/// What a party at a port tells of itself; with keys where it encrypts.
fn remote(port: u16, codec: Codec, event: u8, keys: Option<(u8, u8)>) -> RemoteMedia {
    let mut remote = RemoteMedia::new(address(port), codec);
    remote.telephone_event = Some(event);
    remote.received_telephone_event = Some(event);
    remote.rtcp = remote.address;
    remote.keys = keys.map(|(ours, theirs)| SrtpKeys::new(key(ours), key(theirs)));
    remote
}

/// A party as its own phone would be.
struct Phone {
    leg: LegId,
    remote: RemoteMedia,
    out: Option<SrtpContext>,
    into: Option<SrtpContext>,
    sequence: u16,
    timestamp: u32,
}

impl Phone {
    fn new(leg: LegId, remote: RemoteMedia, sequence: u16) -> Self {
        let context = |pick: fn(&SrtpKeys) -> &Crypto| {
            remote.keys.as_ref().map(|keys| SrtpContext::new(pick(keys)).unwrap())
        };
        let (out, into) = (context(|keys| &keys.remote), context(|keys| &keys.local));
        Self { leg, remote, out, into, sequence, timestamp: 7 }
    }

    /// Says one packet to the plane; what the plane sends for it.
    fn say(&mut self, bench: &mut Bench, kind: u8, payload: &[u8]) -> Option<(Datagram, Vec<u8>)> {
        let from = self.remote.address;
        self.say_from(bench, from, kind, payload)
    }

    fn say_from(
        &mut self,
        bench: &mut Bench,
        from: SocketAddr,
        kind: u8,
        payload: &[u8],
    ) -> Option<(Datagram, Vec<u8>)> {
        let mut packet = [0; BUFFER];
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        let ssrc = u32::from(self.remote.address.port());
        let rtp =
            RtpPacket { marker: false, payload_type: kind, sequence, timestamp, ssrc, payload };
        let length = rtp.write(&mut packet).unwrap();
        let length = match &mut self.out {
            Some(out) => out.protect_rtp(&mut packet, length).unwrap(),
            None => length,
        };
        bench.receive(&self.leg, from, &mut packet[..length])
    }

    /// Reads what the plane sent here.
    fn hear(&mut self, datagram: &[u8]) -> (u8, u16, u32, Vec<u8>) {
        let mut packet = [0; MAX_PACKET];
        packet[..datagram.len()].copy_from_slice(datagram);
        let length = match &mut self.into {
            Some(into) => into.unprotect_rtp(&mut packet[..datagram.len()]).unwrap(),
            None => datagram.len(),
        };
        let read = RtpPacket::parse(&packet[..length]).unwrap();
        (read.payload_type, read.sequence, read.timestamp, read.payload.to_vec())
    }
}

struct Bench {
    plane: Plane,
    now: Instant,
    out: Box<[u8; BUFFER]>,
}

impl Bench {
    fn new(rules: MediaRules) -> Self {
        let plane = Plane::new(rules, Seed::new(7));
        Self { plane, now: Instant::from_secs(1), out: Box::new([0; BUFFER]) }
    }

    fn phone(&mut self, n: u64, remote: RemoteMedia, sequence: u16) -> Phone {
        assert!(self.plane.open(self.now, &leg(n)));
        self.plane.connect(self.now, &leg(n), &remote);
        Phone::new(leg(n), remote, sequence)
    }

    fn receive(
        &mut self,
        leg: &LegId,
        from: SocketAddr,
        packet: &mut [u8],
    ) -> Option<(Datagram, Vec<u8>)> {
        let datagram = self.plane.receive(self.now, leg, from, packet, &mut self.out)?;
        let octets = self.out[..datagram.length].to_vec();
        Some((datagram, octets))
    }

    /// Lets time pass; what is sent meanwhile, but for reports.
    fn pass(&mut self, time: Duration) -> Vec<(LegId, SocketAddr, Vec<u8>)> {
        let mut sent = Vec::new();
        let until = self.now + time;
        while self.now < until {
            self.now += TICK;
            self.plane.tick(self.now, &mut self.out, |leg, _, to, octets| {
                if !(192..=223).contains(&octets[1]) {
                    sent.push((leg.clone(), to, octets.to_vec()));
                }
            });
        }
        sent
    }

    fn events(&mut self) -> Vec<MediaEvent> {
        std::iter::from_fn(|| self.plane.poll_event()).collect()
    }
}

fn quiet() -> MediaRules {
    MediaRules { idle_noise: false, ..MediaRules::default() }
}

fn tone(key: char) -> Tone {
    Tone::new(key).unwrap()
}

#[test]
fn two_parties_hear_each_other_across_encryption_wraps_hold_and_new_keys() {
    let mut bench = Bench::new(quiet());
    let mut plain = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 65_400);
    let mut teams = bench.phone(2, remote(5_000, Codec::Pcma, 96, Some((1, 2))), 65_400);
    assert!(plain.say(&mut bench, 0, &[0xff; 160]).is_none(), "not joined");
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    bench.plane.stream(&leg(2)).count_from(65_300);
    let spoken = |bench: &mut Bench, plain: &mut Phone, teams: &mut Phone| {
        for (sample, octet) in [(8_000, 0x55), (-3_000, 0x11)] {
            bench.now += TICK;
            let speech = [g711::encode(Codec::Pcmu, sample); 160];
            let (datagram, octets) = plain.say(bench, 0, &speech).unwrap();
            assert_eq!((datagram.leg.clone(), datagram.to), (leg(2), address(5_000)));
            let (kind, .., payload) = teams.hear(&octets);
            let heard = i32::from(g711::decode(Codec::Pcma, payload[80]));
            assert_eq!(kind, 8);
            assert!((heard - i32::from(sample)).abs() < 500, "{heard}");
            let (_, octets) = teams.say(bench, 8, &[octet; 160]).unwrap();
            let (kind, .., payload) = plain.hear(&octets);
            assert_eq!(
                (kind, payload),
                (0, vec![g711::convert(Codec::Pcma, Codec::Pcmu, octet); 160])
            );
            let event = TelephoneEvent::parse(&[5, 10, 0, 160]).unwrap().write();
            let (_, octets) = plain.say(bench, 101, &event).unwrap();
            assert_eq!(teams.hear(&octets).0, 96, "events by the other's number");
        }
    };
    for _ in 0..200 {
        spoken(&mut bench, &mut plain, &mut teams);
    }
    // Hold: nothing goes to whoever is held. The same keys come again with the re-INVITE.
    let mut held = teams.remote.clone();
    (held.on_hold, held.expected) = (true, false);
    bench.plane.connect(bench.now, &leg(2), &held);
    assert!(plain.say(&mut bench, 0, &[0xff; 160]).is_none());
    bench.plane.connect(bench.now, &leg(2), &teams.remote.clone());
    spoken(&mut bench, &mut plain, &mut teams);
    // New keys: both sides start without wraps.
    let renewed = remote(5_000, Codec::Pcma, 96, Some((3, 4)));
    bench.plane.connect(bench.now, &leg(2), &renewed);
    let mut teams = Phone::new(leg(2), renewed, 500);
    for _ in 0..200 {
        spoken(&mut bench, &mut plain, &mut teams);
    }
}

#[test]
fn a_peer_that_is_joined_anew_hears_one_stream() {
    let mut bench = Bench::new(quiet());
    let mut one = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 9_000);
    let mut agent = bench.phone(2, remote(5_000, Codec::Pcmu, 101, Some((1, 2))), 1);
    let mut next = bench.phone(3, remote(6_000, Codec::Pcmu, 101, None), 50_000);
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    let (_, octets) = one.say(&mut bench, 0, &[1; 160]).unwrap();
    let (_, first, start, _) = agent.hear(&octets);
    bench.now += TICK;
    bench.plane.join(&leg(3), &leg(2)).unwrap();
    assert!(one.say(&mut bench, 0, &[1; 160]).is_none(), "whoever is left hears and says nothing");
    let (_, octets) = next.say(&mut bench, 0, &[2; 160]).unwrap();
    let (_, second, then, payload) = agent.hear(&octets);
    assert_eq!((second, then), (first.wrapping_add(1), start.wrapping_add(160)));
    assert_eq!(payload, [2; 160]);
    bench.plane.close(&leg(3));
    assert!(agent.say(&mut bench, 0, &[1; 160]).is_none());
}

#[test]
fn codecs_pass_by_name_and_are_not_joined_with_others() {
    let mut bench = Bench::new(quiet());
    let silk = |port| {
        let mut remote = remote(port, Codec::SilkWide, 101, None);
        (remote.payload_type, remote.received_payload_type) = (104, 110);
        remote
    };
    let mut one = bench.phone(1, silk(4_000), 1);
    let mut other = bench.phone(2, silk(5_000), 1);
    bench.phone(3, remote(6_000, Codec::Pcmu, 101, None), 1);
    assert_eq!(bench.plane.join(&leg(1), &leg(3)), Err(MediaError::Codec));
    assert_eq!(bench.plane.join(&leg(1), &leg(9)), Err(MediaError::NotOpen));
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    let (_, octets) = one.say(&mut bench, 110, b"silk").unwrap();
    let (kind, .., payload) = other.hear(&octets);
    assert_eq!((kind, payload), (104, b"silk".to_vec()));
    assert!(one.say(&mut bench, 104, b"silk").is_none(), "not the number we gave");
    let wav = WavPrompt::from_samples(&[0; 8]);
    let played = bench.plane.play(&leg(1), &OperationId::numbered("P", 1), vec![wav]);
    assert_eq!(played, Err(MediaError::Codec));
}

/// DR-120.
#[test]
fn packets_follow_the_peer_to_where_it_is_heard_and_no_stranger() {
    let rules = MediaRules { sources: vec!["198.51.100.0/24".parse().unwrap()], ..quiet() };
    let mut bench = Bench::new(rules);
    let mut phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    let mut other = bench.phone(2, remote(5_000, Codec::Pcmu, 101, Some((1, 2))), 1);
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    let stranger = "203.0.113.7:9000".parse().unwrap();
    assert!(phone.say_from(&mut bench, stranger, 0, &[1; 160]).is_none());
    let behind_nat = "198.51.100.7:7777".parse().unwrap();
    assert!(phone.say_from(&mut bench, behind_nat, 0, &[1; 160]).is_some());
    let (datagram, _) = other.say(&mut bench, 0, &[1; 160]).unwrap();
    assert_eq!(datagram.to, behind_nat);
    let second = "198.51.100.8:7777".parse().unwrap();
    assert!(phone.say_from(&mut bench, second, 0, &[1; 160]).is_none(), "a stream is there");
    bench.now += Duration::from_secs(3);
    assert!(phone.say_from(&mut bench, second, 0, &[1; 160]).is_some());
    // Authentic packets are taken from anywhere; forged ones are not.
    assert!(other.say_from(&mut bench, stranger, 0, &[1; 160]).is_some());
    let (datagram, _) = phone.say_from(&mut bench, second, 0, &[1; 160]).unwrap();
    assert_eq!(datagram.to, stranger);
    let mut forged = [0x80; 182];
    forged[1] = 0;
    assert!(bench.receive(&leg(2), address(5_000), &mut forged).is_none());
    // The final answer names another address: what was heard before it counts no more.
    bench.plane.connect(bench.now, &leg(2), &remote(5_002, Codec::Pcmu, 101, Some((1, 3))));
    let (datagram, _) = phone.say_from(&mut bench, second, 0, &[1; 160]).unwrap();
    assert_eq!(datagram.to, address(5_002));
}

/// One key never protects two packets of one index (RFC 3711 §9.1): a peer that numbers its lines
/// anew, or wants the short tag, goes on where it was.
#[test]
fn a_key_under_another_tag_goes_on_counting() {
    let mut bench = Bench::new(quiet());
    let mut plain = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    let mut teams = bench.phone(2, remote(5_000, Codec::Pcmu, 101, Some((1, 2))), 65_500);
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    bench.plane.stream(&leg(2)).count_from(65_500);
    for _ in 0..100 {
        let (_, octets) = plain.say(&mut bench, 0, &[1; 160]).unwrap();
        teams.hear(&octets);
        teams.say(&mut bench, 0, &[1; 160]).unwrap();
    }
    let (_, old) = plain.say(&mut bench, 0, &[1; 160]).unwrap();
    teams.hear(&old);
    let suite = |octet| Crypto::new(7, Suite::AesCm128HmacSha1_32, MasterKey::new([octet; 30]));
    let mut anew = teams.remote.clone();
    anew.keys = Some(SrtpKeys::new(suite(1), suite(2)));
    bench.plane.connect(bench.now, &leg(2), &anew);
    for context in [&mut teams.out, &mut teams.into] {
        context.as_mut().unwrap().restate(&suite(0)).unwrap();
    }
    let (_, octets) = plain.say(&mut bench, 0, &[1; 160]).unwrap();
    assert_eq!((teams.hear(&octets).0, octets.len()), (0, 12 + 160 + 4));
    assert!(teams.say(&mut bench, 0, &[1; 160]).is_some(), "the wraps of the peer count on");
}

#[test]
fn nobody_makes_us_send_to_many_or_to_this_machine() {
    for named in [
        "0.0.0.0:4000",
        "[::]:4000",
        "224.0.0.1:4000",
        "255.255.255.255:4000",
        "[ff02::1]:4000",
        "[::ffff:0.0.0.0]:4000",
        "192.0.2.1:0",
    ] {
        let mut bench = Bench::new(MediaRules::default());
        let mut hostile = remote(4_000, Codec::Pcmu, 101, None);
        hostile.address = named.parse().unwrap();
        hostile.rtcp = hostile.address;
        bench.phone(1, hostile, 1);
        let (mut sent, mut out) = (0, [0; BUFFER]);
        for _ in 0..1_000 {
            bench.now += TICK;
            bench.plane.tick(bench.now, &mut out, |_, _, _, _| sent += 1);
        }
        assert_eq!(sent, 0, "{named}");
    }
}

#[test]
fn a_flood_of_keys_on_one_leg_leaves_room_for_the_others() {
    let mut bench = Bench::new(quiet());
    let mut flood = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    let mut other = bench.phone(2, remote(5_000, Codec::Pcmu, 101, None), 1);
    for n in [1, 2] {
        bench.plane.collect(&leg(n)).unwrap();
    }
    let key = TelephoneEvent::parse(&[5, 0x80, 0, 160]).unwrap().write();
    for _ in 0..2 * MAX_EVENTS {
        flood.say(&mut bench, 101, &key);
    }
    other.say(&mut bench, 101, &key);
    let told = bench.events();
    assert_eq!(told.len(), 33);
    assert_eq!(told.last().unwrap().leg(), &leg(2));
    // Pressed one after the other each of them counts.
    for _ in 0..100 {
        bench.now += Duration::from_millis(50);
        flood.say(&mut bench, 101, &key);
    }
    assert_eq!(bench.events().len(), 100);
}

proptest! {
    #[test]
    fn no_datagram_panics(
        octets in proptest::collection::vec(any::<u8>(), 0..200),
        encrypted in any::<bool>(),
    ) {
        let mut bench = Bench::new(quiet());
        let keys = encrypted.then_some((1, 2));
        bench.phone(1, remote(4_000, Codec::Pcmu, 101, keys), 1);
        bench.phone(2, remote(5_000, Codec::Pcmu, 101, keys), 1);
        bench.plane.join(&leg(1), &leg(2)).unwrap();
        bench.receive(&leg(1), address(4_000), &mut octets.clone());
    }
}
