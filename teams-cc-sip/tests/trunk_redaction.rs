//! A call with everything that nobody may read, and everything a program or a log can print of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::{cell::RefCell, fmt::Write as _, io, sync::Once, time::Duration};

use support::{Party, Stage, carrier_invite, config, request, srtp, to_teams, within};
use teams_cc_core::{
    PhoneNumber,
    contact::{Leg, LegCommand},
};
use teams_cc_sip::{
    gate::{GatePolicy, Permission},
    io::{Target, TransportKind},
    message::{ContentType, Grammar, Message, Method, StatusCode, TypedHeader},
    sdp::SessionDescription,
    trunk::{HeaderPolicy, StaticPeer},
};

/// Numbers, names, media keys, tokens, data of the application, places and pressed keys.
const SECRETS: [&str; 12] = [
    "4255550",
    "4989",
    "ada secret",
    "wvnfx19z",
    "eyj",
    "c2ln",
    "c0ffee",
    "ticket-4711",
    "here@example.com",
    "musterweg",
    "signal=5",
    "signal= 5",
];
/// What stands in the messages, in lower case; each must be found where nothing is masked.
const PLANTED: usize = 9;

thread_local! {
    static TRACE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the trace of the thread that writes.
struct OfThread;

impl io::Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TRACE.with_borrow_mut(|trace| trace.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn trace_everything() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(|| OfThread)
            .init();
    });
    TRACE.take();
}

fn secrets_in(text: &str) -> Vec<&'static str> {
    let lower = text.to_ascii_lowercase();
    SECRETS.into_iter().filter(|secret| lower.contains(secret)).collect()
}

fn assert_redacted(told: &str, text: &str) {
    for line in text.lines() {
        let found = secrets_in(line);
        assert!(found.is_empty(), "{told}: {found:?} in {line:?}");
    }
}

const BODY: &str = "--b\r\nContent-Type: application/sdp\r\n\r\nSDP--b\r\n\
    Content-Type: application/pidf+xml\r\nContent-ID: <here@example.com>\r\n\r\n\
    <presence><civicAddress><RD>Musterweg</RD></civicAddress></presence>\r\n--b--\r\n";

/// Every header a caller can bring along that tells who, where or why.
fn telling() -> [(&'static str, &'static str); 9] {
    [
        ("From", "\"Ada Secret\" <sip:+14255550123@carrier.test;user=phone>;tag=teams"),
        ("P-Asserted-Identity", "\"Ada Secret\" <tel:+14255550123>"),
        ("Diversion", "<sip:+14255550111@old.test>;reason=no-answer;counter=1"),
        ("History-Info", "<sip:+14255550111@old.test?Privacy=history>;index=1"),
        ("Identity", "eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7fX0.c2ln;info=<https://c.example/c>"),
        ("User-to-User", "00C0FFEE;encoding=hex"),
        ("X-MS-Custom-Case", "ticket-4711"),
        ("Geolocation", "<cid:here@example.com>"),
        ("Remote-Party-ID", "<sip:+14255550111@old.test>;party=calling"),
    ]
}

fn of(kind: &str) -> ContentType {
    ContentType::parse_value(&kind.to_owned().into(), &Grammar::default()).unwrap()
}

