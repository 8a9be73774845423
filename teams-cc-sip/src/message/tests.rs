//! What is read, what is refused, and what is answered: own messages, by class.

use super::*;

const START: &str = "INVITE sip:+14255550101@sbc.example.com;user=phone SIP/2.0";
const CORE: [&str; 5] = [
    "Via: SIP/2.0/TLS proxy.example.net:5061;branch=z9hG4bKabc",
    "From: \"Ann\" <sip:+14255550100@proxy.example.net>;tag=a1",
    "To: <sip:+14255550101@sbc.example.com>",
    "Call-ID: one@proxy.example.net",
    "CSeq: 7 INVITE",
];

fn bytes(start: &str, core: &[&str], more: &[&str]) -> Vec<u8> {
    let mut text = [&[start], core, more].concat().join("\r\n");
    text.push_str("\r\n\r\n");
    text.into_bytes()
}

fn read(more: &[&str]) -> Message {
    Message::parse_datagram(&bytes(START, &CORE, more), &Limits::default()).unwrap()
}

fn judge(start: &str, more: &[&str]) -> Result<Message, Rule> {
    verdict(&bytes(start, &CORE, more)).map_err(|e| e.rule())
}

#[test]
fn unusual_messages_are_read() {
    let table: &[&[&str]] = &[
        &["Max-Forwards : 0070", "s :", "l\t:0"],
        &["Contact:", " <sip:a@b.example.com>", "\t;expires = 60 ;", " q=0.5"],
        &["m: \"a \\\" <sip:no@where>, b\" <sip:a@b.example.com>;x"],
        &["Contact: sip:a@b.example.com;x=1"],
        &["Contact: <name:some_thing>"],
        &["Route: <sip:a.example.com;lr>, <sip:[2001:db8::1]:5061;lr>"],
        &["P-Asserted-Identity: <tel:+1-425-555-0100;ext=7>, <sip:a@b.example.com>"],
        &["Supported:", "Allow: INVITE,NOVEL, ack"],
        &["Authorization: Novel opaque=here", "Proxy-Authorization: Bearer abc.def=="],
        &["Warning: 399 sbc.example.com \"a, \\\"b\\\"\"", "Retry-After: 5 (a (b) c);duration=9"],
        &["Replaces: c@d;to-tag=1;from-tag=2;early-only", "Privacy: id;critical"],
        &["Date: Sat, 13 Nov 2010 23:29:00 GMT", "RAck: 1 2 INVITE"],
        &["Reason: SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=16"],
        &["Via: SIP / 2.0 / NOVEL  host.example.com : 5060 ;branch=x;received=2001:db8::1"],
    ];
    for more in table {
        let message = judge(START, more).unwrap_or_else(|rule| panic!("{more:?}: {rule}"));
        let again = verdict(&message.encode()).unwrap();
        assert_eq!(again.encode(), message.encode(), "{more:?}");
    }
}

#[test]
fn broken_messages_are_refused_by_their_rule() {
    let table: &[(&[&str], Rule)] = &[
        (&["Max-Forwards: 256"], Rule::OutOfRange),
        (&["Max-Forwards: -1"], Rule::OutOfRange),
        (&["Max-Forwards: 1", "Max-Forwards: 1"], Rule::Repeated),
        (&["Call-ID: two"], Rule::Repeated),
        (&["t: <sip:a@b.example.com>"], Rule::Repeated),
        (&["Expires: 99999999999"], Rule::OutOfRange),
        (&["Contact: <sip:a@b.example.com>;expires=280297596632815"], Rule::OutOfRange),
        (&["Contact: <sip:a@b.example.com>;;x"], Rule::Param),
        (&["Contact: <sip:a@b.example.com>;x;X=1"], Rule::RepeatedParam),
        (&["Contact: <sip:a@b.example.com;x;x>"], Rule::RepeatedParam),
        (&["Contact: <tel:+1;ext=1;ext=2>"], Rule::RepeatedParam),
        (&["Contact: <sip:a@b.example.com>,,<sip:c@d.example.com>"], Rule::EmptyElement),
        (&["Contact: sip:a@b.example.com?x=y"], Rule::AngleBrackets),
        (&["Contact: \"Ann <sip:a@b.example.com>"], Rule::Quote),
        (&["Contact: Ann; B <sip:a@b.example.com>"], Rule::DisplayName),
        (&["Contact: <sip:a@b.example.com"], Rule::AngleBrackets),
        (&["Contact: < sip:a@b.example.com >"], Rule::Scheme),
        (&["Reply-To: Ann, B <sip:a@b.example.com>"], Rule::DisplayName),
        (&["Contact: <sip:a b@c.example.com>"], Rule::User),
        (&["Contact: <sip:%4@c.example.com>"], Rule::User),
        (&["Contact: <sip:a@c.example.com:65536>"], Rule::Port),
        (&["Contact: <sip:a@c.example.com: 5060>"], Rule::Port),
        (&["Contact: <sip:a@[2001:db8::g]>"], Rule::Host),
        (&["Contact: <tel:+1425x>"], Rule::Number),
        (&["Date: Fri, 01 Jan 2010 16:00:00 EST"], Rule::Date),
        (&["Date: Fri, 32 Jan 2010 16:00:00 GMT"], Rule::Date),
        (&["Warning: 1812 overture \"In Progress\""], Rule::OutOfRange),
        (&["Replaces: c;to-tag=1"], Rule::NoTag),
        (&["Via: SIP/2.0/UDP 192.0.2.15;;,;,,"], Rule::Param),
        (&["Via: SIP/3.0/UDP 192.0.2.15"], Rule::Version),
        (&["Content-Type: application"], Rule::Token),
        (&["Subject: a\rb"], Rule::LineEnd),
        (&["Subject: a\nVia: b"], Rule::LineEnd),
        (&["no colon here"], Rule::HeaderLine),
        (&[": no name"], Rule::HeaderLine),
        (&["Content-Length: 5"], Rule::ShortBody),
        (&["Content-Length: 0", "l: 0"], Rule::DuplicateContentLength),
    ];
    for (more, rule) in table {
        assert_eq!(judge(START, more).unwrap_err(), *rule, "{more:?}");
    }
}

