//! The callers and the telephones of both nodes, and what goes wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use teams_cc::store::postgres::{PostgresConfig, PostgresStore};
use teams_cc_core::{
    Seed,
    store::{CallStore, DispatchStore},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_postgres::NoTls;

mod faults;

pub(crate) use faults::Fault;

use crate::{
    Failure,
    cluster::Cluster,
    judge::{History, What},
    node::{QUEUES, RING},
    process::Process,
};

/// How long a schedule may take before calls that are still there count as lost.
const LIMIT: Duration = Duration::from_secs(40);
const NAMES: [&str; 2] = ["one", "two"];

/// What is to happen later.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Plan {
    Call(u64),
    Answer(usize, String),
    Decline(usize, String),
    RingsOut(usize, String),
    HangUp(String),
    LoseInterest(String),
    Strike,
    GoOn(usize),
    CutAgain(u32),
}

/// An agent's telephone that rings, or whose agent waits to be joined.
#[derive(Debug)]
struct Phone {
    agent: String,
    contact: String,
}

/// Everything outside the two nodes.
pub(crate) struct World {
    seed: Seed,
    thrown: u64,
    url: String,
    admin: String,
    aloud: bool,
    /// What would have been said aloud.
    pub(crate) told: Vec<String>,
    start: Instant,
    plans: BTreeMap<(Instant, u64), Plan>,
    nodes: Vec<Process>,
    phones: BTreeMap<(usize, String), Phone>,
    /// Who talks, and on which node they were joined.
    talks: BTreeMap<String, usize>,
    waiting: BTreeSet<String>,
    /// Which node has a customer's leg.
    keepers: BTreeMap<String, usize>,
    history: History,
    fault: Fault,
    struck: bool,
}

impl World {
    pub(crate) fn new(seed: Seed, cluster: &Cluster, aloud: bool) -> Self {
        let name = format!("schedule{}", seed.get());
        Self {
            seed,
            thrown: 0,
            url: cluster.url().replace("dbname=postgres", &format!("dbname={name}")),
            admin: cluster.url(),
            aloud,
            told: Vec::new(),
            start: Instant::now(),
            plans: BTreeMap::new(),
            nodes: Vec::new(),
            phones: BTreeMap::new(),
            talks: BTreeMap::new(),
            waiting: BTreeSet::new(),
            keepers: BTreeMap::new(),
            history: History::default(),
            fault: Fault::Nothing,
            struck: false,
        }
    }

