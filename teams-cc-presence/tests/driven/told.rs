//! Users whom subscriptions tell of.

use std::time::Duration;

use serde_json::json;
use teams_cc_core::{
    Clock, UserId,
    agent::{Availability, PresenceSource},
};
use teams_cc_graph::{
    model::{self, LifecycleEventType},
    subscription::Failure,
    webhook::ProbeError,
};
use teams_cc_presence::{
    Watch,
    seats::{Seats, SeatsConfig},
    tracker::{Change, Rung, TrackerConfig},
    watch::Changes,
};

use crate::service::{BOT, Service};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn mins(minutes: u64) -> Duration {
    secs(60 * minutes)
}

fn users(count: u64) -> Vec<UserId> {
    (0..count).map(|n| UserId::numbered("u", n)).collect()
}

/// A watch in shards of two, with ids alone told to these accounts.
fn watch(service: &Service, accounts: &[&str], count: u64) -> (Watch, Changes) {
    let mut seats = Seats::new(SeatsConfig::new(BOT));
    for account in accounts {
        seats.add(account).unwrap();
    }
    let (keeper, events) = service.keeper(accounts);
    let config = TrackerConfig::default().period(secs(60)).dead_man(secs(60)).fill(2);
    let (watch, changes) = Watch::builder(service.client("app"))
        .clock(service.clock.clone())
        .config(config)
        .subscriptions(keeper, events, seats)
        .start();
    let everybody = users(count);
    for user in &everybody {
        service.set(user, "Available");
    }
    watch.add(&everybody).unwrap();
    (watch, changes)
}

async fn next(changes: &mut Changes) -> Change {
    tokio::time::timeout(mins(120), changes.next()).await.unwrap().unwrap()
}

async fn first(changes: &mut Changes, count: usize) {
    for _ in 0..count {
        next(changes).await;
    }
    // Subscriptions are made after the first read.
    tokio::time::sleep(secs(5)).await;
}

fn rungs(watch: &Watch) -> Vec<Rung> {
    watch.report().shards.iter().map(|one| one.rung).collect()
}

/// Pains 49 and 51: one subscription for each account, which is renewed in time.
#[tokio::test(start_paused = true)]
async fn each_account_keeps_one_subscription_of_its_shard_renewed_at_40_of_60_minutes() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann", "ben"], 5);
    first(&mut changes, 5).await;
    assert_eq!(rungs(&watch), [Rung::IdOnly, Rung::IdOnly, Rung::Sweep]);
    let made = service.asked("POST /subscriptions");
    let told: Vec<_> = made.iter().map(|one| (&*one.by, &one.body["resource"])).collect();
    assert_eq!(
        told,
        [
            ("ann", &json!("/communications/presences?$filter=id in ('u0','u1')")),
            ("ben", &json!("/communications/presences?$filter=id in ('u2','u3')")),
        ]
    );
    for one in &made {
        assert_eq!(one.body["changeType"], "updated");
        assert_eq!(one.body["lifecycleNotificationUrl"], BOT);
        assert_eq!(one.body["includeResourceData"], json!(null));
    }
    tokio::time::sleep(mins(24 * 60)).await;
    assert_eq!(service.asked("POST /subscriptions").len(), 2, "nothing was made anew");
    for account in ["ann", "ben"] {
        let renewed = service.asked("PATCH").into_iter().filter(|one| one.by == account);
        let times: Vec<_> = made
            .iter()
            .filter(|one| one.by == account)
            .cloned()
            .chain(renewed)
            .map(|one| one.at)
            .collect();
        assert!(times.len() > 30, "{}", times.len());
        for pair in times.windows(2) {
            let gap = pair[1] - pair[0];
            assert!(gap >= mins(35) && gap <= mins(41), "{account} after {gap:?}");
        }
    }
}

