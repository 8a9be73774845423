//! Calls whose sound goes over loopback UDP, through the trunk's media port.
#![cfg(feature = "media")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use support::{Bridged, Stage, config, teams_invite, within};
use teams_cc_core::{
    LegId,
    contact::{
        EndReason, EndedBy, Leg, LegCommand, LegError, LegEvent, OperationOutcome, Prompt, Tone,
        Verb,
    },
};
use teams_cc_sip::{
    io::TokioClock,
    media::{
        MediaConfig, MediaEndpoint, MediaRelay, MediaRules, WavPrompt,
        dtmf::TelephoneEvent,
        g711,
        rtp::{MAX_PACKET, RtpPacket},
        srtp::SrtpContext,
    },
    message::{Method, StatusCode},
    sdp::{Codec, Crypto, MasterKey, SessionDescription, Suite},
    trunk::MediaPort,
};
use tokio::{
    net::UdpSocket,
    time::{sleep, timeout},
};

const PROMPT: &str = "https://prompts.test/welcome.wav";

/// What carries a telephone's sound.
struct Phone {
    socket: UdpSocket,
    /// Where the trunk wants packets.
    to: Option<SocketAddr>,
    own: Option<MasterKey>,
    out: Option<SrtpContext>,
    into: Option<SrtpContext>,
    codec: Codec,
    event: u8,
    sequence: u16,
    timestamp: u32,
    /// Repeats for each tone.
    angle: f64,
}

impl Phone {
    async fn new(codec: Codec, event: u8, key: Option<u8>, sequence: u16) -> Self {
        Self {
            socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            to: None,
            own: key.map(|octet| MasterKey::new([octet; 30])),
            out: None,
            into: None,
            codec,
            event,
            sequence,
            timestamp: 0,
            angle: 0.0,
        }
    }

    fn crypto(&self) -> Option<Crypto> {
        let key = self.own.clone()?;
        Some(Crypto::new(1, Suite::AesCm128HmacSha1_80, key))
    }

    /// What the phone describes of itself.
    fn sdp(&self, direction: &str, version: u32) -> String {
        let (number, name) = (self.codec.payload_type(), self.codec.encoding());
        let port = self.socket.local_addr().unwrap().port();
        let event = self.event;
        let (profile, key) = match self.crypto() {
            Some(crypto) => ("RTP/SAVP", format!("a=crypto:{}\r\n", crypto.reveal())),
            None => ("RTP/AVP", String::new()),
        };
        format!(
            "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} {profile} {number} {event}\r\na=rtpmap:{number} {name}/8000\r\n\
             a=rtpmap:{event} telephone-event/8000\r\n{key}a=rtcp-mux\r\na={direction}\r\n"
        )
    }

    /// Reads where and how the trunk wants sound. A key that stays keeps its state.
    fn connect(&mut self, body: &[u8], rekeyed: bool) {
        let described = SessionDescription::parse(body).unwrap();
        let audio = described.audio().unwrap();
        let first = self.to.is_none();
        self.to = Some(SocketAddr::new(described.address_of(audio).unwrap(), audio.port()));
        if let Some(own) = self.crypto() {
            let theirs = audio.crypto().unwrap().remove(0);
            if first || rekeyed {
                self.out = Some(SrtpContext::new(&own).unwrap());
            }
            if first {
                self.into = Some(SrtpContext::new(&theirs).unwrap());
            }
        }
    }

    async fn send(&mut self, kind: u8, marker: bool, timestamp: u32, payload: &[u8]) {
        let mut packet = [0; MAX_PACKET];
        self.sequence = self.sequence.wrapping_add(1);
        let ssrc = u32::from(self.event) + 1_000;
        let mut rtp = RtpPacket::new(kind, self.sequence, timestamp, ssrc, payload);
        rtp.marker = marker;
        let length = rtp.write(&mut packet).unwrap();
        let length = match &mut self.out {
            Some(out) => out.protect_rtp(&mut packet, length).unwrap(),
            None => length,
        };
        self.socket.send_to(&packet[..length], self.to.unwrap()).await.unwrap();
    }

