//! Waits, repeats and places under virtual time, over a transport that is a function.

mod batches;
mod dropped;

use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use teams_cc_core::time::ManualClock;
use teams_cc_core::{Clock, Seed, Timestamp};
use tokio::time::Instant;

use crate::auth::{AccessToken, TokenProvider, TokenRequest};
use crate::model::{InvitationParticipantInfo, Prompt};
use crate::{Client, Config, Error, RetryPolicy};

struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: &TokenRequest) -> Result<AccessToken, Error> {
        tokio::task::yield_now().await;
        Ok(AccessToken::new("token", Duration::from_hours(1)))
    }
}

/// A client whose service answers from a list, then 200 for ever, each after 100 ms.
struct World {
    client: Client,
    seen: Arc<AtomicUsize>,
}

impl World {
    fn new(answers: &[(u16, Option<&str>)]) -> Self {
        let config = Config { max_concurrent_requests: 2, ..Config::default() };
        Self::with(answers, config, None)
    }

    fn with(
        answers: &[(u16, Option<&str>)],
        config: Config,
        clock: Option<Arc<dyn Clock>>,
    ) -> Self {
        let answers = answers.iter().map(|(status, wait)| (*status, wait.map(str::to_owned)));
        let answers = Arc::new(Mutex::new(answers.rev().collect::<Vec<_>>()));
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&seen);
        let transport = tower::service_fn(move |_: Request<Bytes>| {
            let answers = Arc::clone(&answers);
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let answer = answers.lock().unwrap().pop().unwrap_or((200, None));
                let mut response = Response::builder().status(answer.0);
                if let Some(wait) = answer.1 {
                    response = response.header("retry-after", wait);
                }
                Ok::<_, Infallible>(response.body(Bytes::from_static(b"{}")).unwrap())
            }
        });
        let mut builder = Client::builder()
            .tenant("tenant-1".parse().unwrap())
            .token_provider(Arc::new(Fixed))
            .transport(transport)
            .config(config)
            .seed(Seed::new(42));
        if let Some(clock) = clock {
            builder = builder.clock(clock);
        }
        Self { client: builder.build().unwrap(), seen }
    }

    fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }

    /// How long a harmless request takes, and what it ends with.
    async fn keep_alive(&self) -> (Duration, Result<(), Error>) {
        let started = Instant::now();
        let result = self.client.communications().call("c1").keep_alive().await;
        (started.elapsed(), result)
    }
}

fn agent() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_user(&"agent-1".parse().unwrap())
}

