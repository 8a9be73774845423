//! Messages built to cost more than they weigh.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant};

use teams_cc_sip::{
    message::{Limits, Message, StreamDecoder, verdict},
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
