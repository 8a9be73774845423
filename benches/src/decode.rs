//! A notification to its typed form, beside the same to `serde_json::Value`.

use std::hint::black_box;
use std::time::Instant;

use serde_json::Value;
use teams_cc_graph::model::CommsNotifications;

use crate::report::Report;
use crate::rounds::{interleave, median};

/// Times each body is decoded in a round.
const TIMES: usize = 4000;

const BODIES: &[(&str, &str)] = &[
    ("incoming call", include_str!("../bodies/incoming.json")),
    ("established call", include_str!("../bodies/established.json")),
    ("roster of three", include_str!("../bodies/roster.json")),
    ("tone", include_str!("../bodies/tone.json")),
    ("prompt completed", include_str!("../bodies/prompt.json")),
    ("call terminated", include_str!("../bodies/terminated.json")),
];

const VALUE: &str = "serde_json::Value";
const TYPED: &str = "CommsNotifications";

pub(crate) fn run() -> Report {
    let mut report = Report::new("decode");
    let mut all: Vec<Vec<f64>> = Vec::new();
    for (name, body) in BODIES {
        let body = compact(body);
        let series = interleave(&[VALUE, TYPED], |who| time(who, &body));
        let ratios = series[1].over(&series[0]);
        report.at_most(format!("{name}, typed over Value"), median(&ratios), 1.5);
        all.push(ratios);
        report.table(format!("{name}, {} octets", body.len()), "ns", series);
    }
    let rounds = all.first().map_or(0, Vec::len);
    let mean =
        |round: usize| all.iter().map(|ratios| ratios[round]).sum::<f64>() / all.len() as f64;
    let means: Vec<f64> = (0..rounds).map(mean).collect();
    report.at_most("all bodies alike, typed over Value", median(&means), 1.5);
    report
}

/// Nanoseconds for one decoding.
fn time(who: &str, body: &[u8]) -> f64 {
    let started = Instant::now();
    for _ in 0..TIMES {
        if who == TYPED {
            let read: CommsNotifications =
                serde_json::from_slice(black_box(body)).expect("a notification");
            black_box(&read);
        } else {
            let read: Value = serde_json::from_slice(black_box(body)).expect("a body");
            black_box(&read);
        }
    }
    started.elapsed().as_secs_f64() * 1e9 / TIMES as f64
}

/// As it stands on the wire: without spaces.
fn compact(body: &str) -> Vec<u8> {
    let value: Value = serde_json::from_str(body).expect("a body of this crate");
    serde_json::to_vec(&value).expect("it was JSON")
}
