//! What two JSON values differ in.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What came of reading a body as a type and writing it back.
pub(super) struct Read {
    pub(super) written: Value,
    /// The typed value, as Debug shows it.
    pub(super) shown: String,
}

/// Reads a body as one type and writes it back.
pub(super) fn read<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    body: &Value,
) -> Result<Read, String> {
    let text = body.to_string();
    let typed: T = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let written = serde_json::to_string(&typed).map_err(|error| error.to_string())?;
    let written = serde_json::from_str(&written).map_err(|error| error.to_string())?;
    Ok(Read { written, shown: format!("{typed:?}") })
}

impl Read {
    /// Fails where the body came back different.
    pub(super) fn equals(&self, body: &Value) -> Result<(), String> {
        if self.written == *body {
            return Ok(());
        }
        Err(format!("comes back different at {}", difference(body, &self.written)))
    }

    /// The types of objects that were kept whole; an error where one is a declared type.
    pub(super) fn kept_whole(&self, declared: fn(&str) -> bool) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        for rest in self.shown.split("Object { odata_type: ").skip(1) {
            let name = rest.strip_prefix("Some(\"").and_then(|rest| rest.split('"').next());
            match name {
                Some(name) if declared(name) => {
                    return Err(format!("falls back to raw for {name}"));
                }
                name => names.push(name.unwrap_or("(an object without a type)").to_owned()),
            }
        }
        Ok(names)
    }
}

/// The first place where two values differ.
pub(super) fn difference(wanted: &Value, found: &Value) -> String {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let keys = wanted.keys().chain(found.keys());
            for key in keys {
                match (wanted.get(key), found.get(key)) {
                    (Some(a), Some(b)) if a == b => {}
                    (Some(a), Some(b)) => return format!("{key}.{}", difference(a, b)),
                    (Some(_), None) => return format!("{key} (lost)"),
                    _ => return format!("{key} (added)"),
                }
            }
            String::new()
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.iter().zip(found).position(|(a, b)| a != b).map_or_else(
                || "(length)".to_owned(),
                |at| format!("{at}.{}", difference(&wanted[at], &found[at])),
            )
        }
        _ => "(value)".to_owned(),
    }
}
