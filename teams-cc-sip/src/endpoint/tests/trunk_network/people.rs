//! What the application behind the trunk and the parties around it do.

use teams_cc_core::{
    PhoneNumber,
    contact::{EndReason, LegCommand, LegEvent},
};

use super::*;
use crate::{
    dialog::Stage,
    endpoint::core::Owner,
    message::{Headers, Via},
    trunk::{Destination, TransferStep, Via as Through},
};

/// Something that happens at its time.
#[derive(Clone, Debug)]
pub(super) enum Act {
    CarrierCalls,
    DeskCalls,
    TeamsCalls,
    Peer(Side, Command),
    Refer(Side, CallHandle),
    HangUp(LegId),
    Die(Side, Death),
    Stall(Side),
}

/// What the application knows.
#[derive(Default)]
pub(super) struct Desk {
    /// Which inbound leg a dialled one is for.
    pub(super) pairs: BTreeMap<LegId, LegId>,
    /// Legs that the trunk puts through by itself, over one destination or several.
    pub(super) put_through: BTreeSet<LegId>,
    /// The numbers of each plan.
    pub(super) plans: BTreeMap<LegId, Vec<String>>,
    /// The number of each dialled leg, and who hung it up.
    pub(super) dialled: BTreeMap<LegId, String>,
    pub(super) hung_up: BTreeSet<LegId>,
    pub(super) ended: BTreeMap<LegId, usize>,
    pub(super) named: u64,
}

/// How much happened, so that a test which does nothing is found out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) answered: usize,
    pub(super) bridged: usize,
    pub(super) retried: usize,
    pub(super) transferred: usize,
    pub(super) refused: usize,
    pub(super) held: usize,
    pub(super) died: usize,
    pub(super) hunted: usize,
    /// Plans of which one of several that rang has answered.
    pub(super) reached: usize,
    /// Answers that led elsewhere.
    pub(super) redirected: usize,
}

impl Tally {
    fn all(self) -> [usize; 11] {
        // Few of a short run's carriers are called and lead elsewhere.
        let redirected = if self.runs < 1_000 { 1 } else { self.redirected };
        [
            self.runs,
            self.answered,
            self.bridged,
            self.retried,
            self.transferred,
            self.refused,
            self.held,
            self.died,
            self.hunted,
            self.reached,
            redirected,
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.answered += other.answered;
        self.bridged += other.bridged;
        self.retried += other.retried;
        self.transferred += other.transferred;
        self.refused += other.refused;
        self.held += other.held;
        self.died += other.died;
        self.hunted += other.hunted;
        self.reached += other.reached;
        self.redirected += other.redirected;
    }

    /// Whether all that can happen has.
    pub(super) fn is_lively(self) -> bool {
        self.all().iter().all(|count| *count > 0) && self.answered >= self.runs / 2
    }
}

/// The digits of a URI's user.
pub(super) fn number(uri: &str) -> String {
    let user = uri.split('@').next().unwrap_or_default();
    user.chars().filter(char::is_ascii_digit).collect()
}

/// The branch of a message's topmost Via.
pub(super) fn branch(headers: &Headers) -> String {
    let via: Via = headers.first().unwrap().unwrap();
    via.branch().unwrap().to_owned()
}

impl World {
    pub(super) fn act(&mut self, act: Act) {
        match act {
            Act::CarrierCalls => self.peer_calls(CARRIER),
            Act::TeamsCalls => {
                let side = usize::try_from(self.dice.below(PROXIES as u64)).unwrap();
                if self.dead[side].is_none() {
                    self.peer_calls(side);
                }
            }
            Act::DeskCalls => self.dial(None, &Through::Teams { tenant: TRUNK.parse().unwrap() }),
            Act::Peer(side, command) => {
                let now = self.now;
                // The call may be over.
                let _ = self.sides[side].handle_input(now, command.into());
            }
            Act::Refer(side, call) => self.refer(side, call),
            Act::HangUp(leg) => self.hang_up(&leg),
            Act::Die(side, death) => self.die(side, death),
            Act::Stall(side) => {
                self.stalled[side] = self.now + Duration::from_secs(5 + self.dice.below(60));
            }
        }
    }

    pub(super) fn fresh(&mut self) -> String {
        self.desk.named += 1;
        format!("+1425555{:04}", self.desk.named)
    }

