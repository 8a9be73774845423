//! The loop that joins the engine, the database and the program.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use teams_cc_core::{
    ContactId, Instant, OfferId,
    routing::{AgentChange, Alarm, Conflict, Engine, EngineError, Input, Output},
    store::{Change, DispatchStore, FencingToken, StoreError, StoreVersion},
    time::Clock,
};
use tokio::{sync::mpsc, time::sleep};

use super::{
    calls::{Call, Ringing},
    config::NodeConfig,
    event::NodeEvent,
    handle::Command,
    held::{Held, Others},
    owed::{Debt, Owed},
    record,
};
use crate::store::postgres::PostgresStore;

/// How many events wait to be read before no more calls of other nodes are taken in. What calls
/// here bring is bounded by how many the engine takes.
const BACKLOG: usize = 1024;

/// How many reservations are asked for before commands and time have their turn.
const AT_ONCE: usize = 64;

pub(super) struct Driver {
    pub(super) config: NodeConfig,
    pub(super) store: Arc<PostgresStore>,
    engine: Engine,
    pub(super) clock: Arc<dyn Clock>,
    /// What the clock's instants are counted from.
    epoch: Instant,
    backlog: VecDeque<NodeEvent>,
    pub(super) held: BTreeMap<Box<str>, Held>,
    pub(super) calls: BTreeMap<ContactId, Call>,
    pub(super) ringing: BTreeMap<OfferId, Ringing>,
    /// Reservations the engine asked for.
    wanted: VecDeque<Output>,
    pub(super) owed: Owed,
    /// What was owed last for a call that is over: the engine asks to release it as well.
    pub(super) dismissed: Option<FencingToken>,
    /// A token whose call waits again if the engine lets it go.
    pub(super) put_back: Option<FencingToken>,
    pub(super) others: Others,
    version: StoreVersion,
    wake: Option<Instant>,
}

/// When something is next to be done, whatever else happens.
#[derive(Debug)]
struct Due {
    watch: Instant,
    sweep: Instant,
    partitions: Instant,
}

