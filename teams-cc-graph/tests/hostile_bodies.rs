//! Bodies of peers of ill will: the stack, the memory and the time they may take.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::{
    thread,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use teams_cc_graph::{
    model::{ChangeNotification, ChatMessage, GraphErrorBody},
    webhook::{MAX_BODY_OBJECTS, UnreadableBody, read_body},
};

/// What a worker of tokio has.
const STACK: usize = 2 << 20;

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{{}}{}", open.repeat(depth), close.repeat(depth))
}

/// Reads a text as on a worker's stack, writes and shows it, and says whether it could be read.
fn read<T: DeserializeOwned + serde::Serialize + std::fmt::Debug>(text: String) -> bool {
    let reading = move || match serde_json::from_str::<T>(&text) {
        Ok(read) => {
            let written = serde_json::to_value(&read).unwrap();
            !format!("{read:?}").is_empty() && !written.is_null()
        }
        Err(_) => false,
    };
    thread::Builder::new().stack_size(STACK).spawn(reading).unwrap().join().unwrap()
}

#[test]
fn objects_in_objects_never_overflow_the_stack() {
    let message = r##"{"@odata.type":"#microsoft.graph.chatMessage","replies":["##;
    for depth in [3, 20, 23, 24, 40, 60, 63] {
        let fits = depth < 24;
        assert_eq!(read::<ChatMessage>(nested(r#"{"replies":["#, "]}", depth)), fits, "{depth}");
        assert_eq!(read::<ChatMessage>(nested(message, "]}", depth)), fits, "{depth}");
    }
    for depth in [3, 60, 120] {
        let error = format!(r#"{{"error":{}}}"#, nested(r#"{"innerError":"#, "}", depth));
        read::<GraphErrorBody>(error);
    }
    // A refusal leaves nothing behind on its thread.
    for _ in 0..100 {
        let deep = nested(r#"{"replies":["#, "]}", 40);
        assert!(serde_json::from_str::<ChatMessage>(&deep).is_err());
    }
    assert!(serde_json::from_str::<ChatMessage>(&nested(r#"{"replies":["#, "]}", 20)).is_ok());
}

#[test]
fn a_property_in_a_hundred_thousand_spellings_is_read_in_time() {
    const NAME: &str = "subscriptionExpirationDateTime";
    let spelled = |nth: u32| -> String {
        let spell = |(at, letter): (u32, char)| {
            let upper = at == 20 || (at < 17 && nth >> at & 1 == 1);
            if upper { letter.to_ascii_uppercase() } else { letter }
        };
        (0..).zip(NAME.chars()).map(spell).collect()
    };
    let text = r#""2026-11-22T18:23:45.9356913Z""#;
    let parts: Vec<_> = (0..50_000).map(|nth| format!(r#""{}":{text}"#, spelled(nth))).collect();
    let body = format!("{{{}}}", parts.join(","));
    let began = Instant::now();
    let read: ChangeNotification = serde_json::from_str(&body).unwrap();
    // It took a minute when each spelling was held against all before it.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(read.subscription_expiration_date_time.get().is_some());
    assert!(read.additional.iter().count() > 10_000, "nothing is lost");
}

#[test]
fn a_body_of_nothing_but_small_objects_is_refused_before_it_is_read() {
    let body = |objects: usize| {
        let items = vec!["{}"; objects - 1].join(",");
        format!(r#"{{"value":[{items}]}}"#)
    };
    assert!(read_body(body(MAX_BODY_OBJECTS).as_bytes()).is_ok());
    let refused = read_body(body(MAX_BODY_OBJECTS + 1).as_bytes());
    assert_eq!(refused.err(), Some(UnreadableBody));
}
