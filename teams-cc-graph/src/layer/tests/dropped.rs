//! Requests that are given up, and connections that break: nothing is left taken or done twice.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::BoxError;

/// A client of one place, whose service does as it is told.
fn client<F>(
    attempt_timeout: Duration,
    serve: impl Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
) -> Client
where
    F: Future<Output = Result<Response<Bytes>, BoxError>> + Send + 'static,
{
    Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .transport(tower::service_fn(serve))
        .config(Config { attempt_timeout, max_concurrent_requests: 1, ..Config::default() })
        .seed(Seed::new(42))
        .build()
        .unwrap()
}

/// Answers each request of a batch, busy the first time, after 100 ms.
fn busy_once() -> Client {
    let seen = Arc::new(AtomicUsize::new(0));
    client(Duration::from_secs(10), move |request: Request<Bytes>| {
        let first = seen.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let steps = asked["requests"].as_array().cloned().unwrap_or_default();
            let steps = steps.iter().map(|step| {
                let status = if first { 429 } else { 200 };
                json!({ "id": step["id"], "status": status, "headers": { "Retry-After": "0.01" }, "body": {} })
            });
            let body = json!({ "responses": steps.collect::<Vec<_>>() }).to_string();
            Ok(Response::new(Bytes::from(body)))
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_batch_dropped_at_any_await_point_leaves_no_place_and_no_seat_taken() {
    for polls in 0..40 {
        let client = busy_once();
        for _ in 0..3 {
            let mut batch = client.batch();
            for path in ["/teams/t/channels/c/messages"; 4] {
                let request = Request::get(path).body(Bytes::new()).unwrap();
                batch.add_raw::<Value>(&request, &[]).unwrap();
            }
            let mut sending = Box::pin(batch.send());
            for _ in 0..polls {
                let mut context = Context::from_waker(Waker::noop());
                if sending.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
            drop(sending);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        let began = Instant::now();
        let request = Request::get("/teams/t/channels/c/messages").body(Bytes::new()).unwrap();
        client.request::<Value>(request).await.unwrap();
        near(began.elapsed(), Duration::from_millis(100));
    }
}

/// How a service fails a request that it may have carried out.
#[derive(Clone, Copy, Debug)]
enum Failure {
    Breaks,
    Hangs,
    Unauthorized,
    Status(u16),
}

async fn fail(failure: Failure) -> Result<Response<Bytes>, BoxError> {
    let mut response = Response::new(Bytes::from_static(b"{}"));
    match failure {
        Failure::Breaks => return Err("the connection broke behind the request".into()),
        Failure::Hangs => std::future::pending().await,
        Failure::Unauthorized => *response.status_mut() = StatusCode::UNAUTHORIZED,
        Failure::Status(status) => *response.status_mut() = StatusCode::from_u16(status).unwrap(),
    }
    Ok(response)
}

#[tokio::test(start_paused = true)]
async fn a_post_that_may_have_been_carried_out_is_sent_once_alone_or_in_a_batch() {
    for (failure, wanted) in [
        (Failure::Breaks, 1),
        (Failure::Hangs, 1),
        (Failure::Status(408), 1),
        (Failure::Status(409), 1),
        (Failure::Status(502), 1),
        (Failure::Status(504), 1),
        // The one token of this provider stays refused: there is no fresh one to try.
        (Failure::Unauthorized, 1),
    ] {
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        let client = client(Duration::from_millis(50), move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            fail(failure)
        });
        let calls = client.communications().calls();
        calls.create("https://bot.example.com/cb", agent()).await.unwrap_err();
        assert_eq!(seen.swap(0, Ordering::SeqCst), wanted, "create, {failure:?}");
        let raw = Request::builder().method(Method::POST).uri("/x").body(Bytes::new()).unwrap();
        client.request::<Value>(raw.clone()).await.unwrap_err();
        assert_eq!(seen.swap(0, Ordering::SeqCst), wanted, "raw, {failure:?}");
        let mut batch = client.batch();
        let get = Request::get("/users/u").body(Bytes::new()).unwrap();
        batch.add_raw::<Value>(&get, &[]).unwrap();
        batch.add_raw::<Value>(&raw, &[]).unwrap();
        batch.send().await.unwrap_err();
        assert_eq!(seen.swap(0, Ordering::SeqCst), wanted, "batch, {failure:?}");
    }
}
