//! Months turn, permits come back, alarms ring once, and no count is lost or doubled.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use teams_cc_core::time::ManualClock;
use teams_cc_core::{AppId, Timestamp};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn app(name: &str) -> AppId {
    name.parse().unwrap()
}

fn limits(per_month: u64, concurrent: u64) -> CallLimits {
    CallLimits::DOCUMENTED.per_month(per_month).concurrent(concurrent)
}

fn november() -> Timestamp {
    at("2026-11-22T08:00:00Z")
}

#[test]
fn the_documented_limits_are_ten_thousand_a_month_and_a_hundred_at_once() {
    let mut budget = CallBudget::new(CallLimits::DOCUMENTED, AtBound::Refuse).app(app("a"));
    let permits: Vec<_> = (0..100).map(|_| budget.reserve(november()).unwrap()).collect();
    let refused = budget.reserve(november()).unwrap_err();
    assert_eq!(refused, BudgetError::Concurrent { limit: 100 });
    assert!(refused.to_string().contains("100 calls live"));
    for permit in permits {
        budget.release(permit);
    }
    for _ in 100..10_000 {
        let permit = budget.reserve(november()).unwrap();
        budget.release(permit);
    }
    assert_eq!(budget.reserve(november()).unwrap_err(), BudgetError::Month { limit: 10_000 });
}

#[test]
fn a_month_ends_at_midnight_in_utc_and_a_clock_that_steps_back_ends_none() {
    let mut budget = CallBudget::new(limits(1, 10), AtBound::Refuse).app(app("a"));
    let last = at("2026-11-30T23:59:59Z");
    let live = budget.reserve(last).unwrap();
    assert!(budget.reserve(last).is_err());
    let first = budget.reserve(at("2026-12-01T00:00:00Z")).unwrap();
    assert!(budget.reserve(last).is_err(), "november is over");
    budget.release(first);
    // A call of November that was never made gives December nothing.
    budget.cancel(live);
    assert!(budget.reserve(at("2026-12-01T00:00:01Z")).is_err());
}

#[test]
fn a_call_that_was_never_made_costs_nothing() {
    let mut budget = CallBudget::new(limits(1, 1), AtBound::Refuse).app(app("a"));
    let permit = budget.reserve(november()).unwrap();
    budget.cancel(permit);
    let gauge = budget.gauge(november()).next().unwrap();
    assert_eq!((gauge.month, gauge.live), (0, 0));
    assert!(budget.reserve(november()).is_ok());
}

#[test]
fn an_alarm_rings_at_eighty_percent_and_at_the_bound_once_each() {
    let mut budget = CallBudget::new(limits(1000, 10), AtBound::AllowAndAlarm).app(app("a"));
    let mut permits = Vec::new();
    let mut rung = Vec::new();
    for _ in 0..12 {
        permits.push(budget.reserve(november()).unwrap());
        rung.extend(std::iter::from_fn(|| budget.poll_output()).map(|alarm| alarm.used));
    }
    assert_eq!(rung, [8, 10], "beyond the bound calls go on and nothing rings again");
    for permit in permits.drain(..6) {
        budget.release(permit);
    }
    assert_eq!(budget.poll_output(), None);
    permits.extend((0..2).map(|_| budget.reserve(november()).unwrap()));
    let alarm = budget.poll_output().unwrap();
    assert_eq!((alarm.measure, alarm.used, alarm.limit), (Measure::Concurrent, 8, 10));
}

#[test]
fn calls_go_to_the_registration_that_has_used_least() {
    let mut budget = CallBudget::new(limits(100, 4), AtBound::Refuse).app(app("a")).app(app("b"));
    let snapshot = BudgetSnapshot {
        format: FORMAT,
        month: "2026-11".to_owned(),
        calls: BTreeMap::from([(app("a"), 60)]),
    };
    budget.restore(&snapshot, november());
    let permits: Vec<_> = (0..8).map(|_| budget.reserve(november()).unwrap()).collect();
    let chosen: Vec<_> = permits.iter().map(|permit| permit.app().as_str()).collect();
    assert_eq!(chosen, ["b", "b", "b", "a", "a", "a", "a", "b"]);
    assert!(budget.reserve(november()).is_err());
}