/// The complaint that basic notifications carry no state any more.
#[tokio::test(start_paused = true)]
async fn a_notification_of_an_id_alone_is_followed_by_a_read_within_a_second() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann"], 2);
    first(&mut changes, 2).await;
    let user = &users(2)[1];
    service.set(user, "Busy");
    let began = tokio::time::Instant::now();
    watch.heard(&service.change(user).unwrap(), None);
    let change = next(&mut changes).await;
    assert_eq!((&change.user, change.seen.value.standing()), (user, Availability::Busy));
    assert_eq!(change.seen.source, PresenceSource::Sweep);
    assert!(began.elapsed() < secs(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_notification_with_its_presence_is_a_change_without_a_read() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann"], 2);
    first(&mut changes, 2).await;
    let user = &users(2)[0];
    let reads = watch.report().counts.reads;
    let presence: model::Presence =
        serde_json::from_value(json!({ "availability": "Busy", "activity": "InACall" })).unwrap();
    // It came within a minute of the last change, so what was known is older for sure only later.
    tokio::time::sleep(secs(61)).await;
    let between = watch.report().counts.reads - reads;
    watch.heard(&service.change(user).unwrap(), Some(&presence));
    let change = next(&mut changes).await;
    assert_eq!(change.seen.value.standing(), Availability::InACall);
    assert_eq!(change.seen.source, PresenceSource::Notification);
    assert!(change.seen.age(service.clock.now()) <= Duration::from_millis(1));
    assert_eq!(watch.report().counts.reads, reads + between);
}

/// Pain 54.
#[tokio::test(start_paused = true)]
async fn what_the_service_says_of_a_subscription_reaches_the_keeper() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann"], 2);
    first(&mut changes, 2).await;
    tokio::time::sleep(mins(5)).await;
    let id = service.book().subscriptions.keys().next().unwrap().clone();
    for _ in 0..5 {
        let event = LifecycleEventType::ReauthorizationRequired;
        watch.heard(&Service::lifecycle(&id, event), None);
    }
    tokio::time::sleep(secs(5)).await;
    assert_eq!(service.asked("PATCH").len(), 1, "once, however often it comes");
    let before = service.asked("POST /communications").len();
    watch.heard(&Service::lifecycle(&id, LifecycleEventType::Missed), None);
    tokio::time::sleep(secs(1)).await;
    assert_eq!(service.asked("POST /communications").len(), before + 1);
    service.book().subscriptions.clear();
    watch.heard(&Service::lifecycle(&id, LifecycleEventType::SubscriptionRemoved), None);
    tokio::time::sleep(secs(10)).await;
    assert_eq!(service.asked("POST /subscriptions").len(), 2);
}

/// Pain 52, and the complaint of a subscription, valid and renewed, that told nothing for days.
#[tokio::test(start_paused = true)]
async fn a_subscription_that_tells_nothing_is_found_by_the_sweep_and_made_anew() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann"], 2);
    first(&mut changes, 2).await;
    let user = &users(2)[0];
    service.set(user, "Busy");
    let began = tokio::time::Instant::now();
    next(&mut changes).await;
    assert!(began.elapsed() <= secs(61), "nothing is lost meanwhile: {:?}", began.elapsed());
    tokio::time::sleep(mins(4)).await;
    assert_eq!(watch.report().counts.fallen, 1);
    assert_eq!(service.asked("POST /subscriptions").len(), 2);
    assert_eq!(service.book().subscriptions.len(), 1);
    assert_eq!(rungs(&watch), [Rung::IdOnly]);
}

/// The complaint that a subscription made right after one was deleted fails, and again.
#[tokio::test(start_paused = true)]
async fn a_subscription_that_cannot_be_made_at_once_is_made_later_and_nobody_is_lost_meanwhile() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &["ann"], 2);
    first(&mut changes, 2).await;
    service.book().unmade = 5;
    let everybody = users(3);
    service.set(&everybody[2], "Available");
    watch.forget(&everybody[..1]);
    watch.add(&everybody[2..]).unwrap();
    next(&mut changes).await;
    tokio::time::sleep(secs(301)).await;
    assert_eq!(rungs(&watch), [Rung::Sweep], "it was deleted, and cannot be made");
    service.set(&everybody[1], "Busy");
    let began = tokio::time::Instant::now();
    assert_eq!(next(&mut changes).await.user, everybody[1]);
    assert!(began.elapsed() <= secs(61), "{:?}", began.elapsed());
    tokio::time::sleep(mins(5)).await;
    assert_eq!(rungs(&watch), [Rung::IdOnly]);
    let resource = service.book().subscriptions.values().next().unwrap().1["resource"].clone();
    assert_eq!(resource, "/communications/presences?$filter=id in ('u2','u1')");
    assert_eq!(service.book().unmade, 0);
}