    fn peer_calls(&mut self, side: Side) {
        let (us, to, shown) = (host(side), self.fresh(), self.fresh());
        let uri = Uri::parse(format!("sip:{to}@{TRUNK}")).unwrap();
        let request = Request::new(Method::Invite, uri)
            .with_header("From", format!("<sip:{shown}@{us}>"))
            .unwrap()
            .with_header("To", format!("<sip:{to}@{TRUNK}>"))
            .unwrap()
            .with_body(&ContentType::sdp(), self.sdp(side, "sendrecv"));
        let call = self.sides[side].reserve_call();
        let to = Target::new(transport(side), TRUNK, 5061);
        let order = Command::Invite { call, to, request: Box::new(request) };
        self.act(Act::Peer(side, order));
        if self.dice.chance(20) {
            let cancel = Command::Cancel { call, extras: Extras::new() };
            self.later(100, 8_000, Act::Peer(side, cancel));
        }
    }

    fn sdp(&mut self, side: Side, direction: &str) -> String {
        let version = self.next();
        let (profile, key) = if side == CARRIER {
            ("RTP/AVP", "")
        } else {
            let key = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
            ("RTP/SAVP", &*format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}\r\n"))
        };
        format!(
            "v=0\r\no=- 9 {version} IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
             m=audio 4000 {profile} 0 101\r\na=rtpmap:101 telephone-event/8000\r\n{key}\
             a={direction}\r\n"
        )
    }

    fn answer_to(&mut self, side: Side, offer: &[u8]) -> Response {
        let offer = String::from_utf8_lossy(offer).into_owned();
        let direction = ["inactive", "sendonly"].iter().find(|way| offer.contains(**way));
        let direction = match direction {
            Some(&"sendonly") => "recvonly",
            Some(other) => other,
            None => "sendrecv",
        };
        response(200).with_body(&ContentType::sdp(), self.sdp(side, direction))
    }

    /// A peer hears something.
    pub(super) fn peer_hears(&mut self, side: Side, event: &Event) {
        match event {
            Event::IncomingInvite { call, request, .. } => {
                let answer = self.answer_to(side, request.body());
                self.ring(side, *call, answer);
            }
            Event::ReInvite { call, request, .. } => {
                let response = Box::new(self.answer_to(side, request.body()));
                self.tally.held += 1;
                self.act(Act::Peer(side, Command::RespondInvite { call: *call, response }));
            }
            Event::Answered { call, .. } => {
                self.act(Act::Peer(side, acknowledge(*call)));
                self.live(side, *call);
            }
            Event::ReInviteAnswered { call, .. } => {
                self.act(Act::Peer(side, acknowledge(*call)));
            }
            Event::Acknowledged { call, .. } => self.live(side, *call),
            Event::Request { request, .. } => {
                let order =
                    Command::Respond { request: *request, response: Box::new(response(200)) };
                self.act(Act::Peer(side, order));
            }
            _ => {}
        }
    }

    /// Somebody is called: it rings, and is answered, refused or left alone.
    fn ring(&mut self, side: Side, call: CallHandle, answer: Response) {
        let mut answers = Vec::new();
        for _ in 0..self.dice.below(3) {
            answers.push(response([180, 183][usize::try_from(self.dice.below(2)).unwrap()]));
        }
        let last = [200, 200, 200, 200, 200, 486, 503, 0];
        match last[usize::try_from(self.dice.below(8)).unwrap()] {
            200 => answers.push(answer),
            0 => {}
            _ if side == CARRIER && self.dice.chance(40) => {
                let contact = format!("<sip:{}@{}>", self.fresh(), host(CARRIER));
                answers.push(response(302).with_header("Contact", contact).unwrap());
            }
            code => answers.push(response(code)),
        }
        for (at, response) in answers.into_iter().enumerate() {
            let order = Command::RespondInvite { call, response: Box::new(response) };
            self.later(1_200 * (at as u64 + 1), 1_000, Act::Peer(side, order));
        }
    }

    /// A call is up: it is held, transferred and hung up, or left alone.
    fn live(&mut self, side: Side, call: CallHandle) {
        if self.calm {
            return;
        }
        if self.dice.chance(25) {
            let kind = ContentType::sdp();
            let extras = Extras::new().with_body(&kind, self.sdp(side, "inactive"));
            self.later(500, 15_000, Act::Peer(side, Command::ReInvite { call, extras }));
        }
        if side != CARRIER && self.dice.chance(35) {
            self.later(1_500, 8_000, Act::Refer(side, call));
        }
        if self.dice.chance(25) {
            let bye = Command::Bye { call, extras: Extras::new() };
            self.later(500, 30_000, Act::Peer(side, bye));
        }
    }

