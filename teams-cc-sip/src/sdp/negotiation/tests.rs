//! Two sessions that offer, answer, refuse and collide; and rows of the conformance list.

use proptest::prelude::*;

use super::*;
use crate::sdp::{Codec, Crypto, Suite};

const DIRECTIONS: [Direction; 4] =
    [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];

fn local(port: u16, key: Option<u8>) -> LocalAudio {
    let audio = LocalAudio::new([192, 0, 2, 7].into(), port, u64::from(port)).with_version(0);
    match key {
        Some(octet) => audio.with_key(MasterKey::new([octet; 30])),
        None => audio,
    }
}

fn side(port: u16, key: Option<u8>) -> Negotiation {
    Negotiation::new(local(port, key))
}

fn parse(lines: &[&str]) -> SessionDescription {
    let head = "v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n";
    SessionDescription::parse(format!("{head}{}\r\n", lines.join("\r\n")).as_bytes()).unwrap()
}

/// Over the wire and back.
fn sent(description: &SessionDescription) -> SessionDescription {
    SessionDescription::parse(&description.encode()).unwrap()
}

fn text(description: &SessionDescription) -> String {
    String::from_utf8(description.encode()).unwrap()
}

fn crypto(tag: u32, suite: Suite, octet: u8, tail: &str) -> String {
    format!("a=crypto:{}{tail}", Crypto::new(tag, suite, MasterKey::new([octet; 30])).reveal())
}

const ICE: [&str; 3] = [
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdefghijkl",
    "a=candidate:1 1 UDP 2130706431 198.51.100.9 9000 typ host",
];