/// Behind a firewall an endpoint may be reached by everybody but the program itself.
#[tokio::test(start_paused = true)]
async fn seats_that_never_come_say_why_in_the_report() {
    let service = Service::new();
    service.book().endpoint_is_away = true;
    let (watch, mut changes) = watch(&service, &["ann", "ben"], 2);
    first(&mut changes, 2).await;
    tokio::time::sleep(mins(1)).await;
    let seats = watch.report().seats;
    let away = Some(Failure::Endpoint(ProbeError::Status(502)));
    let told: Vec<_> = seats.iter().map(|one| (&*one.account, one.is_live, one.failure)).collect();
    assert_eq!(told, [("ann", false, away), ("ben", false, None)], "ben has no shard");
    assert!(seats[0].shard.is_some() && seats[1].shard.is_none());
    // It is no matter of the account's, so the shard stays; and it comes once the way is open.
    service.book().endpoint_is_away = false;
    tokio::time::sleep(mins(2)).await;
    let seat = &watch.report().seats[0];
    assert_eq!((&*seat.account, seat.is_live, seat.failure), ("ann", true, None));
    service.book().refused.insert("ann");
    service.book().subscriptions.clear();
    tokio::time::sleep(mins(20)).await;
    let seats = watch.report().seats;
    assert_eq!((seats[0].failure, seats[1].is_live), (Some(Failure::Refused), true), "ben has it");
}

/// The complaint of dead grants and of dummy users whose password has changed.
#[tokio::test(start_paused = true)]
async fn the_shard_of_an_account_that_is_refused_moves_to_one_that_is_not() {
    let service = Service::new();
    service.book().refused.insert("ann");
    let (watch, mut changes) = watch(&service, &["ann", "ben"], 2);
    first(&mut changes, 2).await;
    tokio::time::sleep(secs(10)).await;
    let by: Vec<String> = service.book().subscriptions.values().map(|(by, _)| by.clone()).collect();
    assert_eq!(by, ["ben"]);
    assert_eq!(rungs(&watch), [Rung::IdOnly]);
}

#[tokio::test(start_paused = true)]
async fn accounts_come_and_go_while_it_runs() {
    let service = Service::new();
    let (watch, mut changes) = watch(&service, &[], 2);
    first(&mut changes, 2).await;
    assert_eq!(rungs(&watch), [Rung::Sweep]);
    watch.add_seat("cid", service.client("cid")).unwrap();
    tokio::time::sleep(secs(5)).await;
    assert_eq!(rungs(&watch), [Rung::IdOnly]);
    watch.remove_seat("cid");
    tokio::time::sleep(secs(5)).await;
    assert_eq!(rungs(&watch), [Rung::Sweep]);
    assert!(service.book().subscriptions.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_deletes_every_subscription_and_names_those_it_could_not() {
    for (weather, left) in [(None, 0), (Some((503, None)), 2)] {
        let service = Service::new();
        let (watch, mut changes) = watch(&service, &["ann", "ben"], 4);
        first(&mut changes, 4).await;
        assert_eq!(service.book().subscriptions.len(), 2);
        service.book().weather = weather;
        let keys = watch.shutdown(secs(20)).await;
        assert_eq!(keys.len(), left, "{keys:?}");
        assert_eq!(service.book().subscriptions.len(), left);
        assert_eq!(changes.next().await, None);
    }
}
