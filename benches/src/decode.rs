//! A notification to its typed form, beside the same to `serde_json::Value`.

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Map, Value};
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

/// Bodies that the service sends seldom, each made of one above.
const AWKWARD: &[(&str, &str, fn(&mut Value))] = &[
    ("types named last, incoming call", include_str!("../bodies/incoming.json"), types_last),
    ("types named last, roster of three", include_str!("../bodies/roster.json"), types_last),
    ("names in Pascal case, incoming call", include_str!("../bodies/incoming.json"), pascal_case),
    (
        "names in Pascal case, established call",
        include_str!("../bodies/established.json"),
        pascal_case,
    ),
    ("no types, established call", include_str!("../bodies/established.json"), no_types),
    ("no types, roster of three", include_str!("../bodies/roster.json"), no_types),
];

const VALUE: &str = "serde_json::Value";
const TYPED: &str = "CommsNotifications";

pub(crate) fn run() -> Report {
    let mut report = Report::new("decode");
    let mut all: Vec<Vec<f64>> = Vec::new();
    let usual = BODIES.iter().map(|(name, body)| (*name, compact(body, |_| ())));
    let awkward = AWKWARD.iter().map(|(name, body, change)| (*name, compact(body, *change)));
    for (nth, (name, body)) in usual.chain(awkward).enumerate() {
        let series = interleave(&[VALUE, TYPED], |who| time(who, &body));
        let ratios = series[1].over(&series[0]);
        report.at_most(format!("{name}, typed over Value"), median(&ratios), 1.5);
        if nth < BODIES.len() {
            all.push(ratios);
        }
        report.table(format!("{name}, {} octets", body.len()), "ns", series);
    }
    let rounds = all.first().map_or(0, Vec::len);
    let mean =
        |round: usize| all.iter().map(|ratios| ratios[round]).sum::<f64>() / all.len() as f64;
    let means: Vec<f64> = (0..rounds).map(mean).collect();
    report.at_most("all usual bodies alike, typed over Value", median(&means), 1.5);
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
fn compact(body: &str, change: fn(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_str(body).expect("a body of this crate");
    change(&mut value);
    serde_json::to_vec(&value).expect("it was JSON")
}

const TYPE: &str = "@odata.type";

/// Moves each discriminator behind the properties it is about.
fn types_last(value: &mut Value) {
    each_object(value, &|object| {
        if let Some(name) = object.shift_remove(TYPE) {
            object.insert(TYPE.to_owned(), name);
        }
    });
}

/// Removes every discriminator.
fn no_types(value: &mut Value) {
    each_object(value, &|object| {
        object.shift_remove(TYPE);
    });
}

/// Begins every property with a capital.
fn pascal_case(value: &mut Value) {
    each_object(value, &|object| {
        let pairs = std::mem::take(object).into_iter();
        object.extend(pairs.map(|(mut name, value)| {
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            (name, value)
        }));
    });
}

fn each_object(value: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            change(object);
            object.values_mut().for_each(|value| each_object(value, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        _ => {}
    }
}
