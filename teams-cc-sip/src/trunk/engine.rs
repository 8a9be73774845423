//! The trunk without input or output.
//!
//! Inputs go in by `handle_input`, outputs come out by `poll_output` until it says
//! [`Output::Timeout`]; the SIP endpoint inside is driven the same way. Calls come in `inbound`,
//! go out in `outbound`, are ordered about in `orders` and joined in [`crate::bridge`].

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{
    Instant, LegId,
    contact::{EndCause, LegError, LegEvent, LegState},
};

use super::{
    HealthCheck, PeerHealth, TrunkConfig,
    admission::About,
    call::{LegRecord, Reachable, Role},
    ending::Leaving,
    input::{Event, Input, Output, Ticket},
    link,
    trace::Traces,
};
use crate::{
    bridge::relay::Relays,
    carrier::{Carriers, endpoint_config},
    direct_routing::{ConnectionFault, Failover, HealthReason, OptionsPing, PeerState, headers},
    endpoint::{
        CallHandle, CallPolicy, Command, Endpoint, EndpointConfig, FlowId, Input as EndpointInput,
        Met, Origin, Output as EndpointOutput, RequestHandle, SessionTimer,
    },
    error::{Error, ErrorKind},
    fingerprint::ByLeg,
    gate::Gate,
    io::Peer,
    message::{Headers, Method, StatusCode},
    transport::{Target, TransportKind},
};

/// How long a call that a transfer has replaced waits for its BYE.
///
/// Teams ends it once it has the final NOTIFY, and we must not do so before. After this time it
/// is taken for lost, so that no dialog stays for ever.
pub(crate) const RETIRED_LIMIT: Duration = Duration::from_mins(2);
/// The `Retry-After` of a 503 that we send, in seconds.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 5;

/// How long an INVITE over UDP may wait for what the application says before it is answered by
/// 100: as long as RFC 3261 §17.2.1 allows.
const TRYING_AFTER: Duration = Duration::from_millis(200);

/// All legs of a trunk and the endpoint below them.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Engine {
    pub(crate) config: TrunkConfig,
    pub(crate) endpoint: Endpoint,
    pub(crate) now: Instant,
    /// Boxed: large values would be moved with every change of their neighbours.
    pub(crate) legs: ByLeg<Box<LegRecord>>,
    pub(crate) calls: BTreeMap<CallHandle, (LegId, Role)>,
    pub(crate) retired: BTreeMap<CallHandle, Instant>,
    /// Until when the targets of transfers may ring.
    pub(crate) recalls: BTreeMap<LegId, Instant>,
    /// Until when destinations of bridges may ring.
    pub(crate) rings: BTreeSet<(Instant, LegId)>,
    pub(crate) relays: Relays,
    pub(crate) flows: BTreeMap<FlowId, Peer>,
    /// Flows that we opened ourselves, and to where.
    pub(crate) opened: BTreeMap<FlowId, Target>,
    pub(crate) failover: Failover,
    pub(crate) monitored: Vec<Target>,
    pub(crate) ping: OptionsPing,
    pub(crate) pings: BTreeMap<RequestHandle, usize>,
    /// Why monitored peers were not reached, by position.
    pub(crate) faults: BTreeMap<usize, ConnectionFault>,
    pub(crate) gate: Gate,
    pub(crate) outputs: VecDeque<Output>,
    /// What the INVITE at hand is about, as admission has read it.
    pub(crate) about: Option<About>,
    /// What every response says of us.
    pub(crate) introduction: Headers,
    /// The same with the `Contact` of the last response.
    pub(crate) presented: Option<(Reachable, Headers)>,
    pub(crate) carriers: Carriers,
    pub(crate) inbound: u64,
    pub(crate) replacements: u64,
    /// How many destinations have rung beside another.
    pub(crate) branches: u64,
    pub(crate) sessions: u64,
    pub(crate) traces: Traces,
    /// Calls that ring although their connection is gone.
    pub(crate) orphans: Vec<LegId>,
    pub(crate) operations: u64,
    pub(crate) draining: bool,
    /// What a drain has not ended yet.
    pub(crate) leaving: VecDeque<Leaving>,
    /// Whether new calls are refused while the trunk runs on.
    pub(crate) resting: bool,
    pub(crate) congested: bool,
    /// Whether legs can hear each other.
    pub(crate) joins: bool,
    pub(crate) listener_failed: bool,
}

