//! Step for step, the store in PostgreSQL answers what the one in memory answers.

use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use teams_cc::core::{
    agent::{Capacity, Channel},
    store::{DispatchStore, FencingToken, MemoryDispatchStore, StoreError, Terms},
};

use crate::{LONG, NOW, Stage, agent, call, soak};

#[derive(Clone, Debug)]
enum Step {
    /// How many contacts; more than two share out units by channel.
    PutAgent(u64, u8),
    RemoveAgent(u64),
    Enqueue(u64),
    Withdraw(u64),
    /// Who, which call, for how many at once, by which channel.
    Reserve(u64, u64, u16, Channel),
    /// By the place of the token among those given.
    Accept(u64),
    Release(u64),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => (0..3_u64, 1..4_u8).prop_map(|(agent, places)| Step::PutAgent(agent, places)),
        1 => (0..3_u64).prop_map(Step::RemoveAgent),
        4 => (0..4_u64).prop_map(Step::Enqueue),
        2 => (0..4_u64).prop_map(Step::Withdraw),
        8 => (0..3_u64, 0..4_u64, 1..3_u16, channel())
            .prop_map(|(a, c, most, channel)| Step::Reserve(a, c, most, channel)),
        4 => (0..5_u64).prop_map(Step::Accept),
        4 => (0..5_u64).prop_map(Step::Release),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..60)
}

fn channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(vec![Channel::Voice, Channel::Chat, Channel::Email])
}

/// A store, and the tokens it gave, the newest last.
struct Side<'a> {
    store: &'a dyn DispatchStore,
    tokens: Vec<FencingToken>,
}

impl Side<'_> {
    async fn step(&mut self, step: &Step) -> String {
        let recent = |back: u64| {
            let place = self.tokens.len().checked_sub(1 + usize::try_from(back).unwrap());
            place.map_or(FencingToken::new(u64::MAX), |place| self.tokens[place])
        };
        let answer = match *step {
            Step::PutAgent(a, places) => {
                let blended = || {
                    let units = Capacity::units(10).channel(Channel::Voice, 6, 1);
                    units.channel(Channel::Chat, 3, 3)
                };
                let capacity = if places == 3 { blended() } else { Capacity::new(places) };
                self.store.put_agent(&agent(a), capacity).await
            }
            Step::RemoveAgent(a) => self.store.remove_agent(&agent(a)).await,
            Step::Enqueue(c) => self.store.enqueue(&call(c)).await,
            Step::Withdraw(c) => self.store.withdraw(&call(c)).await,
            Step::Reserve(a, c, most, channel) => {
                let terms = Terms::new(LONG).at_most(most.try_into().unwrap()).channel(channel);
                match self.store.reserve(&agent(a), &call(c), terms, NOW).await {
                    Ok(token) => {
                        assert!(self.tokens.last().is_none_or(|last| *last < token), "I7");
                        self.tokens.push(token);
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            }
            Step::Accept(back) => self.store.accept(recent(back), NOW).await,
            Step::Release(back) => self.store.release(recent(back)).await,
            Step::Sweep => self.store.sweep(NOW).await.map(|swept| assert!(swept.is_empty())),
        };
        format!("{step:?} {} {:?}", said(answer), self.held().await)
    }

    /// Who has what, tokens told by their places.
    async fn held(&self) -> Vec<(usize, String, String, bool)> {
        let places: BTreeMap<_, _> = self.tokens.iter().zip(0..).collect();
        let held = self.store.reservations().await.unwrap();
        held.iter()
            .map(|it| {
                let (agent, contact) = (it.agent.to_string(), it.contact.to_string());
                (places[&it.token], agent, contact, it.until.is_none())
            })
            .collect()
    }
}

fn said(answer: Result<(), StoreError>) -> String {
    match answer {
        Ok(()) => "done".into(),
        Err(StoreError::Backend(error)) => panic!("{error:?}"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn every_step_answers_what_the_store_in_memory_answers() {
    let stage = Stage::new().await;
    let (client, connection) =
        tokio_postgres::connect(&stage.cluster.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut runner = TestRunner::deterministic();
    for _ in 0..50 * soak() {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let empty = "TRUNCATE teams_cc.agents, teams_cc.calls, teams_cc.reservations";
        client.batch_execute(empty).await.unwrap();
        let memory = MemoryDispatchStore::new();
        let mut one = Side { store: &memory, tokens: Vec::new() };
        let mut other = Side { store: &stage.store, tokens: Vec::new() };
        for n in 0..steps.len() {
            let (expected, answer) = (one.step(&steps[n]).await, other.step(&steps[n]).await);
            assert_eq!(expected, answer, "after {:?}", &steps[..n]);
        }
        // Somebody with room for all of them tells what waits.
        let probes = (0..4).map(|c| Step::Reserve(9, c, 1, Channel::Voice));
        for probe in [Step::PutAgent(9, 9)].into_iter().chain(probes) {
            assert_eq!(one.step(&probe).await, other.step(&probe).await, "after {steps:?}");
        }
    }
    drop(client);
    connection.await.unwrap().unwrap();
}
