//! A peer and an application that do whatever the octets say, to one endpoint: each call ends once,
//! and nothing is left when all is over.
#![no_main]

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use libfuzzer_sys::fuzz_target;
use teams_cc_core::Instant;
use teams_cc_sip::{
    endpoint::{
        CallHandle, CallPolicy, Command, Endpoint, EndpointConfig, EndpointLimits, Event, Extras,
        FlowId, Input, Origin, Output, ReferHandle, Reliability, RequestHandle, SessionTimer,
        Target, TransportKind,
    },
    message::{ContentType, Limits, Message, Method, Request, Response, StatusCode, Uri},
};

/// Steps of the longest run.
const STEPS: usize = 200;
const METHODS: [&str; 11] = [
    "INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "REFER", "INFO", "OPTIONS", "NOTIFY",
    "MESSAGE",
];
const CODES: [u16; 16] =
    [100, 180, 183, 199, 200, 202, 302, 401, 408, 422, 481, 487, 488, 491, 503, 603];
/// Lines that may stand in any message.
const LINES: [&str; 16] = [
    "Require: 100rel\r\nRSeq: 1\r\n",
    "Require: 100rel\r\nRSeq: 2\r\n",
    "RAck: 1 1 INVITE\r\n",
    "Supported: 100rel, timer, replaces\r\n",
    "Session-Expires: 90;refresher=uac\r\n",
    "Session-Expires: 90;refresher=uas\r\n",
    "Min-SE: 200\r\n",
    "Allow: INVITE, UPDATE, PRACK, REFER\r\n",
    "Record-Route: <sip:192.0.2.8;lr>\r\n",
    "Contact: <sip:odd@192.0.2.2>\r\n",
    "Refer-To: <sip:x@example.com?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n",
    "Replaces: call;to-tag=peer;from-tag=b\r\n",
    "Retry-After: 1\r\n",
    "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth\"\r\n",
    "Event: refer\r\nSubscription-State: active\r\n",
    "Content-Type: application/sdp\r\n",
];

/// The octets that decide, one after the other; 0 once they are used up.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn pick<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        list.get(usize::from(self.next()) % list.len().max(1))
    }
}

struct World {
    now: Instant,
    endpoint: Endpoint,
    wake: Option<Instant>,
    sent: Vec<Message>,
    calls: BTreeMap<CallHandle, usize>,
    asked: Vec<RequestHandle>,
    refers: Vec<ReferHandle>,
    incoming: usize,
}

impl World {
    fn new() -> Self {
        let policy = CallPolicy::new()
            .reliability(Reliability::Supported)
            .session_timer(SessionTimer::default().interval(Duration::from_secs(90)));
        let limits = EndpointLimits::default().calls(8).transactions(64).requests(16);
        let config = EndpointConfig::new("192.0.2.1", 7)
            .expect("a host")
            .policy(policy)
            .serve(Method::Update)
            .limits(limits);
        Self {
            now: Instant::ZERO,
            endpoint: Endpoint::new(config),
            wake: None,
            sent: Vec::new(),
            calls: BTreeMap::new(),
            asked: Vec::new(),
            refers: Vec::new(),
            incoming: 0,
        }
    }

    /// An order that makes no sense is refused and changes nothing; a peer's message never is.
    fn put(&mut self, input: Input) -> bool {
        let ordered = matches!(input, Input::Command(_));
        let result = self.endpoint.handle_input(self.now, input);
        assert!(ordered || result.is_ok(), "{result:?}");
        loop {
            match self.endpoint.poll_output() {
                Output::Transmit(transmit) => {
                    let octets = transmit.message.encode();
                    Message::parse_datagram(&octets, &Limits::default()).expect("ours can be read");
                    self.sent.push(Message::clone(&transmit.message));
                }
                Output::Event(event) => self.note(event),
                Output::Timeout(at) => {
                    self.wake = at;
                    return result.is_ok();
                }
            }
        }
    }

