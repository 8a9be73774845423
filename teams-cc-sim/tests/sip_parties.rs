//! The SIP parties, met by a trunk that is a script: each message is written here by hand.

use std::time::Duration;

use bytes::Bytes;
use teams_cc_core::{E164, Instant};
use teams_cc_sim::world::{
    Answering, BrokenRule, ClientAction, ConnectionId, Customer, Input, Output, ProxyState, Setup,
    SipParty, Tenant, User, World,
};

const SECOND: Duration = Duration::from_secs(1);
const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n\
                     m=audio 20000 RTP/SAVP 8\r\na=sendrecv\r\n";

struct Trunk {
    world: World,
    now: Instant,
    /// What came, by connection, as text.
    inbox: Vec<(ConnectionId, String)>,
    read: usize,
}

impl Trunk {
    fn new(setup: Setup) -> Self {
        let world = World::new(setup).expect("the setup is sound");
        Self { world, now: Instant::ZERO, inbox: Vec::new(), read: 0 }
    }

    fn connect(&mut self, party: SipParty) -> ConnectionId {
        let connection = self.world.next_connection();
        self.world
            .handle_input(self.now, Input::SipOpened { connection, party })
            .expect("a new connection");
        connection
    }

    fn send(&mut self, connection: ConnectionId, text: &str) {
        let bytes = Bytes::from(text.to_owned());
        self.world
            .handle_input(self.now, Input::SipReceived { connection, bytes })
            .expect("the connection stands");
    }

    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            self.world.handle_input(self.now, Input::Tick).expect("time passes");
            match self.world.poll_output() {
                Output::SipConnect { connection, .. } => self
                    .world
                    .handle_input(self.now, Input::SipConnected { connection })
                    .expect("it was asked for"),
                Output::SipTransmit { connection, bytes } => {
                    let text = String::from_utf8(bytes.to_vec()).expect("text");
                    self.inbox.push((connection, text));
                }
                Output::Timeout(Some(next)) if next <= until => self.now = self.now.max(next),
                Output::Timeout(_) => break,
                _ => {}
            }
        }
        self.now = until;
    }

    /// The next message that starts so.
    fn expect(&mut self, start: &str) -> (ConnectionId, String) {
        for _ in 0..600 {
            while let Some((connection, text)) = self.inbox.get(self.read).cloned() {
                self.read += 1;
                if text.starts_with(start) {
                    return (connection, text);
                }
            }
            self.run(Duration::from_millis(100));
        }
        panic!("no {start}\n{}", self.world.log().ladder());
    }

    fn broken(&self) -> Vec<BrokenRule> {
        self.world.broken().iter().map(|broken| broken.rule).collect()
    }
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name} in\n{message}"))
}

/// A request of the trunk; `to` may carry a tag.
fn request(
    method: &str,
    uri: &str,
    call: &str,
    to: &str,
    cseq: u32,
    more: &str,
    body: &str,
) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TLS sbc.contoso.test;branch=z9hG4bK{call}{cseq}{method}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:+14255550173@sbc.contoso.test;user=phone>;tag=trunk\r\n\
         To: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n\
         Contact: <sip:sbc.contoso.test:5061;transport=tls>\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The trunk's answer to a request of the world.
fn reply(message: &str, status: &str, body: &str) -> String {
    let to = header(message, "To");
    let to = if to.contains(";tag=") { to.to_owned() } else { format!("{to};tag=trunk") };
    format!(
        "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         Contact: <sip:sbc.contoso.test:5061;transport=tls>\r\nContent-Length: {}\r\n\r\n{body}",
        header(message, "Via"),
        header(message, "From"),
        header(message, "Call-ID"),
        header(message, "CSeq"),
        body.len()
    )
}

fn number(text: &str) -> E164 {
    E164::new(text).expect("E.164")
}

