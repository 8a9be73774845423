//! The one task that owns everything.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use teams_cc_core::{
    Clock, ContactId, Instant, LegId,
    contact::{
        ContactEvent, EndCause, EndReason, EndedBy, LegError, LegEvent, TransferOutcome,
        flow::{self, Order, OrderError, OrderId},
    },
    routing,
    time::Deadlines,
};
use teams_cc_presence::tracker::Landed;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use super::{
    Report,
    builder::Site,
    command::{Line, LineEnd, Unfound},
    desk::{Desk, Stored},
    legs::{Done, Legs},
    live::{Live, Seeking, Sink},
    presence::PresenceSide,
    wires::{Dialled, WireEvent, Wires},
};
use crate::{Error, Platform, platform::Observation};

/// How a contact center is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not yet.
    No,
    /// Let contacts end for so long, then hang up.
    Within(Duration),
}

/// How long hanging up at the end may take.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Everything a running contact center consists of.
pub(crate) struct Runtime {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) site: Arc<Site>,
    pub(crate) line: Line,
    pub(crate) end: LineEnd,
    pub(crate) wires: Wires,
    pub(crate) desk: Desk,
    pub(crate) presence: Option<PresenceSide>,
    pub(crate) publish: watch::Sender<Report>,
    pub(crate) stop: watch::Receiver<Stop>,
    pub(crate) state: State,
}

/// What the runtime keeps of its contacts.
#[derive(Default)]
pub(crate) struct State {
    pub(super) contacts: BTreeMap<ContactId, Live>,
    pub(super) handlers: BTreeMap<ContactId, AbortHandle>,
    pub(super) legs: Legs,
    deadlines: Deadlines<ContactId>,
    /// Inputs for engines that other engines' outputs gave rise to.
    pub(super) work: VecDeque<Work>,
    pub(super) tasks: JoinSet<Task>,
    report: Report,
    pub(super) next_contact: u64,
    pub(super) stopping: Option<Stopping>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Stopping {
    hang_up_at: Instant,
    give_up_at: Instant,
    hung_up: bool,
}

/// An input for an engine.
pub(crate) enum Work {
    Flow(ContactId, flow::Input),
    Routing(routing::Input),
}

/// What a task of the runtime ended with.
pub(crate) enum Task {
    Command(Done),
    Dialled(Dialled),
    Stored(Stored),
    Read(Landed),
    Handler(ContactId, Result<(), Error>),
}

impl Runtime {
    /// Runs until it is told to stop and nothing is left, or time is up.
    pub(crate) async fn run(mut self) -> Report {
        self.sign_in_agents();
        self.watch_presence();
        loop {
            self.pump();
            self.publish.send_replace(self.report());
            if self.is_done() {
                break;
            }
            let now = self.clock.now();
            let wake = self.wake().map(|at| tokio::time::Instant::now() + at.since(now));
            tokio::select! {
                biased;
                Some((contact, what)) = self.end.withdrawn.recv() => {
                    self.withdrawn(&contact, what);
                }
                Some(command) = self.end.commands.recv() => self.command(command),
                Some(done) = self.state.tasks.join_next() => {
                    match done {
                        Ok(task) => self.task(task),
                        Err(error) => self.task_failed(&error),
                    }
                }
                event = self.wires.next() => self.wire(event),
                Ok(()) = self.stop.changed(), if self.state.stopping.is_none() => self.stopping(),
                () = sleep_until(wake) => self.tick(),
            }
        }
        self.state.tasks.abort_all();
        self.wires.shutdown(LAST_WORDS).await;
        let report = self.report();
        self.publish.send_replace(report);
        report
    }

    /// What became of the contacts so far.
    fn report(&self) -> Report {
        Report { freed: self.desk.engine.freed(), ..self.state.report }
    }

