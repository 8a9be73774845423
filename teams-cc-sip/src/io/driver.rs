//! The one task of a trunk. It waits, and moves bytes and values between engine and world.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use teams_cc_core::{Clock, Instant, LegId, OperationId, contact::LegError};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{coop::consume_budget, yield_now},
};
use tracing::Instrument;

use self::turn::Woken;
use super::{Network, Peer, TransportKind, connection::Heard, flows::Flows};
use crate::{
    error::{Error, ErrorKind},
    fingerprint::ByLeg,
    trunk::{
        MediaEvent, MediaNews, MediaPort, PeerHealth, SipLeg, TrunkConfig, TrunkEvent, Unfinished,
        check::covers_all,
        command::Command,
        engine::Engine,
        input::{Input, Output, Ticket},
    },
};

mod turn;

/// How long calls may take to end when nobody listens to the trunk any more.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);
/// How long connections may take to send what waits when the trunk stops.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);
/// How many messages are sent before the connections get a turn to write them.
const WRITE_TURN: usize = 64;
/// How many messages of connections wait to be heard; then nothing more is read from them.
const HEARING: usize = 256;
/// How many turns messages, events and orders may have in a row before connections are looked at.
const FAIR_TURNS: u64 = 32;
/// The longest sleep, where nothing is due.
const LONG_SLEEP: Duration = Duration::from_hours(1);

/// The driver's ends of a trunk's channels.
pub(crate) struct Channels {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) orders: mpsc::Receiver<Command>,
    pub(crate) events: mpsc::Sender<TrunkEvent>,
    pub(crate) publish: watch::Sender<Arc<[PeerHealth]>>,
}

/// Starts the task of a trunk.
pub(crate) fn spawn(
    config: TrunkConfig,
    network: Arc<dyn Network>,
    clock: Arc<dyn Clock>,
    media: Arc<dyn MediaPort>,
    channels: Channels,
) -> Result<(), Error> {
    let span = tracing::info_span!("trunk", fqdn = %config.fqdn);
    let limits = config.limits;
    let mut engine = Engine::new(config)?;
    engine.joins = media.joins();
    if let Some(room) = media.room().filter(|room| *room < limits.legs) {
        span.in_scope(|| {
            tracing::warn!(
                room,
                legs = limits.legs,
                "media carries fewer legs than the trunk takes"
            );
        });
    }
    let (releases, freed) = mpsc::unbounded_channel();
    let (news, media_events) = MediaNews::channel();
    media.attach(news);
    let (sender, hearing) = mpsc::channel(HEARING);
    let driver = Driver {
        engine,
        flows: Flows::new(Arc::clone(&network), sender, limits),
        network,
        media,
        media_events,
        commands: channels.commands,
        orders: channels.orders,
        releases,
        released: freed,
        handles: ByLeg::new(),
        hearing,
        events: channels.events,
        event_bound: limits.events,
        pending: VecDeque::new(),
        congested: false,
        publish: channels.publish,
        deadline: None,
        now: clock.now(),
        clock,
        tickets: 0,
        dials: BTreeMap::new(),
        replies: BTreeMap::new(),
        streams: BTreeMap::new(),
        stop_at: None,
        stoppers: Vec::new(),
        listening: true,
        deaf: false,
        unwritten: 0,
    };
    tokio::spawn(driver.run().instrument(span));
    Ok(())
}

/// Where the leg of a dial goes.
pub(super) type Dialled = oneshot::Sender<Result<Arc<SipLeg>, Error>>;

