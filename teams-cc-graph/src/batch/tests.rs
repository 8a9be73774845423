//! What goes round in a batch, without IO.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use proptest::prelude::*;
use serde_json::{Value, json};
use teams_cc_core::Timestamp;
use teams_cc_core::retry::Backoff;
use teams_cc_core::seed::Seed;

use super::exchange::{Exchange, Outcome};
use super::item::{self, Item};
use crate::auth::{AccessToken, TokenProvider, TokenRequest};
use crate::model::{BatchResponseContent, BatchResponseStep};
use crate::{BoxError, Client, Error, RetryPolicy};

struct Fixed;

#[async_trait::async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

fn client() -> Client {
    let transport = tower::service_fn(|_: Request<Bytes>| async {
        Err::<http::Response<Bytes>, _>(BoxError::from("nothing is sent here"))
    });
    let client = Client::builder().tenant("tenant-1".parse().unwrap());
    client.token_provider(std::sync::Arc::new(Fixed)).transport(transport).build().unwrap()
}

fn item(method: Method, after: &[usize]) -> Item {
    let request = Request::builder().method(method).uri("/users/u1").body(Bytes::new()).unwrap();
    Item::new(&client(), &request, after.to_vec()).unwrap()
}

fn answers(steps: &Value) -> BatchResponseContent {
    serde_json::from_value(json!({"responses": steps})).unwrap()
}

fn sent(exchange: &Exchange) -> Value {
    let content = serde_json::to_value(exchange.content()).unwrap();
    let steps = content["requests"].as_array().unwrap().iter();
    steps.map(|step| json!([step["id"], step["dependsOn"]])).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "cases are written in place")]
fn settle(exchange: &mut Exchange, steps: Value) -> Option<Duration> {
    let policy = RetryPolicy::default();
    let backoff = Backoff::new(Seed::new(7)).base(policy.base_delay).cap(policy.max_delay);
    exchange.take_in(answers(&steps));
    exchange.next_attempt(Timestamp::UNIX_EPOCH, &policy, &backoff)
}

fn statuses(exchange: &Exchange) -> Vec<Option<u16>> {
    let status = |outcome: &Outcome| match outcome {
        Outcome::Answered(response) => Some(response.status().as_u16()),
        _ => None,
    };
    exchange.outcomes.iter().map(status).collect()
}

#[test]
fn answers_find_their_requests_in_any_order() {
    let mut exchange = Exchange::new((0..3).map(|_| item(Method::GET, &[])).collect());
    assert_eq!(sent(&exchange), json!([["1", null], ["2", null], ["3", null]]));
    let wait = settle(
        &mut exchange,
        json!([{"id": "3", "status": 404}, {"id": "1", "status": 200}, {"id": "2", "status": 204}]),
    );
    assert_eq!(wait, None);
    assert_eq!(statuses(&exchange), [Some(200), Some(204), Some(404)]);
    assert_eq!(exchange.strays(), 0);
}

/// Trap 42.
#[test]
fn each_request_is_retried_by_its_own_rules() {
    let get = || item(Method::GET, &[]);
    let post = || item(Method::POST, &[]);
    let mut exchange = Exchange::new(vec![get(), post(), get(), post(), get()]);
    let wait = settle(
        &mut exchange,
        json!([
            {"id": "1", "status": 429, "headers": {"Retry-After": "2.5"}},
            {"id": "2", "status": 429, "headers": {"Retry-After": "1"}},
            {"id": "3", "status": 503},
            {"id": "4", "status": 503},
            {"id": "5", "status": 400},
        ]),
    );
    assert_eq!(wait, Some(Duration::from_millis(2500)));
    assert_eq!(sent(&exchange), json!([["1", null], ["2", null], ["3", null]]));
    let wait = settle(
        &mut exchange,
        json!([{"id": "2", "status": 201}, {"id": "1", "status": 200}, {"id": "3", "status": 200}]),
    );
    assert_eq!(wait, None);
    assert_eq!(statuses(&exchange), [Some(200), Some(201), Some(200), Some(503), Some(400)]);
}

