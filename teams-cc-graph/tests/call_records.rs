//! Call records, against a service on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use teams_cc_graph::auth::{AccessToken, TokenProvider, TokenRequest};
use teams_cc_graph::model::call_records::Endpoint;
use teams_cc_graph::page::PageError;
use teams_cc_graph::{Client, Error, ErrorKind};
use wiremock::matchers::{header, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

const RECORDS: &str = "/v1.0/communications/callRecords";

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

async fn service() -> (MockServer, Client) {
    let server = MockServer::start().await;
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .endpoint(format!("{}/v1.0", server.uri()))
        .build()
        .unwrap();
    (server, client)
}

async fn answer(server: &MockServer, of: &str, body: Value) {
    Mock::given(path(format!("{RECORDS}{of}")))
        .and(query_param_is_missing("$skiptoken"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .expect(1)
        .mount(server)
        .await;
}

async fn later(server: &MockServer, of: &str, token: &str, body: Value) {
    Mock::given(path(format!("{RECORDS}{of}")))
        .and(query_param("$skiptoken", token))
        .and(header("authorization", "Bearer token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .expect(1)
        .mount(server)
        .await;
}

fn session(id: &str) -> Value {
    json!({"id": id, "modalities": ["audio"], "segments": [{"id": format!("{id}-1")}]})
}

/// Trap 40.
#[tokio::test]
async fn a_record_that_came_in_part_is_completed_by_its_nested_links() {
    let (server, client) = service().await;
    let link = |of: &str, token: &str| {
        format!("{}{RECORDS}/chain-1/{of}?$skiptoken={token}", server.uri())
    };
    let mut first = session("s1");
    first["segments@odata.nextLink"] = link("sessions/s1/segments", "x").into();
    answer(
        &server,
        "/chain-1",
        json!({
            "id": "chain-1", "version": 2,
            "sessions": [first], "sessions@odata.nextLink": link("sessions", "b"),
            "participants_v2": [{"id": "p1"}],
            "participants_v2@odata.nextLink": link("participants_v2", "b")
        }),
    )
    .await;
    let page = json!({"value": [session("s2")], "@odata.nextLink": link("sessions", "c")});
    later(&server, "/chain-1/sessions", "b", page).await;
    later(&server, "/chain-1/sessions", "c", json!({"value": [session("s3")]})).await;
    later(&server, "/chain-1/participants_v2", "b", json!({"value": [{"id": "p2"}]})).await;
    later(&server, "/chain-1/sessions/s1/segments", "x", json!({"value": [{"id": "s1-2"}]})).await;

    let one = client.communications().call_record("chain-1");
    let record = one.get().with_segments().with_participants().await.unwrap();
    assert_eq!(record.sessions.items().len(), 1);
    let record = one.complete(record).await.unwrap();
    let sessions: Vec<_> = record.sessions.items().iter().map(|it| it.id.text()).collect();
    assert_eq!(sessions, [Some("s1"), Some("s2"), Some("s3")]);
    assert_eq!(record.sessions.items()[0].segments.items().len(), 2);
    assert_eq!(record.participants_v2.items().len(), 2);
    // What was followed is not followed again.
    let again = one.complete(record.clone()).await.unwrap();
    assert_eq!(again, record);
}

/// Trap 40: Microsoft's own sample has such links.
#[tokio::test]
async fn a_nested_link_with_a_fragment_is_refused_and_the_record_stays() {
    let (server, client) = service().await;
    let link = format!("{}/v1.0/$metadata#communications/callRecords('1')/sessions", server.uri());
    let body = json!({"id": "1", "sessions": [session("s1")], "sessions@odata.nextLink": link});
    answer(&server, "/1", body).await;
    let one = client.communications().call_record("1");
    let record = one.get().with_sessions().await.unwrap();
    let error = one.complete(record.clone()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Page(PageError::Fragment)), "{error}");
    assert_eq!(record.sessions.items().len(), 1);
}

/// Trap 37.
#[tokio::test]
async fn a_record_that_is_not_there_is_not_a_call_that_ended() {
    let (server, client) = service().await;
    Mock::given(header("authorization", "Bearer token"))
        .respond_with(
            ResponseTemplate::new(404).set_body_json(json!({"error": {"code": "NotFound"}})),
        )
        .mount(&server)
        .await;
    let one = client.communications().call_record("chain-1");
    let errors = [
        one.get().await.unwrap_err(),
        one.sessions().await.unwrap_err(),
        one.participants().items().try_next().await.unwrap_err(),
        one.organizer().await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_no_call_record() && !error.is_call_ended(), "{error:?}");
        assert!(!error.is_retryable());
        assert_eq!(error.status().unwrap(), 404);
        assert!(error.to_string().contains("not written yet"), "{error}");
    }
    let error = client.communications().call_records().list().await.unwrap_err();
    assert!(!error.is_no_call_record());
}

#[tokio::test]
async fn records_come_item_by_item_with_the_preferences_on_every_page() {
    let (server, client) = service().await;
    let link = format!("{}{RECORDS}?$skiptoken=b", server.uri());
    let first = json!({"value": [{"id": "1", "type": "peerToPeer"}], "@odata.nextLink": link});
    answer(&server, "", first).await;
    later(&server, "", "b", json!({"value": [{"id": "2"}]})).await;
    let records: Vec<_> =
        client.communications().call_records().list().items().try_collect().await.unwrap();
    assert_eq!(records.len(), 2);
    for request in server.received_requests().await.unwrap() {
        assert_eq!(request.headers["prefer"], "include-unknown-enum-members");
    }
}

#[tokio::test]
async fn both_sides_of_a_session_are_of_the_kind_they_say() {
    let (server, client) = service().await;
    let agent = json!({
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "userAgent": {"@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
                      "platform": "windows", "productFamily": "teams"},
        "associatedIdentity": {"id": "u1", "displayName": "Heidi"}
    });
    let bot = json!({"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint"});
    let body = json!({"value": [{"id": "s", "caller": agent, "callee": bot}]});
    answer(&server, "/1/sessions", body).await;
    let sessions = client.communications().call_record("1").sessions().await.unwrap();
    let session = &sessions.items()[0];
    assert!(matches!(**session.caller.get().unwrap(), Endpoint::Participant(_)));
    assert!(matches!(**session.callee.get().unwrap(), Endpoint::Service(_)));
    assert!(!format!("{session:?}").contains("Heidi"));
}

/// Trap 37.
#[tokio::test]
async fn what_came_of_a_question_is_told_to_the_index() {
    use teams_cc_graph::call_records::{Input, fetch};

    let (server, client) = service().await;
    for (id, status) in [("there", 200), ("absent", 404), ("refused", 400)] {
        let body = json!({"id": id, "version": 7});
        Mock::given(path(format!("{RECORDS}/{id}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .expect(1)
            .mount(&server)
            .await;
    }
    let (input, record) = fetch(&client, "there".into()).await;
    assert_eq!(input, Input::Recorded { id: "there".into(), version: 7 });
    assert_eq!(record.unwrap().unwrap().id.text(), Some("there"));
    let (input, record) = fetch(&client, "absent".into()).await;
    assert_eq!(input, Input::Absent { id: "absent".into() });
    assert!(record.unwrap().is_none());
    let (input, record) = fetch(&client, "refused".into()).await;
    assert_eq!(input, Input::Failed { id: "refused".into() });
    assert_eq!(record.unwrap_err().status().unwrap(), 400);
}
