//! A reader over a Graph client, with a service made of a function.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use teams_cc_core::{Clock, UserId, secret::Secret};
use teams_cc_graph::{Client, Config, RetryPolicy, SystemClock};
use teams_cc_presence::read::{Reader, Unread};

static_assertions::assert_impl_all!(Reader: Clone, Send, Sync);

/// What the service does with a request of these ids.
type Service = dyn Fn(&[String]) -> (StatusCode, Value) + Send + Sync;

/// How long the service takes to answer.
const LATENCY: Duration = Duration::from_millis(500);

#[derive(Clone, Default)]
struct Seen {
    requests: Arc<Mutex<Vec<usize>>>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

/// Lowers the count of requests that are out, also when the request is dropped.
struct Out(Arc<AtomicUsize>);

impl Drop for Out {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn reader(service: Arc<Service>) -> (Reader, Seen) {
    let seen = Seen::default();
    let shared = seen.clone();
    let transport = tower::service_fn(move |request: Request<Bytes>| {
        let (service, seen) = (Arc::clone(&service), shared.clone());
        async move { Ok::<_, Infallible>(answer(&*service, &seen, request).await) }
    });
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let mut config = Config::default();
    config.retry = RetryPolicy::never();
    let client = Client::builder()
        .tenant("contoso".parse().unwrap())
        .client_secret("app".parse().unwrap(), Secret::new("secret".to_owned()))
        .transport(transport)
        .config(config)
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    (Reader::new(client, clock), seen)
}

async fn answer(service: &Service, seen: &Seen, request: Request<Bytes>) -> Response<Bytes> {
    let (status, body) = if request.uri().path().ends_with("/token") {
        (StatusCode::OK, json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "t"}))
    } else {
        assert_eq!(request.uri().path(), "/v1.0/communications/getPresencesByUserId");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let ids: Vec<String> = serde_json::from_value(body["ids"].clone()).unwrap();
        seen.requests.lock().unwrap().push(ids.len());
        let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
        let _out = Out(Arc::clone(&seen.now));
        seen.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(LATENCY).await;
        service(&ids)
    };
    let mut response = Response::new(serde_json::to_vec(&body).unwrap().into());
    *response.status_mut() = status;
    response
}

fn all_available(ids: &[String]) -> (StatusCode, Value) {
    let presences: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "availability": "Available", "activity": "Available"}))
        .collect();
    (StatusCode::OK, json!({"value": presences}))
}

fn users(count: u64) -> Vec<UserId> {
    (0..count).map(|n| UserId::numbered("u", n)).collect()
}

#[tokio::test(start_paused = true)]
async fn two_thousand_users_take_four_requests_and_no_more_at_once_than_allowed() {
    let (reader, seen) = reader(Arc::new(all_available));
    let report = reader.in_flight(2).read(users(2_000)).await.unwrap();
    assert!(report.is_complete());
    assert_eq!(report.found().len(), 2_000);
    let mut sizes = seen.requests.lock().unwrap().clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 650, 650, 650]);
    assert_eq!(seen.most.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_value_is_as_old_as_the_start_of_its_request() {
    let (reader, _) = reader(Arc::new(all_available));
    let clock = SystemClock::new();
    let report = reader.read(users(1)).await.unwrap();
    let (_, seen) = report.found().next().unwrap();
    assert!(seen.age(clock.now()) >= LATENCY, "{:?}", seen.age(clock.now()));
}

#[tokio::test(start_paused = true)]
async fn a_bad_id_is_found_and_the_others_are_read() {
    let (reader, _) = reader(Arc::new(|ids: &[String]| {
        if ids.iter().any(|id| id == "u77") {
            (StatusCode::BAD_REQUEST, json!({}))
        } else {
            all_available(ids)
        }
    }));
    let report = reader.read(users(700)).await.unwrap();
    assert_eq!(report.found().len(), 699);
    let (user, why) = report.unread().next().unwrap();
    assert_eq!(user.as_str(), "u77");
    assert!(
        matches!(why, Unread::Refused(error) if error.status() == Some(StatusCode::BAD_REQUEST))
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_reported_after_one_round() {
    let (reader, seen) = reader(Arc::new(|_: &[String]| {
        (StatusCode::FORBIDDEN, json!({"error": {"code": "Forbidden", "message": "no role"}}))
    }));
    let report = reader.in_flight(2).read(users(650 * 20)).await.unwrap();
    assert!(report.failure().unwrap().is_permission());
    assert_eq!(report.unread().len(), 650 * 20);
    assert!(seen.requests.lock().unwrap().len() <= 3);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_read_leaves_no_request_behind_at_any_await_point() {
    for millis in [0, 1, 499, 500, 501, 999, 1_000, 1_001] {
        let (reader, seen) = reader(Arc::new(all_available));
        let reader = reader.in_flight(2);
        let reading = reader.read(users(2_000));
        let _ = tokio::time::timeout(Duration::from_millis(millis), reading).await;
        tokio::task::yield_now().await;
        assert_eq!(seen.now.load(Ordering::SeqCst), 0, "dropped after {millis} ms");
        // The reader is as good as new.
        assert!(reader.read(users(3)).await.unwrap().is_complete());
    }
}