/// Trap 42.
#[test]
fn who_waits_for_a_retried_request_goes_with_it() {
    let items = vec![
        item(Method::POST, &[]),
        item(Method::POST, &[0]),
        item(Method::POST, &[1]),
        item(Method::POST, &[]),
        item(Method::POST, &[3]),
        item(Method::POST, &[0, 3]),
    ];
    let mut exchange = Exchange::new(items);
    let wait = settle(
        &mut exchange,
        json!([
            {"id": "1", "status": 429, "headers": {"retry-after": "1"}},
            {"id": "2", "status": 424},
            {"id": "3", "status": 424},
            {"id": "4", "status": 400},
            {"id": "5", "status": 424},
            {"id": "6", "status": 424},
        ]),
    );
    assert_eq!(wait, Some(Duration::from_secs(1)));
    assert_eq!(sent(&exchange), json!([["1", null], ["2", ["1"]], ["3", ["2"]]]));
}

#[test]
fn nothing_is_carried_out_although_what_it_waits_for_failed() {
    let busy = json!({"id": "1", "status": 429, "headers": {"retry-after": "1"}});
    for failed in [json!({"id": "2", "status": 400}), json!({"id": "2", "status": 503}), json!({})]
    {
        for waits in
            [json!({"id": "3", "status": 424}), json!({"id": "3", "status": 503}), json!({})]
        {
            let items = vec![
                item(Method::POST, &[]),
                item(Method::POST, &[]),
                item(Method::GET, &[0, 1]),
                item(Method::GET, &[2]),
            ];
            let mut exchange = Exchange::new(items);
            assert!(settle(&mut exchange, json!([busy, failed, waits])).is_some());
            assert_eq!(sent(&exchange), json!([["1", null]]), "{failed} {waits}");
        }
    }
    // What it waits for succeeded, now or before: it goes, and waits for the rest alone.
    let items = vec![item(Method::POST, &[]), item(Method::POST, &[]), item(Method::POST, &[0, 1])];
    let mut exchange = Exchange::new(items);
    let created = json!({"id": "2", "status": 201});
    settle(&mut exchange, json!([busy, created, {"id": "3", "status": 424}]));
    assert_eq!(sent(&exchange), json!([["1", null], ["3", ["1"]]]));
    settle(&mut exchange, json!([{"id": "1", "status": 200}, {"id": "3", "status": 429}]));
    assert_eq!(sent(&exchange), json!([["3", null]]));
}

#[test]
fn a_wait_beyond_patience_is_left_to_the_caller() {
    let mut exchange = Exchange::new(vec![item(Method::GET, &[]), item(Method::GET, &[])]);
    let wait = settle(
        &mut exchange,
        json!([
            {"id": "1", "status": 429, "headers": {"Retry-After": "600"}},
            {"id": "2", "status": 429, "headers": {"Retry-After": "1"}},
        ]),
    );
    assert_eq!(wait, Some(Duration::from_secs(1)));
    assert_eq!(sent(&exchange), json!([["2", null]]));
    assert_eq!(statuses(&exchange), [Some(429), Some(429)]);
}

#[test]
fn attempts_end() {
    let mut exchange = Exchange::new(vec![item(Method::GET, &[])]);
    let busy = || json!([{"id": "1", "status": 429, "headers": {"Retry-After": "0"}}]);
    let rounds = (0..10).take_while(|_| settle(&mut exchange, busy()).is_some()).count();
    assert_eq!(rounds, 3, "four attempts in all");
    assert_eq!(statuses(&exchange), [Some(429)]);
}

#[test]
fn missing_doubled_and_unknown_answers_are_told_apart() {
    let mut exchange = Exchange::new((0..4).map(|_| item(Method::POST, &[])).collect());
    let wait = settle(
        &mut exchange,
        json!([
            {"id": "1", "status": 200}, {"id": "1", "status": 400}, {"id": "2", "status": 200},
            {"id": "9", "status": 200}, {"id": "02", "status": 200}, {"id": "x", "status": 200},
            {"status": 200}, {"id": "4", "status": 99_999}, {"id": "0", "status": 200}
        ]),
    );
    assert_eq!(wait, None, "none of them is repeated in the dark");
    assert_eq!(exchange.strays(), 5);
    assert!(matches!(exchange.outcomes[0], Outcome::Twice));
    assert!(matches!(exchange.outcomes[1], Outcome::Answered(_)));
    assert!(matches!(exchange.outcomes[2], Outcome::Missing));
    assert!(matches!(exchange.outcomes[3], Outcome::Missing));
}

