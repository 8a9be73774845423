//! What the wire does that the schema does not say: one test for each of the forty-four traps.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

#[expect(dead_code, reason = "the stories of calls need more of it")]
#[path = "../call_sessions/support.rs"]
mod calls;
mod counted;
mod discriminators;
mod enumerations;
#[expect(dead_code, reason = "the stories of the intake need more of it")]
#[path = "../webhook_intake/support.rs"]
mod intake;
mod links;
mod live_calls;
mod open_types;
mod protocol;
mod service;
mod spelling;
mod times;
mod values;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Reads a body, from a text and from a value, and checks that it is written back equal.
fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), *body);
    let from_text: T = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&from_text).unwrap(), *body);
    typed
}