impl Engine {
    /// A trunk that has sent nothing yet.
    pub(crate) fn new(mut config: TrunkConfig) -> Result<Self, Error> {
        let mut monitored =
            config.teams.as_ref().map(|teams| teams.proxies.clone()).unwrap_or_default();
        let proxies = monitored.len();
        let carriers = config.carriers.iter().filter(|carrier| carrier.monitored);
        monitored.extend(carriers.filter_map(|carrier| carrier.target.clone()));
        let wrong = |error| Error::caused_by(ErrorKind::Config, error);
        let seed = config.seed.ok_or_else(|| Error::caused_by(ErrorKind::Config, "no seed"))?;
        let mut sip = EndpointConfig::new(config.fqdn.as_str(), seed)
            .map_err(wrong)?
            .port(TransportKind::Tls, config.signalling_port)
            .port(TransportKind::Tcp, config.plain_port)
            .port(TransportKind::Udp, config.plain_port);
        sip = endpoint_config(&config, sip);
        sip.allow = headers::allow(config.refer);
        // Nobody is asked for either; REFER may be a call for help, and MESSAGE comes in calls.
        sip.unlisted = vec![Method::Refer, Method::Message];
        // Over datagrams an answer that follows soon says as well that an INVITE is here.
        sip.trying_after = TRYING_AFTER;
        // Teams may replace a call by an INVITE of its own; the other way round it refuses.
        sip.supported.push("replaces".into());
        // Carriers may insist on it. Nobody else is asked for PRACK, Teams least of all.
        sip.supported.push("100rel".into());
        // Teams times calls without bypass and may name us refresher; we ask nobody for it.
        sip.policy = CallPolicy::new().session_timer(SessionTimer::default().only_if_asked());
        sip.invite_limit = config.ring_time;
        sip.refer_limit = config.ring_time + Duration::from_secs(30);
        Ok(Self {
            endpoint: Endpoint::new(sip),
            now: Instant::ZERO,
            legs: ByLeg::new(),
            calls: BTreeMap::new(),
            retired: BTreeMap::new(),
            recalls: BTreeMap::new(),
            rings: BTreeSet::new(),
            relays: Relays::default(),
            flows: BTreeMap::new(),
            opened: BTreeMap::new(),
            failover: Failover::new(proxies, config.hold_down),
            ping: OptionsPing::new(monitored.len(), config.options_interval),
            pings: BTreeMap::new(),
            faults: BTreeMap::new(),
            monitored,
            gate: Gate::new(std::mem::take(&mut config.gate)),
            outputs: VecDeque::new(),
            about: None,
            introduction: link::introduction(&config),
            presented: None,
            carriers: Carriers::new(&config, seed),
            inbound: 0,
            replacements: 0,
            branches: 0,
            sessions: 0,
            traces: Traces::new(config.traced_calls),
            orphans: Vec::new(),
            operations: 0,
            draining: false,
            leaving: VecDeque::new(),
            resting: false,
            congested: false,
            joins: true,
            listener_failed: false,
            config,
        })
    }

