//! What a trunk does for its carriers: registers with them, and asks who they are.

use std::collections::BTreeMap;

use teams_cc_core::{Instant, LegId, PhoneNumber};

use super::{Registrar, registration::Outcome};
use crate::{
    digest::{Guard, Proof, hex, hmac},
    direct_routing::{Attempt, HealthReason, number_of},
    endpoint::{
        CallEnd, Command, EndpointConfig, EndpointLimits, Failure, FlowId, Met, Origin,
        RequestHandle,
    },
    message::{Method, ParseError, Request, Response, SipUri, StatusCode, ToHeader},
    transport::Target,
    trunk::{
        HealthCheck, PeerHealth, TrunkConfig,
        admission::Side,
        call::Role,
        engine::Engine,
        input::{Event, Output},
        link,
        outbound::verdict,
    },
};

/// Digits of what names a binding or a registration.
const TOKEN_DIGITS: usize = 20;

/// Transactions there may be for each leg there may be. Over datagrams those of a call outlive it by
/// half a minute, in which repeats are absorbed.
const TRANSACTIONS_PER_LEG: usize = 4;

/// Adds a trunk's bounds, and its accounts at carriers, to what an endpoint is.
pub(crate) fn endpoint_config(config: &TrunkConfig, sip: EndpointConfig) -> EndpointConfig {
    let limits = EndpointLimits::default();
    let legs = config.limits.legs;
    let transactions = legs.saturating_mul(TRANSACTIONS_PER_LEG).max(limits.transactions);
    let limits = limits.calls(legs.saturating_mul(2)).transactions(transactions);
    config.carriers.iter().fold(sip.limits(limits), |sip, carrier| {
        match (&carrier.target, &carrier.credentials) {
            (Some(to), Some(user)) => sip.account(to.clone(), user.clone()).account_at(
                to.clone(),
                carrier.addresses.clone(),
                &carrier.names,
            ),
            _ => sip,
        }
    })
}

/// Carriers that we register with or that prove who they are, by their place in the
/// configuration.
pub(crate) struct Carriers {
    registrars: BTreeMap<usize, Registrar>,
    asked: BTreeMap<RequestHandle, usize>,
    beats: BTreeMap<usize, Instant>,
    guard: Guard,
    /// Whose a flow is that several carriers could use; bounded by the flows.
    owners: BTreeMap<FlowId, usize>,
    seed: u64,
    thrown: u64,
}

impl Carriers {
    pub(crate) fn new(config: &TrunkConfig, seed: u64) -> Self {
        let word = |what: &str, place: usize| {
            let place = (place as u64).to_be_bytes();
            let mut word = hex(&hmac(&seed.to_be_bytes(), &[what.as_bytes(), &place]));
            word.truncate(TOKEN_DIGITS);
            word
        };
        let registrars = config.carriers.iter().enumerate().filter_map(|(place, carrier)| {
            let registration = carrier.registration.clone().filter(|_| carrier.target.is_some())?;
            let side = Side::Carrier(place);
            let link = link::link(config, side, config.fqdn.clone(), carrier.transport);
            let (token, call_id) = (word("binding", place), word("registration", place));
            Some((place, Registrar::new(registration, link.contact, &token, &call_id)))
        });
        Self {
            registrars: registrars.collect(),
            asked: BTreeMap::new(),
            beats: BTreeMap::new(),
            guard: Guard::new(seed, config.fqdn.as_str()),
            owners: BTreeMap::new(),
            seed,
            thrown: 0,
        }
    }

    /// When something is to be sent.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let asks = self.registrars.values().filter_map(Registrar::deadline);
        asks.chain(self.beats.values().copied()).min()
    }

    /// The carrier a flow was found to be of.
    pub(crate) fn owner(&self, flow: FlowId) -> Option<Side> {
        self.owners.get(&flow).copied().map(Side::Carrier)
    }

    pub(crate) fn flow_closed(&mut self, flow: FlowId) {
        self.owners.remove(&flow);
    }

    fn dice(&mut self) -> u64 {
        self.thrown = self.thrown.wrapping_add(1);
        let mac = hmac(&self.seed.to_be_bytes(), &[b"dice", &self.thrown.to_be_bytes()]);
        mac.iter().take(8).fold(0, |number, octet| (number << 8) | u64::from(*octet))
    }

    /// The carrier over whose binding a request comes.
    fn bound(&self, request: &Request) -> Option<usize> {
        if self.registrars.is_empty() {
            return None;
        }
        let user = request.uri().as_sip().and_then(SipUri::user_decoded)?;
        let mut all = self.registrars.iter();
        all.find(|(_, registrar)| registrar.token() == user).map(|(place, _)| *place)
    }
}

