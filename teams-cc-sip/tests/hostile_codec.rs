//! Messages built to cost more than they weigh.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant};

use teams_cc_sip::{
    message::{Frame, Limits, Message, Rule, StreamDecoder, verdict},
    sdp::SessionDescription,
};

/// What the longest of these may take where nothing is optimised and other tests run beside.
const BOUND: Duration = Duration::from_millis(500);

fn request(lines: &str) -> Vec<u8> {
    let head = "INVITE sip:+14255550100@sbc.example.com SIP/2.0\r\n\
        Via: SIP/2.0/TLS proxy.example.net;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
        From: <sip:proxy.example.net>;tag=a\r\nTo: <sip:sbc.example.com>\r\n\
        Call-ID: one\r\nCSeq: 1 INVITE\r\nContact: <sip:proxy.example.net>\r\n";
    format!("{head}{lines}Content-Length: 0\r\n\r\n").into_bytes()
}

#[test]
fn no_message_costs_more_than_its_length_allows() {
    let cases = [
        ("params", request(&format!("Contact: <sip:a@b>{}\r\n", ";a=b".repeat(7_000)))),
        ("distinct params", {
            let params: Vec<_> = (0..4_000).map(|n| format!(";p{n}=1")).collect();
            request(&format!("Contact: <sip:a@b>{}\r\n", params.concat()))
        }),
        ("uri params", request(&format!("Contact: <sip:a@b{}>\r\n", ";a".repeat(14_000)))),
        ("uri headers", request(&format!("Refer-To: <sip:a@b?{}>\r\n", "a=b&".repeat(7_000)))),
        ("list", request(&format!("Supported: {}\r\n", "a,".repeat(14_000)))),
        ("lists", request(&"Supported: a,b,c,d,e,f,g,h\r\n".repeat(240))),
        ("vias", request(&format!("Via: {}\r\n", "SIP/2.0/UDP a;branch=b,".repeat(1_200)))),
        ("escapes", request(&format!("Subject: \"{}\"\r\n", "\\\"".repeat(14_000)))),
        ("quotes", request(&format!("Contact: {}\r\n", "\"".repeat(28_000)))),
        ("angles", request(&format!("Contact: {}\r\n", "<".repeat(28_000)))),
        ("comments", request(&format!("User-Agent: {}\r\n", "(".repeat(28_000)))),
        ("folds", request(&format!("Subject: a{}\r\n", "\r\n b".repeat(7_000)))),
        ("names", request(&"X: y\r\n".repeat(5_000))),
        ("percent", request(&format!("Contact: <sip:{}@b>\r\n", "%41".repeat(9_000)))),
        ("digest", request(&format!("Authorization: Digest {}\r\n", "a=\"b\",".repeat(4_000)))),
        ("geo", request(&format!("Geolocation: {}\r\n", "<cid:a@b>,".repeat(2_800)))),
        ("history", request(&format!("History-Info: {}\r\n", "<sip:a@b>;index=1,".repeat(1_500)))),
        ("blank", vec![b'\r'; 65_000]),
        ("crlf", b"\r\n".repeat(32_000)),
        ("zeros", vec![0; 65_000]),
    ];
    for (name, bytes) in cases {
        let started = Instant::now();
        let _ = verdict(&bytes);
        if let Ok(message) = Message::parse_datagram(&bytes, &Limits::default()) {
            let _ = message.encode();
            let _ = format!("{message:?}");
        }
        let mut decoder = StreamDecoder::default();
        for octet in bytes.chunks(1) {
            decoder.push(octet);
            while let Ok(Some(_)) = decoder.next_frame() {}
        }
        assert!(decoder.buffered() <= Limits::MESSAGE, "{name}");
        let took = started.elapsed();
        assert!(took < BOUND, "{name} took {took:?}");
    }
}

#[test]
fn no_session_description_costs_more_than_its_length_allows() {
    let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    let media = "m=audio 4000 RTP/SAVP 8\r\n";
    let cases = [
        ("media", format!("{head}{}", media.repeat(2_000))),
        ("attributes", format!("{head}{media}{}", "a=x\r\n".repeat(12_000))),
        ("formats", format!("{head}m=audio 4000 RTP/SAVP{}\r\n", " 8".repeat(30_000))),
        ("maps", {
            let maps: Vec<_> =
                (0..3_000).map(|n| format!("a=rtpmap:{} X/8000\r\n", n % 128)).collect();
            format!("{head}{media}{}", maps.concat())
        }),
        ("keys", {
            let key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
            let line = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}\r\n");
            format!("{head}{media}{}", line.repeat(700))
        }),
        ("inlines", {
            let keys = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz;".repeat(1_200);
            format!("{head}{media}a=crypto:1 AES_CM_128_HMAC_SHA1_80 {keys}\r\n")
        }),
        ("port", format!("{head}m=audio 99999999999999999999/4294967295 RTP/AVP 8\r\n")),
        ("line", format!("v=0\r\ns={}\r\n", "a".repeat(64_000))),
    ];
    for (name, text) in cases {
        let started = Instant::now();
        if let Ok(description) = SessionDescription::parse(text.as_bytes()) {
            let _ = format!("{description:?}");
        }
        let took = started.elapsed();
        assert!(took < BOUND, "{name} took {took:?}");
    }
}