#[derive(Clone, Copy, Debug)]
enum Step {
    /// One side offers, the other answers with what it wants.
    Agree { by: usize, offers: usize, wants: usize },
    /// One side offers, and the other refuses.
    Refuse { by: usize, offers: usize },
    /// Both offer at a time, and both offers are refused (491).
    Collide { offers: usize, other: usize },
    /// A 183 and a 200 bring the same answer.
    Twice { by: usize, offers: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step =
        (0..4_u8, 0..2_usize, 0..4_usize, 0..4_usize).prop_map(|(kind, by, one, two)| match kind {
            0 => Step::Agree { by, offers: one, wants: two },
            1 => Step::Refuse { by, offers: one },
            2 => Step::Collide { offers: one, other: two },
            _ => Step::Twice { by, offers: one },
        });
    proptest::collection::vec(step, 1..40)
}

/// What two sides must have in common at any time.
fn agree(sides: &[Negotiation; 2]) {
    let [one, other] = [sides[0].agreed(), sides[1].agreed()];
    let (Some(one), Some(other)) = (one, other) else {
        assert_eq!(one.is_some(), other.is_some());
        return;
    };
    assert_eq!(one.direction, other.direction.reversed());
    assert_eq!(
        (&one.local_crypto, &one.remote_crypto),
        (&other.remote_crypto, &other.local_crypto)
    );
    assert_eq!((one.codec, one.rtcp_mux), (other.codec, other.rtcp_mux));
    assert_eq!(one.payload_type, other.received_payload_type);
    assert_eq!(one.telephone_event, other.received_telephone_event);
    assert_eq!((one.remote_port, other.remote_port), (5000, 4000));
}

/// How one side's description follows the one before.
fn follows(before: Option<&SessionDescription>, after: &SessionDescription) {
    let version = |description: &SessionDescription| description.origin().unwrap().version;
    let Some(before) = before else { return assert_eq!(version(after), 1) };
    if version(before) == version(after) {
        assert_eq!(before, after, "one version, one text");
    } else {
        assert_eq!(version(after), version(before) + 1);
    }
    assert_eq!(before.origin().unwrap().session_id, after.origin().unwrap().session_id);
}

proptest! {
    /// Pain 77. DR-102, DR-103.
    #[test]
    fn whatever_two_sides_offer_answer_and_refuse_they_agree_in_the_end(
        steps in steps(),
        encrypted in any::<bool>(),
    ) {
        let keys = if encrypted { [Some(1), Some(2)] } else { [None, None] };
        let mut sides = [side(4000, keys[0]), side(5000, keys[1])];
        for step in steps {
            let before = [0, 1].map(|n: usize| sides[n].described());
            match step {
                Step::Agree { by, offers, wants } => {
                    let offer = sides[by].offer(DIRECTIONS[offers]).unwrap();
                    prop_assert!(sides[by].has_open_offer());
                    let answer = sides[1 - by].answer(&sent(&offer), DIRECTIONS[wants]).unwrap();
                    sides[by].accept(&sent(&answer)).unwrap();
                    prop_assert_eq!(
                        sides[1 - by].peer_holds(),
                        !DIRECTIONS[offers].receives()
                    );
                }
                Step::Twice { by, offers } => {
                    let offer = sides[by].offer(DIRECTIONS[offers]).unwrap();
                    let early = sides[1 - by].answer(&sent(&offer), Direction::SendRecv).unwrap();
                    sides[by].accept(&sent(&early)).unwrap();
                    let last = sides[1 - by].answer(&sent(&offer), Direction::SendRecv).unwrap();
                    prop_assert_eq!(&early, &last, "183 and 200 say the same");
                    sides[by].accept(&sent(&last)).unwrap();
                }
                Step::Refuse { by, offers } => {
                    let agreed = sides[by].agreed().cloned();
                    sides[by].offer(DIRECTIONS[offers]).unwrap();
                    sides[by].refused();
                    prop_assert_eq!(sides[by].agreed(), agreed.as_ref());
                }
                Step::Collide { offers, other } => {
                    sides[0].offer(DIRECTIONS[offers]).unwrap();
                    sides[1].offer(DIRECTIONS[other]).unwrap();
                    sides.iter_mut().for_each(Negotiation::refused);
                }
            }
            for (side, before) in sides.iter().zip(before) {
                prop_assert!(!side.has_open_offer());
                if let Some(after) = side.described() {
                    follows(before.as_ref(), &after);
                }
            }
            agree(&sides);
        }
    }

    #[test]
    fn sections_never_leave_their_places(
        kinds in proptest::collection::vec(0..3_u8, 0..5),
        rounds in proptest::collection::vec(any::<bool>(), 1..10),
    ) {
        // A foreign side with any sections around its audio, which goes on adding some.
        let mut ours = side(5000, None);
        let mut lines: Vec<String> = kinds
            .iter()
            .map(|kind| match kind {
                0 => "m=video 7000 RTP/AVP 31".to_owned(),
                1 => "m=application 7002 UDP/BFCP *".to_owned(),
                _ => "m=audio 0 RTP/AVP 0".to_owned(),
            })
            .collect();
        lines.push("m=audio 9000 RTP/AVP 0 8".to_owned());
        let place = lines.len() - 1;
        for theirs in rounds {
            let before = ours.described().map_or(0, |described| described.media().len());
            if theirs {
                lines.push("m=video 7004 RTP/AVP 31".to_owned());
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                ours.answer(&parse(&lines), Direction::SendRecv).unwrap();
            } else {
                ours.offer(Direction::SendRecv).unwrap();
                ours.refused();
            }
            let described = ours.described().unwrap();
            let media = described.media();
            prop_assert!(media.len() >= before);
            let open: Vec<usize> = (0..media.len()).filter(|n| !media[*n].is_refused()).collect();
            prop_assert_eq!(open.len(), 1);
            prop_assert!(open[0] == place || before == 0 || !theirs);
        }
    }
}

/// DR-104, DR-106: a refresh repeats the session word for word.
#[test]
fn an_offer_that_changes_nothing_keeps_its_version() {
    let (mut ours, mut theirs) = (side(4000, Some(1)), side(5000, Some(2)));
    let first = ours.offer(Direction::SendRecv).unwrap();
    ours.accept(&theirs.answer(&first, Direction::SendRecv).unwrap()).unwrap();
    assert_eq!(ours.offer(Direction::SendRecv).unwrap(), first);
    let hold = ours.offer(Direction::Inactive).unwrap();
    assert_eq!(hold.origin().unwrap().version, 2);
    assert!(text(&hold).contains("a=inactive") && !text(&hold).contains("0.0.0.0"));
}

/// DR-109, DR-110, DR-111, DR-112.
#[test]
fn keys_of_teams_are_taken_as_it_writes_them() {
    let (long, short) = (Suite::AesCm128HmacSha1_80, Suite::AesCm128HmacSha1_32);
    let lines = [
        "m=audio 9000 RTP/SAVP 0 8".to_owned(),
        crypto(0, short, 1, "|2^31"),
        crypto(1, long.clone(), 2, "|2^31|1:1"),
        crypto(2, long, 3, "|2^31"),
    ];
    let offer = parse(&lines.each_ref().map(String::as_str));
    let mut ours = side(5000, Some(9));
    let answer = ours.answer(&offer, Direction::SendRecv).unwrap();
    let agreed = ours.agreed().unwrap();
    assert_eq!(agreed.remote_crypto.as_ref().unwrap().tag, 2, "no MKI where there is a choice");
    let said = text(&answer);
    assert!(said.contains("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:") && !said.contains('|'));
    let zero = parse(&[&lines[0], &crypto(0, Suite::AesCm128HmacSha1_80, 3, "|2^31|1:1")]);
    let mut ours = side(5000, Some(9));
    let said = text(&ours.answer(&zero, Direction::SendRecv).unwrap());
    assert!(said.contains("a=crypto:0 AES_CM_128_HMAC_SHA1_80"), "tag 0 is kept");
    let plain = parse(&["m=audio 9000 RTP/AVP 0"]);
    assert_eq!(ours.answer(&plain, Direction::SendRecv), Err(AnswerError::Profile));
}

/// DR-113.
#[test]
fn rtcp_goes_where_the_peer_says() {
    for (lines, mux, rtcp) in [
        (&["a=rtcp-mux"][..], true, "198.51.100.9:9000"),
        (&["a=rtcp:9001", "a=rtcp-mux"][..], true, "198.51.100.9:9000"),
        (&[][..], false, "198.51.100.9:9001"),
        (&["a=rtcp:9007"][..], false, "198.51.100.9:9007"),
        (&["a=rtcp:9007 IN IP4 198.51.100.10"][..], false, "198.51.100.10:9007"),
        (&["a=rtcp:nonsense"][..], false, "198.51.100.9:9001"),
    ] {
        let mut all = vec!["m=audio 9000 RTP/AVP 0"];
        all.extend(lines);
        let mut ours = side(5000, None);
        let answer = ours.answer(&parse(&all), Direction::SendRecv).unwrap();
        let agreed = ours.agreed().unwrap();
        assert_eq!(
            (agreed.rtcp_mux, agreed.remote_rtcp),
            (mux, rtcp.parse().unwrap()),
            "{lines:?}"
        );
        assert_eq!(text(&answer).contains("a=rtcp-mux"), mux, "RFC 8035: only if offered");
    }
}

/// DR-114, DR-115, DR-117: codecs by name, events at their clock, noise where both take it.
#[test]
fn codecs_beyond_g711_are_taken_by_name_where_they_are_configured() {
    let offer = parse(&[
        "m=audio 9000 RTP/AVP 110 9 18 0 13 97 98",
        "a=rtpmap:110 SILK/16000",
        "a=rtpmap:97 telephone-event/8000",
        "a=rtpmap:98 telephone-event/16000",
    ]);
    let table = [
        (&Codec::G711[..], Codec::Pcmu, 0, 97),
        (&Codec::ALL[..], Codec::SilkWide, 110, 98),
        (&[Codec::Pcmu, Codec::G729, Codec::G722], Codec::G722, 9, 97),
        (&[Codec::G729], Codec::G729, 18, 97),
    ];
    for (codecs, codec, number, event) in table {
        let mut ours = Negotiation::new(local(5000, None).with_codecs(codecs).with_comfort_noise());
        let said = text(&ours.answer(&offer, Direction::SendRecv).unwrap());
        let agreed = ours.agreed().unwrap();
        assert_eq!((agreed.codec, agreed.payload_type), (codec, number));
        assert_eq!(agreed.telephone_event, Some(event));
        assert!(agreed.comfort_noise && said.contains("a=rtpmap:13 CN/8000"));
    }
    let mut silk = Negotiation::new(local(5000, None).with_codecs([Codec::SilkNarrow]));
    assert_eq!(silk.answer(&offer, Direction::SendRecv), Err(AnswerError::NoCodec));
}

/// RFC 3264 §5.1: each side sends by the other's numbers.
#[test]
fn payload_types_may_differ_between_the_two_ways() {
    let mut ours = side(4000, None);
    let offer = ours.offer(Direction::SendRecv).unwrap();
    let answer = parse(&["m=audio 9000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000"]);
    let agreed = ours.accept(&answer).unwrap();
    assert_eq!((agreed.telephone_event, agreed.received_telephone_event), (Some(96), Some(101)));
    assert_eq!((agreed.payload_type, agreed.received_payload_type), (8, 8));
    assert!(text(&offer).contains("a=rtpmap:101 telephone-event/8000"));
}

#[test]
fn a_later_offer_keeps_the_numbers_that_the_peer_has_given() {
    let codecs = [Codec::SilkWide, Codec::SilkNarrow, Codec::Pcmu];
    let mut ours = Negotiation::new(local(5000, None).with_codecs(codecs));
    let lines = ["m=audio 9000 RTP/AVP 110 103", "a=rtpmap:110 SILK/16000"];
    let offer = parse(&[lines[0], lines[1], "a=rtpmap:103 telephone-event/8000"]);
    ours.answer(&offer, Direction::SendRecv).unwrap();
    let said = text(&ours.offer(Direction::Inactive).unwrap());
    assert!(said.contains(" 110 0 103\r\n") && said.contains("a=rtpmap:110 SILK/16000"), "{said}");
    assert!(said.contains("a=rtpmap:103 telephone-event/8000"));
}

/// DR-121, DR-123, DR-124, DR-126.
#[test]
fn ice_lite_has_one_candidate_and_starts_anew_when_the_peer_does() {
    let mut ours = side(5000, Some(9)).with_ice(MasterKey::new([5; 30]));
    let key = crypto(1, Suite::AesCm128HmacSha1_80, 2, "");
    let mut lines = vec!["m=audio 9000 RTP/SAVP 0", &key, "a=rtcp-mux"];
    lines.extend(ICE);
    let offer = parse(&lines);
    let early = ours.answer(&offer, Direction::SendRecv).unwrap();
    let said = text(&early);
    assert_eq!(said.matches("a=candidate:").count(), 1);
    assert!(said.contains("192.0.2.7 5000 typ host"));
    let (session, _) = said.split_once("m=audio").unwrap();
    assert!(session.contains("a=ice-lite"), "RFC 8839 §5.3: for the whole session");
    assert_eq!(ours.answer(&offer, Direction::SendRecv).unwrap(), early, "183 and 200 are alike");
    lines.push("a=remote-candidates:1 192.0.2.7 5000");
    let first = ours.agreed().unwrap().ice.clone().unwrap();
    ours.answer(&parse(&lines), Direction::SendRecv).unwrap();
    assert_eq!(ours.agreed().unwrap().ice.as_ref(), Some(&first), "the final re-INVITE");
    let anew: Vec<String> = lines.iter().map(|line| line.replace("abcd", "wxyz")).collect();
    let anew = parse(&anew.iter().map(String::as_str).collect::<Vec<_>>());
    ours.answer(&anew, Direction::SendRecv).unwrap();
    let second = ours.agreed().unwrap().ice.clone().unwrap();
    assert_ne!(
        (second.local.ufrag(), second.local.reveal_pwd()),
        (first.local.ufrag(), first.local.reveal_pwd())
    );
    let mut without = side(5000, Some(9)).with_ice(MasterKey::new([5; 30]));
    let offer = parse(&["m=audio 9000 RTP/SAVP 0", &key]);
    assert!(!text(&without.answer(&offer, Direction::SendRecv).unwrap()).contains("ice"));
}

/// DR-127: IPv6 has no candidate, since Teams takes IPv4 alone in media bypass.
#[test]
fn an_ipv6_address_is_named_as_such_and_has_no_ice() {
    let audio = LocalAudio::new("2001:db8::7".parse().unwrap(), 5000, 1);
    let mut ours = Negotiation::new(audio).with_ice(MasterKey::new([5; 30]));
    let said = text(&ours.offer(Direction::SendRecv).unwrap());
    assert!(said.contains("c=IN IP6 2001:db8::7") && !said.contains("ice"));
}

/// DR-128.
#[test]
fn stray_words_among_the_formats_are_passed_over() {
    let mut ours = side(5000, None);
    let offer = parse(&["m=audio 9000 RTP/AVP c=IN 0 999 -1 é 8"]);
    ours.answer(&offer, Direction::SendRecv).unwrap();
    assert_eq!(ours.agreed().unwrap().codec, Codec::Pcmu);
    let none = parse(&["m=audio 9000 RTP/AVP stray words"]);
    assert_eq!(ours.answer(&none, Direction::SendRecv), Err(AnswerError::NoCodec));
}

#[test]
fn the_audio_that_fits_is_taken_where_there_are_several() {
    let mut ours = side(5000, Some(9));
    let key = crypto(1, Suite::AesCm128HmacSha1_80, 2, "");
    let offer = parse(&[
        "m=audio 9000 UDP/TLS/RTP/SAVP 0",
        "m=audio 9002 RTP/SAVP 0",
        &key,
        "m=audio 9004 RTP/SAVP 8",
        &key,
    ]);
    let answer = ours.answer(&offer, Direction::SendRecv).unwrap();
    let ports: Vec<u16> = answer.media().iter().map(crate::sdp::Media::port).collect();
    assert_eq!(ports, [0, 5000, 0]);
    let again = ours.offer(Direction::Inactive).unwrap();
    let ports: Vec<u16> = again.media().iter().map(crate::sdp::Media::port).collect();
    assert_eq!(ports, [0, 5000, 0]);
}

#[test]
fn an_answer_without_an_offer_is_nobodys() {
    let mut ours = side(4000, None);
    let stray = parse(&["m=audio 9000 RTP/AVP 0"]);
    assert_eq!(ours.accept(&stray).unwrap_err(), AnswerError::Mismatch);
    ours.offer(Direction::SendRecv).unwrap();
    ours.refused();
    assert_eq!(ours.accept(&stray).unwrap_err(), AnswerError::Mismatch);
}