#[test]
fn broken_start_lines_are_refused_by_their_rule() {
    let table = [
        ("INVITE  sip:a@b.example.com SIP/2.0", Rule::Scheme),
        ("INVITE sip:a@b.example.com SIP/2.0 ", Rule::StartLine),
        ("INVITE <sip:a@b.example.com> SIP/2.0", Rule::Scheme),
        ("INVITE sip:a@b.example.com; lr SIP/2.0", Rule::Param),
        ("INVITE sip:a@b.example.com SIP/7.0", Rule::Version),
        ("INVITE sip:a@b.example.com HTTP/1.1", Rule::StartLine),
        ("INVITE sip:a@b.example.com", Rule::StartLine),
        ("INVITE", Rule::StartLine),
        ("IN<VITE sip:a@b.example.com SIP/2.0", Rule::Method),
        ("NOVEL sip:a@b.example.com SIP/2.0", Rule::MethodMismatch),
        ("INVITE sip:a@b.example.com?Route=x SIP/2.0", Rule::RequestUriHeaders),
        ("SIP/2.0 4294967301 no", Rule::StatusCode),
        ("SIP/2.0 099 no", Rule::StatusCode),
        ("SIP/2.0 700 no", Rule::StatusCode),
        ("SIP/1.0 200 OK", Rule::Version),
    ];
    for (start, rule) in table {
        assert_eq!(judge(start, &[]).unwrap_err(), rule, "{start}");
    }
    for start in ["SIP/2.0 100 ", "SIP/2.0 100", "sip/2.0 200 \u{442}\u{430}\u{43a}"] {
        assert!(judge(start, &[]).is_ok(), "{start}");
    }
}

#[test]
fn each_mandatory_header_is_missed() {
    for left_out in CORE {
        let core: Vec<&str> = CORE.into_iter().filter(|line| *line != left_out).collect();
        let error = verdict(&bytes(START, &core, &[])).unwrap_err();
        assert_eq!(error.rule(), Rule::Missing, "{left_out}");
    }
}

