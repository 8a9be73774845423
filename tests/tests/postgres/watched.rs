//! Whoever watches sees everything, once, in an order that makes sense.

use std::collections::BTreeMap;

use teams_cc::core::{
    AgentId, ContactId,
    agent::Capacity,
    store::{Change, Changes, DispatchStore, FencingToken, StoreVersion},
};

use crate::{Stage, agent, agents, call, race::Race, soak};

/// Who has what, by what a watcher was told.
#[derive(Debug, Default)]
struct Seen {
    version: StoreVersion,
    calls: BTreeMap<ContactId, BTreeMap<FencingToken, (AgentId, bool)>>,
}

impl Seen {
    fn see(&mut self, changes: &Changes) {
        assert!(!changes.gap);
        assert!(changes.version >= self.version);
        self.version = changes.version;
        for change in &changes.list {
            match change {
                Change::Waiting(contact) => {
                    let held = self.calls.insert(contact.clone(), BTreeMap::new());
                    assert!(held.is_none_or(|held| !held.is_empty()), "{change:?} is told again");
                }
                Change::Reserved(token, agent, contact) => {
                    let held = self.calls.get_mut(contact).expect("a call that waits");
                    assert!(held.values().all(|(_, taken)| !taken), "{change:?} of a taken call");
                    let again = held.insert(*token, (agent.clone(), false));
                    assert!(again.is_none(), "{change:?} is told again");
                }
                Change::Taken(token, agent, contact) => {
                    let held = self.calls.get_mut(contact).expect("a call that is reserved");
                    assert_eq!(held.get(token), Some(&(agent.clone(), false)), "{change:?}");
                    held.retain(|it, _| it == token);
                    held.insert(*token, (agent.clone(), true));
                }
                Change::Gone(contact) => {
                    assert!(self.calls.remove(contact).is_some(), "{change:?} is told again");
                }
                // Which of an agent's places is free is told by the call's own change, or not at
                // all where the call is still reserved for another one.
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_sees_everything_once_and_in_order_while_many_write() {
    let stage = Stage::new().await;
    let race = Race::new(&stage).await;
    let mut seen = Seen::default();
    let watcher = stage.another().await;
    let watching = async {
        while !race.is_over() {
            seen.see(&watcher.watch(seen.version).await.unwrap());
        }
    };
    tokio::join!(race.run(&stage, 300 * soak()), watching);
    seen.see(&watcher.watch(seen.version).await.unwrap());
    let taken: BTreeMap<_, _> = seen
        .calls
        .iter()
        .flat_map(|(contact, held)| held.iter().map(move |it| (it, contact)))
        .filter(|((_, (_, taken)), _)| *taken)
        .map(|((token, (agent, _)), contact)| (*token, (agent.clone(), contact.clone())))
        .collect();
    let held = stage.store.reservations().await.unwrap();
    let held: BTreeMap<_, _> = held
        .into_iter()
        .filter(|it| it.until.is_none())
        .map(|it| (it.token, (it.agent, it.contact)))
        .collect();
    assert_eq!(taken, held);
}

#[tokio::test]
async fn a_watcher_that_comes_late_is_told_of_a_gap() {
    let stage = Stage::new().await;
    let store = &stage.store;
    agents(store, 3).await;
    let start = store.watch(StoreVersion::default()).await.unwrap();
    assert_eq!((start.list.len(), start.gap), (3, false));
    store.enqueue(&call(0)).await.unwrap();
    store.withdraw(&call(0)).await.unwrap();
    let next = store.watch(start.version).await.unwrap();
    assert_eq!(next.list, [Change::Waiting(call(0)), Change::Gone(call(0))]);
    assert!(store.watch(next.version).await.unwrap().list.is_empty());
    let (client, connection) =
        tokio_postgres::connect(&stage.cluster.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    // Ten minutes go by.
    let old = "UPDATE teams_cc.changes SET at = at - interval '11 minutes'";
    client.batch_execute(old).await.unwrap();
    store.sweep(crate::NOW).await.unwrap();
    let late = store.watch(start.version).await.unwrap();
    assert!(late.gap && late.list.is_empty(), "{late:?}");
    let current = store.watch(late.version).await.unwrap();
    assert!(!current.gap && current.list.is_empty());
    for _ in 0..=teams_cc::store::postgres::MAX_CHANGES {
        store.put_agent(&agent(0), Capacity::ONE).await.unwrap();
    }
    let many = store.watch(current.version).await.unwrap();
    assert!(many.gap && many.list.len() == teams_cc::store::postgres::MAX_CHANGES);
    drop(client);
    connection.await.unwrap().unwrap();
}