#[test]
fn what_was_used_outlives_a_process_within_its_month() {
    let mut first = CallBudget::new(limits(10, 10), AtBound::Refuse).app(app("a"));
    for _ in 0..7 {
        let permit = first.reserve(november()).unwrap();
        first.release(permit);
    }
    let kept = serde_json::to_string(&first.snapshot()).unwrap();
    assert_eq!(kept, r#"{"format":1,"month":"2026-11","calls":{"a":7}}"#);
    for (now, used) in [("2026-11-30T10:00:00Z", 7), ("2026-12-01T10:00:00Z", 0)] {
        let mut next = CallBudget::new(limits(10, 10), AtBound::Refuse).app(app("a"));
        next.restore(&serde_json::from_str(&kept).unwrap(), at(now));
        assert_eq!(next.gauge(at(now)).next().unwrap().month, used, "{now}");
        let adopted = next.adopt(&app("a"), at(now)).unwrap();
        let gauge = next.gauge(at(now)).next().unwrap();
        assert_eq!((gauge.month, gauge.live), (used, 1), "an adopted call is live, not new");
        next.release(adopted);
        assert!(next.adopt(&app("stranger"), at(now)).is_none());
    }
}

#[test]
fn a_clock_that_was_years_ahead_for_a_moment_does_not_end_the_months() {
    let mut budget = CallBudget::new(limits(2, 10), AtBound::Refuse).app(app("a"));
    let ahead = budget.reserve(at("2036-01-01T00:00:00Z")).unwrap();
    budget.release(ahead);
    let now = budget.reserve(november()).unwrap();
    budget.release(now);
    assert!(budget.reserve(november()).is_err(), "what was counted stays counted");
    assert!(budget.reserve(at("2026-12-01T00:00:00Z")).is_ok(), "the next month begins");
    assert!(budget.reserve(at("2026-11-30T23:59:59Z")).is_ok());
    assert!(budget.reserve(at("2026-12-01T00:00:01Z")).is_err(), "a small step begins no month");
}

#[test]
fn a_budget_without_registrations_says_so() {
    let mut budget = CallBudget::new(CallLimits::DOCUMENTED, AtBound::AllowAndAlarm);
    assert_eq!(budget.reserve(november()).unwrap_err(), BudgetError::NoApp);
}

#[test]
fn processes_that_share_a_registration_share_its_limits() {
    let quarter = CallLimits::DOCUMENTED.divided_by(NonZeroU64::new(4).unwrap());
    assert_eq!((quarter.per_month, quarter.concurrent), (2500, 25));
    let many = CallLimits::DOCUMENTED.divided_by(NonZeroU64::new(1000).unwrap());
    assert_eq!((many.per_month, many.concurrent), (10, 1), "a share of none would refuse all");
}

#[test]
fn a_dropped_permit_gives_its_place_back() {
    let clock = Arc::new(ManualClock::starting_at(november()));
    let budget = CallBudget::new(limits(5, 1), AtBound::Refuse).app(app("a"));
    let budget = SharedCallBudget::new(budget, clock);
    drop(budget.reserve().unwrap());
    let held = budget.clone().reserve().unwrap();
    assert!(budget.reserve().is_err());
    assert_eq!(held.app().unwrap().as_str(), "a");
    held.cancel();
    let gauge = budget.gauge().remove(0);
    assert_eq!((gauge.month, gauge.live), (1, 0));
    assert_eq!(budget.snapshot().calls[&app("a")], 1);
}

proptest! {
    /// Whatever the order, live counts are the permits out, and no bound is passed.
    #[test]
    fn no_permit_is_lost_or_made(orders in prop::collection::vec(0u8..8, 1..300)) {
        let mut budget = CallBudget::new(limits(20, 3), AtBound::Refuse).app(app("a")).app(app("b"));
        let mut now = november();
        let mut out = Vec::new();
        for order in orders {
            match order {
                0..4 => out.extend(budget.reserve(now)),
                4 | 5 if !out.is_empty() => budget.release(out.remove(0)),
                6 if !out.is_empty() => budget.cancel(out.remove(0)),
                _ => now = now + Duration::from_hours(30),
            }
            let gauges: Vec<_> = budget.gauge(now).collect();
            let live: u64 = gauges.iter().map(|gauge| gauge.live).sum();
            prop_assert_eq!(live, out.len() as u64);
            prop_assert!(gauges.iter().all(|gauge| gauge.live <= 3 && gauge.month <= 20));
        }
    }
}