async fn keys_are_pressed(
    carrier: &mut Party,
    invite: &teams_cc_sip::message::Request,
    ok: &teams_cc_sip::message::Response,
) -> String {
    let mut shown = String::new();
    for (cseq, kind, body) in [
        (2, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
        (3, "application/dtmf", "5"),
    ] {
        let mut info = within(invite, ok, "INFO", cseq, &[], None);
        info.set_body(&of(kind), body);
        write!(shown, "{info:?}").unwrap();
        carrier.send(info).await;
        let _ = carrier.receive().await;
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn a_call_with_secrets_in_every_corner_tells_none() {
    trace_everything();
    let mut config = config().trace(8);
    config.carriers.clear();
    let carrier = StaticPeer::new("carrier", TransportKind::Tcp)
        .address("203.0.113.0/24".parse().unwrap())
        .target(Target::new(TransportKind::Tcp, "carrier.test", 5060))
        .trusted(true);
    let policy = GatePolicy::new().others(Permission::unrestricted().owns("+4989"));
    let config = config
        .headers_to_teams(HeaderPolicy::to_teams().custom("X-MS-Custom-*"))
        .carrier(carrier)
        .gate(policy);
    let mut printed = format!("{config:?}\n");
    let mut stage = Stage::new(config);
    let mut proxy = stage.connection("sip.pstnhub.test").await;
    let mut carrier = stage.carrier_connects().await;

    let sdp = srtp("sendrecv", 1).replace("RTP/SAVP", "RTP/AVP");
    let sdp: String = sdp.split_inclusive('\n').filter(|l| !l.starts_with("a=crypto")).collect();
    let mut invite = carrier_invite("pstn", &telling(), "");
    invite.set_body(&of("multipart/mixed;boundary=b"), BODY.replace("SDP", &sdp));
    carrier.send(invite.clone()).await;
    let call = stage.incoming().await;
    writeln!(printed, "{invite:?}\n{call:?}").unwrap();
    call.leg.execute(LegCommand::Answer).await.unwrap();
    carrier.response(100).await;
    let ok = carrier.response(200).await;
    carrier.send(within(&invite, &ok, "ACK", 1, &[], None)).await;

    let mut to = to_teams(1).carrying(call.carried.clone()).emergency(call.emergency.clone());
    to = to.display("Ada Secret").forwarded_by(PhoneNumber::presented("+498912345"));
    to.from = PhoneNumber::presented("+14255550123");
    writeln!(printed, "{to:?}").unwrap();
    let agent = stage.trunk.dial(to).await.unwrap();
    let out = proxy.request(&Method::Invite).await;
    let wire = String::from_utf8_lossy(&Message::from(out.clone()).encode()).into_owned();
    let answer = srtp("sendrecv", 1);
    let description = SessionDescription::parse(answer.as_bytes()).unwrap();
    writeln!(printed, "{out:?}\n{description:?}").unwrap();
    proxy.take(&out, &answer).await;
    for _ in 0..3 {
        writeln!(printed, "{:?}", stage.leg_event(agent.id()).await).unwrap();
    }
    printed.push_str(&keys_are_pressed(&mut carrier, &invite, &ok).await);

    // What is refused, malformed or by nobody is logged, too.
    let premium = request(
        "REFER",
        "sip:+14255550100@sbc1.adatum.biz",
        &[("Refer-To", "<sip:+19005551234@x>"), ("Call-ID", "odd"), ("CSeq", "1 REFER")],
        None,
    );
    carrier.send(premium).await;
    carrier
        .write(
            b"INVITE sip:+14255550177@sbc1.adatum.biz SIP/2.0\r\nVia: broken +14255550188\r\n\r\n",
        )
        .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let answered = support::answer(&out, StatusCode::BUSY_HERE, None);
    writeln!(printed, "{answered:?} {:?} {:?}", stage.trunk, stage.trunk.health()).unwrap();
    writeln!(printed, "{:?} {agent:?}", stage.trunk.refusals().await).unwrap();
    let traces = stage.trunk.traces().await.unwrap();
    assert_eq!(traces.len(), 2, "both calls are kept");
    for trace in &traces {
        assert!(trace.messages.len() >= 3, "{}", trace.messages.len());
        writeln!(printed, "{trace}\n{trace:?}").unwrap();
    }
    agent.execute(LegCommand::HangUp).await.unwrap();
    proxy.request(&Method::Bye).await;
    stage.trunk.shutdown(Duration::from_secs(5)).await;

    let logged = String::from_utf8(TRACE.take()).unwrap();
    assert!(logged.lines().count() >= 5, "hardly anything was traced: {logged}");
    assert_redacted("trace", &logged);
    assert_redacted("printed", &printed);
    // The secrets were there to be told.
    let sent = String::from_utf8_lossy(&Message::from(invite).encode()).into_owned();
    let planted = secrets_in(&format!("{sent}{wire}{answer}"));
    assert!(planted.len() >= PLANTED, "{planted:?}");
}