impl Driver {
    pub(super) fn new(
        config: NodeConfig,
        store: Arc<PostgresStore>,
        engine: Engine,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let epoch = record::instant(clock.wall()).saturating_sub(clock.now().since_epoch());
        Self {
            config,
            store,
            engine,
            clock,
            epoch,
            backlog: VecDeque::new(),
            held: BTreeMap::new(),
            calls: BTreeMap::new(),
            ringing: BTreeMap::new(),
            wanted: VecDeque::new(),
            owed: Owed::default(),
            dismissed: None,
            put_back: None,
            others: Others::new(),
            version: StoreVersion::default(),
            wake: None,
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.epoch + self.clock.now().since_epoch()
    }

    pub(super) fn tell(&mut self, event: NodeEvent) {
        self.backlog.push_back(event);
    }

    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<NodeEvent>,
    ) {
        let mut due = Due { watch: Instant::ZERO, sweep: Instant::ZERO, partitions: Instant::ZERO };
        loop {
            // Before the database: whoever stops ringing is told so before others may ring there.
            while !self.backlog.is_empty()
                && let Ok(permit) = events.try_reserve()
            {
                if let Some(event) = self.backlog.pop_front() {
                    permit.send(event);
                }
            }
            self.settle().await;
            let next = due.watch.min(due.sweep).min(due.partitions);
            let next = self.wake.map_or(next, |wake| wake.min(next));
            if next <= self.now() {
                self.time(&mut due).await;
            }
            let pause =
                if self.wanted.is_empty() { next.since(self.now()) } else { Duration::ZERO };
            tokio::select! {
                biased;
                permit = events.reserve(), if !self.backlog.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.backlog.pop_front() {
                            permit.send(event);
                        }
                    }
                    // Nobody listens.
                    Err(_) => break,
                },
                command = commands.recv() => match command {
                    Some(Command::Shutdown(done)) => {
                        self.end().await;
                        // Whoever asked may have gone.
                        let _ = done.send(());
                        return;
                    }
                    Some(command) => self.command(command).await,
                    None => break,
                },
                () = sleep(pause) => {}
            }
        }
        self.end().await;
    }

    /// Does what time asks for.
    async fn time(&mut self, due: &mut Due) {
        self.lose_what_ran_out();
        let now = self.now();
        if due.partitions <= now {
            let is_whole = self.keep_partitions().await;
            let pause = if is_whole { self.config.partition_lease / 3 } else { Duration::ZERO };
            due.partitions = self.now() + pause;
        }
        if due.watch <= now
            && self.has_room()
            && let Err(error) = self.catch_up().await
        {
            tracing::warn!(%error, "the database could not be watched");
        }
        if due.watch <= now {
            due.watch = self.now() + self.config.watch_every;
        }
        if due.sweep <= now {
            // Only the database knows whose they were; whoever routes those calls hears of it there.
            if let Err(error) = self.store.sweep(self.clock.wall()).await {
                tracing::warn!(%error, "reservations could not be swept");
            }
            due.sweep = self.now() + self.config.sweep_every;
        }
        self.route(Input::Tick);
    }

    async fn end(&mut self) {
        if let Err(error) = self.owed.pay(&self.store).await {
            tracing::warn!(%error, owed = self.owed.len(), "the database was not told everything");
        }
        for (_, held) in std::mem::take(&mut self.held) {
            if let Err(error) = self.store.resign(held.lease).await {
                tracing::warn!(%error, "a partition was not given up: its lease runs out");
            }
        }
    }

    async fn command(&mut self, command: Command) {
        // A process that stood still may find commands before it finds out.
        self.lose_what_ran_out();
        match command {
            Command::Enqueue(entry, reply) => {
                // Whoever asked may have gone; the call waits all the same.
                let _ = reply.send(self.enqueue(*entry).await);
            }
            Command::Accept(offer, reply) => {
                let token = self.ringing.get(&offer).map(|ringing| ringing.token);
                let contact = self.ringing.get(&offer).map(|ringing| ringing.contact.clone());
                if let Err(Ok(())) = reply.send(self.accept(offer).await)
                    && let (Some(token), Some(contact)) = (token, contact)
                {
                    self.nobody_was_joined(token, contact);
                }
            }
            Command::Decline(offer, why) => {
                self.ringing.remove(&offer);
                self.route(Input::OfferDeclined { offer, why });
            }
            Command::Released(contact) => self.released(contact),
            Command::Abandon(contact) => {
                if self.calls.get(&contact).is_some_and(|call| call.taken.is_some()) {
                    return self.released(contact);
                }
                self.calls.remove(&contact);
                self.owed.push(Debt::Abandon(contact.clone()));
                self.route(Input::Abandoned { contact });
            }
            Command::Agent(agent, change) => {
                if let AgentChange::SignedIn(profile) = &*change {
                    self.owed.push(Debt::Agent(agent.clone(), profile.capacity));
                }
                self.route(Input::AgentChanged { agent, change: *change });
            }
            Command::Presence(agent, observation) => {
                self.route(Input::PresenceObserved { agent, observation });
            }
            Command::Shutdown(_) => {}
        }
    }

    /// Hears what changed in the database.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        self.owed.pay(&self.store).await?;
        let changes = self.store.watch(self.version).await?;
        for change in changes.list {
            match change {
                Change::Waiting(contact) => self.take_in(&contact).await?,
                Change::Gone(contact) => self.is_gone(contact).await?,
                Change::Taken(token, agent, contact) => self.is_taken(contact, token, agent),
                _ => {}
            }
        }
        self.version = changes.version;
        Ok(())
    }

    /// Whether more may be told that nobody here asked for.
    pub(super) fn has_room(&self) -> bool {
        self.backlog.len() < BACKLOG
    }

    /// Gives the engine an input and does what it says; whether it was taken.
    pub(super) fn route(&mut self, input: Input) -> bool {
        let taken = self.handle(input);
        if let Err(error) = &taken {
            tracing::debug!(%error, "routing refused an input");
        }
        taken.is_ok()
    }

    pub(super) fn handle(&mut self, input: Input) -> Result<(), EngineError> {
        let taken = self.engine.handle_input(self.now(), input);
        loop {
            match self.engine.poll_output() {
                wanted @ Output::Reserve { .. } => self.wanted.push_back(wanted),
                Output::Offer { offer, agent, contact, token, ring_until } => {
                    let ringing = Ringing { contact: contact.clone(), token };
                    self.ringing.insert(offer.clone(), ringing);
                    let until = record::timestamp(ring_until);
                    self.tell(NodeEvent::Ring { offer, agent, contact, until, token });
                }
                Output::Revoke { offer } => self.stop(offer),
                Output::Release { token } => self.give_back(token),
                Output::Exit { contact, exit, why } => {
                    self.calls.remove(&contact);
                    self.owed.push(Debt::Abandon(contact.clone()));
                    self.tell(NodeEvent::Exit { contact, exit, why });
                }
                Output::Explained(explanation) => {
                    tracing::info!(contact = %explanation.contact, %explanation, "routed");
                }
                Output::Alarm(alarm) => {
                    tracing::warn!(%alarm, "routing alarm");
                    if let Alarm::StoreSilent { offer: silent } = &alarm {
                        self.wanted.retain(
                            |it| !matches!(it, Output::Reserve { offer, .. } if offer == silent),
                        );
                    }
                }
                Output::Timeout(at) => {
                    self.wake = at;
                    return taken;
                }
                _ => {}
            }
        }
    }

    /// Stops what rings; what was not told to ring yet never does.
    fn stop(&mut self, offer: OfferId) {
        if self.ringing.remove(&offer).is_none() {
            return;
        }
        let is_it =
            |it: &NodeEvent| matches!(it, NodeEvent::Ring { offer: same, .. } if *same == offer);
        match self.backlog.iter().position(is_it) {
            Some(at) => drop(self.backlog.remove(at)),
            None => self.tell(NodeEvent::Stop { offer }),
        }
    }

    /// The engine lets a token go.
    fn give_back(&mut self, token: FencingToken) {
        let of_others = self.others.values().any(|other| *other == token);
        if of_others || self.dismissed == Some(token) {
            return;
        }
        if self.put_back == Some(token) {
            return self.owed.push(Debt::PutBack(token));
        }
        let talks = self.calls.iter().find(|(_, call)| call.taken == Some(token));
        let debt = match talks.map(|(contact, _)| contact.clone()) {
            Some(contact) => {
                self.calls.remove(&contact);
                Debt::Dismiss(token, contact)
            }
            None => Debt::Release(token),
        };
        self.owed.push(debt);
    }

    /// Asks the database for what the engine wants, and tells it what is owed.
    async fn settle(&mut self) {
        for _ in 0..AT_ONCE {
            if let Err(error) = self.owed.pay(&self.store).await {
                tracing::warn!(%error, owed = self.owed.len(), "the database is behind");
                return;
            }
            let Some(Output::Reserve { offer, agent, contact, terms }) = self.wanted.pop_front()
            else {
                return;
            };
            let reserved = self.store.reserve(&agent, &contact, terms, self.clock.wall()).await;
            match reserved {
                Ok(token) => {
                    if !self.route(Input::Reserved { offer, token }) {
                        self.owed.push(Debt::Release(token));
                    }
                }
                Err(error) => {
                    let call = matches!(error, StoreError::CallTaken);
                    let with = if call { Conflict::Call } else { Conflict::Agent };
                    self.route(Input::ReserveConflict { offer, with });
                    if let StoreError::Backend(_) = &error {
                        tracing::warn!(%error, "a reservation could not be made");
                        // The others wait, and commands do not.
                        return;
                    }
                }
            }
        }
    }
}