/// Within two milliseconds: tokio's timers are that coarse.
fn near(found: Duration, wanted: Duration) {
    let off = found.abs_diff(wanted);
    assert!(off <= Duration::from_millis(5), "{found:?} is not {wanted:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_in_seconds_and_fractions() {
    for (header, wait) in [("2", 2000), ("2.128", 2128), ("0", 0)] {
        let world = World::new(&[(429, Some(header))]);
        let (took, result) = world.keep_alive().await;
        result.unwrap();
        near(took, Duration::from_millis(200 + wait));
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_as_a_date_of_the_wall_clock() {
    let wall: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::starting_at(wall));
    let answers = [(503, Some("Sun, 22 Nov 2026 08:00:07 GMT"))];
    let world = World::with(&answers, Config::default(), Some(clock));
    let (took, result) = world.keep_alive().await;
    result.unwrap();
    near(took, Duration::from_millis(7200));
}

#[tokio::test(start_paused = true)]
async fn without_retry_after_the_waits_grow_and_end() {
    let world = World::new(&[(500, None); 10]);
    let (took, result) = world.keep_alive().await;
    assert_eq!(result.unwrap_err().status().unwrap(), 500);
    assert_eq!(world.seen(), 4);
    // Full jitter: at most 0.5 + 1 + 2 s besides the four answers.
    assert!(took <= Duration::from_millis(3900), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_repeated_on_429_alone() {
    for status in [500, 502, 503, 504] {
        let world = World::new(&[(status, Some("1"))]);
        let calls = world.client.communications().calls();
        calls.create("https://bot.example.com/cb", agent()).await.unwrap_err();
        assert_eq!(world.seen(), 1, "{status}");
    }
    let world = World::new(&[(429, None), (429, Some("1"))]);
    let call = world.client.communications().call("c1");
    call.play_prompt([Prompt::wav("https://cdn.example.com/a.wav")]).await.unwrap();
    call.transfer(agent()).await.unwrap();
    assert_eq!(world.seen(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_tenant_waits_and_another_does_not() {
    let config = Config { retry: RetryPolicy::never(), ..Config::default() };
    let world = World::with(&[(429, Some("10"))], config, None);
    let (_, refused) = world.keep_alive().await;
    assert!(refused.unwrap_err().is_throttled());
    let other = world.client.for_tenant("tenant-2".parse().unwrap());
    let started = Instant::now();
    other.communications().call("c2").keep_alive().await.unwrap();
    near(started.elapsed(), Duration::from_millis(100));
    let (took, result) = world.keep_alive().await;
    result.unwrap();
    near(took, Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_multiplied_for_ever() {
    let world = World::new(&vec![(500, Some("0")); 2000]);
    for _ in 0..200 {
        world.keep_alive().await.1.unwrap_err();
    }
    // 200 requests and the budget's reserve with what the failures earned, not 800 attempts.
    assert!(world.seen() < 400, "{}", world.seen());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_ends_in_a_timeout() {
    let config = Config { attempt_timeout: Duration::from_millis(50), ..Config::default() };
    let world = World::with(&[], config, None);
    let (_, result) = world.keep_alive().await;
    assert!(matches!(result.unwrap_err().kind(), crate::ErrorKind::Timeout));
    assert_eq!(world.seen(), 4);
}

/// Drops a request after every number of polls; the two places are free again each time.
#[tokio::test(start_paused = true)]
async fn a_request_dropped_at_any_await_point_leaves_nothing_behind() {
    for polls in 0..8 {
        let world = World::new(&[(429, Some("0.01"))]);
        for _ in 0..3 {
            let mut request =
                Box::pin(world.client.communications().call("c1").keep_alive().into_future());
            for _ in 0..polls {
                let mut context = Context::from_waker(Waker::noop());
                if request.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
            drop(request);
        }
        let (_, result) = world.keep_alive().await;
        result.unwrap();
    }
}

/// One tenant keeps a hundred requests waiting; another's one request waits for its turn alone.
#[tokio::test(start_paused = true)]
async fn a_tenant_with_a_crowd_does_not_hold_up_another() {
    let world = World::new(&[]);
    let crowd: Vec<_> =
        (0..100).map(|_| tokio::spawn(world.client.user("u").presence().into_future())).collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let other = world.client.for_tenant("tenant-2".parse().unwrap());
    let started = Instant::now();
    other.user("u").presence().await.unwrap();
    // Two places of 100 ms each: it waits for one to be free, and is served next.
    assert!(started.elapsed() <= Duration::from_millis(310), "{:?}", started.elapsed());
    for request in crowd {
        request.await.unwrap().unwrap();
    }
    assert_eq!(world.seen(), 101);
}

#[tokio::test(start_paused = true)]
async fn an_order_about_a_call_goes_before_what_can_wait() {
    let world = World::new(&[]);
    let crowd: Vec<_> =
        (0..50).map(|_| tokio::spawn(world.client.user("u").presence().into_future())).collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let (took, result) = world.keep_alive().await;
    result.unwrap();
    assert!(took <= Duration::from_millis(210), "{took:?}");
    drop(crowd);
}

#[tokio::test(start_paused = true)]
async fn more_than_may_wait_are_refused_unsent() {
    let config = Config {
        max_concurrent_requests: 2,
        max_waiting_requests: 5,
        max_waiting_per_tenant: 3,
        ..Config::default()
    };
    let world = World::with(&[], config, None);
    let send = |client: &Client| tokio::spawn(client.user("u").presence().into_future());
    let requests: Vec<_> = (0..10).map(|_| send(&world.client)).collect();
    let mut refused = 0;
    for request in requests {
        match request.await.unwrap() {
            Ok(_) => {}
            Err(error) => {
                assert!(error.is_retryable() && error.to_string().contains("was not sent"));
                let crate::ErrorKind::Overloaded(overload) = error.kind() else {
                    panic!("{error}");
                };
                assert_eq!(*overload, crate::Overload::WaitingOfTenant { limit: 3 });
                refused += 1;
            }
        }
    }
    assert_eq!((refused, world.seen()), (5, 5));
}

/// Every place is given back, whoever is dropped while it waits in turn or for the pace.
#[tokio::test(start_paused = true)]
async fn who_gives_up_while_waiting_holds_nobody_up() {
    for after in [0, 5, 50, 99, 100, 101, 150] {
        let world = World::new(&[]);
        let mut crowd: Vec<_> = (0..40)
            .map(|_| tokio::spawn(world.client.user("u").presence().into_future()))
            .collect();
        tokio::time::sleep(Duration::from_millis(after)).await;
        for (nth, request) in crowd.iter().enumerate() {
            if nth % 3 != 0 {
                request.abort();
            }
        }
        for (nth, request) in crowd.drain(..).enumerate() {
            let ended = tokio::time::timeout(Duration::from_secs(5), request).await;
            assert!(nth % 3 != 0 || ended.unwrap().unwrap().is_ok(), "{after} ms, {nth}");
        }
        let (took, result) = world.keep_alive().await;
        result.unwrap();
        near(took, Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn the_app_is_kept_under_its_rate_over_all_tenants() {
    let config = Config { max_concurrent_requests: 5000, ..Config::default() };
    let world = World::with(&[], config, None);
    let started = Instant::now();
    // 2000 a second: a burst of 400, then one every 0.625 ms.
    let requests: Vec<_> = (0..1000)
        .map(|nth| {
            let client = world.client.for_tenant(format!("t{}", nth % 7).parse().unwrap());
            tokio::spawn(client.user("u").presence().into_future())
        })
        .collect();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    let took = started.elapsed();
    let wanted = Duration::from_micros(600 * 624 + 100_000);
    assert!(took >= wanted && took < wanted + Duration::from_millis(400), "{took:?}");
}
