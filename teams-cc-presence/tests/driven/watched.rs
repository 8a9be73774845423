//! Users who are read in turns.

use std::time::Duration;

use teams_cc_core::{UserId, agent::Availability};
use teams_cc_presence::{
    Class, Quota, Rate, Readiness, Unready, Watch,
    tracker::{Change, TrackerConfig},
    watch::{Changes, WatchBuilder},
};

use crate::service::Service;

static_assertions::assert_impl_all!(Watch: Clone, Send, Sync);
static_assertions::assert_impl_all!(Changes: Send);
static_assertions::assert_impl_all!(WatchBuilder: Send);
static_assertions::assert_impl_all!(Quota: Clone, Send, Sync);

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn users(count: u64) -> Vec<UserId> {
    (0..count).map(|n| UserId::numbered("u", n)).collect()
}

fn available(service: &Service, users: &[UserId]) {
    for user in users {
        service.set(user, "Available");
    }
}

fn watch(service: &Service) -> (Watch, Changes) {
    let config = TrackerConfig::default().period(secs(60));
    Watch::builder(service.client("app")).clock(service.clock.clone()).config(config).start()
}

async fn next(changes: &mut Changes) -> Change {
    tokio::time::timeout(secs(3600), changes.next()).await.unwrap().unwrap()
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test(start_paused = true)]
async fn changes_come_with_their_age_and_source_and_everybody_can_be_asked_for() {
    let service = Service::new();
    let agents = users(3);
    available(&service, &agents);
    let (watch, mut changes) = watch(&service);
    assert_eq!(watch.get(&agents[0]), None);
    watch.add(&agents).unwrap();
    for _ in 0..3 {
        assert_eq!(next(&mut changes).await.seen.value.availability, Availability::Available);
    }
    service.set(&agents[1], "Busy");
    let change = assert_send(next(&mut changes)).await;
    assert_eq!((&change.user, change.seen.value.standing()), (&agents[1], Availability::Busy));
    let now = teams_cc_core::Clock::now(&*service.clock);
    assert!(change.seen.age(now) <= secs(1));
    assert_eq!(watch.get(&agents[1]), Some(change.seen));
    watch.forget(&agents[..1]);
    assert_eq!(watch.get(&agents[0]), None);
    assert_eq!(watch.report().failure.map(|error| error.to_string()), None);
    assert!(watch.bound() >= secs(60));
}

