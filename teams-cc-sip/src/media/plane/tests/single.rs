//! One leg alone: silence, reports, prompts, keys, checks and bounds.

use teams_cc_core::{OperationId, contact::OperationOutcome};

use super::*;
use crate::{
    media::{
        MAX_PROMPTS,
        dtmf::ToneCollector,
        reception::Loss,
        rtcp::{MAX_REPORT, Report, RtcpPacket},
        stun::tests::check,
    },
    sdp::{IceCredentials, NegotiatedIce},
};

#[test]
fn a_silent_peer_is_reported_and_one_on_hold_is_not() {
    let mut bench = Bench::new(quiet());
    let mut phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    bench.pass(Duration::from_secs(59));
    phone.say(&mut bench, 0, &[1; 160]);
    bench.pass(Duration::from_secs(59));
    assert!(bench.events().is_empty());
    let mut held = phone.remote.clone();
    (held.on_hold, held.expected) = (true, false);
    bench.plane.connect(bench.now, &leg(1), &held);
    bench.pass(Duration::from_mins(10));
    assert!(bench.events().is_empty());
    bench.plane.connect(bench.now, &leg(1), &phone.remote.clone());
    bench.pass(Duration::from_secs(61));
    assert_eq!(bench.events(), [MediaEvent::Silent { leg: leg(1) }]);
}

#[test]
fn a_report_alone_keeps_a_leg_alive_and_ours_are_sent() {
    let mut bench = Bench::new(quiet());
    let phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, Some((1, 2))), 1);
    let (mut theirs, mut ours) =
        (SrtpContext::new(&key(2)).unwrap(), SrtpContext::new(&key(1)).unwrap());
    let mut reports = 0;
    for _ in 0..10 {
        let mut report = [0; 64];
        report[..8].copy_from_slice(&[0x80, 201, 0, 1, 0, 0, 0, 9]);
        let length = theirs.protect_rtcp(&mut report, 8).unwrap();
        assert!(bench.receive(&phone.leg, address(4_000), &mut report[..length]).is_none());
        for _ in 0..1_500 {
            bench.now += TICK;
            bench.plane.tick(bench.now, &mut bench.out, |_, rtcp, to, octets| {
                assert_eq!((rtcp, to), (false, address(4_000)), "on the port of RTP");
                let mut octets = octets.to_vec();
                let length = ours.unprotect_rtcp(&mut octets).unwrap();
                assert!(RtcpPacket::parse(&octets[..length]).is_some());
                reports += 1;
            });
        }
    }
    assert!((40..=120).contains(&reports), "{reports} reports in five minutes");
    assert!(bench.events().is_empty());
}

#[test]
fn a_round_trip_and_what_the_peer_misses_are_read_from_its_reports() {
    let mut bench = Bench::new(MediaRules::default());
    let phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    let mut report = None;
    for _ in 0..500 {
        if report.is_some() {
            break;
        }
        bench.now += TICK;
        bench.plane.tick(bench.now, &mut bench.out, |_, _, _, octets| {
            if octets[1] == 200 {
                report = RtcpPacket::parse(octets);
            }
        });
    }
    let report = report.unwrap();
    assert_eq!(bench.plane.quality(&leg(1)).unwrap().round_trip, None);
    // The report travels 70 ms, waits half a second, and the answer travels 50 ms.
    bench.now += Duration::from_millis(620);
    let answered = |since: u32, source: u32| {
        let loss = Loss { fraction: 0, lost: 3, newest: 1, jitter: 0 };
        let last = (report.sender_time.unwrap(), since);
        let answer = Report { ssrc: 9, sent: None, heard: Some((source, loss)), last };
        let mut out = [0; MAX_REPORT];
        let length = answer.write(&mut out);
        out[..length].to_vec()
    };
    bench.receive(&phone.leg, address(4_000), &mut answered(32_768, report.ssrc ^ 1));
    assert_eq!(bench.plane.quality(&leg(1)).unwrap().lost_by_peer, None, "another's");
    bench.receive(&phone.leg, address(4_000), &mut answered(32_768, report.ssrc));
    let quality = bench.plane.quality(&leg(1)).unwrap();
    assert_eq!(quality.lost_by_peer, Some(3));
    let millis = quality.round_trip.unwrap().as_millis();
    assert!((119..=120).contains(&millis), "{millis}");
    // A peer that claims to have waited longer than it did is no time machine.
    bench.receive(&phone.leg, address(4_000), &mut answered(65_536 / 10 * 7, report.ssrc));
    assert_eq!(bench.plane.quality(&leg(1)).unwrap().round_trip, Some(Duration::ZERO));
}

