//! Connections that go, and futures that are dropped.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::Ordering,
    task::Poll,
    time::Duration,
};

use teams_cc::core::store::{DispatchStore, Terms};

use crate::{LONG, NOW, Stage, agent, agents, call, race::Race, soak};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_go_cost_answers_and_nothing_else() {
    let stage = Stage::new().await;
    let race = Race::new(&stage).await;
    let (client, connection) =
        tokio_postgres::connect(&stage.cluster.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let cutting = async {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE application_name = 'teams-cc' AND random() < 0.3";
        while !race.is_over() {
            client.query(cut, &[]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::join!(race.run(&stage, 300 * soak()), cutting);
    assert!(race.unanswered.load(Ordering::Relaxed) > 0, "nothing was cut");
    assert!(race.won.load(Ordering::Relaxed) > 10, "{race:?}");
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_reservation_whose_future_is_dropped_is_made_whole_or_not_at_all() {
    let stage = Stage::new().await;
    let store = &stage.store;
    agents(store, 40).await;
    for n in 0..40 {
        store.enqueue(&call(n)).await.unwrap();
        // Polled a little further each time.
        let (who, what) = (agent(n), call(n));
        let mut reserve = pin!(store.reserve(&who, &what, Terms::new(LONG), NOW));
        let mut polls = n + 1;
        poll_fn(|context| {
            polls -= 1;
            if reserve.as_mut().poll(context).is_ready() || polls == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let held = store.reservations().await.unwrap();
    for n in 0..40 {
        let made = held.iter().any(|it| it.agent == agent(n) && it.contact == call(n));
        let again = store.reserve(&agent(n), &call(n), Terms::new(LONG), NOW).await;
        assert_eq!(again.is_err(), made, "{n}: {again:?}");
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_in_time_is_an_error_and_the_next_verb_is_answered() {
    let stage = Stage::new().await;
    agents(&stage.store, 1).await;
    stage.store.enqueue(&call(0)).await.unwrap();
    let config = teams_cc::store::postgres::PostgresConfig::new(&stage.cluster.url()).unwrap();
    let config = config.deadline(Duration::from_millis(200));
    let store = teams_cc::store::postgres::PostgresStore::connect(config).await.unwrap();
    let (mut client, connection) =
        tokio_postgres::connect(&stage.cluster.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let blocking = client.transaction().await.unwrap();
    blocking.execute("SELECT FROM teams_cc.calls FOR UPDATE", &[]).await.unwrap();
    let refused = store.reserve(&agent(0), &call(0), Terms::new(LONG), NOW).await;
    assert!(matches!(refused, Err(teams_cc::core::store::StoreError::Backend(_))), "{refused:?}");
    blocking.rollback().await.unwrap();
    // The server gave up as well: nothing came of it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(store.reservations().await.unwrap().is_empty());
    store.reserve(&agent(0), &call(0), Terms::new(LONG), NOW).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}
