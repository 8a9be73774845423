//! The contestants of the SIP codec, each with the same work.

use std::hint::black_box;

use bytes::Bytes;
use teams_cc_sip::message::{
    CSeq, CallId, ContentType, FromHeader, Limits, Message, Request, ToHeader, Via,
};

/// The contestants, ours first.
pub(crate) const NAMES: [&str; 5] =
    ["teams-cc-sip", "rsipstack 0.7.14", "sipx-sip 1.0.1", "rsip 0.4.0", "ezk-sip-types 0.6.5"];

/// Those that can write a whole message.
pub(crate) const WRITERS: [&str; 4] =
    ["teams-cc-sip", "rsipstack 0.7.14", "sipx-sip 1.0.1", "rsip 0.4.0"];

/// An INVITE as the Teams proxy writes it, of 989 octets.
pub(crate) const INVITE: &str = concat!(
    "INVITE sip:+14255550101@sbc1.contoso.example.com:5061;user=phone;transport=tls SIP/2.0\r\n",
    "Via: SIP/2.0/TLS 52.114.148.0:5061;branch=z9hG4bK6a1f\r\n",
    "Max-Forwards: 69\r\n",
    "From: \"Megan Bowen\" <sip:+14255550100@sip.pstnhub.microsoft.com:5061;user=phone>;tag=8ea61b2c\r\n",
    "To: <sip:+14255550101@sbc1.contoso.example.com:5061;user=phone>\r\n",
    "Call-ID: 5d3e0f3a8bd14c6e8a0a2a5ccb6a1f97\r\n",
    "CSeq: 1 INVITE\r\n",
    "Contact: <sip:api-du-a-euwe.pstnhub.microsoft.com:443;x-i=0f6b2c;x-c=5d3e0>\r\n",
    "Record-Route: <sip:sip-du-a-eu.pstnhub.microsoft.com:5061;transport=tls;lr>\r\n",
    "User-Agent: Microsoft.PSTNHub.SIPProxy v.2026.11.1\r\n",
    "Allow: INVITE,ACK,CANCEL,BYE,OPTIONS,REFER,NOTIFY,UPDATE\r\n",
    "P-Asserted-Identity: <tel:+14255550100>\r\n",
    "Privacy: id\r\n",
    "Content-Type: application/sdp\r\n",
    "Content-Length: 237\r\n\r\n",
    "v=0\r\no=- 100203 0 IN IP4 52.112.0.1\r\ns=session\r\nc=IN IP4 52.112.0.1\r\nt=0 0\r\n",
    "m=audio 50000 RTP/SAVP 8 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n",
    "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
);

/// Reads a message up to its headers and its body.
pub(crate) fn frame(who: &str, bytes: &[u8]) {
    match who {
        "teams-cc-sip" => drop(black_box(ours(bytes))),
        "rsipstack 0.7.14" => drop(black_box(rsipstack::sip::SipMessage::try_from(bytes))),
        "sipx-sip 1.0.1" => drop(black_box(sipx(bytes))),
        "rsip 0.4.0" => drop(black_box(rsip::SipMessage::try_from(bytes))),
        _ => drop(black_box(ezk(bytes))),
    }
}

/// Reads a message and five of its headers.
pub(crate) fn typed(who: &str, bytes: &[u8]) {
    match who {
        "teams-cc-sip" => {
            let message = ours(bytes);
            let headers = message.headers();
            black_box(headers.required::<FromHeader>().expect("From"));
            black_box(headers.required::<ToHeader>().expect("To"));
            black_box(headers.required::<CallId>().expect("Call-ID"));
            black_box(headers.required::<CSeq>().expect("CSeq"));
            black_box(headers.first::<Via>().expect("Via"));
        }
        "rsipstack 0.7.14" => {
            use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
            let message = rsipstack::sip::SipMessage::try_from(bytes).expect("a message");
            black_box(message.from_header().and_then(ToTypedHeader::typed).expect("From"));
            black_box(message.to_header().and_then(ToTypedHeader::typed).expect("To"));
            black_box(message.call_id_header().expect("Call-ID"));
            black_box(message.cseq_header().and_then(ToTypedHeader::typed).expect("CSeq"));
            black_box(message.top_via_header().and_then(|via| via.typed()).expect("Via"));
        }
        "sipx-sip 1.0.1" => {
            use sipx_sip::headers::{CSeq, CallId, From, To, Via};
            let message = sipx(bytes);
            let headers = message.headers();
            drop(black_box(headers.typed::<From>()));
            drop(black_box(headers.typed::<To>()));
            drop(black_box(headers.typed::<CallId>()));
            drop(black_box(headers.typed::<CSeq>()));
            drop(black_box(headers.typed::<Via>()));
        }
        "rsip 0.4.0" => {
            use rsip::{headers::ToTypedHeader, message::HeadersExt};
            let message = rsip::SipMessage::try_from(bytes).expect("a message");
            black_box(message.from_header().and_then(|from| from.typed()).expect("From"));
            black_box(message.to_header().and_then(|to| to.typed()).expect("To"));
            black_box(message.call_id_header().expect("Call-ID"));
            black_box(message.cseq_header().and_then(|cseq| cseq.typed()).expect("CSeq"));
            black_box(message.via_header().and_then(|via| via.typed()).expect("Via"));
        }
        _ => {
            use ezk_sip_types::{
                Name,
                header::typed::{CSeq, CallID, FromTo, Via},
            };
            let headers = ezk(bytes);
            black_box(headers.get::<FromTo>(Name::FROM).expect("From"));
            black_box(headers.get::<FromTo>(Name::TO).expect("To"));
            black_box(headers.get_named::<CallID>().expect("Call-ID"));
            black_box(headers.get_named::<CSeq>().expect("CSeq"));
            black_box(headers.get_named::<Via>().expect("Via"));
        }
    }
}