impl Engine {
    /// Sends each REGISTER that is due, and keeps flows open.
    pub(crate) fn send_due_registers(&mut self) {
        let now = self.now;
        if self.carriers.deadline().is_none_or(|at| at > now) {
            return;
        }
        let places: Vec<usize> = self.carriers.registrars.keys().copied().collect();
        for place in places {
            let Some(registrar) = self.carriers.registrars.get_mut(&place) else { continue };
            if let Some(request) = registrar.due(now) {
                self.register(place, request);
            }
            self.keep_open(place);
        }
    }

    /// A request of ours was answered; whether it was a REGISTER.
    pub(crate) fn register_answered(
        &mut self,
        request: RequestHandle,
        response: &Response,
    ) -> bool {
        let Some(place) = self.carriers.asked.get(&request).copied() else { return false };
        if response.status().is_final() {
            self.carriers.asked.remove(&request);
        }
        let (now, dice) = (self.now, self.carriers.dice());
        let Some(registrar) = self.carriers.registrars.get_mut(&place) else { return true };
        let outcome = registrar.answered(now, response, dice);
        self.registered(place, outcome);
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            self.server_failed(place);
        }
        true
    }

    /// A request of ours was not answered; whether it was a REGISTER.
    pub(crate) fn register_failed(&mut self, request: RequestHandle, why: Failure) -> bool {
        let Some(place) = self.carriers.asked.remove(&request) else { return false };
        let (now, dice) = (self.now, self.carriers.dice());
        let Some(registrar) = self.carriers.registrars.get_mut(&place) else { return true };
        let outcome = registrar.unanswered(now, why, dice);
        self.registered(place, outcome);
        self.server_failed(place);
        true
    }

    /// Takes every binding away.
    pub(crate) fn leave_registrars(&mut self) {
        self.carriers.beats.clear();
        let places: Vec<usize> = self.carriers.registrars.keys().copied().collect();
        for place in places {
            let Some(registrar) = self.carriers.registrars.get_mut(&place) else { continue };
            if let Some(request) = registrar.leave() {
                self.register(place, request);
            }
        }
    }

    /// How each registration does.
    pub(crate) fn registrations(&self) -> impl Iterator<Item = PeerHealth> {
        self.carriers.registrars.iter().filter_map(|(place, registrar)| {
            let peer = self.config.carriers.get(*place)?.target.clone()?;
            Some(health_of(peer, registrar))
        })
    }

    /// Finds out which carrier a request is of; the challenge to one that has not proven it.
    ///
    /// Requests in calls are not challenged: nobody else knows their tags.
    pub(crate) fn claim(
        &mut self,
        origin: &Origin,
        request: &Request,
        met: Option<&Met>,
    ) -> Option<Response> {
        if matches!(request.method(), Method::Ack | Method::Cancel) {
            return None;
        }
        // A repeat of one that has been let in gets its answer again, and nothing else.
        if met.is_some_and(|met| met.found.is_some()) {
            return None;
        }
        let Some(Side::Carrier(first)) = self.sides_at(origin).next() else { return None };
        let here: Vec<usize> = self
            .sides_at(origin)
            .filter_map(|side| if let Side::Carrier(place) = side { Some(place) } else { None })
            .collect();
        let config = &self.config;
        let proof = |place: &usize| config.carriers.get(*place)?.proof.as_ref();
        if proof(&first).is_none() {
            if let Some(place) = self.carriers.bound(request).filter(|place| here.contains(place)) {
                self.carriers.owners.insert(origin.flow, place);
            }
            return None;
        }
        let users = here.iter().filter_map(|place| Some((*place, proof(place)?)));
        let (now, source) = (self.now, origin.source.ip());
        match self.carriers.guard.check(now, source, request, &users) {
            Proof::Of(place) => {
                self.carriers.owners.insert(origin.flow, place);
                None
            }
            proof => {
                let stale = proof == Proof::Stale;
                Some(self.carriers.guard.challenge(now, source, stale))
            }
        }
    }

    /// The emergency number that a request calls: over a binding of ours the To says it.
    pub(crate) fn emergency_called(&self, request: &Request) -> Option<PhoneNumber> {
        self.emergency_of(request.uri()).or_else(|| self.emergency_bound(request))
    }

    /// The emergency number that the To of a request over a binding of ours says.
    pub(crate) fn emergency_bound(&self, request: &Request) -> Option<PhoneNumber> {
        self.carriers.bound(request)?;
        let to = request.headers().typed::<ToHeader>().ok().flatten()?;
        self.emergency_of(&to.into_inner().uri)
    }

    /// The number a call is for, where the Request-URI names this one: over a binding of ours the
    /// To says it instead.
    pub(crate) fn called_of(&self, request: &Request, read: PhoneNumber) -> PhoneNumber {
        let to = || request.headers().typed::<ToHeader>().ok().flatten();
        match self.carriers.bound(request).and_then(|_| to()) {
            Some(to) => number_of(&to.into_inner().uri),
            None => read,
        }
    }

    /// Sends an INVITE to the next server of a carrier, where one did not answer or was busy.
    pub(crate) fn try_next_server(&mut self, leg: &LegId, end: &CallEnd) -> bool {
        let Some(record) = self.legs.get_mut(leg) else { return false };
        let (Side::Carrier(place), Some(attempt)) = (record.link.side, &mut record.attempt) else {
            return false;
        };
        let target = self.config.carriers.get(place).and_then(|carrier| carrier.target.clone());
        let Some(target) = target.filter(Target::is_by_name) else { return false };
        let next = verdict(end, &attempt.whither, attempt.progressed);
        // Where nothing could be opened every server has been tried.
        let opened = !matches!(end, CallEnd::Unreachable);
        if !opened || !matches!(next, Attempt::Next { .. }) || attempt.left.pop_front().is_none() {
            return false;
        }
        let ending = record.ending;
        self.target_failed(&target);
        tracing::info!(leg = %leg, %target, "the carrier's server failed; the next one is tried");
        !ending && self.send_invite(leg, Role::Main).is_ok()
    }

    /// Sends what comes next to another server of a target, where the DNS names several.
    pub(crate) fn target_failed(&mut self, target: &Target) {
        if !target.is_by_name() {
            return;
        }
        let flow = self.opened.iter().rev().find(|(_, to)| *to == target).map(|(flow, _)| *flow);
        if let Some(peer) = flow.and_then(|flow| self.flows.get(&flow)) {
            let (target, address) = (target.clone(), peer.address);
            self.outputs.push_back(Output::TargetFailed { target, address });
        }
    }

    fn register(&mut self, place: usize, request: Result<Request, ParseError>) {
        let to = self.config.carriers.get(place).and_then(|carrier| carrier.target.clone());
        let handle = self.endpoint.reserve_request();
        let sent = match (request, to) {
            (Ok(request), Some(to)) => {
                let draft = Box::new(request);
                self.order(Command::Request { request: handle, to, draft }).is_ok()
            }
            _ => false,
        };
        if sent {
            self.carriers.asked.insert(handle, place);
            return;
        }
        let (now, dice) = (self.now, self.carriers.dice());
        if let Some(registrar) = self.carriers.registrars.get_mut(&place) {
            let outcome = registrar.failed(now, HealthReason::NotReached, None, dice);
            self.registered(place, outcome);
        }
    }

    fn registered(&mut self, place: usize, outcome: Outcome) {
        let now = self.now;
        let Some(carrier) = self.config.carriers.get_mut(place) else { return };
        if let Some(seen) = outcome.learned {
            tracing::info!(carrier = %carrier.name, "the registrar saw us at another address");
            carrier.contact = Some(seen);
        }
        let Some(registrar) = self.carriers.registrars.get(&place) else { return };
        match registrar.keep_alive() {
            Some(interval) => {
                self.carriers.beats.entry(place).or_insert(now + interval);
            }
            None => {
                self.carriers.beats.remove(&place);
            }
        }
        if let Some(peer) = carrier.target.clone().filter(|_| outcome.changed) {
            let health = health_of(peer, registrar);
            tracing::info!(peer = %health.peer, state = ?health.state, why = %health.reason, "registration changed");
            self.outputs.push_back(Output::Event(Event::Health(health)));
        }
    }

    fn server_failed(&mut self, place: usize) {
        let target = self.config.carriers.get(place).and_then(|carrier| carrier.target.clone());
        if let Some(target) = target {
            self.target_failed(&target);
        }
    }

    fn keep_open(&mut self, place: usize) {
        let now = self.now;
        let Some(at) = self.carriers.beats.get_mut(&place).filter(|at| **at <= now) else { return };
        let interval = self.carriers.registrars.get(&place).and_then(Registrar::keep_alive);
        let target = self.config.carriers.get(place).and_then(|carrier| carrier.target.clone());
        if let (Some(interval), Some(target)) = (interval, target) {
            *at = now + interval;
            self.outputs.push_back(Output::KeepAlive { target });
        } else {
            self.carriers.beats.remove(&place);
        }
    }
}

fn health_of(peer: Target, registrar: &Registrar) -> PeerHealth {
    let (state, reason) = (registrar.state, registrar.reason);
    PeerHealth {
        peer,
        asked: HealthCheck::Registration,
        state,
        reason,
        warning: None,
        last_answer: None,
        last_asked_us: None,
    }
}