    /// Says one packet of a pure tone.
    async fn hum(&mut self, pitch: f64) {
        let mut frame = [0; 160];
        for octet in &mut frame {
            self.angle += pitch / 8_000.0 * std::f64::consts::TAU;
            #[allow(clippy::cast_possible_truncation, reason = "within the range of i16")]
            let sample = (self.angle.sin() * 8_000.0) as i16;
            *octet = g711::encode(self.codec, sample);
        }
        self.timestamp = self.timestamp.wrapping_add(160);
        self.send(self.codec.payload_type(), false, self.timestamp, &frame).await;
    }

    /// Presses a key: three packets of it.
    async fn press(&mut self, key: u8) {
        self.timestamp = self.timestamp.wrapping_add(1_600);
        for (n, payload) in
            [[key, 10, 0, 160], [key, 10, 1, 64], [key, 0x8a, 2, 128]].iter().enumerate()
        {
            self.send(self.event, n == 0, self.timestamp, payload).await;
        }
    }

    /// The next packet: its payload type, timestamp and payload.
    async fn hear(&mut self) -> Option<(u8, u32, Vec<u8>)> {
        loop {
            let mut packet = [0; MAX_PACKET];
            let next = timeout(Duration::from_millis(300), self.socket.recv_from(&mut packet));
            let (length, from) = next.await.ok()?.unwrap();
            assert_eq!(Some(from), self.to, "the trunk speaks from where it listens");
            if (192..=223).contains(&packet[1]) {
                continue;
            }
            let length = match &mut self.into {
                Some(into) => into.unprotect_rtp(&mut packet[..length]).unwrap(),
                None => length,
            };
            let read = RtpPacket::parse(&packet[..length]).unwrap();
            return Some((read.payload_type, read.timestamp, read.payload.to_vec()));
        }
    }

    async fn drain(&mut self) {
        while self.hear().await.is_some() {}
    }

    /// How much of a tone is in a packet of speech, of 1 (Goertzel).
    fn share(&self, pitch: f64, payload: &[u8]) -> f64 {
        let (mut real, mut imaginary, mut power) = (0.0, 0.0, 0.0);
        for (n, octet) in (0_u32..).zip(payload) {
            let sample = f64::from(g711::decode(self.codec, *octet));
            let angle = pitch / 8_000.0 * std::f64::consts::TAU * f64::from(n);
            real += sample * angle.cos();
            imaginary += sample * angle.sin();
            power += sample * sample;
        }
        let count = f64::from(u32::try_from(payload.len()).unwrap());
        2.0 * (real * real + imaginary * imaginary) / (count * power.max(1.0))
    }
}

/// One says a tone and presses a key, and the other hears both.
async fn hears(from: &mut Phone, to: &mut Phone, pitch: f64, key: u8) {
    for _ in 0..5 {
        from.hum(pitch).await;
        let (kind, _, payload) = to.hear().await.expect("sound");
        assert_eq!(kind, to.codec.payload_type());
        let share = to.share(pitch, &payload);
        assert!(share > 0.9, "{share} of {pitch} Hz");
        assert!(to.share(pitch * 1.7, &payload) < 0.1);
    }
    from.press(key).await;
    let mut stamps = Vec::new();
    for _ in 0..3 {
        let (kind, timestamp, payload) = to.hear().await.expect("an event");
        assert_eq!((kind, payload[0]), (to.event, key), "by the other's number");
        assert!(TelephoneEvent::parse(&payload).unwrap().tone.is_some());
        stamps.push(timestamp);
    }
    stamps.dedup();
    assert_eq!(stamps.len(), 1, "one event has one time");
}

fn media(rules: MediaRules) -> MediaConfig {
    let mut rules = rules;
    rules.idle_noise = false;
    let tone: Vec<i16> = (0..1_600)
        .map(|n| {
            let angle = 700.0 / 8_000.0 * std::f64::consts::TAU * f64::from(n);
            #[allow(clippy::cast_possible_truncation, reason = "within the range of i16")]
            let sample = (angle.sin() * 8_000.0) as i16;
            sample
        })
        .collect();
    MediaConfig::new("127.0.0.1".parse().unwrap(), 21_000..=29_999)
        .rules(rules)
        .prompt(PROMPT, WavPrompt::from_samples(&tone))
}

fn clock() -> Arc<TokioClock> {
    Arc::new(TokioClock::system())
}