#[test]
fn prompts_play_in_order_and_keys_are_collected_meanwhile() {
    let mut bench = Bench::new(quiet());
    let mut phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, Some((1, 2))), 1);
    let (first, second) = (OperationId::numbered("P", 1), OperationId::numbered("P", 2));
    let wav = |sample| WavPrompt::from_samples(&[sample; 400]);
    bench.plane.play(&leg(1), &first, vec![wav(8_000), wav(-8_000)]).unwrap();
    bench.plane.play(&leg(1), &second, vec![wav(100)]).unwrap();
    let sent = bench.pass(Duration::from_millis(120));
    assert_eq!(sent.len(), 6);
    let heard: Vec<i16> = sent
        .iter()
        .map(|(_, _, octets)| g711::decode(Codec::Pcmu, phone.hear(octets).3[0]))
        .collect();
    assert!(heard[..3].iter().all(|sample| *sample > 7_000), "{heard:?}");
    assert!(heard[3..].iter().all(|sample| *sample < -7_000));
    let outcome = OperationOutcome::Completed;
    assert_eq!(bench.events(), [MediaEvent::PlayEnded { leg: leg(1), operation: first, outcome }]);
    let press = TelephoneEvent::parse(&[11, 10, 0, 160]).unwrap().write();
    phone.say(&mut bench, 101, &press);
    assert!(bench.events().is_empty(), "nobody asked");
    bench.plane.collect(&leg(1)).unwrap();
    phone.say(&mut bench, 101, &press);
    assert_eq!(bench.events(), [MediaEvent::Tone { leg: leg(1), tone: tone('#') }]);
    bench.plane.cancel(&leg(1)).unwrap();
    let outcome = OperationOutcome::Cancelled;
    assert_eq!(bench.events(), [MediaEvent::PlayEnded { leg: leg(1), operation: second, outcome }]);
    assert!(bench.pass(Duration::from_millis(100)).is_empty());
    let many = vec![wav(1); MAX_PROMPTS + 1];
    let operation = OperationId::numbered("P", 3);
    assert_eq!(bench.plane.play(&leg(1), &operation, many), Err(MediaError::Full));
}

/// DR-115, DR-116, DR-117.
#[test]
fn keys_are_sent_as_events_and_noise_while_there_is_nothing_to_say() {
    let mut bench = Bench::new(MediaRules::default());
    let mut noisy = remote(4_000, Codec::Pcmu, 97, None);
    noisy.comfort_noise = true;
    let mut phone = bench.phone(1, noisy, 1);
    bench.plane.send_tones(&leg(1), &[tone('4'), tone('2')]).unwrap();
    let sent = bench.pass(Duration::from_secs(3));
    let mut collector = ToneCollector::default();
    let (mut keys, mut noises, mut last) = (String::new(), 0, None);
    for (_, _, octets) in &sent {
        let (kind, sequence, timestamp, payload) = phone.hear(octets);
        assert!(last.is_none_or(|last: u16| sequence == last.wrapping_add(1)));
        last = Some(sequence);
        match kind {
            97 => keys.extend(collector.take(timestamp, &payload).map(Tone::reveal)),
            13 => noises += 1,
            other => panic!("payload type {other}"),
        }
    }
    assert_eq!(keys, "42");
    assert!((2..=4).contains(&noises), "{noises}");
    bench.phone(2, RemoteMedia::new(address(5_000), Codec::Pcmu), 1);
    assert_eq!(bench.plane.send_tones(&leg(2), &[tone('1')]), Err(MediaError::Tones));
    let silence = bench.pass(Duration::from_millis(200));
    let to_second = silence.iter().filter(|(to, ..)| *to == leg(2)).count();
    assert!((9..=11).contains(&to_second), "{to_second}");
}

