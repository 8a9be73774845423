//! Graph bodies against the models: each decodes as its operation demands and comes back equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Summary, csdl};

mod directory;
mod operations;
mod teamwork;

/// Operations of the beta version alone, which the v1.0 models leave out.
const BETA: [&str; 4] = [
    "callrecords-callrecord-getpstnblockeduserslog",
    "callrecords-callrecord-getsmslog",
    "participant-configuremixer",
    "participant-muteall",
];

/// Checks every body of a directory; what only the beta version has is named, not counted.
pub(crate) fn graph(dir: &Path) -> Summary {
    let mut summary = Summary::default();
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let files = match json_files(dir) {
        Ok(files) => files,
        Err(error) => {
            println!("{}: {error}", dir.display());
            summary.failed += 1;
            return summary;
        }
    };
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sample = fs::read_to_string(&file).map_err(|error| error.to_string());
        let sample =
            sample.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        match sample.and_then(|sample: Value| one(&sample)) {
            Ok(Verdict::Equal(strange)) => {
                summary.passed += 1;
                for kind in strange {
                    *left_out.entry(kind).or_default() += 1;
                }
            }
            Ok(Verdict::Beta(operation)) => *left_out.entry(operation).or_default() += 1,
            Err(reason) => {
                println!("{name}: {reason}");
                summary.failed += 1;
            }
        }
    }
    let names: Vec<_> = left_out.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    println!("beyond the v1.0 schema, kept whole: {}", list(&names));
    summary
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

#[derive(Debug)]
enum Verdict {
    /// Read as its type, and written back equal; the types of objects that were kept whole.
    Equal(Vec<String>),
    /// Of an operation of the beta version alone.
    Beta(String),
}

/// Checks one sample: `operation`, `direction`, `body` and, for some, `odata_type`.
fn one(sample: &Value) -> Result<Verdict, String> {
    let field = |name: &str| sample.get(name).and_then(Value::as_str).unwrap_or_default();
    let (operation, direction) = (field("operation"), field("direction"));
    if operation.is_empty() || direction.is_empty() {
        return Err("names no operation or no direction".to_owned());
    }
    let body = sample.get("body").ok_or("has no body")?;
    if BETA.contains(&operation) && direction != "notification" {
        return Ok(Verdict::Beta(format!("{operation} {direction}")));
    }
    let read = operations::expected(operation, direction, body)
        .or_else(|| named(field("odata_type"), body))
        .ok_or_else(|| format!("no model for {operation} {direction}"))?;
    let read = read(body)?;
    read.equals(body)?;
    read.kept_whole(csdl::declares).map(Verdict::Equal)
}

/// The type a body names itself, for operations that are not in the table.
fn named(odata_type: &str, body: &Value) -> Option<operations::Check> {
    if body.get("value").is_some_and(Value::is_array) {
        return None;
    }
    let own = body.get("@odata.type").and_then(Value::as_str);
    csdl::by_name(own.unwrap_or(odata_type))
}

fn json_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let is_index = path.file_name().is_some_and(|name| name == "index.json");
        if is_json && !is_index {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(operation: &str, direction: &str, body: &Value) -> Result<Verdict, String> {
        one(&json!({"operation": operation, "direction": direction, "body": body}))
    }

    #[test]
    fn a_body_comes_back_equal() {
        let body = json!({"id": "1", "state": "Established", "new": [1]});
        assert!(matches!(verdict("call-get", "response", &body), Ok(Verdict::Equal(_))));
    }

    #[test]
    fn a_body_no_model_is_told_of_is_a_failure() {
        let error = verdict("invented-get", "response", &json!({})).unwrap_err();
        assert_eq!(error, "no model for invented-get response");
    }

    #[test]
    fn falling_back_to_raw_is_a_failure_where_the_schema_declares_the_type() {
        let data = |name: &str| {
            json!({"value": [{"changeType": "updated", "resourceUrl": "/communications/calls/1",
                "resourceData": {"@odata.type": name}}]})
        };
        let error = verdict("call-get", "notification", &data("#microsoft.graph.chatInfo"));
        assert!(error.unwrap_err().contains("falls back to raw"));
        let strange = verdict("call-get", "notification", &data("#microsoft.graph.invented"));
        assert!(
            matches!(strange, Ok(Verdict::Equal(names)) if names == ["#microsoft.graph.invented"])
        );
    }

    #[test]
    fn a_body_that_is_not_what_its_operation_demands_is_a_failure() {
        assert!(verdict("call-get", "response", &json!({"state": {}})).is_err());
    }

    #[test]
    fn what_only_the_beta_version_has_is_named() {
        let verdict = verdict("participant-muteall", "request", &json!({"participants": []}));
        assert!(matches!(verdict, Ok(Verdict::Beta(_))));
    }
}
