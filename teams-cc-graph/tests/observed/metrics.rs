use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use teams_cc_core::time::ManualClock;
use teams_cc_core::{Clock, Timestamp};
use teams_cc_graph::{
    budget::{AtBound, CallBudget, CallLimits, SharedCallBudget},
    metrics as names,
};

use crate::{board, support::client};

/// Values by `kind name{label=value,…}`.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<String, Vec<f64>>>>);

struct One(Seen, String);

impl Seen {
    fn one(&self, kind: &str, key: &Key) -> Arc<One> {
        let mut labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        labels.sort();
        let name = format!("{kind} {}{{{}}}", key.name(), labels.join(","));
        Arc::new(One(self.clone(), name))
    }

    fn take(&self) -> BTreeMap<String, Vec<f64>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl One {
    fn put(&self, value: f64) {
        self.0.0.lock().unwrap().entry(self.1.clone()).or_default().push(value);
    }
}

impl CounterFn for One {
    fn increment(&self, value: u64) {
        self.put(f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, value: u64) {
        CounterFn::increment(self, value);
    }
}

impl GaugeFn for One {
    fn increment(&self, value: f64) {
        self.put(value);
    }

    fn decrement(&self, value: f64) {
        self.put(-value);
    }

    fn set(&self, value: f64) {
        self.put(value);
    }
}

impl HistogramFn for One {
    fn record(&self, value: f64) {
        self.put(value);
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one("counter", key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.one("gauge", key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one("histogram", key))
    }
}

/// Each name, as dashboards have it, and how the documentation names it.
const NAMES: [(&str, &str, &str); 9] = [
    ("REQUESTS", names::REQUESTS, "teams_cc_graph_requests_total"),
    ("RESENDS", names::RESENDS, "teams_cc_graph_resends_total"),
    ("REQUEST_SECONDS", names::REQUEST_SECONDS, "teams_cc_graph_request_seconds"),
    ("TOKEN_WAIT_SECONDS", names::TOKEN_WAIT_SECONDS, "teams_cc_graph_token_wait_seconds"),
    ("THROTTLE_WAIT_SECONDS", names::THROTTLE_WAIT_SECONDS, "teams_cc_graph_throttle_wait_seconds"),
    ("SEND_SECONDS", names::SEND_SECONDS, "teams_cc_graph_send_seconds"),
    (
        "ANSWER_REMAINING_SECONDS",
        names::ANSWER_REMAINING_SECONDS,
        "teams_cc_graph_answer_remaining_seconds",
    ),
    ("CALL_BUDGET_MONTH", names::CALL_BUDGET_MONTH, "teams_cc_graph_call_budget_month"),
    ("CALL_BUDGET_LIVE", names::CALL_BUDGET_LIVE, "teams_cc_graph_call_budget_live"),
];

#[test]
fn every_metric_is_in_the_table_and_keeps_its_name() {
    let source = include_str!("../../src/metrics.rs");
    let rows: Vec<_> = source.lines().filter(|line| line.starts_with("//! | [`")).collect();
    assert_eq!(rows.len(), NAMES.len(), "a metric without a test, or a test without a metric");
    assert_eq!(source.matches("pub const ").count(), NAMES.len());
    for (row, (constant, name, wanted)) in rows.iter().zip(NAMES) {
        assert!(row.contains(&format!("[`{constant}`]")), "{row}");
        assert_eq!(name, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_counted_once_with_how_it_ended_and_where_its_time_went() {
    let seen = Seen::default();
    let _guard = metrics::set_default_local_recorder(&seen);
    let (ok, gone, timeout) = ("200", "404", "timeout");
    for (statuses, outcome, resends) in
        [(&[200][..], ok, 0), (&[503, 200], ok, 1), (&[404], gone, 0), (&[503], timeout, 1)]
    {
        let _ = client(statuses).communications().call("c1").keep_alive().await;
        let found = seen.take();
        let of = "operation=keepAlive";
        let mut wanted = vec![
            format!("counter {}{{{of},outcome={outcome}}}", names::REQUESTS),
            format!("histogram {}{{{of}}}", names::REQUEST_SECONDS),
            format!("histogram {}{{{of}}}", names::SEND_SECONDS),
            format!("histogram {}{{{of}}}", names::THROTTLE_WAIT_SECONDS),
            format!("histogram {}{{{of}}}", names::TOKEN_WAIT_SECONDS),
        ];
        if resends > 0 {
            wanted.push(format!("counter {}{{{of}}}", names::RESENDS));
        }
        wanted.sort();
        assert_eq!(found.keys().cloned().collect::<Vec<_>>(), wanted, "{statuses:?}");
        assert!(found.values().all(|values| values.len() == 1), "{found:?}");
        let sent = found[&format!("histogram {}{{{of}}}", names::SEND_SECONDS)][0];
        let whole = found[&format!("histogram {}{{{of}}}", names::REQUEST_SECONDS)][0];
        assert!((0.1..0.12).contains(&sent) || resends > 0, "{sent}");
        assert!(whole >= sent, "{whole} {sent}");
    }
}

#[tokio::test(start_paused = true)]
async fn how_long_a_call_could_still_be_answered_is_recorded() {
    let seen = Seen::default();
    let _guard = metrics::set_default_local_recorder(&seen);
    let mut stage = board::stage();
    let arrival = stage.arrival().await;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    arrival.call.answer().await.unwrap();
    let found = seen.take();
    let remaining = &found[&format!("histogram {}{{}}", names::ANSWER_REMAINING_SECONDS)];
    assert_eq!(remaining.len(), 1);
    assert!((10.9..=11.0).contains(&remaining[0]), "{remaining:?}");
}

#[test]
fn a_budget_is_shown_by_app() {
    let seen = Seen::default();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::starting_at(Timestamp::UNIX_EPOCH));
    let budget = CallBudget::new(CallLimits::DOCUMENTED, AtBound::Refuse)
        .app("app-1".parse().unwrap())
        .app("app-2".parse().unwrap());
    let budget = SharedCallBudget::new(budget, clock);
    let _permit = budget.reserve().unwrap();
    metrics::with_local_recorder(&seen, || names::report_budget(&budget));
    let found = seen.take();
    let mut wanted = BTreeMap::new();
    for (app, count) in [("app-1", 1.0), ("app-2", 0.0)] {
        for name in [names::CALL_BUDGET_MONTH, names::CALL_BUDGET_LIVE] {
            wanted.insert(format!("gauge {name}{{app={app}}}"), vec![count]);
        }
    }
    assert_eq!(found, wanted);
}