/// Content-Length read by one and not by another is how a second call hides in the first.
#[test]
fn what_could_be_two_messages_is_refused_or_is_one() {
    let inner = String::from_utf8(request("")).unwrap();
    let head = String::from_utf8(request("")).unwrap().replace("Content-Length: 0\r\n\r\n", "");
    let length = inner.len();
    // The lines before the blank line, and whether the message is read.
    let probes: &[(String, bool)] = &[
        (format!("Content-Length : {length}\r\n"), true),
        (format!("Content-Length\t:\t{length}\r\n"), true),
        (format!("l: {length}\r\n"), true),
        (format!("CONTENT-LENGTH:\r\n {length}\r\n"), true),
        (format!("Subject: caf\u{e9}\r\nContent-Length: {length}\r\n"), true),
        (format!("Content-Length: {length}\r\nContent-Length: 0\r\n"), false),
        (format!("Content-Length: 0\r\nl: {length}\r\n"), false),
        (format!("Content-Length: {length}, {length}\r\n"), false),
        (format!("Content-Length: +{length}\r\n"), false),
        (format!("Content-Length: 0x{length:x}\r\n"), false),
        (format!("Content-Length: {length}.0\r\n"), false),
        (format!("Content-Length: -{length}\r\n"), false),
        ("Content-Length: 18446744073709551615\r\n".to_owned(), false),
        ("Content-Length: 18446744073709551616\r\n".to_owned(), false),
        ("Content-Length: 340282366920938463463374607431768211456\r\n".to_owned(), false),
        (format!("X: y\rContent-Length: {length}\r\n"), false),
        (format!("X: y\nContent-Length: {length}\r\n"), false),
        (format!("Content-Length: {length}\r\r\n"), false),
        (format!("Content-Length\0: {length}\r\n"), false),
        (format!(" Content-Length: {length}\r\n"), false),
        (String::new(), false),
    ];
    for (lines, read) in probes {
        let mut bytes = format!("{head}{lines}\r\n{inner}").into_bytes();
        // As a phone of another age sends it: one octet of Latin-1, which is no UTF-8.
        if let Some(at) = bytes.windows(2).position(|two| two == "\u{e9}".as_bytes()) {
            bytes.splice(at..at + 2, [0xe9, b'.']);
        }
        for size in [1, 7, bytes.len()] {
            let mut decoder = StreamDecoder::default();
            let mut messages = 0;
            let mut failed = false;
            for chunk in bytes.chunks(size) {
                decoder.push(chunk);
                loop {
                    match decoder.next_frame() {
                        Ok(Some(Frame::Message(message))) => {
                            assert_eq!(message.body().as_ref(), inner.as_bytes(), "{lines:?}");
                            messages += 1;
                        }
                        Ok(Some(_)) => {}
                        Ok(None) => break,
                        Err(_) => {
                            failed = true;
                            break;
                        }
                    }
                }
            }
            assert_eq!((messages, failed), (usize::from(*read), !read), "{lines:?} by {size}");
        }
        // A datagram is one message at most, whatever it says.
        if let Ok(message) = Message::parse_datagram(&bytes, &Limits::default()) {
            assert!(message.headers().len() <= 10, "{lines:?}");
        }
    }
}

/// Each bound of [`Limits`] is met exactly.
#[test]
fn a_message_at_a_limit_is_read_and_one_beyond_is_refused() {
    let judge = |bytes: &[u8], limits: &Limits| {
        let read = Message::parse_datagram(bytes, limits).map_err(|fault| fault.error);
        read.and_then(|m| teams_cc_sip::message::every_typed_header(m.headers()))
            .map_err(|e| e.rule())
    };
    let limits = Limits::default();
    let plain = request("");
    let lines = 8;
    let at = request(&"X-Y: z\r\n".repeat(limits.headers - lines));
    assert_eq!(judge(&at, &limits.headers(limits.headers)), Ok(()));
    let beyond = request(&"X-Y: z\r\n".repeat(limits.headers - lines + 1));
    assert_eq!(judge(&beyond, &limits), Err(Rule::TooManyHeaders));
    assert_eq!(judge(&plain, &limits.message(plain.len())), Ok(()));
    assert_eq!(judge(&plain, &limits.message(plain.len() - 1)), Err(Rule::TooLarge));
    assert_eq!(judge(&plain, &limits.head(plain.len())), Ok(()));
    assert!(judge(&plain, &limits.head(plain.len() - 3)).is_err());
    let params = |count: usize| {
        let params = (0..count).map(|n| format!(";p{n}")).collect::<Vec<_>>().concat();
        request(&format!("Reply-To: <sip:a@b>{params}\r\n"))
    };
    assert_eq!(judge(&params(64), &limits), Ok(()));
    assert_eq!(judge(&params(65), &limits), Err(Rule::TooManyParams));
    assert_eq!(judge(&params(9), &limits.params(9)), Ok(()));
    assert_eq!(judge(&params(10), &limits.params(9)), Err(Rule::TooManyParams));
}