fn setup() -> Setup {
    let tenant = Tenant::new("contoso.test");
    Setup::contoso(7)
        .user(
            User::new("eve", &tenant)
                .number(number("+14255550150"))
                .answering([Answering::after(SECOND * 2)])
                .acts(SECOND * 3, ClientAction::Hold)
                .acts(SECOND * 5, ClientAction::Resume)
                .acts(SECOND * 7, ClientAction::Transfer("finn".into())),
        )
        .user(User::new("finn", &tenant).answering([Answering::after(SECOND * 2)]))
}

fn invite(trunk: &mut Trunk, uri: &str, call: &str, more: &str) -> ConnectionId {
    let connection = trunk.connect(SipParty::Proxy(0));
    let to = format!("<{uri}>");
    let text = request(
        "INVITE",
        uri,
        call,
        &to,
        1,
        &format!("{more}Content-Type: application/sdp\r\n"),
        OFFER,
    );
    trunk.send(connection, &text);
    connection
}

const EVE: &str = "sip:+14255550150@sip.pstnhub.test:5061;user=phone;transport=tls";

/// A call to eve that is answered; the connection and the 200 come back.
fn call_eve(trunk: &mut Trunk) -> (ConnectionId, String) {
    let connection = invite(trunk, EVE, "old", "");
    trunk.expect("SIP/2.0 100");
    trunk.expect("SIP/2.0 180");
    let (_, ok) = trunk.expect("SIP/2.0 200 OK");
    assert!(ok.contains("a=crypto:1 AES_CM_128_HMAC_SHA1_80"));
    let ack = request("ACK", EVE, "old", header(&ok, "To"), 1, "", "");
    trunk.send(connection, &ack);
    (connection, ok)
}

#[test]
fn a_user_holds_resumes_and_transfers_and_teams_ends_the_old_call() {
    let mut trunk = Trunk::new(setup());
    let (old, ok) = call_eve(&mut trunk);
    for direction in ["inactive", "sendrecv"] {
        let (proxy, reinvite) = trunk.expect("INVITE ");
        assert_ne!(proxy, old, "Teams sends its requests on its own connection");
        assert!(reinvite.contains(&format!("a={direction}\r\n")));
        let answer = reply(&reinvite, "200 OK", OFFER);
        trunk.send(proxy, &answer);
        trunk.expect("ACK ");
    }
    let (proxy, refer) = trunk.expect("REFER ");
    let accepted = reply(&refer, "202 Accepted", "");
    trunk.send(proxy, &accepted);
    let target = header(&refer, "Refer-To").trim_matches(['<', '>']).to_owned();
    let by = header(&refer, "Referred-By").to_owned();
    assert!(target.contains("x-m=8:orgid:") && by.contains("x-tt="));
    let notify = |trunk: &mut Trunk, n: u32, status: &str| {
        let more =
            "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n";
        let text = request(
            "NOTIFY",
            EVE,
            "old",
            header(&ok, "To"),
            n,
            more,
            &format!("SIP/2.0 {status}\r\n"),
        );
        trunk.send(old, &text);
        trunk.expect("SIP/2.0 200 OK");
    };
    notify(&mut trunk, 2, "100 Trying");
    invite(&mut trunk, &target, "new", &format!("Referred-By: {by}\r\n"));
    trunk.expect("SIP/2.0 180");
    trunk.expect("SIP/2.0 200 OK");
    notify(&mut trunk, 3, "200 OK");
    trunk.expect("BYE ");
    assert_eq!(trunk.broken(), []);
    let ladder = trunk.world.log().ladder().to_string();
    assert!(ladder.contains("rings finn") && ladder.contains("REFER x-m=…"), "{ladder}");
    assert!(!ladder.contains("5550150") && !ladder.contains("inline:"), "{ladder}");
}