#[test]
fn a_fault_is_answered_only_where_an_answer_finds_its_way() {
    let limits = Limits::default();
    let fault = |bytes: Vec<u8>| Message::parse_datagram(&bytes, &limits).unwrap_err();
    let answered = |start: &str, more: &[&str]| {
        fault(bytes(start, &CORE, more)).answer.map(|a| a.status().as_u16())
    };
    assert_eq!(answered("INVITE sip:a@b.example.com SIP/3.0", &[]), Some(505));
    assert_eq!(answered("INVITE sip:a b SIP/2.0", &[]), Some(400));
    assert_eq!(answered(START, &["Content-Length: x"]), Some(400));
    assert_eq!(answered(START, &["broken"]), Some(400));
    assert_eq!(answered("ACK sip:a b SIP/2.0", &[]), None, "ACK has no response");
    assert_eq!(answered("SIP/2.0 999 x", &[]), None, "a response has no response");
    // A line end hidden in a value comes back in no answer.
    let hidden = fault(bytes(START, &CORE, &["X-Y: a\rVia: b", "broken"])).answer.unwrap();
    assert!(!hidden.encode().windows(3).any(|w| w[0] == b'\r' && w[1] != b'\n'));
    let mut core = CORE.to_vec();
    core[1] = "From: <sip:a@b.example.com>\rX: y;tag=1";
    assert!(fault(bytes(START, &core, &[])).answer.is_none(), "no From is left to answer with");
    let without_via = bytes("INVITE sip:a b SIP/2.0", &CORE[1..], &[]);
    assert!(fault(without_via).answer.is_none());
    let large = [bytes(START, &CORE, &[]), vec![b'x'; Limits::MESSAGE]].concat();
    let answer = fault(large).answer.unwrap();
    assert_eq!(answer.status(), StatusCode::MESSAGE_TOO_LARGE);
    assert_eq!(answer.headers().get_str("v"), CORE[0].strip_prefix("Via: "));
}