    /// Takes what happened; drain [`Self::poll_output`] afterwards.
    pub(crate) fn handle_input(&mut self, now: Instant, input: Input) {
        self.now = now;
        self.about = None;
        match input {
            Input::FlowOpened { flow, peer } => {
                self.flows.insert(flow, peer);
            }
            Input::FlowLeads { flow, target } => {
                self.opened.insert(flow, target);
            }
            Input::Received { flow, message } => {
                if let Some(origin) = self.origin(flow) {
                    self.trace_received(&origin, &message);
                    // Where events wait, the next INVITE told of need not be this one.
                    let alone = self.endpoint.is_drained();
                    let (input, met) = self.admit(origin, message);
                    self.about = self.about.take().filter(|_| alone);
                    self.feed_met(input, met);
                }
            }
            Input::Malformed { flow, mut fault } => {
                if let Some(origin) = self.origin(flow) {
                    // Whoever is nobody learns nothing, not even what was wrong.
                    fault.answer = fault.answer.filter(|_| self.side_of(&origin).is_some());
                    self.feed(EndpointInput::Malformed { origin, fault });
                }
            }
            Input::FlowClosed { flow } => {
                let peer = self.flows.remove(&flow);
                let ours = self.opened.remove(&flow).is_some();
                self.carriers.flow_closed(flow);
                // Nothing is kept of strangers, so nothing of theirs has to be searched for.
                if ours || peer.is_some_and(|peer| self.knows(&peer)) {
                    self.note_orphans(flow);
                    self.feed(EndpointInput::FlowClosed { flow });
                }
            }
            Input::TargetLost { target } => self.feed(EndpointInput::ConnectionLost { target }),
            Input::NotReached { target, fault } => self.not_reached(&target, fault),
            Input::SendFailed { transaction } => {
                self.feed(EndpointInput::SendFailed { transaction });
            }
            Input::Dial { ticket, destination } => self.dial(ticket, *destination),
            Input::Bridge { ticket, caller, plan } => self.put_through(ticket, &caller, *plan),
            Input::Execute { ticket, leg, command } => self.execute(ticket, &leg, &command),
            Input::Release { leg } => self.hang_up(&leg),
            Input::MediaOpened { media, local } => self.media_opened(&media, local),
            Input::KeyMade { media, key } => self.key_made(&media, key),
            Input::Media(event) => self.media_told(event),
            Input::JoinFailed { one, other, error } => self.join_failed(&one, &other, error),
            Input::Congested(congested) => self.congested = congested,
            Input::ListenerFailed => self.listener_failed(),
            Input::Drain => self.drain(),
            Input::Stop => self.stop(),
            Input::Wake => self.feed(EndpointInput::Wake),
        }
        self.drain_on();
        self.send_due_pings();
        self.send_due_registers();
        self.end_lost_retired();
        self.end_slow_transfers();
        self.end_slow_destinations();
        self.end_slow_refers();
    }

