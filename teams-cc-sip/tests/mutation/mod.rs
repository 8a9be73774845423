//! Messages made worse by chance that repeats.

use teams_cc_core::Seed;

/// What is sent on such trunks, one of each kind that is read in its own way.
const SAMPLES: &[&str] = &[
    "INVITE sip:+14255550101;ext=7@sbc.example.com:5061;user=phone;x-m=8:orgid:1 SIP/2.0\r\n\
     Via: SIP/2.0/TLS proxy.example.net:5061;branch=z9hG4bK1;rport, SIP / 2.0 / UDP [2001:db8::1]\
      : 5060;received=2001:db8::2\r\nRecord-Route: <sip:a.example.net;lr>\r\n\
     From: \"An\\\"n\" <sip:+14255550100@proxy.example.net>;tag=a1\r\nt : sip:b@sbc.example.com\r\n\
     i: one@proxy\r\nCSeq: 7\r\n INVITE\r\nMax-Forwards: 70\r\n\
     Contact: <sip:proxy.example.net;transport=tls>;expires=60\r\n\
     P-Asserted-Identity: <tel:+1-425-555-0100;ext=7>\r\n\
     History-Info: <sip:a@b.example?Reason=SIP%3Bcause%3D302>;index=1\r\n\
     Supported: timer,\r\n replaces\r\nAllow: INVITE, ACK\r\nSession-Expires: 1800;refresher=uac\r\n\
     Content-Type: application/sdp\r\nContent-Length: 187\r\n\r\n\
     v=0\r\no=- 5 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\n\
     m=audio 49170 RTP/SAVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n\
     a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AQEBAQ\r\n",
    "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2;received=192.0.2.9;rport=9\r\n\
     f: <sip:a@example.com>;tag=1\r\nt: <sip:b@example.com>;tag=2\r\ni: two\r\nCSeq: 2 INVITE\r\n\
     m: <sip:b@192.0.2.2>\r\nRequire: 100rel\r\nRSeq: 9\r\nl: 0\r\n\r\n",
    "REFER sip:c@sbc.example.com SIP/2.0\r\nVia: SIP/2.0/TCP p.example;branch=z9hG4bK3\r\n\
     From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>;tag=2\r\nCall-ID: three\r\n\
     CSeq: 3 REFER\r\nRefer-To: <sip:d@e.example?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n\
     Referred-By: <sip:p.example;x-m=8:orgid:1;x-ti=2>;cid=\"1@2\"\r\nRefer-Sub: false\r\n\
     Identity: aGk.e30.c2ln;info=<https://c.example/x.pem>;alg=ES256\r\n\
     User-to-User: 00ab;encoding=hex\r\nReason: Q.850;cause=16;text=\"x\"\r\n\
     Target-Dialog: z;local-tag=1;remote-tag=2\r\nContent-Length: 0\r\n\r\n",
    "NOTIFY sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bK4\r\n\
     From: <sip:b@example.com>;tag=2\r\nTo: <sip:a@example.com>;tag=1\r\nCall-ID: four\r\n\
     CSeq: 4 NOTIFY\r\nEvent: refer;id=93809824\r\nSubscription-State: active;expires=59\r\n\
     Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nWarning: 399 h \"w\"\r\n\
     Content-Type: message/sipfrag;version=2.0\r\nContent-Length: 22\r\n\r\nSIP/2.0 603 Declined\r\n",
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK5\r\n\
     From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>;tag=3\r\nCall-ID: five\r\n\
     CSeq: 5 REGISTER\r\nWWW-Authenticate: Digest realm=\"a, b\", nonce=\"n\", qop=\"auth,auth-int\", \
     algorithm=SHA-256, stale=FALSE\r\nRetry-After: 5 (a (b));duration=3\r\n\
     Diversion: <sip:x@y.example>;reason=user-busy;counter=2\r\nContent-Length: 0\r\n\r\n",
    "INVITE urn:service:sos SIP/2.0\r\nVia: SIP/2.0/TLS p.example;branch=z9hG4bK6\r\n\
     From: <sip:a@example.com>;tag=1\r\nTo: <urn:service:sos>\r\nCall-ID: six\r\nCSeq: 6 INVITE\r\n\
     Contact: <sips:a@example.com>\r\nGeolocation: <cid:here@example.com>, <https://l.example/1>\r\n\
     Geolocation-Routing: yes\r\nResource-Priority: esnet.1\r\n\
     Content-Type: multipart/mixed;boundary=\"b 1\"\r\nContent-Length: 121\r\n\r\n\
     --b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b 1\r\n\
     Content-Type: application/pidf+xml\r\nContent-ID: <here@example.com>\r\n\r\n<x/>\r\n--b 1--\r\n",
];

/// What is put where it does not belong.
const ODD: &[&[u8]] = &[
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"\xff",
    b"\xc3\x28",
    b"\"",
    b"\\",
    b"<",
    b">",
    b"(",
    b")",
    b"[",
    b"]",
    b"%",
    b"%0",
    b"%00",
    b";",
    b",",
    b"=",
    b":",
    b"?",
    b"@",
    b" ",
    b"\t",
    b"\r\n ",
    b"4294967296",
    b"18446744073709551616",
    b"-1",
    b"00000000000000000000001",
    b"Content-Length: 5\r\n",
    b"l: 99999\r\n",
    b"Via: ",
    b"sip:",
    b"tel:",
    b"urn:",
    b";tag=",
    b";lr",
    b"SIP/2.0",
    b"Digest ",
    b"multipart/mixed;boundary=x",
    b"\r\n--b 1\r\n",
    b"*",
];

/// A stream of choices, replayable from its seed.
pub(crate) struct Dice {
    seed: Seed,
    nth: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed: Seed::new(seed).derive("mutation"), nth: 0 }
    }

    /// A number below `bound`, or 0 where nothing is below it.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.nth += 1;
        let drawn = self.seed.draw(self.nth) % u64::try_from(bound.max(1)).unwrap();
        usize::try_from(drawn).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// A sample with one to six changes.
pub(crate) fn message(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(SAMPLES).as_bytes().to_vec();
    for _ in 0..=dice.below(6) {
        change(&mut bytes, dice);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let to = (at + 1 + dice.below(24)).min(bytes.len());
    match dice.below(10) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        1 if !bytes.is_empty() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        2 => drop(bytes.drain(at.min(to)..to)),
        3 => bytes.truncate(at),
        4 => {
            let part = bytes[at.min(to)..to].to_vec();
            let times = if dice.below(20) == 0 { 1 + dice.below(1_000) } else { 1 + dice.below(4) };
            drop(bytes.splice(at..at, part.repeat(times)));
        }
        5 => {
            let other = dice.pick(SAMPLES).as_bytes();
            let from = dice.below(other.len());
            let end = (from + 1 + dice.below(120)).min(other.len());
            drop(bytes.splice(at..to.max(at), other[from..end].iter().copied()));
        }
        6 => swap_lines(bytes, dice),
        7 => {
            let digit = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|n| at + n);
            if let Some(digit) = digit {
                let number = dice.pick(ODD);
                drop(bytes.splice(digit..=digit, number.iter().copied()));
            }
        }
        _ => drop(bytes.splice(at..at, dice.pick(ODD).iter().copied())),
    }
}

fn swap_lines(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let mut lines: Vec<_> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    if dice.below(2) == 0 && !lines.is_empty() {
        lines.swap(one, other);
    } else if !lines.is_empty() {
        lines.insert(one, lines[other]);
    }
    *bytes = lines.concat();
}
