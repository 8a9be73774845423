//! Requests inside a batch count each by itself.

use serde_json::{Value, json};

use super::*;
use crate::batch::BatchAnswers;
use crate::layer::Inside;

/// A client whose service answers each request of a batch with the status given for its path.
fn world(config: Config, throttled: &'static [(&'static str, &'static str)]) -> World {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let transport = tower::service_fn(move |request: Request<Bytes>| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            let steps = asked["requests"].as_array().cloned().unwrap_or_default();
            let steps = steps.iter().map(|step| {
                let busy = throttled.iter().find(|(path, _)| step["url"] == *path);
                match busy {
                    Some((_, wait)) => json!({ "id": step["id"], "status": 429,
                                               "headers": { "Retry-After": wait } }),
                    None => json!({ "id": step["id"], "status": 200, "body": {} }),
                }
            });
            let body = json!({ "responses": steps.collect::<Vec<_>>() }).to_string();
            Ok::<_, Infallible>(Response::new(Bytes::from(body)))
        }
    });
    let client = Client::builder()
        .tenant("tenant-1".parse().unwrap())
        .token_provider(Arc::new(Fixed))
        .transport(transport)
        .config(config)
        .seed(Seed::new(42))
        .build()
        .unwrap();
    World { client, seen }
}

/// Sends these paths as one batch of GETs.
async fn send(client: &Client, paths: &[String]) -> (Duration, Result<BatchAnswers, Error>) {
    let mut batch = client.batch();
    for path in paths {
        let request = Request::get(path.as_str()).body(Bytes::new()).unwrap();
        batch.add_raw::<Value>(&request, &[]).unwrap();
    }
    let started = Instant::now();
    let answers = batch.send().await;
    (started.elapsed(), answers)
}

fn paths(count: usize, of: &str) -> Vec<String> {
    (0..count).map(|_| of.to_owned()).collect()
}

async fn one(client: &Client, path: &str) -> Duration {
    let started = Instant::now();
    let request = Request::get(path).body(Bytes::new()).unwrap();
    client.request::<Value>(request).await.unwrap();
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_batch_waits_for_the_pace_of_each_request_in_it() {
    // Reading one channel: 4 a second, one at a time.
    let channel = "/teams/t/channels/c/messages";
    let world = world(Config::default(), &[]);
    let (took, answers) = send(&world.client, &paths(8, channel)).await;
    answers.unwrap();
    near(took, Duration::from_millis(7 * 250 + 100));
    // Singles come after those of the batch, and another channel's do not wait.
    near(one(&world.client, "/teams/t/channels/d/messages").await, Duration::from_millis(100));
    let single = one(&world.client, channel).await;
    assert!(single >= Duration::from_millis(100 + 50), "{single:?}");
    let (took, answers) = send(&world.client, &paths(20, "/deviceManagement/x")).await;
    answers.unwrap();
    near(took, Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn requests_in_batches_and_alone_keep_one_limit_together() {
    let world = world(Config::default(), &[]);
    let started = Instant::now();
    // Reading messages: 20 a second for a tenant, of which 4 at once.
    for _ in 0..2 {
        let chats: Vec<_> = (0..20).map(|nth| format!("/chats/c{nth}/messages")).collect();
        send(&world.client, &chats).await.1.unwrap();
    }
    for nth in 0..4 {
        one(&world.client, &format!("/chats/d{nth}/messages")).await;
    }
    let took = started.elapsed();
    // 44 requests are more than two windows of 20.
    assert!(took >= Duration::from_secs(2), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_throttled_inside_a_batch_makes_its_like_wait() {
    let config = Config { retry: RetryPolicy::never(), ..Config::default() };
    let world = world(config, &[("/users/u/presence", "10")]);
    let both = ["/users/u/presence".to_owned(), "/users/u".to_owned()];
    send(&world.client, &both).await.1.unwrap();
    near(one(&world.client, "/users/v").await, Duration::from_millis(100));
    near(one(&world.client, "/users/v/presence").await, Duration::from_secs(10));
    let other = world.client.for_tenant("tenant-2".parse().unwrap());
    near(one(&other, "/users/v/presence").await, Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_refused_or_given_up_is_not_counted() {
    let (chat, channel) = ("/chats/a/messages", "/teams/t/channels/c/messages");
    let mut mixed = paths(3, chat);
    mixed.extend(paths(9, channel));
    for max_waiting_requests in [0, 100] {
        let config = Config { max_waiting_requests, ..Config::default() };
        let world = world(config, &[]);
        for _ in 0..5 {
            // The second of one channel has to wait: nobody may, or it is given up meanwhile.
            let sending = send(&world.client, &mixed);
            match tokio::time::timeout(Duration::from_millis(20), sending).await {
                Ok((_, refused)) => {
                    let refused = refused.unwrap_err();
                    assert!(matches!(refused.kind(), crate::ErrorKind::Overloaded(_)));
                    assert_eq!(max_waiting_requests, 0);
                }
                Err(_) => assert_eq!(max_waiting_requests, 100),
            }
        }
        assert_eq!(world.seen(), 0);
        for path in [chat, channel] {
            near(one(&world.client, path).await, Duration::from_millis(100));
        }
    }
}

#[test]
fn what_is_inside_a_batch_is_counted_by_its_path_and_query() {
    let get = http::Method::GET;
    let inside = Inside(Arc::new([
        (get.clone(), "/communications/callRecords/r?$skiptoken=1".into()),
        (get.clone(), "/users?$select=id".into()),
        (get, "".into()),
    ]));
    let counted: Vec<_> =
        inside.classes().map(|class| (class.family.to_string(), class.cost)).collect();
    let wanted =
        [("pages of one call record", 1), ("reading the directory", 2), ("other requests", 1)];
    assert_eq!(counted, wanted.map(|(family, cost)| (family.to_owned(), cost)));
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_a_batch_are_bounded_in_all() {
    // Reading one channel: 4 a second, so that each waits for 250 ms behind the one before.
    let channel = "/teams/t/channels/c/messages";
    let patience = Duration::from_millis(600);
    let config = Config { retry: RetryPolicy::default().max_delay(patience), ..Config::default() };
    let world = world(config, &[]);
    let (took, refused) = send(&world.client, &paths(20, channel)).await;
    let refused = refused.unwrap_err();
    let overload = crate::Overload::Batch { waited: Duration::from_millis(750) };
    assert!(
        matches!(refused.kind(), crate::ErrorKind::Overloaded(found) if *found == overload),
        "{refused}"
    );
    near(took, Duration::from_millis(750));
    assert_eq!(world.seen.load(Ordering::SeqCst), 0, "nothing was sent");
    tokio::time::sleep(Duration::from_secs(1)).await;
    // What was refused counts for nothing, and shorter batches go.
    let (took, answers) = send(&world.client, &paths(4, channel)).await;
    answers.unwrap();
    near(took, Duration::from_millis(3 * 250 + 100));
}
