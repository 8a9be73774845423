//! Several nodes at once: nobody has two calls, and no call has two agents.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use teams_cc::core::{
    ContactId, Seed,
    store::{DispatchStore, FencingToken, Reservation, StoreError, Terms},
};

use crate::{LONG, NOW, Stage, agent, agents, call, soak};

const NODES: u64 = 6;
const AGENTS: u64 = 5;

/// Who was told to have a call, by calls.
type Winners = Mutex<BTreeMap<ContactId, BTreeSet<FencingToken>>>;

/// What several nodes do at once, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Race {
    next_call: AtomicU64,
    over: AtomicBool,
    winners: Winners,
    /// Answers that never came: the connection was gone.
    pub(crate) unanswered: AtomicU64,
    pub(crate) won: AtomicU64,
}

impl Race {
    pub(crate) async fn new(stage: &Stage) -> Arc<Self> {
        agents(&stage.store, AGENTS).await;
        Arc::default()
    }

    /// Lets all nodes do this many steps each, and looks on; the winners of every call.
    pub(crate) async fn run(self: &Arc<Self>, stage: &Stage, steps: u64) {
        let nodes = (0..NODES).map(|node| {
            let race = Arc::clone(self);
            async move {
                let store = stage.another().await;
                race.node(&store, Seed::new(node), steps).await;
            }
        });
        let looks = async {
            let ((), looks) = tokio::join!(
                async {
                    join_all(nodes).await;
                    self.over.store(true, Ordering::Release);
                },
                self.look_on(&stage.store)
            );
            looks
        };
        assert!(looks.await > 10, "somebody has to look");
        for (contact, winners) in &*self.winners.lock().unwrap() {
            assert_eq!(winners.len(), 1, "I2: {contact} was given to several");
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    async fn node(&self, store: &dyn DispatchStore, seed: Seed, steps: u64) {
        let mut dice = Dice { seed, thrown: 0 };
        let mut held: Vec<(ContactId, FencingToken)> = Vec::new();
        for _ in 0..steps {
            let newest = self.next_call.load(Ordering::Relaxed);
            let recent = call(newest.saturating_sub(dice.below(8)));
            match dice.below(10) {
                0 => {
                    let new = call(self.next_call.fetch_add(1, Ordering::Relaxed) + 1);
                    self.answered(store.enqueue(&new).await);
                }
                1 if dice.below(4) == 0 => {
                    self.answered(store.withdraw(&recent).await);
                }
                1..=5 => {
                    let lease = if dice.below(5) == 0 { Duration::from_millis(2) } else { LONG };
                    let most = u16::try_from(1 + dice.below(2)).unwrap();
                    let terms = Terms::new(lease).at_most(most.try_into().unwrap());
                    let who = agent(dice.below(AGENTS));
                    if let Some(token) =
                        self.answered(store.reserve(&who, &recent, terms, NOW).await)
                    {
                        held.push((recent, token));
                    }
                }
                6 | 7 => {
                    let Some((contact, token)) = held.last().cloned() else { continue };
                    if self.answered(store.accept(token, NOW).await).is_some() {
                        self.won.fetch_add(1, Ordering::Relaxed);
                        self.winners.lock().unwrap().entry(contact).or_default().insert(token);
                    }
                }
                8 => {
                    if let Some((_, token)) = held.pop() {
                        self.answered(store.release(token).await);
                    }
                }
                _ => {
                    self.answered(store.sweep(NOW).await);
                }
            }
        }
        for (_, token) in held {
            self.answered(store.release(token).await);
        }
    }

    fn answered<T>(&self, answer: Result<T, StoreError>) -> Option<T> {
        match answer {
            Ok(it) => Some(it),
            Err(StoreError::Backend(_)) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(_) => None,
        }
    }

    /// Looks at who has what until the race is over; how often.
    async fn look_on(&self, store: &dyn DispatchStore) -> u64 {
        let mut looks = 0;
        while !self.is_over() {
            if let Some(held) = self.answered(store.reservations().await) {
                fair(&held);
                looks += 1;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        looks
    }
}

/// Numbers by a seed.
struct Dice {
    seed: Seed,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.thrown += 1;
        self.seed.draw(self.thrown) % bound
    }
}

/// Nobody has more than there are places; no call is taken twice, or taken and reserved.
pub(crate) fn fair(held: &[Reservation]) {
    for one in held {
        let of_agent = held.iter().filter(|it| it.agent == one.agent).count();
        assert_eq!(of_agent, 1, "I1, I8: {} has several: {held:?}", one.agent);
        let of_call = held.iter().filter(|it| it.contact == one.contact).count();
        let most = if one.until.is_none() { 1 } else { 2 };
        assert!(of_call <= most, "I2: {} has {of_call}: {held:?}", one.contact);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_at_once_never_give_an_agent_or_a_call_twice() {
    let stage = Stage::new().await;
    let race = Race::new(&stage).await;
    race.run(&stage, 300 * soak()).await;
    assert_eq!(race.unanswered.load(Ordering::Relaxed), 0, "no verb waits for another's lock");
    assert!(race.won.load(Ordering::Relaxed) > 50, "{race:?}");
}