    /// The next thing wanted; call until it is [`Output::Timeout`].
    pub(crate) fn poll_output(&mut self) -> Output {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return output;
            }
            match self.endpoint.poll_output() {
                EndpointOutput::Transmit(transmit) => {
                    self.trace_sent(&transmit);
                    return Output::Transmit(transmit);
                }
                EndpointOutput::Event(event) => self.on_sip(event),
                EndpointOutput::Timeout(deadline) => {
                    let own = [
                        (!self.leaving.is_empty()).then_some(self.now),
                        self.ping_deadline(),
                        self.retired.values().min().copied(),
                        self.recalls.values().min().copied(),
                        self.rings.first().map(|(at, _)| *at),
                        self.relays.deadline(),
                        self.carriers.deadline(),
                    ];
                    return Output::Timeout(
                        deadline.into_iter().chain(own.into_iter().flatten()).min(),
                    );
                }
            }
        }
    }

    /// How each monitored peer does.
    pub(crate) fn health(&self) -> Vec<PeerHealth> {
        self.monitored
            .iter()
            .zip(self.ping.peers())
            .map(|(peer, ping)| {
                let (state, reason) = if self.listener_failed {
                    (PeerState::Down, HealthReason::ListenerFailed)
                } else {
                    (ping.state, ping.reason)
                };
                PeerHealth {
                    peer: peer.clone(),
                    asked: HealthCheck::Options,
                    state,
                    reason,
                    warning: ping.warning,
                    last_answer: ping.last_answer,
                    last_asked_us: ping.last_asked_us,
                }
            })
            .chain(self.registrations())
            .collect()
    }

    /// Whether nothing is left to end, and peers have confirmed what has ended.
    pub(crate) fn is_idle(&self) -> bool {
        self.legs.is_empty() && self.calls.is_empty() && self.unconfirmed() == 0
    }

    /// Requests of calls that peers have not answered, such as BYE. OPTIONS are not waited for.
    pub(crate) fn unconfirmed(&self) -> usize {
        self.endpoint.unanswered().saturating_sub(self.pings.len())
    }

    pub(crate) fn tell(&mut self, leg: &LegId, event: LegEvent) {
        self.outputs.push_back(Output::Event(Event::Leg { leg: leg.clone(), event }));
    }

    pub(crate) fn done(&mut self, ticket: Ticket, outcome: Result<(), LegError>) {
        self.outputs.push_back(Output::Done { ticket, outcome });
    }

    /// Gives the endpoint an order; tells whether it took it.
    pub(crate) fn order(&mut self, command: Command) -> Result<(), crate::endpoint::Error> {
        let outcome = self.endpoint.handle_input(self.now, command.into());
        if let Err(error) = &outcome {
            tracing::debug!(%error, "an order to the SIP endpoint was refused");
        }
        outcome
    }

    /// Removes a leg and tells its end; its bridged leg ends with it.
    pub(crate) fn finish(&mut self, leg: &LegId, cause: EndCause) {
        if self.is_branch(leg) {
            return self.forget_destination(leg);
        }
        let Some(record) = self.forget(leg) else { return };
        if let Some(call) = record.call {
            self.calls.remove(&call);
        }
        if let Some((ticket, _)) = record.hold.ticket {
            self.done(ticket, Err(LegError::Ended));
        }
        if let Some(taking) = record.taking {
            self.refuse_taking(&taking, StatusCode::CALL_DOES_NOT_EXIST);
        }
        match record.waiting {
            Some(super::call::Waiting::Answer(ticket)) => self.done(ticket, Err(LegError::Ended)),
            Some(super::call::Waiting::Dial(ticket)) => self
                .outputs
                .push_back(Output::Dialled { ticket, outcome: Err(ErrorKind::Media.into()) }),
            Some(super::call::Waiting::EarlyMedia(_)) | None => {}
        }
        if let Some(session) = &record.session {
            self.outputs.push_back(Output::CloseMedia { media: session.media().clone() });
        }
        self.end_relays(leg, record.bridge.as_ref());
        let cause = record.cause.unwrap_or(cause);
        tracing::info!(leg = %leg, cause = %cause, "leg ended");
        self.tell(leg, LegEvent::Ended(cause));
        if let Some(hunt) = record.hunt {
            self.nobody_answered(leg, &hunt, &record.parting);
        } else if let Some(other) = record.bridge {
            self.part(leg, &other, record.parting);
        }
    }

    /// Takes a leg out; the gate no longer counts it.
    pub(crate) fn forget(&mut self, leg: &LegId) -> Option<Box<LegRecord>> {
        let mut record = self.legs.remove(leg)?;
        let begun = record.transfer.as_mut().and_then(|transfer| transfer.grant.take());
        for grant in record.grant.take().into_iter().chain(begun) {
            self.gate.release(grant);
        }
        Some(record)
    }

    fn origin(&self, flow: FlowId) -> Option<Origin> {
        let peer = self.flows.get(&flow)?;
        Some(Origin::new(flow, peer.transport, peer.address))
    }

    fn feed(&mut self, input: EndpointInput) {
        self.feed_met(input, None);
    }

    /// The same, with what has been read of a request.
    fn feed_met(&mut self, input: EndpointInput, met: Option<Met>) {
        if let Err(error) = self.endpoint.handle_met(self.now, input, met) {
            // Only an undrained endpoint refuses what peers send, and this one is drained.
            tracing::error!(%error, "the SIP endpoint refused an input");
        }
    }

    /// The leg in a state, for orders and events that need it.
    pub(crate) fn leg_of(&self, call: CallHandle, role: Role) -> Option<LegId> {
        let (leg, found) = self.calls.get(&call)?;
        (*found == role).then(|| leg.clone())
    }

    pub(crate) fn state_of(&self, leg: &LegId) -> LegState {
        self.legs.get(leg).map_or(LegState::Ended, |record| record.state)
    }
}