#[test]
fn limits_hold_and_say_which() {
    let many: Vec<String> = (0..300).map(|i| format!("X-{i}: y")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(judge(START, &many).unwrap_err(), Rule::TooManyHeaders);
    let many = (0..65).map(|i| format!(";p{i}")).collect::<Vec<_>>().concat();
    let params = format!("Contact: <sip:a@b.example.com>{many}");
    assert_eq!(judge(START, &[&params]).unwrap_err(), Rule::TooManyParams);
    let uri = format!("Contact: <sip:a@b.example.com{many}>");
    assert_eq!(judge(START, &[&uri]).unwrap_err(), Rule::TooManyParams);
    let list = format!("Route: {}<sip:a>", "<sip:a>, ".repeat(64));
    assert_eq!(judge(START, &[&list]).unwrap_err(), Rule::TooManyParams);
    let head = format!("Subject: {}", "x".repeat(Limits::HEAD));
    assert_eq!(judge(START, &[&head]).unwrap_err(), Rule::TooLarge);
}

#[test]
fn octets_that_are_no_text_are_kept() {
    let mut wire = bytes(START, &CORE, &["Content-Length: 3"]);
    let at = wire.windows(3).position(|w| w == b"Ann").unwrap();
    wire[at] = 0xe9;
    wire.extend_from_slice(&[0, 0xff, 13, b'e', b'x', b't', b'r', b'a']);
    let message = verdict(&wire).unwrap();
    assert_eq!(message.body().as_ref(), &[0, 0xff, 13], "octets after the length are ignored");
    let encoded = message.encode();
    assert_eq!(encoded.as_ref(), &wire[..wire.len() - 5]);
    let from: FromHeader = message.headers().required().unwrap();
    assert_eq!(from.display.as_ref().unwrap().raw(), b"\"\xe9nn\"");
}

#[test]
fn a_folded_header_is_read_flat_and_written_as_it_came() {
    let wire = bytes(START, &CORE, &["Subject: a\r\n  b\r\n\tc", "Content-Length: 0"]);
    let message = verdict(&wire).unwrap();
    assert_eq!(message.headers().get_str(HeaderName::Subject), Some("a    b  \tc"));
    assert_eq!(message.encode().as_ref(), wire);
}

#[test]
fn nothing_can_be_built_that_reads_as_two_headers() {
    let mut headers = Headers::new();
    for bad in ["a\r\nVia: b", "a\nb", "a\rb", "a\0b"] {
        assert_eq!(headers.push("X", bad).unwrap_err().rule(), Rule::Control);
        assert!(headers.set("X", bad).is_err());
        assert!(Response::new(StatusCode::OK).with_reason(bad).is_err());
        assert!(DisplayName::new(bad).is_err());
        assert!(CallId::new(bad).is_err());
        assert!(Method::parse(bad).is_err());
        assert!(Params::new().set("x", Some(bad)).is_err());
        assert!(typed::Reason::new("SIP", 200, Some(bad)).is_err());
        let uri = SipUri::new(Host::parse("b.example.com").unwrap()).with_user(bad);
        assert!(!Uri::from(uri).reveal().contains(['\r', '\n', '\0']));
    }
    assert!(headers.push("a b", "x").is_err());
    assert!(headers.is_empty());
}

#[test]
fn a_built_request_reads_back() {
    let host = Host::parse("sip.pstnhub.microsoft.com").unwrap();
    let uri = SipUri::new(host.clone())
        .with_user("+14255550101;ext=7")
        .with_param("user", Some("phone"))
        .unwrap();
    let from = NameAddr::new(uri.clone()).with_display("O\"Neill").unwrap().with_tag("x").unwrap();
    let via = Via::new(Transport::Tls, host, Some(5061), "z9hG4bKq").unwrap().with_rport();
    let request = Request::new(Method::Invite, uri.clone())
        .with(&via)
        .with(&FromHeader::new(from))
        .with(&ToHeader::new(NameAddr::new(uri)))
        .with(&CallId::new("c@d").unwrap())
        .with(&CSeq::new(1, Method::Invite))
        .with(&MaxForwards::new(70))
        .with_body(&ContentType::sdp(), "v=0\r\n");
    let wire = request.encode();
    assert_eq!(verdict(&wire).unwrap().encode(), wire);
    let text = request.reveal();
    assert!(text.starts_with(
        "INVITE sip:+14255550101;ext=7@sip.pstnhub.microsoft.com;user=phone SIP/2.0\r\n\
         Via: SIP/2.0/TLS sip.pstnhub.microsoft.com:5061;branch=z9hG4bKq;rport\r\n\
         From: \"O\\\"Neill\" <sip:"
    ));
    assert!(text.ends_with("Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"));
}

#[test]
fn debug_output_names_nobody() {
    let message = read(&[
        "P-Asserted-Identity: \"Ann Smith\" <tel:+14255550100>",
        "History-Info: <sip:+14255550199@a.example.com?Reason=SIP%3Bcause%3D302>;index=1",
        "User-to-User: 12345678;encoding=hex",
        "Authorization: Digest username=\"ann\", response=\"secret\"",
        "X-Customer: 4711",
        "Referred-By: <sip:a.example.com;x-tt=sEcReT>",
    ]);
    let text = format!("{message:?}");
    for hidden in ["4255550", "Ann", "ann", "secret", "4711", "12345678", "sEcReT", "302"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    for shown in ["INVITE sip:***@sbc.example.com", "z9hG4bKabc", "tag=a1", "one@proxy"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
}

#[test]
fn leniency_is_a_choice() {
    let start = "INVITE sip:+1425%23#100@sbc.example.com SIP/2.0";
    let strict = Limits::default().leniency(Leniency::STRICT);
    let wire = bytes(start, &CORE, &[]);
    assert!(verdict(&wire).is_ok());
    assert_eq!(verdict_with(&wire, &strict).unwrap_err().rule(), Rule::User);
    let mut core = CORE.to_vec();
    core[4] = "CSEQ: 7 OPTIONS";
    let ok = bytes("SIP/2.0 200 OK", &core, &["ALLOW: INVITE"]);
    assert!(verdict(&ok).is_ok());
    assert_eq!(verdict_with(&ok, &strict).unwrap_err().rule(), Rule::NoTag);
}

#[test]
fn via_and_route_are_changed_one_element_at_a_time() {
    let mut message = read(&["Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK2, SIP/2.0/UDP 192.0.2.8"]);
    let headers = message.headers_mut();
    let mut top: Via = headers.first().unwrap().unwrap();
    top.set_source("198.51.100.1".parse().unwrap(), 4444);
    headers.replace_first(&top);
    assert_eq!(headers.list::<Via>().unwrap().len(), 3);
    assert_eq!(headers.first::<Via>().unwrap().unwrap().received(), top.received());
    assert!(headers.pop_element(HeaderName::Via).is_some());
    assert!(headers.pop_element(HeaderName::Via).is_some());
    assert_eq!(headers.get_str("Via"), Some("SIP/2.0/UDP 192.0.2.8"));
    assert!(headers.pop_element(HeaderName::Via).is_some());
    assert!(!headers.contains(HeaderName::Via));
}

#[test]
fn a_response_goes_where_rfc_3581_says() {
    let table = [
        ("SIP/2.0/UDP 192.0.2.1;branch=x", "192.0.2.1:5060"),
        ("SIP/2.0/UDP 192.0.2.1:5070;rport;branch=x", "198.51.100.1:4444"),
        ("SIP/2.0/UDP a.example.com:5070;branch=x", "198.51.100.1:5070"),
        ("SIP/2.0/TLS a.example.com;branch=x", "198.51.100.1:5061"),
    ];
    for (text, target) in table {
        let mut via = Via::parse(text).unwrap();
        let source = if target.starts_with("192") { "192.0.2.1" } else { "198.51.100.1" };
        via.set_source(source.parse().unwrap(), 4444);
        let (address, port) = via.response_target().unwrap();
        assert_eq!(format!("{address}:{port}"), target, "{text}");
    }
}