pub(super) struct Driver {
    pub(super) engine: Engine,
    pub(super) flows: Flows,
    pub(super) network: Arc<dyn Network>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) media: Arc<dyn MediaPort>,
    pub(super) media_events: mpsc::Receiver<MediaEvent>,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) orders: mpsc::Receiver<Command>,
    pub(super) releases: mpsc::UnboundedSender<(LegId, u64)>,
    pub(super) released: mpsc::UnboundedReceiver<(LegId, u64)>,
    /// The present handle of each leg: an id may be used again while an old handle lives on.
    pub(super) handles: ByLeg<u64>,
    pub(super) hearing: mpsc::Receiver<Heard>,
    pub(super) events: mpsc::Sender<TrunkEvent>,
    pub(super) event_bound: usize,
    pub(super) pending: VecDeque<TrunkEvent>,
    pub(super) congested: bool,
    pub(super) publish: watch::Sender<Arc<[PeerHealth]>>,
    pub(super) deadline: Option<Instant>,
    /// The time of the turn at hand.
    pub(super) now: Instant,
    pub(super) tickets: Ticket,
    pub(super) dials: BTreeMap<Ticket, (LegId, Dialled)>,
    pub(super) replies: BTreeMap<Ticket, oneshot::Sender<Result<Option<OperationId>, LegError>>>,
    /// Whose a stream is that has a name of its own; one for each transfer under way.
    pub(super) streams: BTreeMap<LegId, LegId>,
    pub(super) stop_at: Option<Instant>,
    pub(super) stoppers: Vec<oneshot::Sender<Unfinished>>,
    pub(super) listening: bool,
    pub(super) deaf: bool,
    /// Messages given to connections since these last had a turn to write.
    unwritten: usize,
}

impl Driver {
    async fn run(mut self) {
        self.feed(Input::Wake);
        self.publish_health();
        let mut turns = 0_u64;
        while !self.is_over() {
            self.now = self.clock.now();
            // Timers are not left to the select: under load its last branch is never reached.
            if self.deadline.is_some_and(|deadline| deadline <= self.now) {
                self.feed(Input::Wake);
            }
            if self.unwritten >= WRITE_TURN {
                self.unwritten = 0;
                yield_now().await;
            }
            turns = turns.wrapping_add(1);
            let fair = turns.is_multiple_of(FAIR_TURNS);
            let reading = self.pending.len() < self.event_bound.saturating_mul(2);
            // What is there already is taken without asking first whether anything else is.
            let waiting = if fair { None } else { self.waiting(reading) };
            if let Some(woken) = waiting {
                self.act(woken);
                consume_budget().await;
            } else {
                let woken = self.wait(fair, reading).await;
                self.now = self.clock.now();
                self.act(woken);
            }
            self.note_congestion();
        }
        let unfinished = Unfinished {
            legs: self.engine.legs.keys().cloned().collect(),
            requests: self.engine.unconfirmed(),
        };
        // Also calls for help end now, and both sides hear so.
        self.feed(Input::Stop);
        self.flows.flush(FLUSH_LIMIT).await;
        for stopper in self.stoppers.drain(..) {
            let _ = stopper.send(unfinished.clone());
        }
    }

    fn act(&mut self, woken: Woken) {
        match woken {
            Woken::Told => {}
            Woken::Deaf => self.nobody_listens(),
            Woken::Released(leg, serial) => self.released(leg, serial),
            Woken::Ordered(command) => self.command(command),
            Woken::Media(event) => self.feed(Input::Media(event)),
            Woken::Heard(heard) => self.hear(heard),
            Woken::Connected(news) => self.feed_all(news),
            Woken::Accepted(Ok(connection)) => {
                let known = connection.peer().is_none_or(|p| self.engine.knows(p));
                let news = self.flows.accepted(connection, known);
                self.feed_all(news);
            }
            Woken::Accepted(Err(error)) => {
                tracing::error!(%error, "nothing is accepted any more");
                self.listening = false;
                self.feed(Input::ListenerFailed);
            }
        }
    }

    fn is_over(&self) -> bool {
        let Some(stop_at) = self.stop_at else { return false };
        let told = self.pending.is_empty() || self.deaf;
        (self.engine.is_idle() && told) || self.now >= stop_at
    }