/// RTP of a carrier and SRTP of Teams, joined.
async fn bridged() -> (Bridged, Phone, Phone) {
    let relay = MediaRelay::start(media(MediaRules::default()), clock()).unwrap();
    let stage = Stage::with_media(config(), Arc::new(relay));
    // Both counts are about to wrap.
    let mut carrier = Phone::new(Codec::Pcmu, 96, None, 65_520).await;
    let mut teams = Phone::new(Codec::Pcma, 101, Some(7), 65_520).await;
    let offer = carrier.sdp("sendrecv", 1);
    let bridged = Bridged::speaking(stage, &offer, &teams.sdp("sendrecv", 1)).await;
    carrier.connect(bridged.carrier_ok.body(), false);
    teams.connect(bridged.teams_invite.body(), false);
    (bridged, carrier, teams)
}

/// Pain 76.
#[tokio::test]
async fn sound_and_keys_pass_both_ways_before_and_after_hold_a_wrap_and_a_new_key() {
    let (mut b, mut carrier, mut teams) = Box::pin(bridged()).await;
    for _ in 0..4 {
        hears(&mut carrier, &mut teams, 600.0, 5).await;
        hears(&mut teams, &mut carrier, 900.0, 11).await;
    }
    // Teams holds: nobody hears anything.
    let pause = teams.sdp("inactive", 2);
    b.proxy.send(support::from_callee(&b.teams_invite, "INVITE", 1, &[], Some(&pause))).await;
    b.proxy.response(100).await;
    let paused = b.proxy.response(200).await;
    assert!(std::str::from_utf8(paused.body()).unwrap().contains("a=inactive"));
    b.proxy.send(support::from_callee(&b.teams_invite, "ACK", 1, &[], None)).await;
    let theirs = b.carrier.request(&Method::Invite).await;
    let agreed = carrier.sdp("recvonly", 2);
    b.carrier.answer(&theirs, StatusCode::OK, Some(&agreed)).await;
    b.carrier.request(&Method::Ack).await;
    carrier.hum(600.0).await;
    assert!(teams.hear().await.is_none());
    // And takes the call off hold with a new key, which starts without wraps.
    teams.own = Some(MasterKey::new([8; 30]));
    let resume = teams.sdp("sendrecv", 3);
    b.proxy.send(support::from_callee(&b.teams_invite, "INVITE", 2, &[], Some(&resume))).await;
    b.proxy.response(100).await;
    let resumed = b.proxy.response(200).await;
    teams.connect(resumed.body(), true);
    b.proxy.send(support::from_callee(&b.teams_invite, "ACK", 2, &[], None)).await;
    let theirs = b.carrier.request(&Method::Invite).await;
    let agreed = carrier.sdp("sendrecv", 3);
    b.carrier.answer(&theirs, StatusCode::OK, Some(&agreed)).await;
    b.carrier.request(&Method::Ack).await;
    sleep(Duration::from_millis(50)).await;
    carrier.drain().await;
    teams.drain().await;
    for _ in 0..4 {
        hears(&mut teams, &mut carrier, 900.0, 3).await;
        hears(&mut carrier, &mut teams, 600.0, 9).await;
    }
}

/// DESIGN 9: a peer that is gone says nothing, and both legs end.
#[tokio::test]
async fn silence_ends_both_legs() {
    let mut rules = MediaRules::default();
    rules.silence = Some(Duration::from_millis(1_500));
    let relay = MediaRelay::start(media(rules), clock()).unwrap();
    let stage = Stage::with_media(config(), Arc::new(relay));
    let mut carrier = Phone::new(Codec::Pcmu, 96, None, 1).await;
    let teams = Phone::new(Codec::Pcma, 101, Some(7), 1).await;
    let offer = carrier.sdp("sendrecv", 1);
    let mut b = Bridged::speaking(stage, &offer, &teams.sdp("sendrecv", 1)).await;
    carrier.connect(b.carrier_ok.body(), false);
    // The carrier's side talks on; Teams' side is gone.
    let talking = tokio::spawn(async move {
        loop {
            carrier.hum(600.0).await;
            sleep(Duration::from_millis(20)).await;
        }
    });
    let agent = b.agent.id().clone();
    let bye = b.proxy.request(&Method::Bye).await;
    b.proxy.answer(&bye, StatusCode::OK, None).await;
    let LegEvent::Ended(cause) = b.stage.leg_event(&agent).await else { panic!("not ended") };
    assert_eq!((cause.reason, cause.by), (EndReason::Failed, EndedBy::Platform));
    b.carrier.request(&Method::Bye).await;
    talking.abort();
}

