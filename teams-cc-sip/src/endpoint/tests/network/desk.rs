//! What the people and applications at the endpoints do.

use super::*;
use crate::endpoint::{ReferHandle, core::Owner};

/// Something somebody does at its time.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Dial {
        forked: bool,
        refer: Option<ReferHandle>,
    },
    Order(Command),
    /// Hold or resume, by re-INVITE or UPDATE.
    Change(CallHandle),
    /// Ask the other side to call somebody else.
    Refer(CallHandle),
}

/// What a side remembers.
#[derive(Default)]
pub(super) struct Desk {
    /// Nothing new is begun.
    pub(super) calm: bool,
    pub(super) dialled: Vec<CallHandle>,
    /// Which REFER a call of ours follows.
    pub(super) following: BTreeMap<CallHandle, ReferHandle>,
    pub(super) tally: Tally,
}

/// How much happened, so that a test which does nothing is found out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) answered: usize,
    pub(super) confirmed: usize,
    pub(super) updated: usize,
    pub(super) changed: usize,
    pub(super) refreshed: usize,
    pub(super) referred: usize,
    pub(super) expired: usize,
    pub(super) forked: usize,
    pub(super) offered_late: usize,
    pub(super) asked_again: usize,
}

impl Tally {
    fn all(self) -> [usize; 11] {
        [
            self.runs,
            self.answered,
            self.confirmed,
            self.updated,
            self.changed,
            self.refreshed,
            self.referred,
            self.expired,
            self.forked,
            self.offered_late,
            self.asked_again,
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.answered += other.answered;
        self.confirmed += other.confirmed;
        self.updated += other.updated;
        self.changed += other.changed;
        self.refreshed += other.refreshed;
        self.referred += other.referred;
        self.expired += other.expired;
        self.forked += other.forked;
        self.offered_late += other.offered_late;
        self.asked_again += other.asked_again;
    }

    /// Whether all that can happen has.
    pub(super) fn is_lively(self) -> bool {
        self.all().iter().all(|count| *count > 0) && self.answered >= self.runs / 2
    }
}

impl Network {
    pub(super) fn act(&mut self, side: Side, act: Act) {
        match act {
            Act::Dial { forked, refer } => self.dial(side, forked, refer),
            Act::Order(command) => {
                self.order(side, command);
            }
            Act::Change(call) => self.change(side, call),
            Act::Refer(call) => self.refer(side, call),
        }
    }

    fn dial(&mut self, side: Side, forked: bool, refer: Option<ReferHandle>) {
        let to = if forked { PROXY.to_owned() } else { host((side + 2) % 3) };
        let call = self.sides[side].reserve_call();
        let mut request = invite_draft(A);
        request.set_uri(Uri::parse(format!("sip:+15550100@{to}")).unwrap());
        if self.dice.chance(15) {
            request.remove_body();
        }
        let to = Target::new(TransportKind::Udp, &to, 5060);
        if !self.order(side, Command::Invite { call, to, request: Box::new(request) }) {
            return;
        }
        self.desks[side].dialled.push(call);
        if let Some(refer) = refer {
            self.desks[side].following.insert(call, refer);
        }
        if self.dice.chance(20) {
            let cancel = Command::Cancel { call, extras: Extras::new() };
            self.later(15_000, side, Act::Order(cancel));
        }
    }

    fn change(&mut self, side: Side, call: CallHandle) {
        let extras = session(if self.dice.chance(50) { "a=inactive" } else { "a=sendrecv" });
        let update = Command::Update { call, fork: None, extras: extras.clone() };
        if !self.dice.chance(50) || !self.order(side, update) {
            self.order(side, Command::ReInvite { call, extras });
        }
    }

    /// Our endpoints send no REFER, so this reaches below the orders.
    fn refer(&mut self, side: Side, call: CallHandle) {
        let (now, request) = (self.now, self.sides[side].reserve_request());
        self.sides[side].with_call(call, |core, call| {
            let (Stage::Up, Some(dialog)) = (&call.stage, &mut call.dialog) else { return };
            let (mut message, hop) = dialog.request(Method::Refer);
            message.headers_mut().push("Refer-To", "<sip:+15550102@192.0.2.3>").unwrap();
            message.headers_mut().push_header(call.contact.clone());
            let Some((route, transport)) = super::super::super::within::way(call, &hop) else {
                return;
            };
            let owner = Owner::Ours(request, Some(call.handle));
            if core.send(now, owner, message, route, transport).is_ok() {
                call.live += 1;
            }
        });
    }