    fn wake(&self) -> Option<Instant> {
        let stopping = self.state.stopping.as_ref();
        let stop = stopping.map(|s| if s.hung_up { s.give_up_at } else { s.hang_up_at });
        let sweep = self.presence.as_ref().and_then(|side| side.due(self.desk.is_seeking()));
        [self.state.deadlines.next_deadline(), self.desk.wake(), sweep, stop]
            .into_iter()
            .flatten()
            .min()
    }

    fn is_done(&self) -> bool {
        self.state.stopping.is_some_and(|stopping| {
            // Whoever shares the store learns who is free again before this process is gone.
            let nothing_left = self.state.contacts.is_empty() && self.desk.is_settled();
            nothing_left || self.clock.now() >= stopping.give_up_at
        })
    }

    fn stopping(&mut self) {
        let Stop::Within(deadline) = *self.stop.borrow_and_update() else { return };
        let hang_up_at = self.clock.now() + deadline;
        let give_up_at = hang_up_at + LAST_WORDS;
        self.state.stopping = Some(Stopping { hang_up_at, give_up_at, hung_up: false });
    }

    fn tick(&mut self) {
        let now = self.clock.now();
        while let Some((_, contact)) = self.state.deadlines.pop_due(now) {
            self.state.work.push_back(Work::Flow(contact, flow::Input::Tick));
        }
        self.state.work.push_back(Work::Routing(routing::Input::Tick));
        self.tick_presence();
        if let Some(stopping) = &mut self.state.stopping
            && now >= stopping.hang_up_at
            && !std::mem::replace(&mut stopping.hung_up, true)
        {
            self.hang_everybody_up();
        }
    }

    fn wire(&mut self, event: WireEvent) {
        match event {
            WireEvent::Leg { leg, event } => self.leg(&leg, event),
            WireEvent::Arrived(arrival) => self.arrived(*arrival),
        }
    }

    fn leg(&mut self, leg: &LegId, event: LegEvent) {
        if let Some(contact) = self.state.legs.contact(leg).cloned() {
            if event == LegEvent::TransferEnded(TransferOutcome::Unknown) {
                let out_of_sight = self.desk.lost_sight(&contact);
                self.state.work.extend(out_of_sight.map(Work::Routing));
            }
            let input = flow::Input::Leg { leg: leg.clone(), event };
            self.state.work.push_back(Work::Flow(contact, input));
        }
    }

    fn task(&mut self, task: Task) {
        match task {
            Task::Command(done) => self.command_done(done),
            Task::Dialled(dialled) => self.dialled(dialled),
            Task::Stored(stored) => {
                self.stored(stored);
                self.store();
            }
            Task::Read(read) => self.presence_read(&read),
            Task::Handler(contact, result) => self.handled(&contact, result),
        }
    }

    fn command_done(&mut self, done: Done) {
        let Done { leg, verb, result } = done;
        let Some(contact) = self.state.legs.contact(&leg).cloned() else { return };
        let input = match result {
            Ok(operation) => flow::Input::Accepted { leg: leg.clone(), verb, operation },
            Err(error) => {
                if !matches!(error, LegError::Ended) {
                    tracing::warn!(%contact, %leg, %error, "a command was refused");
                }
                flow::Input::Refused { leg: leg.clone(), verb, why: reason(&error) }
            }
        };
        self.state.work.push_back(Work::Flow(contact, input));
        self.state.legs.done(&leg);
        self.start(&leg);
    }

    fn dialled(&mut self, dialled: Dialled) {
        let Dialled { contact, leg, result } = dialled;
        let input = match result {
            Ok(handle) => {
                let capabilities = handle.capabilities();
                self.state.legs.attach(&leg, handle);
                flow::Input::Dialled { leg: leg.clone(), capabilities }
            }
            Err(cause) => flow::Input::DialFailed { leg: leg.clone(), cause },
        };
        self.state.work.push_back(Work::Flow(contact, input));
        self.start(&leg);
    }

    /// Starts the next command of a leg, if it has none under way.
    fn start(&mut self, leg: &LegId) {
        if let Some(job) = self.state.legs.next_job(leg) {
            self.state.tasks.spawn(async move { Task::Command(job.run().await) });
        }
    }

