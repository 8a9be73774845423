//! Records of calls.

use teams_cc::{
    core::store::conformance,
    store::postgres::{MigrateError, PostgresConfig, PostgresStore},
};

use crate::Stage;

#[tokio::test]
async fn records_are_kept_by_every_rule_of_call_stores() {
    let stage = Stage::new().await;
    conformance::check(&stage.store).await.unwrap();
    conformance::check(&stage.another().await).await.unwrap();
}

#[tokio::test]
async fn nodes_that_begin_at_once_make_one_schema_and_an_older_one_is_refused() {
    let stage = Stage::new().await;
    let (client, connection) =
        tokio_postgres::connect(&stage.cluster.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute("DROP SCHEMA teams_cc CASCADE").await.unwrap();
    let others = [stage.another().await, stage.another().await, stage.another().await];
    let (a, b, c) = tokio::join!(others[0].migrate(), others[1].migrate(), others[2].migrate());
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    client.batch_execute("UPDATE teams_cc.format SET number = 2").await.unwrap();
    let newer = others[0].migrate().await;
    assert!(matches!(newer, Err(MigrateError::Newer { found: 2, known: 1 })), "{newer:?}");
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let config = PostgresConfig::new("host=/nowhere user=nobody").unwrap();
    let error = PostgresStore::connect(config).await.unwrap_err();
    assert_eq!(error.to_string(), "the store failed");
    let config = PostgresConfig::new("host=db.example.com user=nobody").unwrap();
    let error = PostgresStore::connect(config).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("in the clear"), "{source}");
}