    pub(super) fn hear(&mut self, side: Side, event: &Event) {
        let calm = self.desks[side].calm;
        let answer =
            |code: u16, sdp: bool| Box::new(if sdp { described(code) } else { response(code) });
        match event {
            Event::IncomingInvite { call, .. } => self.ring(side, *call),
            Event::ReInvite { call, .. } => {
                let code = if self.dice.chance(80) { 200 } else { 488 };
                let response = answer(code, code == 200);
                let order = Command::RespondInvite { call: *call, response };
                self.later(1_500, side, Act::Order(order));
            }
            Event::Update { request, .. } | Event::Confirmed { offer: Some(request), .. } => {
                let code = if self.dice.chance(80) { 200 } else { 488 };
                let order =
                    Command::Respond { request: *request, response: answer(code, code == 200) };
                self.later(1_500, side, Act::Order(order));
            }
            Event::Request { request, .. } => {
                let order = Command::Respond { request: *request, response: answer(200, false) };
                self.later(6_000, side, Act::Order(order));
            }
            Event::Refer { refer, .. } => {
                let code = if calm { 603 } else { 202 };
                let order = Command::RespondRefer { refer: *refer, response: answer(code, false) };
                self.order(side, order);
                if !calm {
                    self.desks[side].tally.referred += 1;
                    self.later(500, side, Act::Dial { forked: false, refer: Some(*refer) });
                }
            }
            Event::EarlyOffer { call, fork, .. } => {
                self.desks[side].tally.offered_late += 1;
                let extras = session("a=answer");
                self.order(side, Command::Prack { call: *call, fork: *fork, extras });
            }
            Event::Provisional { call, .. } => self.follow(side, *call, 180),
            Event::Answered { call, .. } => {
                *self.answers.entry((side, *call)).or_default() += 1;
                self.follow(side, *call, 200);
                // Where the answer made an offer; otherwise there is nothing to acknowledge.
                let extras = session("a=answer");
                self.order(side, Command::Acknowledge { call: *call, extras });
                self.desks[side].tally.answered += 1;
                self.live(side, *call);
            }
            Event::Acknowledged { call, .. } => self.live(side, *call),
            Event::ReInviteAnswered { call, .. } => {
                let extras = session("a=answer");
                self.order(side, Command::Acknowledge { call: *call, extras });
                self.desks[side].tally.changed += 1;
            }
            Event::RefreshDue { call } => {
                self.order(side, Command::ReInvite { call: *call, extras: session("a=refresh") });
            }
            Event::Confirmed { .. } => self.desks[side].tally.confirmed += 1,
            Event::UpdateAnswered { .. } => self.desks[side].tally.updated += 1,
            Event::Refreshed { .. } => self.desks[side].tally.refreshed += 1,
            Event::BranchHungUp { .. } => self.desks[side].tally.forked += 1,
            Event::Ended { call, end } => {
                *self.ended.entry((side, *call)).or_default() += 1;
                self.follow(side, *call, 603);
                if matches!(end, CallEnd::SessionExpired) {
                    self.desks[side].tally.expired += 1;
                }
            }
            Event::Turned { why, .. } if *why == crate::endpoint::Turned::TooShort => {
                self.desks[side].tally.asked_again += 1;
            }
            _ => {}
        }
    }

    /// Somebody is called: it rings, and is answered, refused or left alone.
    fn ring(&mut self, side: Side, call: CallHandle) {
        let mut codes = Vec::new();
        for _ in 0..self.dice.below(4) {
            codes.push([180, 183, 182][usize::try_from(self.dice.below(3)).unwrap()]);
        }
        codes.push([200, 200, 200, 200, 486, 0][usize::try_from(self.dice.below(6)).unwrap()]);
        for (at, code) in codes.into_iter().enumerate().filter(|(_, code)| *code > 0) {
            let sdp = code == 200 || (code == 183 && self.dice.chance(60));
            let response = Box::new(if sdp { described(code) } else { response(code) });
            let order = Command::RespondInvite { call, response };
            self.count += 1;
            let wait = (at as u64 + 1) * 1_200 + self.dice.below(1_000);
            let at = self.now + Duration::from_millis(wait);
            self.agenda.insert((at, self.count), (side, Act::Order(order)));
        }
    }

    /// A call is up: it is held, transferred and hung up, or left to its timers.
    fn live(&mut self, side: Side, call: CallHandle) {
        if self.desks[side].calm {
            return;
        }
        for _ in 0..self.dice.below(3) {
            self.later(20_000, side, Act::Change(call));
        }
        if self.dice.chance(15) {
            self.later(10_000, side, Act::Refer(call));
        }
        if self.dice.chance(30) {
            let bye = Command::Bye { call, extras: Extras::new() };
            self.later(30_000, side, Act::Order(bye));
        }
    }

    fn follow(&mut self, side: Side, call: CallHandle, code: u16) {
        let status = StatusCode::new(code).unwrap();
        if let Some(refer) = self.desks[side].following.get(&call).copied() {
            self.order(side, Command::NotifyRefer { refer, status });
            if code >= 200 {
                self.desks[side].following.remove(&call);
            }
        }
    }
}