    fn note(&mut self, event: Event) {
        let _ = format!("{event:?}");
        match event {
            Event::IncomingInvite { call, .. } => {
                self.incoming += 1;
                self.calls.insert(call, 0);
            }
            Event::Ended { call, .. } => *self.calls.entry(call).or_default() += 1,
            Event::Request { request, .. } | Event::Update { request, .. } => {
                self.asked.push(request);
            }
            Event::Refer { refer, .. } => self.refers.push(refer),
            _ => {}
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        // An endpoint that wants to wake without end at one time would never let it pass.
        for _ in 0..100_000 {
            let Some(at) = self.wake.filter(|at| *at <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(at);
            self.put(Input::Wake);
        }
        panic!("it wakes for ever");
    }

    fn hear(&mut self, octets: &[u8]) {
        let source: SocketAddr = ([192, 0, 2, 2], 5060).into();
        let origin = Origin::new(FlowId(1), TransportKind::Udp, source);
        let input = match Message::parse_datagram(octets, &Limits::default()) {
            Ok(message) => Input::Received { origin, message: Box::new(message) },
            Err(fault) => Input::Malformed { origin, fault },
        };
        self.put(input);
    }

    fn tail(script: &mut Script<'_>) -> String {
        let mut lines: String =
            (0..script.next() % 4).filter_map(|_| script.pick(&LINES)).copied().collect();
        lines.push_str(if script.next() % 2 == 0 { "\r\n" } else { "\r\nv=0\r\n" });
        lines
    }

    /// The peer answers something we asked.
    fn answer(&mut self, script: &mut Script<'_>) {
        let requests: Vec<_> = self.sent.iter().filter_map(Message::as_request).cloned().collect();
        let Some(request) = script.pick(&requests) else { return };
        let code = script.pick(&CODES).copied().unwrap_or(200);
        let get = |name| request.headers().get_str(name).unwrap_or_default();
        let tag = if get("To").contains("tag=") {
            ""
        } else {
            [";tag=peer", ";tag=fork", ""][usize::from(script.next() % 3)]
        };
        let text = format!(
            "SIP/2.0 {code} Odd\r\nVia: {}\r\nFrom: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n{}",
            get("Via"),
            get("From"),
            get("To"),
            get("Call-ID"),
            get("CSeq"),
            Self::tail(script),
        );
        self.hear(text.as_bytes());
    }

    /// The peer asks something, in one of our dialogs or outside.
    fn ask(&mut self, script: &mut Script<'_>) {
        let method = script.pick(&METHODS).copied().unwrap_or("OPTIONS");
        let (number, branch) = (script.next() % 8, script.next() % 16);
        let of_call = |m: &Message| m.headers().get_str("Call-ID").is_some();
        let ours: Vec<_> = self.sent.iter().filter(|m| of_call(m)).cloned().collect();
        let dialog = script.pick(&ours).filter(|_| script.next() % 4 > 0);
        let (from, to, call) = match dialog {
            None => (
                "<sip:odd@192.0.2.2>;tag=peer".into(),
                "<sip:a@192.0.2.1>".into(),
                format!("call{}", branch % 3),
            ),
            Some(message) => {
                let get = |name| message.headers().get_str(name).unwrap_or_default().to_owned();
                let (ours, theirs) =
                    if message.as_request().is_some() { ("From", "To") } else { ("To", "From") };
                (get(theirs), get(ours), get("Call-ID"))
            }
        };
        let text = format!(
            "{method} sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK{branch}\r\n\
             From: {from}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:odd@192.0.2.2>\r\nMax-Forwards: 70\r\n{}",
            Self::tail(script),
        );
        self.hear(text.as_bytes());
    }

    fn order(&mut self, script: &mut Script<'_>) {
        let calls: Vec<_> = self.calls.keys().copied().collect();
        let sdp = ContentType::sdp();
        let with_body = script.next() % 2 == 0;
        let extras =
            if with_body { Extras::new().with_body(&sdp, "v=0\r\n") } else { Extras::new() };
        let code = script.pick(&CODES).copied().and_then(StatusCode::new);
        let mut response = Response::new(code.unwrap_or(StatusCode::OK));
        if with_body {
            response = response.with_body(&sdp, "v=0\r\n");
        }
        let response = Box::new(response);
        let fork = usize::from(script.next() % 3);
        let which = script.next() % 14;
        if which == 0 {
            let to = Target::new(TransportKind::Udp, "192.0.2.2", 5060);
            let uri = Uri::parse("sip:b@192.0.2.2").expect("a uri");
            let mut request = Request::new(Method::Invite, uri)
                .with_header("From", "<sip:a@192.0.2.1>")
                .and_then(|request| request.with_header("To", "<sip:b@192.0.2.2>"))
                .expect("headers");
            if with_body {
                request = request.with_body(&sdp, "v=0\r\n");
            }
            let call = self.endpoint.reserve_call();
            self.calls.insert(call, 0);
            // A call that is refused at once has not begun.
            if !self.put(Command::Invite { call, to, request: Box::new(request) }.into()) {
                self.calls.remove(&call);
            }
            return;
        }
        let Some(&call) = script.pick(&calls) else { return };
        let command = match which {
            1..=3 => Command::RespondInvite { call, response },
            4 => Command::Cancel { call, extras },
            5 => Command::Bye { call, extras },
            6 => Command::ReInvite { call, extras },
            7 => Command::Update { call, fork: Some(fork), extras },
            8 => Command::Prack { call, fork, extras },
            9 => Command::Acknowledge { call, extras },
            10 => {
                let request = self.endpoint.reserve_request();
                Command::RequestInCall { request, call, method: Method::Info, extras }
            }
            11 => match script.pick(&self.asked).copied() {
                Some(request) => Command::Respond { request, response },
                None => return,
            },
            12 => match script.pick(&self.refers).copied() {
                Some(refer) => Command::RespondRefer { refer, response },
                None => return,
            },
            _ => match script.pick(&self.refers).copied() {
                Some(refer) => {
                    Command::NotifyRefer { refer, status: code.unwrap_or(StatusCode::OK) }
                }
                None => return,
            },
        };
        self.put(command.into());
    }

    /// Everybody hangs up, and all timers run out.
    fn close(&mut self) {
        for _ in 0..4 {
            for call in self.calls.keys().copied().collect::<Vec<_>>() {
                let refusal = Box::new(Response::new(StatusCode::TEMPORARILY_UNAVAILABLE));
                self.put(Command::Cancel { call, extras: Extras::new() }.into());
                self.put(Command::Bye { call, extras: Extras::new() }.into());
                self.put(Command::RespondInvite { call, response: refusal }.into());
            }
            self.pass(Duration::from_secs(70));
        }
        self.pass(Duration::from_hours(2));
        assert!(self.endpoint.is_idle(), "left behind: {:#?}", self.endpoint);
        for (call, ends) in &self.calls {
            assert_eq!(*ends, 1, "{call:?} ended {ends} times");
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let mut world = World::new();
    for _ in 0..STEPS {
        if script.0.is_empty() {
            break;
        }
        match script.next() % 8 {
            0..=2 => world.answer(&mut script),
            3 | 4 => world.ask(&mut script),
            5 | 6 => world.order(&mut script),
            _ => {
                let millis = [0, 10, 500, 4_000, 33_000, 95_000][usize::from(script.next() % 6)];
                world.pass(Duration::from_millis(millis));
            }
        }
    }
    world.close();
});