    /// Our endpoints send no REFER, so this reaches below the orders.
    fn refer(&mut self, side: Side, call: CallHandle) {
        let target =
            format!("<sip:{}@{}:5061;transport=tls;x-m=8:orgid:a>", self.fresh(), host(side));
        let (now, request) = (self.now, self.sides[side].reserve_request());
        self.sides[side].with_call(call, |core, call| {
            let (Stage::Up, Some(dialog)) = (&call.stage, &mut call.dialog) else { return };
            let (mut message, hop) = dialog.request(Method::Refer);
            message.headers_mut().push("Refer-To", &target).unwrap();
            message.headers_mut().push_header(call.contact.clone());
            let Some((route, transport)) = crate::endpoint::within::way(call, &hop) else {
                return;
            };
            let owner = Owner::Ours(request, Some(call.handle));
            if core.send(now, owner, message, route, transport).is_ok() {
                call.live += 1;
            }
        });
    }

    fn dial(&mut self, caller: Option<LegId>, via: &Through) {
        let number = self.fresh();
        let leg = LegId::numbered("D", self.desk.named);
        let shown = PhoneNumber::presented("+14255559999");
        let to = Destination::new(via.clone(), PhoneNumber::presented(&number), shown, leg.clone());
        if matches!(*via, Through::Teams { .. }) {
            self.desk.dialled.insert(leg.clone(), self::number(&number));
        }
        if let Some(caller) = caller {
            self.desk.pairs.insert(leg.clone(), caller);
        } else if self.dice.chance(30) {
            self.later(500, 20_000, Act::HangUp(leg));
        }
        let (ticket, destination) = (self.desk.named, Box::new(to));
        self.told.push_back(input::Input::Dial { ticket, destination });
    }

    /// A dial that goes nowhere at once leaves its caller alone.
    pub(super) fn dialled(&mut self, ticket: u64, on_its_way: bool) {
        let leg = LegId::numbered("D", ticket);
        if !on_its_way {
            self.desk.put_through.remove(&leg);
            self.desk.dialled.remove(&leg);
            if let Some(caller) = self.desk.pairs.get(&leg).cloned() {
                self.hang_up(&caller);
            }
        }
    }

    fn order(&mut self, leg: &LegId, command: LegCommand) {
        let ticket = 1_000_000 + self.next();
        self.told.push_back(input::Input::Execute { ticket, leg: leg.clone(), command });
    }

    fn hang_up(&mut self, leg: &LegId) {
        self.desk.hung_up.insert(leg.clone());
        self.order(leg, LegCommand::HangUp);
    }

    /// The application hears something.
    pub(super) fn desk_hears(&mut self, event: input::Event) {
        match event {
            input::Event::Incoming(call) => {
                let via = if &*call.peer == "carrier" {
                    Through::Teams { tenant: TRUNK.parse().unwrap() }
                } else {
                    Through::Carrier("carrier".into())
                };
                if self.dice.chance(50) {
                    self.put_through(call.leg, &via);
                } else {
                    self.order(&call.leg, LegCommand::Ring);
                    self.dial(Some(call.leg), &via);
                }
            }
            input::Event::NextDestination { status, .. } => {
                self.tally.hunted += 1;
                self.tally.redirected += usize::from(status == 302);
            }
            input::Event::Reached { .. } => self.tally.reached += 1,
            input::Event::Leg { leg, event } => self.leg_tells(&leg, &event),
            input::Event::Transfer { step: TransferStep::Completed, .. } => {
                self.tally.transferred += 1;
            }
            _ => {}
        }
    }

    fn leg_tells(&mut self, leg: &LegId, event: &LegEvent) {
        match event {
            LegEvent::MediaActive if self.is_put_through(leg) => {
                self.tally.answered += 1;
            }
            LegEvent::MediaActive => {
                let pairs = &self.desk.pairs;
                let callee = pairs.iter().find(|(_, caller)| *caller == leg);
                let callee = callee.map(|(callee, _)| callee.clone());
                if let Some(caller) = pairs.get(leg).cloned() {
                    self.tally.answered += 1;
                    self.order(&caller, LegCommand::Answer);
                } else if let Some(with) = callee {
                    self.order(leg, LegCommand::Bridge { with });
                } else {
                    self.tally.answered += 1;
                }
            }
            LegEvent::Bridged { .. } => self.tally.bridged += 1,
            LegEvent::Ended(cause) => {
                *self.desk.ended.entry(leg.clone()).or_default() += 1;
                if cause.reason == EndReason::Busy {
                    self.tally.refused += 1;
                }
                self.was_asked_everywhere(leg);
                if let Some(caller) = self.desk.pairs.get(leg).cloned() {
                    self.hang_up(&caller);
                }
                let pairs = &self.desk.pairs;
                let callees = pairs.iter().filter(|(_, caller)| *caller == leg);
                let callees: Vec<LegId> = callees.map(|(callee, _)| callee.clone()).collect();
                for callee in callees {
                    self.hang_up(&callee);
                }
            }
            _ => {}
        }
    }
}

fn acknowledge(call: CallHandle) -> Command {
    Command::Acknowledge { call, extras: Extras::new() }
}
