use bytes::Bytes;
use serde_json::{Value, json};
use teams_cc_graph::batch::{BatchError, MAX_BATCH_REQUESTS};
use teams_cc_graph::model::{NumberType, User};
use teams_cc_graph::request::chats::SendMessage;
use teams_cc_graph::request::users::GetUser;
use teams_cc_graph::{ActsFor, ErrorKind, InvalidRequest};

use crate::support::{responses, sent, service};

#[tokio::test]
async fn every_answer_reaches_its_ticket_in_its_own_type() {
    let (server, client) = service(&[responses(json!([
        {"id": "3", "status": 202, "headers": {"Location": "/operations('o1')"}},
        {"id": "2", "status": 200, "body": {"value": [{"id": "c1", "chatType": "group"}]}},
        {"id": "1", "status": 200, "body": {"id": "u1", "displayName": "Ana"}},
        {"id": "4", "status": 204},
    ]))])
    .await;
    let mut batch = client.batch();
    let user = batch.add(client.user("u1").get().select(["id", "displayName"])).unwrap();
    let chats = batch.add(client.user("u1").chats()).unwrap();
    let numbers = client.admin().number_assignments();
    let order = batch.add(numbers.assign("+12065550100", "u1", NumberType::DirectRouting)).unwrap();
    let app = batch.add(client.chat("19:1@thread.v2").remove_installed_app("i1")).unwrap();
    let mut answers = batch.send().await.unwrap();
    assert_eq!(answers.response(&order.id()).unwrap().status(), 202);
    assert_eq!(answers.take(order).unwrap().location.as_deref(), Some("/operations('o1')"));
    assert_eq!(answers.take(user).unwrap().id.text(), Some("u1"));
    assert_eq!(answers.take(chats).unwrap().items().len(), 1);
    answers.take(app).unwrap();
    assert_eq!(answers.strays(), 0);

    let bodies = sent(&server).await;
    let number = json!({
        "telephoneNumber": "+12065550100", "assignmentTargetId": "u1", "numberType": "directRouting"
    });
    let wanted = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/users/u1?$select=id,displayName"},
        {"id": "2", "method": "GET", "url": "/users/u1/chats"},
        {
            "id": "3", "method": "POST",
            "url": "/admin/teams/telephoneNumberManagement/numberAssignments/assignNumber",
            "headers": {"content-type": "application/json"}, "body": number
        },
        {
            "id": "4", "method": "DELETE",
            "url": "/chats/19%3A1%40thread.v2/installedApps/i1"
        },
    ]});
    assert_eq!(bodies, [wanted]);
}

/// Trap 42.
#[tokio::test]
async fn a_throttled_request_is_sent_again_and_the_others_are_not() {
    let busy = json!({"id": "2", "status": 429, "headers": {"Retry-After": "0.05"}});
    let (server, client) = service(&[
        responses(json!([{"id": "1", "status": 200, "body": {"id": "u1"}}, busy])),
        responses(json!([{"id": "2", "status": 200, "body": {"id": "u2"}}])),
    ])
    .await;
    let mut batch = client.batch();
    let first = batch.add(client.user("u1").get()).unwrap();
    let second = batch.add(client.user("u2").get()).unwrap();
    let started = std::time::Instant::now();
    let mut answers = batch.send().await.unwrap();
    assert!(started.elapsed() >= std::time::Duration::from_millis(50));
    assert_eq!(answers.take(first).unwrap().id.text(), Some("u1"));
    assert_eq!(answers.take(second).unwrap().id.text(), Some("u2"));
    let bodies = sent(&server).await;
    assert_eq!(bodies[1]["requests"].as_array().unwrap().len(), 1);
    assert_eq!(bodies[1]["requests"][0]["id"], "2");
}

