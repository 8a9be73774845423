//! Answers to offers of every kind, and what both sides then know.

use super::{
    super::{MasterKey, offer},
    *,
};

fn local(port: u16, key: Option<u8>) -> LocalAudio {
    let audio = LocalAudio::new("192.0.2.7".parse().unwrap(), port, 42);
    match key {
        Some(octet) => audio.with_key(MasterKey::new([octet; 30])),
        None => audio,
    }
}

fn parse(lines: &[&str]) -> SessionDescription {
    let head = "v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n";
    SessionDescription::parse(format!("{head}{}\r\n", lines.join("\r\n")).as_bytes()).unwrap()
}

#[test]
fn both_sides_agree_on_codec_events_ports_and_keys() {
    for keys in [(None, None), (Some(1), Some(2))] {
        let (caller, agent) = (local(4000, keys.0), local(5000, keys.1));
        let offered = offer(&caller).unwrap();
        let offered = SessionDescription::parse(&offered.encode()).unwrap();
        let answered = answer(&offered, &agent).unwrap();
        let body = SessionDescription::parse(&answered.description.encode()).unwrap();
        let seen = accept(&offered, &body, &caller).unwrap();
        assert_eq!((seen.codec, seen.payload_type), (Codec::Pcmu, 0));
        assert_eq!(seen.telephone_event, Some(101));
        assert_eq!((seen.remote_port, answered.audio.remote_port), (5000, 4000));
        assert_eq!(seen.direction, Direction::SendRecv);
        assert!(seen.rtcp_mux && answered.audio.rtcp_mux);
        assert_eq!(seen.local_crypto, answered.audio.remote_crypto);
        assert_eq!(seen.remote_crypto, answered.audio.local_crypto);
        assert_eq!(seen.local_crypto.is_some(), keys.0.is_some());
    }
}

#[test]
fn the_longer_tag_is_taken_although_the_shorter_is_offered_first() {
    let key = |tag: u8, bits: u8| {
        let suite =
            if bits == 80 { Suite::AesCm128HmacSha1_80 } else { Suite::AesCm128HmacSha1_32 };
        format!("a=crypto:{}", Crypto::new(tag.into(), suite, MasterKey::new([tag; 30])).reveal())
    };
    let (short, long) = (key(0, 32), key(1, 80));
    let offered = parse(&["m=audio 9000 RTP/SAVP 111 0 8 13", &short, &long, "a=rtcp-mux"]);
    let answered = answer(&offered, &local(5000, Some(9))).unwrap();
    assert_eq!(answered.audio.local_crypto.unwrap().tag, 1);
    let only_short = parse(&["m=audio 9000 RTP/SAVP 8", &short]);
    let answered = answer(&only_short, &local(5000, Some(9))).unwrap();
    assert_eq!(answered.audio.local_crypto.as_ref().unwrap().tag, 0);
    assert_eq!(answered.audio.codec, Codec::Pcma);
}

#[test]
fn video_is_refused_and_keeps_its_place() {
    let offered = parse(&[
        "m=video 7000 RTP/AVP 31",
        "a=rtpmap:31 H261/90000",
        "m=audio 9000 RTP/AVP 8 0 96",
        "a=rtpmap:96 telephone-event/8000",
        "a=ptime:30",
    ]);
    let answered = answer(&offered, &local(5000, None)).unwrap();
    let media = answered.description.media();
    assert_eq!((media[0].kind(), media[0].port()), ("video", 0));
    assert_eq!((media[1].kind(), media[1].port()), ("audio", 5000));
    assert_eq!(answered.audio.codec, Codec::Pcma);
    assert_eq!(answered.audio.telephone_event, Some(96));
    assert_eq!(answered.audio.ptime, 30);
}

#[test]
fn hold_is_answered_as_offered() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    let table = [
        (SendRecv, SendRecv, SendRecv),
        (SendOnly, SendRecv, RecvOnly),
        (RecvOnly, SendRecv, SendOnly),
        (Inactive, SendRecv, Inactive),
        (SendRecv, Inactive, Inactive),
        (SendOnly, SendOnly, Inactive),
        (SendRecv, SendOnly, SendOnly),
    ];
    for (offered, wanted, expected) in table {
        let line = format!("a={}", offered.as_str());
        let offer = parse(&["m=audio 9000 RTP/AVP 0", &line]);
        let answered = answer(&offer, &local(5000, None).with_direction(wanted)).unwrap();
        assert_eq!(answered.audio.direction, expected, "{offered:?} {wanted:?}");
    }
    let old = parse(&["m=audio 9000 RTP/AVP 0", "c=IN IP4 0.0.0.0"]);
    let answered = answer(&old, &local(5000, None)).unwrap();
    assert_eq!(answered.audio.direction, Inactive);
}

#[test]
fn an_offer_that_cannot_be_answered_says_why() {
    let table: [(&[&str], Option<u8>, AnswerError); 5] = [
        (&["m=video 7000 RTP/AVP 31"], None, AnswerError::NoAudio),
        (&["m=audio 0 RTP/AVP 0"], None, AnswerError::NoAudio),
        (&["m=audio 9000 RTP/AVP 18"], None, AnswerError::NoCodec),
        (&["m=audio 9000 RTP/AVP 0"], Some(1), AnswerError::Profile),
        (&["m=audio 9000 RTP/SAVP 0"], Some(1), AnswerError::NoKey),
    ];
    for (lines, key, expected) in table {
        assert_eq!(answer(&parse(lines), &local(5000, key)).unwrap_err(), expected);
    }
}

#[test]
fn debug_output_holds_no_key() {
    let offered = offer(&local(4000, Some(65))).unwrap();
    let text = format!("{offered:?} {:?}", answer(&offered, &local(1, Some(66))).unwrap());
    assert!(text.contains("crypto") && !text.contains("QUFB") && !text.contains("QkJC"));
}
