//! The loop that joins the engine, the database and the program.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use teams_cc_core::{
    ContactId, Instant, OfferId,
    queue::QueueEntry,
    routing::{AgentChange, Conflict, Engine, Input, Output},
    store::{CallStore, Change, DispatchStore, FencingToken, StoreError, StoreVersion},
    time::Clock,
};
use tokio::{sync::mpsc, time::sleep};

use super::{
    config::NodeConfig,
    event::NodeEvent,
    handle::{Command, NodeError, NotTaken},
    held::{Held, Others},
    owed::{Debt, Owed},
    record,
};
use crate::store::postgres::PostgresStore;

/// How many events wait to be read before nothing more is taken in.
const BACKLOG: usize = 1024;

/// A call of a partition that is held here.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) partition: Box<str>,
    /// Under which token an agent has it.
    pub(super) taken: Option<FencingToken>,
}

/// An offer that rings.
#[derive(Debug)]
struct Ringing {
    contact: ContactId,
    token: FencingToken,
}

pub(super) struct Driver {
    pub(super) config: NodeConfig,
    pub(super) store: Arc<PostgresStore>,
    engine: Engine,
    clock: Arc<dyn Clock>,
    /// What the clock's instants are counted from.
    epoch: Instant,
    backlog: VecDeque<NodeEvent>,
    pub(super) held: BTreeMap<Box<str>, Held>,
    pub(super) calls: BTreeMap<ContactId, Call>,
    ringing: BTreeMap<OfferId, Ringing>,
    /// Reservations the engine asked for.
    wanted: VecDeque<Output>,
    owed: Owed,
    /// What was owed last for a call that is over: the engine asks to release it as well.
    dismissed: Option<FencingToken>,
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
            self.settle().await;
            let next = due.watch.min(due.sweep).min(due.partitions);
            let next = self.wake.map_or(next, |wake| wake.min(next));
            let pause = next.since(self.now());
            let free = self.backlog.len() < BACKLOG;
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
                command = commands.recv(), if free => match command {
                    Some(Command::Shutdown(done)) => {
                        self.end().await;
                        // Whoever asked may have gone.
                        let _ = done.send(());
                        return;
                    }
                    Some(command) => self.command(command).await,
                    None => break,
                },
                () = sleep(pause), if free => self.time(&mut due).await,
            }
        }
        self.end().await;
    }

    /// Does what time asks for.
    async fn time(&mut self, due: &mut Due) {
        let now = self.now();
        if due.partitions <= now {
            self.keep_partitions().await;
            due.partitions = self.now() + self.config.partition_lease / 3;
        }
        if due.watch <= now {
            if let Err(error) = self.catch_up().await {
                tracing::warn!(%error, "the database could not be watched");
            }
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
        match command {
            Command::Enqueue(entry, reply) => {
                // Whoever asked may have gone; the call waits all the same.
                let _ = reply.send(self.enqueue(*entry).await);
            }
            Command::Accept(offer, reply) => {
                let _ = reply.send(self.accept(offer).await);
            }
            Command::Decline(offer, why) => {
                self.ringing.remove(&offer);
                self.route(Input::OfferDeclined { offer, why });
            }
            Command::Released(contact) => self.released(contact),
            Command::Abandon(contact) => {
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

    /// Writes a call down and queues it; its partition's node hears of it there.
    async fn enqueue(&mut self, entry: QueueEntry) -> Result<(), NodeError> {
        let partition = entry.queue().ok_or(NodeError::NoQueue)?.to_string();
        if self.owed.is_full() {
            return Err(NodeError::Behind);
        }
        let contact = entry.contact.clone();
        self.store.admit(&contact, record::write(&partition, &entry)?).await?;
        if self.held.contains_key(partition.as_str()) && !self.calls.contains_key(&contact) {
            self.queue(entry, partition.into());
        }
        Ok(())
    }

    fn queue(&mut self, entry: QueueEntry, partition: Box<str>) {
        self.calls.insert(entry.contact.clone(), Call { partition, taken: None });
        self.route(Input::Enqueue(entry));
    }

    async fn accept(&mut self, offer: OfferId) -> Result<(), NotTaken> {
        let ringing = self.ringing.remove(&offer).ok_or(NotTaken::Over)?;
        let refused = match self.store.accept(ringing.token, self.clock.wall()).await {
            Ok(()) if self.route(Input::OfferAccepted { offer: offer.clone() }) => {
                if let Some(call) = self.calls.get_mut(&ringing.contact) {
                    call.taken = Some(ringing.token);
                }
                return Ok(());
            }
            // It ran out here in the same moment.
            Ok(()) => NotTaken::Over,
            Err(StoreError::Fenced) => NotTaken::Fenced,
            Err(_) => NotTaken::Unknown,
        };
        self.owed.push(Debt::PutBack(ringing.token));
        self.route(Input::OfferExpired { offer });
        Err(refused)
    }

    fn released(&mut self, contact: ContactId) {
        let call = self.calls.remove(&contact).and_then(|call| call.taken);
        let Some(token) = call.or_else(|| self.others.remove(&contact)) else { return };
        // Before the engine says to release it, so that its record goes with it.
        self.owed.push(Debt::Dismiss(token, contact.clone()));
        self.dismissed = Some(token);
        self.route(Input::Released { contact });
    }

    /// Hears what changed in the database.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let changes = self.store.watch(self.version).await?;
        if changes.gap {
            for held in self.held.values_mut() {
                held.read = false;
            }
        }
        for change in changes.list {
            match change {
                Change::Waiting(contact) => self.take_in(&contact).await?,
                Change::Gone(contact) => self.is_gone(contact).await?,
                _ => {}
            }
        }
        self.version = changes.version;
        Ok(())
    }

    /// Takes a call in that is written down, if its partition is held here.
    pub(super) async fn take_in(&mut self, contact: &ContactId) -> Result<(), StoreError> {
        let Some(name) = record::name(contact).filter(|_| !self.calls.contains_key(contact)) else {
            return Ok(());
        };
        let Some((_, written)) = self.store.get(&name).await? else { return Ok(()) };
        if !self.held.contains_key(&written.owner) {
            return Ok(());
        }
        match record::read(&written) {
            Some(entry) => {
                self.tell(NodeEvent::Adopted { contact: contact.clone() });
                self.queue(entry, written.owner);
            }
            None => {
                tracing::error!(%contact, format = written.format, "a record of another version");
            }
        }
        Ok(())
    }

    /// Forgets a call that is known here and that somebody else ended.
    async fn is_gone(&mut self, contact: ContactId) -> Result<(), StoreError> {
        let Some(name) = record::name(&contact) else { return Ok(()) };
        // With a record it came anew since.
        if !self.calls.contains_key(&contact) || self.store.get(&name).await?.is_some() {
            return Ok(());
        }
        self.calls.remove(&contact);
        self.route(Input::Remove { contact });
        Ok(())
    }

    /// Gives the engine an input and does what it says; whether it was taken.
    pub(super) fn route(&mut self, input: Input) -> bool {
        let now = self.now();
        let taken = self.engine.handle_input(now, input);
        if let Err(error) = &taken {
            tracing::debug!(%error, "routing refused an input");
        }
        loop {
            match self.engine.poll_output() {
                wanted @ Output::Reserve { .. } => self.wanted.push_back(wanted),
                Output::Offer { offer, agent, contact, token, ring_until } => {
                    let ringing = Ringing { contact: contact.clone(), token };
                    self.ringing.insert(offer.clone(), ringing);
                    let until = record::timestamp(ring_until);
                    self.tell(NodeEvent::Ring { offer, agent, contact, until, token });
                }
                Output::Revoke { offer } => {
                    let rang = self.ringing.remove(&offer).is_some();
                    self.backlog.extend(rang.then_some(NodeEvent::Stop { offer }));
                }
                Output::Release { token } => {
                    let of_others = self.others.values().any(|other| *other == token);
                    if !of_others && self.dismissed != Some(token) {
                        self.owed.push(Debt::Release(token));
                    }
                }
                Output::Exit { contact, exit, why } => {
                    self.calls.remove(&contact);
                    self.owed.push(Debt::Abandon(contact.clone()));
                    self.tell(NodeEvent::Exit { contact, exit, why });
                }
                Output::Explained(explanation) => {
                    tracing::info!(contact = %explanation.contact, %explanation, "routed");
                }
                Output::Alarm(alarm) => tracing::warn!(%alarm, "routing alarm"),
                Output::Timeout(at) => {
                    self.wake = at;
                    return taken.is_ok();
                }
                _ => {}
            }
        }
    }

    /// Asks the database for what the engine wants, and tells it what is owed.
    async fn settle(&mut self) {
        loop {
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