    /// Plays so many calls and one fault; what happened.
    pub(crate) async fn play(&mut self, calls: u64, fault: Fault) -> Result<History, Failure> {
        self.fault = fault;
        let name = self.database();
        self.admin(&format!("CREATE DATABASE {name}")).await?;
        // By another name than the nodes', so that it is not cut.
        let config = PostgresConfig::new(&format!("{} application_name=world", self.url))?;
        let store = PostgresStore::connect(config).await?;
        store.migrate().await?;
        let (said, mut heard) = mpsc::channel(256);
        for (number, name) in NAMES.into_iter().enumerate() {
            self.nodes.push(Process::start(number, name, &self.url, said.clone())?);
        }
        self.ready(&mut heard).await?;
        let mut at = 0;
        for call in 0..calls {
            at += 30 + self.below(170);
            self.plan(at, Plan::Call(call));
        }
        let strike = 200 + self.below(1500);
        if fault == Fault::KillAnyTime || fault == Fault::Pause || fault == Fault::Cut {
            self.plan(strike, Plan::Strike);
        }
        let over = timeout(LIMIT, self.until_all_is_over(&mut heard)).await;
        over.map_err(|_| format!("not over: {:?} wait, {:?} talk", self.waiting, self.talks))??;
        self.empty(&store).await?;
        for node in self.nodes.drain(..) {
            node.end().await?;
        }
        drop(store);
        self.admin(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        Ok(std::mem::take(&mut self.history))
    }

    /// Waits until each queue is some node's.
    async fn ready(&mut self, heard: &mut mpsc::Receiver<(usize, String)>) -> Result<(), Failure> {
        let mut held = BTreeSet::new();
        while held.len() < QUEUES.len() {
            let (node, line) = timeout(LIMIT, heard.recv()).await?.ok_or("no node began")?;
            self.show(node, &line);
            if let Some(queue) = line.strip_prefix("held ") {
                held.insert(queue.to_owned());
            }
        }
        self.start = Instant::now();
        Ok(())
    }

    async fn until_all_is_over(
        &mut self,
        heard: &mut mpsc::Receiver<(usize, String)>,
    ) -> Result<(), Failure> {
        loop {
            let coming =
                self.plans.values().any(|plan| matches!(plan, Plan::Call(_) | Plan::GoOn(_)));
            if !coming && self.waiting.is_empty() && self.talks.is_empty() {
                return Ok(());
            }
            let next = self.plans.first_key_value().map(|((at, _), _)| *at);
            let next = next.unwrap_or_else(|| Instant::now() + LIMIT);
            tokio::select! {
                biased;
                line = heard.recv() => {
                    let (node, line) = line.ok_or("both nodes have ended")?;
                    self.hear(node, &line).await?;
                }
                () = sleep_until(next) => {
                    if let Some((_, plan)) = self.plans.pop_first() {
                        self.carry_out(plan).await?;
                    }
                }
            }
        }
    }

    async fn carry_out(&mut self, plan: Plan) -> Result<(), Failure> {
        match plan {
            Plan::Call(number) => {
                let contact = format!("C{number}");
                let queue = QUEUES[usize::try_from(self.below(2))?];
                let node = self.somebody();
                self.waiting.insert(contact.clone());
                self.keepers.insert(contact.clone(), node);
                self.note(What::Called { contact: contact.clone() });
                self.nodes[node].tell(&format!("call {contact} {queue}")).await;
                if self.below(10) == 0 {
                    let patience = 300 + self.below(1200);
                    self.plan(patience, Plan::LoseInterest(contact));
                }
            }
            Plan::Answer(node, offer) => {
                let key = (node, offer);
                if let Some(phone) = self.phones.get(&key) {
                    let line = format!("accept {} {}", key.1, phone.contact);
                    self.nodes[node].tell(&line).await;
                }
            }
            Plan::Decline(node, offer) => {
                if self.silence(node, &offer) {
                    self.nodes[node].tell(&format!("decline {offer}")).await;
                }
            }
            // Nobody picks up any more, or who did hangs up, because nobody is there.
            Plan::RingsOut(node, offer) => {
                self.silence(node, &offer);
            }
            Plan::HangUp(contact) => {
                if let Some(node) = self.talks.remove(&contact) {
                    self.note(What::Over { contact: contact.clone() });
                    self.nodes[node].tell(&format!("released {contact}")).await;
                }
            }
            Plan::LoseInterest(contact) => {
                if self.waiting.remove(&contact) {
                    self.note(What::Left { contact: contact.clone() });
                    let node = self.keepers.get(&contact).copied().unwrap_or_default();
                    self.nodes[node].tell(&format!("abandon {contact}")).await;
                }
            }
            Plan::Strike => {
                let node = self.somebody();
                self.strike(node).await?;
            }
            Plan::GoOn(node) => {
                self.note(What::GoesOn { node });
                self.nodes[node].signal("CONT").await?;
            }
            Plan::CutAgain(times) => {
                self.cut().await?;
                if times > 0 {
                    self.plan(150, Plan::CutAgain(times - 1));
                }
            }
        }
        Ok(())
    }

    /// A node says something.
    async fn hear(&mut self, node: usize, line: &str) -> Result<(), Failure> {
        self.show(node, line);
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["ring", offer, agent, contact, _token] => {
                self.ring(node, [offer, agent, contact]).await?;
            }
            ["joined", offer, contact] => self.joined(node, offer, contact).await,
            ["stop", offer] | ["parted", offer, ..] => {
                self.silence(node, offer);
            }
            ["orphaned", contact, _agent] => {
                // Joined or not before its node died: from now on this node hears of its end.
                match self.talks.get_mut(*contact) {
                    Some(on) if !self.nodes[*on].alive => *on = node,
                    Some(_) => {}
                    None => {
                        if self.waiting.remove(*contact) {
                            self.note(What::ClosedWithItsNode { contact: (*contact).into() });
                        }
                        self.nodes[node].tell(&format!("released {contact}")).await;
                    }
                }
            }
            // The caller hears that it did not work, and was never in a queue.
            ["refused", contact, ..] if self.waiting.remove(*contact) => {
                self.note(What::Refused { contact: (*contact).into() });
                self.nodes[node].tell(&format!("abandon {contact}")).await;
            }
            ["exit", contact] => {
                self.waiting.remove(*contact);
                self.note(What::Exit { contact: (*contact).into() });
            }
            ["adopted", contact] => {
                self.keepers.insert((*contact).into(), node);
                if !self.waiting.contains(*contact) {
                    // The customer left while nobody listened.
                    self.nodes[node].tell(&format!("abandon {contact}")).await;
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn ring(&mut self, node: usize, words: [&str; 3]) -> Result<(), Failure> {
        let [offer, agent, contact] = words;
        if !self.nodes[node].alive {
            // It said so and died: nothing rings.
            return Ok(());
        }
        let phone = Phone { agent: agent.into(), contact: contact.into() };
        self.phones.insert((node, offer.into()), phone);
        self.note(What::Rings { agent: agent.into(), contact: contact.into() });
        if self.fault == Fault::Kill && !self.struck {
            return self.strike(node).await;
        }
        let ring = u64::try_from(RING.as_millis())?;
        match self.below(20) {
            0..3 => self.plan(200, Plan::Decline(node, offer.into())),
            3 | 4 => self.plan(ring, Plan::RingsOut(node, offer.into())),
            _ => {
                let pause = 50 + self.below(350);
                self.plan(pause, Plan::Answer(node, offer.into()));
                self.plan(ring, Plan::RingsOut(node, offer.into()));
            }
        }
        Ok(())
    }

    async fn joined(&mut self, node: usize, offer: &str, contact: &str) {
        let Some(phone) = self.phones.remove(&(node, offer.into())) else {
            // The agent hung up in the same moment, and the customer hears so.
            self.waiting.remove(contact);
            self.note(What::AgentGone { contact: contact.into() });
            self.nodes[node].tell(&format!("released {contact}")).await;
            return;
        };
        let Phone { agent, contact, .. } = phone;
        self.note(What::Joined { agent, contact: contact.clone() });
        self.waiting.remove(&contact);
        self.talks.insert(contact.clone(), node);
        let talk = 150 + self.below(450);
        self.plan(talk, Plan::HangUp(contact));
    }

    /// A telephone stops ringing, or its agent hangs up unjoined; whether it was doing so.
    fn silence(&mut self, node: usize, offer: &str) -> bool {
        let Some(phone) = self.phones.remove(&(node, offer.into())) else { return false };
        self.note(What::Silent { agent: phone.agent, contact: phone.contact });
        true
    }

    /// Nobody is reserved, and nothing is written down, soon after all is over.
    async fn empty(&self, store: &PostgresStore) -> Result<(), Failure> {
        let mut left = String::new();
        for _ in 0..100 {
            let held = store.reservations().await?;
            let mut waiting = Vec::new();
            for queue in QUEUES {
                waiting.extend(store.list(queue).await?);
            }
            if held.is_empty() && waiting.is_empty() {
                return Ok(());
            }
            left = format!("left over in the database: {held:?} {waiting:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(left.into())
    }

    async fn admin(&self, sql: &str) -> Result<(), Failure> {
        let (client, connection) = tokio_postgres::connect(&self.admin, NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await?;
        drop(client);
        connection.await??;
        Ok(())
    }

    fn database(&self) -> String {
        format!("schedule{}", self.seed.get())
    }

    /// A node that lives.
    fn somebody(&mut self) -> usize {
        let first = usize::from(self.below(2) == 1);
        if self.nodes[first].alive { first } else { 1 - first }
    }

    fn plan(&mut self, milliseconds: u64, plan: Plan) {
        self.thrown += 1;
        let at = Instant::now() + Duration::from_millis(milliseconds);
        self.plans.insert((at, self.thrown), plan);
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.thrown += 1;
        self.seed.draw(self.thrown) % bound
    }

    fn note(&mut self, what: What) {
        self.print(&format!("{:<9}{what}", ""));
        self.history.note(what);
    }

    fn show(&mut self, node: usize, line: &str) {
        self.print(&format!("{:<9}says: {line}", format!("node {}", NAMES[node])));
    }

    fn print(&mut self, text: &str) {
        let line = format!("{:>6} ms  {text}", self.start.elapsed().as_millis());
        if self.aloud {
            println!("{line}");
        } else {
            self.told.push(line);
        }
    }
}