    /// Gives a flow an order of the runtime's own.
    pub(super) fn order(&mut self, contact: &ContactId, order: Order, sink: Sink) -> OrderId {
        let id = self.line.next_order();
        if let Some(live) = self.state.contacts.get_mut(contact) {
            live.ordered(&order);
            live.replies.insert(id, sink);
            self.state
                .work
                .push_back(Work::Flow(contact.clone(), flow::Input::Order { id, order }));
        }
        id
    }

    /// Lets the engines work until none has anything to say.
    fn pump(&mut self) {
        while let Some(work) = self.state.work.pop_front() {
            let now = self.clock.now();
            match work {
                Work::Flow(contact, input) => self.flow(now, &contact, input),
                Work::Routing(input) => {
                    self.routing(now, input);
                }
            }
        }
    }

    pub(super) fn flow(&mut self, now: Instant, contact: &ContactId, input: flow::Input) {
        let Some(live) = self.state.contacts.get_mut(contact) else { return };
        live.flow.handle_input(now, input);
        loop {
            let Some(live) = self.state.contacts.get_mut(contact) else { return };
            match live.flow.poll_output() {
                flow::Output::Dial { leg, to } => {
                    let dial = self.wires.dial(contact, live, &leg, to);
                    self.state.legs.insert(leg, contact.clone(), None);
                    self.state.tasks.spawn(async move { Task::Dialled(dial.await) });
                }
                flow::Output::Execute { leg, command } => {
                    let verb = command.verb();
                    if self.state.legs.command(&leg, command) {
                        self.start(&leg);
                    } else {
                        let why = "too many commands wait for the leg".into();
                        let refused = flow::Input::Refused { leg, verb, why };
                        self.state.work.push_back(Work::Flow(contact.clone(), refused));
                    }
                }
                flow::Output::Reply { order, result } => {
                    if let Some(sink) = live.replies.remove(&order) {
                        self.replied(contact, order, sink, result);
                    }
                }
                flow::Output::Event(event) => self.tell(contact, &event),
                flow::Output::Timeout(at) => {
                    match at {
                        Some(at) => self.state.deadlines.insert(contact.clone(), at),
                        None => self.state.deadlines.remove(contact),
                    };
                    let over = live.is_over();
                    let left = self.desk.left(contact, &live.flow);
                    self.state.work.extend(left.map(Work::Routing));
                    if over {
                        self.forget(contact);
                    }
                    return;
                }
                _ => {}
            }
        }
    }

    fn forget(&mut self, contact: &ContactId) {
        self.state.contacts.remove(contact);
        self.state.legs.forget(contact);
        self.state.deadlines.remove(contact);
    }

    pub(super) fn tell(&mut self, contact: &ContactId, event: &ContactEvent) {
        let now = self.clock.now();
        tracing::info!(%contact, %event);
        self.platform.observe(now, &Observation::Contact { contact, event });
        if let Some(live) = self.state.contacts.get_mut(contact) {
            live.note(event, &mut self.state.report);
            if let ContactEvent::Ended(cause) = event
                && let Some(Seeking { reply, .. }) = live.seeking.take()
            {
                let left = OrderError::CustomerLeft(cause.clone());
                let _ = reply.send(Err(Unfound::Order(left)));
            }
        }
        let inputs = self.desk.heard(contact, event);
        self.state.work.extend(inputs.into_iter().map(Work::Routing));
    }
}

async fn sleep_until(wake: Option<tokio::time::Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The contact is over, and maybe forgotten.
pub(super) fn customer_left() -> OrderError {
    OrderError::CustomerLeft(EndCause::new(EndReason::Completed, EndedBy::Remote))
}

/// What a leg said against a command, with everything behind it.
fn reason(error: &LegError) -> Box<str> {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}").into(),
        None => error.to_string().into(),
    }
}