fn ours(bytes: &[u8]) -> Message {
    Message::parse_datagram(bytes, &Limits::default()).expect("a message")
}

fn sipx(bytes: &[u8]) -> sipx_sip::Message {
    let bytes = Bytes::copy_from_slice(bytes);
    sipx_sip::parse_datagram(bytes, &sipx_sip::Limits::datagram()).expect("a message")
}

/// Start line and headers, as its own transport reads them; it has no type for a whole message.
fn ezk(bytes: &[u8]) -> ezk_sip_types::Headers {
    use ezk_sip_types::{
        Headers,
        msg::{Line, MessageLine, PullParser},
        parse::Parse,
    };
    let bytes = Bytes::copy_from_slice(bytes);
    let mut headers = Headers::with_capacity(16);
    let mut parser = PullParser::new(&bytes, 0);
    let start = parser.next().expect("a line").expect("a whole line");
    let start = std::str::from_utf8(start).expect("text");
    black_box(MessageLine::parse(&bytes)(start).expect("a start line"));
    for line in parser {
        let line = std::str::from_utf8(line.expect("a whole line")).expect("text");
        let (_, line) = Line::parse(&bytes, line).expect("a header");
        headers.insert(line.name, line.value);
    }
    headers
}

/// What is written: one message by each.
pub(crate) struct Written {
    built: Message,
    kept: Message,
    stack: rsipstack::sip::SipMessage,
    sipx: sipx_sip::Message,
    rsip: rsip::SipMessage,
}

impl Written {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let kept = ours(bytes);
        let request = kept.as_request().expect("a request");
        let mut built = Request::new(request.method().clone(), request.uri().clone());
        for header in request.headers() {
            built.headers_mut().push(header.name(), header.value()).expect("a header");
        }
        let built = built.with_body(&ContentType::sdp(), request.body().clone()).into();
        Self {
            built,
            stack: bytes.try_into().expect("a message"),
            sipx: sipx(bytes),
            rsip: bytes.try_into().expect("a message"),
            kept,
        }
    }

    pub(crate) fn write(&self, who: &str) {
        match who {
            "teams-cc-sip, built" => drop(black_box(self.built.encode())),
            "teams-cc-sip" => drop(black_box(self.kept.encode())),
            "rsipstack 0.7.14" => drop(black_box(self.stack.to_bytes())),
            "sipx-sip 1.0.1" => drop(black_box(self.sipx.to_bytes())),
            "rsip 0.4.0" => drop(black_box(self.rsip.to_string().into_bytes())),
            other => unreachable!("{other} has no writer for a whole message"),
        }
    }
}

/// Messages built to cost more than they weigh.
pub(crate) fn hostile() -> Vec<Vec<u8>> {
    let core = &INVITE[..INVITE.find("Content-Type").expect("it is there")];
    let lines = |lines: String| format!("{core}{lines}Content-Length: 0\r\n\r\n").into_bytes();
    let distinct: String = (0..4_000).map(|n| format!(";p{n}=1")).collect();
    vec![
        INVITE.into(),
        lines(String::new()),
        lines("X-Y: z\r\n".repeat(200)),
        lines("Supported: a,b,c,d,e,f,g,h\r\n".repeat(8)),
        lines(format!("Route: {}<sip:a>\r\n", "<sip:a>,".repeat(63))),
        lines(format!("Reply-To: <sip:a@b>{distinct}\r\n")),
        lines(format!("Reply-To: <sip:a@b;{}>\r\n", ";a".repeat(14_000))),
        lines(format!("Refer-To: <sip:a@b?{}>\r\n", "a=b&".repeat(7_000))),
        lines(format!("Subject: a{}\r\n", "\r\n b".repeat(7_000))),
        lines(format!("Reply-To: <sip:{}@b>\r\n", "%41".repeat(9_000))),
        lines(format!("Call-Info: {}<cid:a@b>\r\n", "<cid:a@b>,".repeat(60))),
        lines(format!("Authorization: Digest {}z=1\r\n", "a=\"b\",".repeat(60))),
        vec![b'\r'; 60_000],
        b"\r\n".repeat(30_000),
    ]
}