#[test]
fn what_is_harmless_and_unanswered_is_asked_again() {
    let mut exchange = Exchange::new(vec![item(Method::GET, &[]), item(Method::POST, &[])]);
    assert!(settle(&mut exchange, json!([])).is_some());
    assert_eq!(sent(&exchange), json!([["1", null]]));
}

#[test]
fn bodies_keep_their_form() {
    let read = |step: Value| {
        let step: BatchResponseStep = serde_json::from_value(step).unwrap();
        item::response(step).unwrap().into_body()
    };
    let png = json!({"Content-Type": "image/png"});
    for (step, wanted) in [
        (json!({"status": 200}), &b""[..]),
        (json!({"status": 204, "body": null}), b""),
        (json!({"status": 200, "body": {"id": "u1"}}), br#"{"id":"u1"}"#),
        (json!({"status": 200, "body": "text"}), br#""text""#),
        (json!({"status": 200, "headers": png, "body": "/+8="}), b"\xff\xef"),
        (json!({"status": 200, "headers": png, "body": "_-8"}), b"\xff\xef"),
        (json!({"status": 200, "headers": png, "body": "no base64!"}), b"no base64!"),
    ] {
        assert_eq!(read(step.clone()), wanted, "{step}");
    }
    let zip = Request::post("/appCatalogs/teamsApps").header("content-type", "application/zip");
    let zip =
        zip.header("authorization", "Bearer x").body(Bytes::from_static(b"\xff\xef")).unwrap();
    let step = Item::new(&client(), &zip, Vec::new()).unwrap().step(0, |_| true);
    let step = serde_json::to_value(step).unwrap();
    assert_eq!(step["body"], "_-8=");
    assert_eq!(step["headers"], json!({"content-type": "application/zip"}));
}

#[test]
fn addresses_are_relative_and_stay_at_home() {
    let client = client();
    let url = |uri: &str| {
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        let step = Item::new(&client, &request, Vec::new()).ok()?.step(0, |_| true);
        step.url.get().map(|url| url.reveal().to_owned())
    };
    for (uri, wanted) in [
        ("/users/u1?$select=id", Some("/users/u1?$select=id")),
        ("https://graph.microsoft.com/v1.0/users?$top=1", Some("/users?$top=1")),
        ("https://graph.microsoft.com/beta/users", None),
        ("https://graph.microsoft.com/v1.0", None),
        ("https://graph.microsoft.com/v1.0x/users", None),
        ("https://evil.example/v1.0/users", None),
    ] {
        assert_eq!(url(uri).as_deref(), wanted, "{uri}");
    }
}

fn any_answer() -> impl Strategy<Value = Value> {
    let id = prop_oneof![
        (0_usize..8).prop_map(|id| json!(id.to_string())),
        Just(json!(null)),
        "[a-z0-9]{0,3}".prop_map(Value::from)
    ];
    let status = prop::sample::select(vec![200, 204, 400, 404, 424, 429, 503, 504, 0, -1, 99_999]);
    let wait = prop::sample::select(vec!["0", "0.5", "soon", "-1", "1e99"]);
    (id, status, wait).prop_map(
        |(id, status, wait)| json!({"id": id, "status": status, "headers": {"Retry-After": wait}}),
    )
}

proptest! {
    #[test]
    fn whatever_comes_back_orders_that_happen_twice_are_never_repeated_in_the_dark(
        methods in prop::collection::vec(prop::bool::ANY, 1..6),
        rounds in prop::collection::vec(prop::collection::vec(any_answer(), 0..10), 1..8),
    ) {
        let items = methods.iter().enumerate().map(|(index, harmless)| {
            let method = if *harmless { Method::GET } else { Method::POST };
            let after: Vec<_> = index.checked_sub(1).into_iter().collect();
            item(method, &after)
        });
        let mut exchange = Exchange::new(items.collect());
        let mut attempts = 0;
        for round in rounds {
            attempts += 1;
            let again = settle(&mut exchange, round.into());
            prop_assert!(again.is_none() || attempts < 4);
            if again.is_none() {
                break;
            }
            for step in exchange.content().requests.into_option().unwrap_or_default() {
                let index = step.id.text().and_then(item::index).unwrap();
                if !methods[index] {
                    let status = statuses(&exchange)[index];
                    prop_assert!(matches!(status, Some(424 | 429)), "{status:?}");
                }
            }
        }
        prop_assert!(attempts <= 4);
    }
}
