//! The gate without a clock, a lock or a network.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;

use super::*;

fn bounds() -> Bounds {
    Bounds {
        limits: Limits::documented(),
        patience: Duration::from_secs(30),
        places: 4,
        waiting: 6,
        waiting_per_tenant: 4,
    }
}

fn key(path: &str, tenant: &str) -> Key {
    Key::new(Class::of(&Method::GET, path, None), Some(tenant.parse().unwrap()))
}

const PRESENCE: &str = "/users/u/presence";
const NOW: Instant = Instant::from_secs(100);

#[test]
fn presence_of_one_tenant_stays_under_its_rate_and_another_is_free() {
    let mut gate = Gate::new(bounds());
    let slots: Vec<_> =
        (0..1500).map_while(|_| gate.reserve(NOW, &key(PRESENCE, "a")).ok()).collect();
    assert_eq!(slots.len(), 1500);
    let window = |slot: &Slot| slot.at < NOW + Duration::from_secs(30);
    assert!(slots.iter().all(window), "a window holds what is documented");
    let more = (0..2000).map_while(|_| gate.reserve(NOW, &key(PRESENCE, "a")).ok());
    assert!(more.take_while(window).count() == 0, "and not one more");
    assert_eq!(gate.reserve(NOW, &key(PRESENCE, "b")).unwrap().at, NOW);
    let refused = gate.reserve(NOW, &key(PRESENCE, "a"));
    assert!(matches!(refused, Err(Overload::Pace { of: Family::Presence, .. })), "{refused:?}");
}

#[test]
fn one_call_record_has_a_rate_of_its_own() {
    let mut gate = Gate::new(bounds());
    let record = |id: &str| key(&format!("/communications/callRecords/{id}"), "a");
    let mut go = |id: &str| gate.reserve_resource(NOW, &record(id)).unwrap();
    let last = (0..10).map(|_| go("r1")).max().unwrap();
    assert!(last > NOW && last < NOW + Duration::from_secs(20));
    assert!(go("r1") >= NOW + Duration::from_secs(20));
    assert_eq!(go("r2"), NOW);
    assert_eq!(gate.reserve(NOW, &record("r2")).unwrap().at, NOW);
}

#[test]
fn the_app_as_a_whole_has_a_pace_that_a_waiting_tenant_does_not_use_up() {
    let mut gate = Gate::new(Bounds { places: 10_000, ..bounds() });
    // A chat tenant far beyond its own rate has slots far ahead; the app's pace is untouched.
    let send =
        Key::new(Class::of(&Method::POST, "/chats/c/messages", None), Some("a".parse().unwrap()));
    for _ in 0..100 {
        gate.reserve(NOW, &send).unwrap();
    }
    let free = (0..10_000).take_while(|_| gate.pass(NOW, &key(PRESENCE, "b"))).count();
    assert_eq!(free, 400, "the burst of 2000 a second");
    assert_eq!(gate.next_call(NOW), None, "nobody waits");
    gate.queue(&key(PRESENCE, "b"));
    let next = gate.next_call(NOW).unwrap();
    assert!(next > NOW && gate.call(NOW).is_none());
    assert!(gate.call(next).is_some());
}

#[test]
fn without_limits_nothing_is_paced_but_the_service_is_still_heard() {
    let mut gate = Gate::new(Bounds { limits: Limits::off(), ..bounds() });
    for _ in 0..100_000 {
        assert_eq!(gate.reserve(NOW, &key(PRESENCE, "a")).unwrap().at, NOW);
    }
    gate.throttled(NOW, &key(PRESENCE, "a"), Duration::from_secs(7));
    let slot = gate.reserve(NOW, &key(PRESENCE, "a")).unwrap();
    assert_eq!(slot.at, NOW + Duration::from_secs(7));
}

#[test]
fn who_waits_behind_a_closure_waits_anew() {
    let mut gate = Gate::new(bounds());
    let calls = key("/communications/calls/c", "a");
    let slot = gate.reserve(NOW, &calls).unwrap();
    gate.throttled(NOW, &calls, Duration::from_secs(5));
    assert!(!gate.holds(&calls, slot));
    let slot = gate.reserve(NOW, &calls).unwrap();
    assert!(gate.holds(&calls, slot) && slot.at == NOW + Duration::from_secs(5));
    gate.throttled(NOW, &calls, Duration::from_mins(10));
    assert!(gate.holds(&calls, slot), "a wait beyond patience is the caller's");
}

#[test]
fn so_many_may_wait_and_so_many_of_one_tenant() {
    let mut gate = Gate::new(bounds());
    let tenants = ["a", "b"].map(|name| Some(name.parse::<TenantId>().unwrap()));
    let [a, b] = &tenants;
    for _ in 0..4 {
        gate.sit(a.clone()).unwrap();
    }
    assert_eq!(gate.sit(a.clone()), Err(Overload::WaitingOfTenant { limit: 4 }));
    gate.sit(b.clone()).unwrap();
    gate.sit(b.clone()).unwrap();
    assert_eq!(gate.sit(b.clone()), Err(Overload::Waiting { limit: 6 }));
    gate.stand(a.clone());
    gate.sit(b.clone()).unwrap();
}

/// Pain 58.
#[test]
fn a_share_of_the_limits_is_a_share_of_the_pace() {
    let third = Limits::documented().divided_by(3.try_into().unwrap());
    let mut gate = Gate::new(Bounds { limits: third, ..bounds() });
    let slots = (0..2000).map_while(|_| gate.reserve(NOW, &key(PRESENCE, "a")).ok());
    let within = slots.filter(|slot| slot.at < NOW + Duration::from_secs(30)).count();
    assert_eq!(within, 500);
}

proptest! {
    /// Places are never lost and never made, whoever comes, goes and gives up.
    #[test]
    fn places_are_conserved(acts in prop::collection::vec((0u8..4, 0usize..3), 1..300)) {
        let mut gate = Gate::new(bounds());
        let (mut out, mut queued) = (0usize, Vec::new());
        for (act, who) in acts {
            let key = key(PRESENCE, ["a", "b", "c"][who]);
            match act {
                0 => {
                    if gate.pass(NOW, &key) {
                        out += 1;
                    } else {
                        queued.push(gate.queue(&key));
                    }
                }
                1 if out > 0 => {
                    gate.release();
                    out -= 1;
                }
                2 if !queued.is_empty() => {
                    let ticket = queued.remove(who % queued.len());
                    prop_assert!(gate.abandon(&ticket));
                }
                _ => {}
            }
            while let Some(id) = gate.call(NOW) {
                queued.retain(|ticket: &Ticket| ticket.id != id);
                out += 1;
            }
            prop_assert_eq!(gate.free, 4 - out);
            prop_assert!(out == 4 || queued.is_empty());
        }
    }
}