/// DR-121, DR-122, DR-125.
#[test]
fn checks_are_answered_and_the_path_that_is_picked_is_taken() {
    let mut bench = Bench::new(quiet());
    let credentials = |name: &str| IceCredentials::new(name, &"x".repeat(22)).unwrap();
    let ours = credentials("ours");
    let mut remote = remote(4_000, Codec::Pcmu, 101, Some((1, 2)));
    remote.ice = Some(NegotiatedIce { local: ours.clone(), remote: credentials("peer") });
    bench.phone(1, remote, 1);
    let (first, second) = ("198.51.100.1:5".parse().unwrap(), "198.51.100.2:6".parse().unwrap());
    let nominate = [0, 0x25, 0, 0];
    for (from, extra, target) in [
        (first, &[][..], first),
        (second, &[], first),
        (second, &nominate, second),
        (first, &nominate, first),
    ] {
        let mut asked = check(&ours, extra);
        let (answer, octets) = bench.receive(&leg(1), from, &mut asked).unwrap();
        assert_eq!((answer.to, &octets[..2]), (from, &[1, 1][..]));
        assert_eq!(bench.plane.stream(&leg(1)).target(), Some(target));
    }
    // The port of RTCP has a path of its own, and no sound.
    let mut asked = check(&ours, &nominate);
    let (plane, out) = (&mut bench.plane, &mut bench.out);
    let answer = plane.receive_control(bench.now, &leg(1), second, &mut asked, out).unwrap();
    assert_eq!((answer.to, answer.rtcp), (second, true));
    assert_eq!(plane.stream(&leg(1)).target(), Some(first));
    let mut forged = check(&credentials("othr"), &[]);
    assert!(bench.receive(&leg(1), first, &mut forged).is_none());
}

#[test]
fn legs_are_bounded_and_losses_are_measured() {
    let mut bench = Bench::new(MediaRules { legs: 2, ..quiet() });
    let mut phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 65_530);
    assert!(!bench.plane.open(bench.now, &leg(1)));
    assert!(bench.plane.open(bench.now, &leg(2)));
    assert!(!bench.plane.open(bench.now, &leg(3)));
    for n in 0..100 {
        bench.now += TICK;
        if n % 10 == 5 {
            phone.sequence = phone.sequence.wrapping_add(1);
            phone.timestamp = phone.timestamp.wrapping_add(160);
            bench.now += TICK;
        }
        phone.say(&mut bench, 0, &[1; 160]);
    }
    let quality = bench.plane.quality(&leg(1)).unwrap();
    assert_eq!((quality.received, quality.lost, quality.jitter), (100, 10, Duration::ZERO));
}

#[test]
fn who_waits_hears_ringing_until_it_is_joined() {
    let mut bench = Bench::new(quiet());
    let mut phone = bench.phone(1, remote(4_000, Codec::Pcmu, 101, None), 1);
    bench.phone(2, remote(5_000, Codec::Pcmu, 101, None), 1);
    bench.plane.ring(&leg(1), true);
    let loud: Vec<bool> = bench
        .pass(Duration::from_secs(5))
        .iter()
        .map(|(.., octets)| phone.hear(octets).3.iter().any(|octet| *octet != 0xff))
        .collect();
    assert_eq!((loud.len(), loud.iter().filter(|loud| **loud).count()), (250, 50));
    bench.plane.join(&leg(1), &leg(2)).unwrap();
    assert!(bench.pass(Duration::from_secs(1)).is_empty());
}