    fn command(&mut self, command: Command) {
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = self.tickets;
        match command {
            // Whoever dialled has given up before anything was sent.
            Command::Dial { reply, .. } | Command::Bridge { reply, .. } if reply.is_closed() => {}
            Command::Dial { destination, reply } => {
                self.dials.insert(ticket, (destination.leg.clone(), reply));
                self.feed(Input::Dial { ticket, destination });
            }
            Command::Bridge { caller, plan, reply } => {
                self.dials.insert(ticket, (plan.leg().clone(), reply));
                self.feed(Input::Bridge { ticket, caller, plan });
            }
            Command::Execute { leg, command, reply } => {
                self.replies.insert(ticket, reply);
                self.feed(Input::Execute { ticket, leg, command });
            }
            Command::AddTenant { customer, reply } => {
                let covered = covers_all(&*self.network, &self.engine.config.fqdn, &customer.names);
                let covered = covered.map_err(|f| Error::caused_by(ErrorKind::Tenant, f));
                let _ = reply.send(covered.and_then(|()| self.engine.add_tenant(&customer)));
            }
            Command::RemoveTenant { tenant, reply } => {
                let _ = reply.send(self.engine.remove_tenant(&tenant));
            }
            Command::Traces { reply } => {
                let _ = reply.send(self.engine.traces());
            }
            Command::Renew => self.flows.renew(self.now),
            Command::TakeCalls(take) => self.engine.resting = !take,
            Command::Permit { tenant, permission } => {
                self.engine.gate.permit(&tenant, permission.map(|permission| *permission));
            }
            Command::Refusals { reply } => {
                let _ = reply.send(self.engine.gate.refusals());
            }
            Command::Shutdown { deadline, reply } => {
                self.stoppers.push(reply);
                self.stop(deadline);
            }
        }
    }

    fn released(&mut self, leg: LegId, serial: u64) {
        if self.handles.get(&leg) == Some(&serial) {
            self.handles.remove(&leg);
            self.feed(Input::Release { leg });
        }
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Message(flow, message) => self.feed(Input::Received { flow, message }),
            Heard::Broken(flow, fault) => {
                tracing::info!(flow = flow.0, error = %fault.error, "a stream lost its boundaries");
                self.feed(Input::Malformed { flow, fault });
                self.flows.finish(flow);
            }
            // Addresses of datagrams can be forged: whoever is nobody gets no answer, which would
            // go to somebody else, and no flow, which would take another's place.
            Heard::Datagram(_, from, _)
                if !self.engine.knows(&Peer::new(TransportKind::Udp, from)) =>
            {
                tracing::debug!(source = %from, "a datagram from nobody we know was dropped");
            }
            Heard::Datagram(socket, from, message) => {
                let (flow, news) = self.flows.datagram(socket, from);
                self.feed_all(news);
                match message {
                    Ok(message) => self.feed(Input::Received { flow, message }),
                    Err(fault) => self.feed(Input::Malformed { flow, fault }),
                }
            }
        }
    }

    fn feed_all(&mut self, news: Vec<Input>) {
        for input in news {
            self.feed(input);
        }
    }

    /// Gives the engine an input and carries out everything it wants for it.
    fn feed(&mut self, input: Input) {
        let (mut next, mut inputs) = (Some(input), VecDeque::new());
        while let Some(input) = next.take().or_else(|| inputs.pop_front()) {
            self.engine.handle_input(self.now, input);
            loop {
                match self.engine.poll_output() {
                    Output::Timeout(deadline) => {
                        self.deadline = deadline;
                        break;
                    }
                    output => {
                        self.unwritten += usize::from(matches!(output, Output::Transmit(_)));
                        inputs.extend(self.carry_out(output));
                    }
                }
            }
        }
    }

    fn note_congestion(&mut self) {
        let congested = match self.pending.len() {
            0 => false,
            waiting => self.congested || waiting >= self.event_bound,
        };
        if congested != self.congested {
            self.congested = congested;
            self.feed(Input::Congested(congested));
        }
    }

    fn nobody_listens(&mut self) {
        self.deaf = true;
        self.pending.clear();
        self.stop(CLOSE_LIMIT);
    }

    fn stop(&mut self, limit: Duration) {
        let stop_at = self.now + limit;
        self.stop_at = Some(self.stop_at.map_or(stop_at, |earlier| earlier.min(stop_at)));
        self.feed(Input::Drain);
    }
}

#[cfg(test)]
mod tests;