#[tokio::test]
async fn a_leg_plays_a_prompt_and_tells_keys() {
    let endpoint = Arc::new(MediaEndpoint::start(media(MediaRules::default()), clock()).unwrap());
    let mut stage = Stage::with_media(config(), Arc::clone(&endpoint) as Arc<dyn MediaPort>);
    let mut phone = Phone::new(Codec::Pcma, 101, Some(7), 1).await;
    let mut teams = stage.teams_connects().await;
    let invite = teams_invite("ivr", support::FQDN, Some(&phone.sdp("sendrecv", 1)));
    teams.send(invite.clone()).await;
    let call = stage.incoming().await;
    assert!(call.leg.capabilities().has(Verb::Play) && call.leg.capabilities().has(Verb::Hold));
    let prompt = Prompt::new(PROMPT).unwrap();
    let early = call.leg.execute(LegCommand::Play(vec![prompt.clone()])).await;
    assert!(matches!(early, Err(LegError::WrongState { .. })));
    call.leg.execute(LegCommand::Answer).await.unwrap();
    teams.response(100).await;
    let ok = teams.response(200).await;
    phone.connect(ok.body(), false);
    teams.send(within(&invite, &ok, "ACK", 1, &[], None)).await;
    let leg = call.leg.id().clone();
    for expected in [LegEvent::Answered, LegEvent::MediaActive] {
        assert_eq!(stage.leg_event(&leg).await, expected);
    }
    call.leg.execute(LegCommand::CollectTones).await.unwrap();
    let operation = call.leg.execute(LegCommand::Play(vec![prompt])).await.unwrap().unwrap();
    for _ in 0..10 {
        let (_, _, payload) = phone.hear().await.expect("the prompt");
        assert!(phone.share(700.0, &payload) > 0.9);
    }
    let outcome = OperationOutcome::Completed;
    assert_eq!(stage.leg_event(&leg).await, LegEvent::OperationEnded { operation, outcome });
    phone.press(7).await;
    assert_eq!(stage.leg_event(&leg).await, LegEvent::Tone(Tone::new('7').unwrap()));
    endpoint.send_tones(&leg, &[Tone::new('4').unwrap()]).unwrap();
    let (kind, _, payload) = phone.hear().await.expect("a key");
    assert_eq!((kind, payload[0]), (101, 4));
    let unknown = Prompt::new("https://prompts.test/nothing.wav").unwrap();
    let refused = call.leg.execute(LegCommand::Play(vec![unknown])).await.unwrap_err();
    assert!(matches!(refused, LegError::Platform { verb: Verb::Play, .. }));
    assert!(endpoint.quality(&leg).unwrap().received >= 3);
    // One packet is lost.
    for lost in [0, 1, 0] {
        phone.hum(600.0).await;
        phone.sequence += lost;
    }
    sleep(Duration::from_millis(100)).await;
    let last = endpoint.quality(&leg).unwrap();
    let bye = within(&invite, &ok, "BYE", 2, &[], None);
    teams.send(bye).await;
    teams.response(200).await;
    assert!(matches!(stage.leg_event(&leg).await, LegEvent::Ended(_)));
    let [(of, quality)] = &stage.went[..] else { panic!("{:?}", stage.went) };
    assert_eq!((of, quality.received, quality.lost), (&leg, last.received, 1));
    assert!(quality.sent > 10 && quality.round_trip.is_none(), "the phone never reported");
}

#[tokio::test]
async fn a_plane_says_what_it_has_no_more_of() {
    let start = |legs: usize, ports| {
        let mut rules = MediaRules::default();
        rules.legs = legs;
        let config = MediaConfig::new("127.0.0.1".parse().unwrap(), ports).rules(rules);
        MediaRelay::start(config, Arc::new(TokioClock::system())).unwrap()
    };
    let [one, two] = [1, 2].map(|n| LegId::numbered("M", n));
    for (legs, ports, room, why) in [
        (1, 30_000..=30_999, 1, io::ErrorKind::QuotaExceeded),
        (2, 31_000..=31_001, 1, io::ErrorKind::AddrInUse),
    ] {
        let plane = start(legs, ports);
        assert_eq!(plane.room(), Some(room));
        plane.open(&one).unwrap();
        assert_eq!(plane.open(&two).unwrap_err().kind(), why);
        plane.close(&one);
        // The closed sockets go with their task.
        sleep(Duration::from_millis(50)).await;
        plane.open(&two).unwrap();
    }
}