#[test]
fn a_transfer_that_changes_what_it_was_told_is_refused_and_recorded() {
    for (change, rule) in [
        ("uri", BrokenRule::TransferUriChanged),
        ("by", BrokenRule::ReferredByChanged),
        ("bye", BrokenRule::ByeBeforeTeams),
    ] {
        let mut trunk = Trunk::new(setup());
        let (old, ok) = call_eve(&mut trunk);
        let (proxy, refer) = trunk.expect("REFER ");
        let accepted = reply(&refer, "202 Accepted", "");
        trunk.send(proxy, &accepted);
        let mut target = header(&refer, "Refer-To").trim_matches(['<', '>']).to_owned();
        let mut by = header(&refer, "Referred-By").to_owned();
        match change {
            "uri" => target = target.replace(";x-t=", ";x-t=0"),
            "by" => by = by.replace("x-ti=", "x-ti=0"),
            _ => {
                let bye = request("BYE", EVE, "old", header(&ok, "To"), 9, "", "");
                trunk.send(old, &bye);
                assert_eq!(trunk.broken(), [rule]);
                continue;
            }
        }
        invite(&mut trunk, &target, "new", &format!("Referred-By: {by}\r\n"));
        trunk.expect("SIP/2.0 404");
        assert_eq!(trunk.broken(), [rule], "{change}");
    }
}

#[test]
fn what_direct_routing_forbids_is_refused() {
    let contact = "Contact: <sip:sbc.contoso.test:5061;transport=tls>";
    for (from, to, status, rule) in [
        (
            contact,
            "Contact: <sip:198.51.100.1:5061;transport=tls>",
            "403",
            BrokenRule::ContactNotName,
        ),
        (
            contact,
            "Contact: <sip:sbc.fabrikam.test;transport=tls>",
            "403",
            BrokenRule::ContactUnknown,
        ),
        (
            "Max-Forwards: 70",
            "Max-Forwards: 70\r\nReplaces: a;to-tag=b;from-tag=c",
            "400",
            BrokenRule::ReplacesSent,
        ),
        (
            "Max-Forwards: 70",
            "Max-Forwards: 70\r\nRecord-Route: <sip:198.51.100.1;lr>",
            "403",
            BrokenRule::RecordRouteNotName,
        ),
        ("INVITE", "REFER", "405", BrokenRule::ReferSent),
    ] {
        let mut trunk = Trunk::new(setup());
        let connection = trunk.connect(SipParty::Proxy(1));
        let to_header = format!("<{EVE}>");
        let text = request(
            "INVITE",
            EVE,
            "one",
            &to_header,
            1,
            "Content-Type: application/sdp\r\n",
            OFFER,
        )
        .replace(from, to);
        trunk.send(connection, &text);
        trunk.expect(&format!("SIP/2.0 {status}"));
        assert_eq!(trunk.broken(), [rule]);
        assert!(trunk.world.is_quiet(), "nothing is left of a refused call");
    }
}

#[test]
fn options_are_answered_and_the_proxy_sends_its_own() {
    let mut trunk = Trunk::new(setup());
    let connection = trunk.connect(SipParty::Proxy(2));
    let options =
        request("OPTIONS", "sip:sip3.pstnhub.test", "ping", "<sip:sip3.pstnhub.test>", 1, "", "");
    trunk.send(connection, &options);
    let (_, ok) = trunk.expect("SIP/2.0 200");
    assert!(ok.contains("ALLOW: INVITE"));
    let (own, ping) = trunk.expect("OPTIONS sip:sbc.contoso.test:5061");
    assert_ne!(own, connection);
    let answer = reply(&ping, "200 OK", "");
    trunk.send(own, &answer);
    trunk.run(SECOND * 130);
    let pings = trunk.inbox.iter().filter(|(_, text)| text.starts_with("OPTIONS")).count();
    assert_eq!(pings, 3, "one a minute");
}