#[tokio::test(start_paused = true)]
async fn an_age_is_never_too_young_whichever_clock_of_the_machine_is_asked() {
    let service = Service::new();
    let agents = users(1);
    available(&service, &agents);
    // Nobody brings a clock.
    let (watch, mut changes) = Watch::builder(service.client("app")).start();
    watch.add(&agents).unwrap();
    let seen = next(&mut changes).await.seen;
    tokio::time::sleep(secs(90)).await;
    let later = teams_cc_graph::SystemClock::new();
    for now in [watch.now(), teams_cc_core::Clock::now(&later)] {
        assert!(seen.age(now) >= secs(90), "{:?}", seen.age(now));
        assert!(seen.age(now) <= secs(91), "{:?}", seen.age(now));
        assert_eq!(Readiness::default().judge(Some(&seen), now), Err(Unready::Stale));
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_needed_fresh_is_read_at_once_and_waited_for_no_longer_than_said() {
    let service = Service::new();
    let agents = users(1);
    available(&service, &agents);
    let (watch, mut changes) = watch(&service);
    watch.add(&agents).unwrap();
    next(&mut changes).await;
    tokio::time::sleep(secs(20)).await;
    service.set(&agents[0], "Away");
    let began = tokio::time::Instant::now();
    let seen = assert_send(watch.fresh(&agents[0], secs(5), secs(10))).await.unwrap();
    assert_eq!(seen.value.standing(), Availability::Away);
    assert!(began.elapsed() < secs(1), "{:?}", began.elapsed());
    // What is young enough costs no request.
    let reads = watch.report().counts.reads;
    watch.fresh(&agents[0], secs(5), secs(10)).await.unwrap();
    assert_eq!(watch.report().counts.reads, reads);
    // A service that does not answer is waited for as long as said, and what was known is told.
    service.book().latency = secs(300);
    tokio::time::sleep(secs(10)).await;
    let began = tokio::time::Instant::now();
    let seen = watch.fresh(&agents[0], secs(5), secs(3)).await.unwrap();
    assert_eq!(began.elapsed(), secs(3));
    assert!(seen.age(teams_cc_core::Clock::now(&*service.clock)) > secs(5));
    assert_eq!(watch.fresh(&users(9)[8], secs(5), secs(3)).await, None, "nobody watches");
}

/// Pain 51b: a permission that is missing is said, and not taken for absence.
#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_told_and_tried_again() {
    let service = Service::new();
    let agents = users(1);
    available(&service, &agents);
    service.book().weather = Some((403, None));
    let (watch, mut changes) = watch(&service);
    watch.add(&agents).unwrap();
    tokio::time::sleep(secs(300)).await;
    let failure = watch.report().failure.unwrap();
    assert!(failure.is_permission(), "{failure}");
    let tries = service.asked("POST").len();
    assert!((5..=20).contains(&tries), "{tries}");
    service.book().weather = None;
    next(&mut changes).await;
    assert!(watch.report().failure.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_gives_up_waiting_or_comes_late_misses_nothing() {
    let service = Service::new();
    let agents = users(40);
    available(&service, &agents);
    let (watch, mut changes) = watch(&service);
    watch.add(&agents).unwrap();
    let mut told = 0;
    for _ in 0..200 {
        if tokio::time::timeout(Duration::from_millis(1), changes.next()).await.is_ok() {
            told += 1;
        }
    }
    assert_eq!(told, 40);
    // Nobody reads while one user changes a thousand times: the newest is told, once.
    for n in 0..100 {
        service.set(&agents[7], if n % 2 == 0 { "Busy" } else { "Away" });
        tokio::time::sleep(secs(60)).await;
    }
    assert_eq!(watch.report().waiting, 1);
    let change = next(&mut changes).await;
    assert_eq!(change.user, agents[7]);
    assert!(change.merged > 50, "{}", change.merged);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_what_is_out_and_asks_for_nothing_more() {
    let service = Service::new();
    service.book().latency = secs(2);
    let agents = users(3);
    available(&service, &agents);
    let (watch, mut changes) = watch(&service);
    watch.add(&agents).unwrap();
    tokio::time::sleep(secs(1)).await;
    assert!(assert_send(watch.shutdown(secs(30))).await.is_empty());
    // What was out is told, and then no more.
    let mut told = 0;
    while changes.next().await.is_some() {
        told += 1;
    }
    assert_eq!(told, 3);
    let asked = service.asked("POST").len();
    watch.want(&agents);
    tokio::time::sleep(secs(600)).await;
    assert_eq!(service.asked("POST").len(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_shutdown_and_leaves_no_request_behind() {
    let service = Service::new();
    service.book().latency = secs(3600);
    let (watch, mut changes) = watch(&service);
    watch.add(&users(3)).unwrap();
    tokio::time::sleep(secs(1)).await;
    assert_eq!(service.book().out, 1);
    let began = tokio::time::Instant::now();
    watch.shutdown(secs(150)).await;
    // The request counted as lost after a minute; nobody was asked for again.
    assert!(began.elapsed() <= secs(150), "{:?}", began.elapsed());
    assert_eq!(changes.next().await, None);
    assert_eq!(service.book().out, 0);
    assert_eq!(service.asked("POST").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_handle_stops_the_task_at_any_instant() {
    for millis in [0, 1, 20, 21, 59_999, 60_000, 60_021] {
        let service = Service::new();
        let agents = users(2);
        available(&service, &agents);
        let (watch, mut changes) = watch(&service);
        watch.add(&agents).unwrap();
        let another = watch.clone();
        drop(watch);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        drop(another);
        while changes.next().await.is_some() {}
        tokio::task::yield_now().await;
        assert_eq!(service.book().out, 0, "after {millis} ms");
        let asked = service.asked("POST").len();
        tokio::time::sleep(secs(600)).await;
        assert_eq!(service.asked("POST").len(), asked, "after {millis} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_shutdown_or_wish_leaves_a_watch_that_can_be_shut_down() {
    for millis in [0, 1, 19, 20, 21, 500] {
        let service = Service::new();
        let agents = users(2);
        available(&service, &agents);
        let (watch, mut changes) = watch(&service);
        watch.add(&agents).unwrap();
        let some = Duration::from_millis(millis);
        let _ = tokio::time::timeout(some, watch.fresh(&agents[0], secs(1), secs(9))).await;
        let _ = tokio::time::timeout(some, watch.shutdown(secs(9))).await;
        assert!(watch.shutdown(secs(9)).await.is_empty());
        while changes.next().await.is_some() {}
        assert_eq!(service.book().out, 0, "after {millis} ms");
    }
}

/// The complaint that `Retry-After` is a fraction of a second and clients come back too early.
#[tokio::test(start_paused = true)]
async fn a_429_stops_everything_that_shares_the_rate_for_as_long_as_it_says() {
    let service = Service::new();
    let quota = Quota::new(Rate::new(50), service.clock.clone());
    let agents = users(1);
    available(&service, &agents);
    service.book().weather = Some((429, Some("2.128")));
    let (watch, _changes) = Watch::builder(service.client("app")).quota(quota.clone()).start();
    watch.add(&agents).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    service.book().weather = None;
    let client = service.client("app");
    let note = quota.send(Class::Write, client.user("u0").set_status_message("Back at one"));
    assert_send(note).await.unwrap();
    let first = service.asked("POST /communications")[0].at;
    for later in &service.asked("POST")[1..] {
        let wait = later.at - (first + Duration::from_millis(20));
        assert!(wait >= Duration::from_millis(2_128), "{later:?} after {wait:?}");
    }
    assert_eq!(service.asked("POST /users").len(), 1);
    assert_eq!(quota.rate().taken(Class::Write), 1);
    // And one that such a request meets stops the reads.
    service.book().weather = Some((429, Some("50")));
    let refused = client.user("u0").set_status_message("No");
    assert!(quota.send(Class::Write, refused).await.is_err());
    service.book().weather = None;
    let reads = service.asked("POST /communications").len();
    watch.want(&agents);
    tokio::time::sleep(secs(49)).await;
    assert_eq!(service.asked("POST /communications").len(), reads);
    tokio::time::sleep(secs(2)).await;
    assert_eq!(service.asked("POST /communications").len(), reads + 1);
}