#[tokio::test]
async fn errors_are_those_of_single_requests() {
    let refused = json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}});
    let (_server, client) = service(&[responses(json!([
        {"id": "1", "status": 403, "body": refused},
        {"id": "2", "status": 404, "body": {"error": {"code": "NotFound"}}},
        {"id": "3", "status": 424},
        {"id": "4", "status": 429, "headers": {"Retry-After": "600"}},
        {"id": "5", "status": 200}, {"id": "5", "status": 200},
        {"id": "7", "status": 200},
    ]))])
    .await;
    let mut batch = client.batch();
    let denied = batch.add(client.user("u1").get()).unwrap();
    let gone = batch.add(client.communications().call("c1").get()).unwrap();
    let waited = batch.add_after(client.user("u1").chats(), &[denied.id()]).unwrap();
    let busy = batch.add(client.user("u4").get()).unwrap();
    let message = || client.chat("19:1@thread.v2").import_message("hello", "u1", "2026-01-01");
    let twice = batch.add(message()).unwrap();
    let lost = batch.add(message()).unwrap();
    let mut answers = batch.send().await.unwrap();
    let denied = answers.take(denied).unwrap_err();
    assert!(denied.is_permission());
    assert!(!denied.response().unwrap().permissions.is_empty());
    assert!(answers.take(gone).unwrap_err().is_call_ended());
    let kind = |error: teams_cc_graph::Error| match error.into_parts().0 {
        ErrorKind::Batch(error) => error,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(kind(answers.take(waited).unwrap_err()), BatchError::FailedDependency);
    assert!(answers.take(busy).unwrap_err().is_throttled());
    assert_eq!(kind(answers.take(twice).unwrap_err()), BatchError::AnsweredTwice);
    assert_eq!(kind(answers.take(lost).unwrap_err()), BatchError::NotAnswered);
    assert_eq!(answers.strays(), 1);
    let shown = format!("{answers:?}");
    assert!(!shown.contains("19:1") && !shown.contains("u1"), "{shown}");
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_is_an_error_and_a_later_attempt_keeps_what_is_known() {
    let malformed = json!({"error": {"code": "BadRequest"}});
    let (_server, client) = service(&[(400, malformed.clone())]).await;
    let mut batch = client.batch();
    batch.add(client.user("u1").get()).unwrap();
    assert_eq!(batch.send().await.unwrap_err().status().unwrap(), 400);

    let busy = json!({"id": "2", "status": 429, "headers": {"Retry-After": "0"}});
    let first = responses(json!([{"id": "1", "status": 200, "body": {"id": "u1"}}, busy]));
    let (_server, client) = service(&[first, (400, malformed)]).await;
    let mut batch = client.batch();
    let known = batch.add(client.user("u1").get()).unwrap();
    let unknown = batch.add(client.user("u2").get()).unwrap();
    let mut answers = batch.send().await.unwrap();
    assert_eq!(answers.take(known).unwrap().id.text(), Some("u1"));
    let error = answers.take(unknown).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Batch(BatchError::NotAnswered)));
    assert_eq!(answers.interrupted().unwrap().status().unwrap(), 400);
}

#[tokio::test]
async fn a_batch_holds_twenty_requests_of_one_tenant() {
    let (_server, client) = service(&[]).await;
    let invalid = |error: teams_cc_graph::Error| match error.into_parts().0 {
        ErrorKind::Invalid(reason) => reason,
        kind => panic!("{kind:?}"),
    };
    let what = "the batch";
    assert_eq!(invalid(client.batch().send().await.unwrap_err()), InvalidRequest::Empty { what });
    let mut batch = client.batch();
    let other = client.for_tenant("tenant-2".parse().unwrap());
    let foreign = batch.add(other.user("u1").get()).unwrap_err();
    assert_eq!(invalid(foreign), InvalidRequest::TenantMismatch);
    for _ in 0..MAX_BATCH_REQUESTS {
        assert!(!batch.is_full());
        batch.add(GetUser::new("u1")).unwrap();
    }
    let full = invalid(batch.add(GetUser::new("u1")).unwrap_err());
    assert_eq!(full, InvalidRequest::TooMany { what, count: 21, limit: 20 });
}

#[tokio::test]
async fn a_ticket_opens_its_own_batch_only() {
    let answer = responses(json!([{"id": "1", "status": 200, "body": {"id": "u1"}}]));
    let (_server, client) = service(&[answer.clone(), answer]).await;
    let (mut one, mut two) = (client.batch(), client.batch());
    let of_one = one.add(GetUser::new("u1")).unwrap();
    let raw = http::Request::get("/users/u1").body(Bytes::new()).unwrap();
    let of_two = two.add_raw::<User>(&raw, &[]).unwrap();
    let foreign = two.add_after(GetUser::new("u1"), &[of_one.id()]).unwrap_err();
    assert!(matches!(foreign.kind(), ErrorKind::Batch(BatchError::ForeignTicket)));
    let _ = one.send().await.unwrap();
    let mut two = two.send().await.unwrap();
    assert!(matches!(
        two.take(of_one).unwrap_err().kind(),
        ErrorKind::Batch(BatchError::ForeignTicket)
    ));
    assert_eq!(two.take(of_two).unwrap().id.text(), Some("u1"));
}

#[tokio::test]
async fn a_signed_in_user_sends_messages_in_a_batch() {
    let answer = responses(json!([{"id": "1", "status": 201, "body": {"id": "m1"}}]));
    let (server, client) = service(&[answer]).await;
    let agent = client.delegated(ActsFor::SignedInUser).unwrap();
    let mut batch = agent.batch();
    let message = batch.add(SendMessage::new("19:1@thread.v2", "hello")).unwrap();
    let mut answers = batch.send().await.unwrap();
    assert_eq!(answers.take(message).unwrap().id.text(), Some("m1"));
    let body: Value = sent(&server).await.remove(0);
    assert_eq!(body["requests"][0]["url"], "/chats/19%3A1%40thread.v2/messages");
}