#[test]
fn an_unavailable_proxy_says_when_to_come_back_and_unknown_numbers_get_404() {
    let mut trunk = Trunk::new(setup().proxy(0, ProxyState::Unavailable));
    invite(&mut trunk, EVE, "one", "");
    let (_, text) = trunk.expect("SIP/2.0 503");
    assert_eq!(header(&text, "Retry-After"), "1");
    let mut trunk = Trunk::new(setup());
    invite(&mut trunk, "sip:+14255559999@sip.pstnhub.test;user=phone", "one", "");
    trunk.expect("SIP/2.0 404");
    assert_eq!(trunk.broken(), []);
}

#[test]
fn a_customer_calls_through_the_carrier_and_hangs_up_early_or_late() {
    let tenant = Tenant::new("contoso.test");
    let world = || {
        Setup::contoso(3).user(User::new("eve", &tenant)).customer(
            Customer::new("c1", "+14255550173")
                .dials(SECOND, "+14255550150")
                .patience(SECOND * 10)
                .talks(SECOND * 20),
        )
    };
    let mut trunk = Trunk::new(world());
    let (carrier, invite) = trunk.expect("INVITE sip:+14255550150@sbc.contoso.test");
    let ringing = reply(&invite, "180 Ringing", "");
    trunk.send(carrier, &ringing);
    let (_, cancel) = trunk.expect("CANCEL ");
    let ok = reply(&cancel, "200 OK", "");
    trunk.send(carrier, &ok);
    let terminated = reply(&invite, "487 Request Terminated", "");
    trunk.send(carrier, &terminated);
    trunk.expect("ACK ");
    assert!(trunk.world.is_quiet());

    let mut trunk = Trunk::new(world());
    let (carrier, invite) = trunk.expect("INVITE ");
    let ok = reply(&invite, "200 OK", OFFER);
    trunk.send(carrier, &ok);
    trunk.expect("ACK ");
    let (_, bye) = trunk.expect("BYE ");
    let ok = reply(&bye, "200 OK", "");
    trunk.send(carrier, &ok);
    trunk.run(SECOND);
    assert!(trunk.world.is_quiet());
}

#[test]
fn an_emergency_call_carries_its_location_and_losing_it_is_recorded() {
    let tenant = Tenant::new("contoso.test");
    let mut trunk = Trunk::new(
        Setup::contoso(3)
            .user(User::new("gus", &tenant).number(number("+14255550152")).dials(SECOND, "112")),
    );
    let (_, invite) = trunk.expect("INVITE sip:112@sbc.contoso.test");
    assert_eq!(header(&invite, "Geolocation"), "<cid:location@sip.pstnhub.test>");
    assert!(header(&invite, "From").contains("+14255550152"), "the call-back number");
    let (_, body) = invite.split_once("\r\n\r\n").expect("a body");
    assert!(body.contains("application/pidf+xml") && body.contains("application/sdp"));

    let carrier = trunk.connect(SipParty::Carrier);
    let kind = header(&invite, "Content-Type").to_owned();
    let more = format!("Geolocation: <cid:location@sip.pstnhub.test>\r\nContent-Type: {kind}\r\n");
    let whole =
        request("INVITE", "sip:112@carrier.test", "sos", "<sip:112@carrier.test>", 1, &more, body);
    trunk.send(carrier, &whole);
    trunk.expect("SIP/2.0 200 OK");
    assert_eq!(trunk.broken(), []);
    let bare =
        request("INVITE", "sip:112@carrier.test", "sos2", "<sip:112@carrier.test>", 1, "", OFFER);
    trunk.send(carrier, &bare);
    assert_eq!(trunk.broken(), [BrokenRule::LocationLost]);
}

#[test]
fn bytes_that_are_no_sip_close_the_connection_and_leave_the_rest_alone() {
    let mut trunk = Trunk::new(setup());
    let bad = trunk.connect(SipParty::Proxy(0));
    trunk.send(bad, "\x16\x03\x01 this is no SIP at all\r\n\r\n");
    assert_eq!(trunk.broken(), [BrokenRule::NotSip]);
    invite(&mut trunk, EVE, "one", "");
    trunk.expect("SIP/2.0 180");
}
