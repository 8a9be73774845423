//! The schema against the models: every declared property is typed, every member is known.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value};

mod synthesis;
mod types;

use self::synthesis::{Synthesis, wrong_kind};
use super::{Summary, compare::Read};
use crate::{
    codegen::schema::{Kind, Schema, Type},
    command::Failure,
};

/// Reads a body as one type and writes it back.
pub(super) type Reader = fn(&Value) -> Result<Read, String>;

/// How a type of the schema is read.
#[derive(Clone, Copy)]
enum Reading {
    /// As one struct.
    Object(Reader),
    /// As one of several structs.
    Choice(Reader),
    /// As an enumeration; tells whether a member is known.
    Enumeration(fn(&str) -> bool),
}

macro_rules! object {
    ($ty:ty) => {
        Reading::Object($crate::conformance::compare::read::<$ty>)
    };
}

macro_rules! choice {
    ($ty:ty) => {
        Reading::Choice($crate::conformance::compare::read::<$ty>)
    };
}

macro_rules! enumeration {
    ($ty:path) => {
        Reading::Enumeration(|text| {
            use $ty as It;
            !matches!(It::from(text), It::Other(_))
        })
    };
}

use {choice, enumeration, object};

/// Checks every type of a file of schema facts.
pub(crate) fn csdl(file: &Path) -> Summary {
    let schema = fs::read_to_string(file).map_err(Failure::from).and_then(|it| Schema::parse(&it));
    match schema {
        Ok(schema) => check(&schema),
        Err(error) => {
            println!("{}: {error}", file.display());
            Summary { passed: 0, failed: 1 }
        }
    }
}

/// Whether the schema declares the type that a body names, in whatever spelling.
pub(super) fn declares(odata_type: &str) -> bool {
    reading(odata_type).is_some()
}

/// How a type is read that a body names.
pub(super) fn by_name(odata_type: &str) -> Option<Reader> {
    match reading(odata_type)? {
        Reading::Object(read) | Reading::Choice(read) => Some(read),
        Reading::Enumeration(_) => None,
    }
}

fn reading(odata_type: &str) -> Option<Reading> {
    let last = |name: &str| {
        name.rsplit(['.', '#'])
            .next()
            .unwrap_or_default()
            .trim_end_matches(')')
            .to_ascii_lowercase()
    };
    let wanted = last(odata_type);
    types::TYPES.iter().find(|(name, _)| last(name) == wanted).map(|(_, reading)| *reading)
}

fn check(schema: &Schema) -> Summary {
    let table: BTreeMap<&str, Reading> = types::TYPES.iter().copied().collect();
    let mut summary = Summary::default();
    let mut count = |name: &str, result: Result<(), String>| match result {
        Ok(()) => summary.passed += 1,
        Err(reason) => {
            println!("{name}: {reason}");
            summary.failed += 1;
        }
    };
    for of in schema.types() {
        match table.get(of.name.as_str()) {
            None => count(&of.name, Err("no Rust type holds it".to_owned())),
            Some(Reading::Enumeration(knows)) => {
                for member in &of.members {
                    let is_known = knows(&member.name) && knows(&member.name.to_ascii_uppercase());
                    let result = is_known.then_some(()).ok_or_else(|| "is not known".to_owned());
                    count(&format!("{}.{}", of.name, member.name), result);
                }
            }
            Some(Reading::Object(read) | Reading::Choice(read)) => {
                count(&of.name, object_holds(schema, of, *read));
                for base in schema.lineage(of).iter().rev().skip(1) {
                    if let Some(Reading::Choice(read)) = table.get(base.name.as_str()) {
                        let name = format!("{} as {}", of.name, base.name);
                        count(&name, as_base(schema, of, *read));
                    }
                }
            }
        }
    }
    summary
}

/// Every declared property of every round is typed and comes back equal.
fn object_holds(schema: &Schema, of: &Type, read: Reader) -> Result<(), String> {
    if of.kind == Kind::Enum {
        return Err("it is an enumeration, and read as an object".to_owned());
    }
    for round in 0..Synthesis::rounds(schema) {
        let body = Synthesis { schema, round }.object(of);
        for form in [&body, &backwards(&body), &shouted(&body), &nulled(&body)] {
            all_typed(&read(form)?, form)?;
        }
        let Value::Object(map) = &body else { continue };
        for (name, value) in map.iter().filter(|(name, _)| !name.starts_with('@')) {
            let mut odd: Map<_, _> =
                map.iter().filter(|(name, _)| name.starts_with('@')).map(owned).collect();
            odd.insert(name.clone(), wrong_kind(value));
            if read(&Value::Object(odd)).is_ok() {
                return Err(format!("{name} is not typed: it takes a value of another kind"));
            }
        }
    }
    Ok(())
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// A subtype is read as itself where its base is declared.
fn as_base(schema: &Schema, of: &Type, read: Reader) -> Result<(), String> {
    if of.is_abstract {
        return Ok(());
    }
    for round in 0..Synthesis::rounds(schema) {
        let mut body = Synthesis { schema, round }.object(of);
        let named = body.get("@odata.type").is_some();
        if let (Value::Object(map), false) = (&mut body, named) {
            map.insert("@odata.type".to_owned(), Value::String(format!("#{}", of.name)));
        }
        all_typed(&read(&body)?, &body)?;
    }
    Ok(())
}

/// Fails where a property is in a catch-all, at any depth, or comes back different.
fn all_typed(read: &Read, body: &Value) -> Result<(), String> {
    read.equals(body)?;
    read.kept_whole(declares)?;
    if read.shown.contains("Unknown(Object {") {
        return Err("falls back to raw".to_owned());
    }
    if let Some((_, rest)) = read.shown.split_once("additional: {") {
        let names = rest.split_once('}').map_or(rest, |(names, _)| names);
        return Err(format!("lands in a catch-all: {names}"));
    }
    if let Some((_, rest)) = read.shown.split_once("Other(\"") {
        let member = rest.split('"').next().unwrap_or_default();
        return Err(format!("holds a member its enumeration does not know: {member}"));
    }
    Ok(())
}

/// The same object with its last property first: the discriminator comes late.
fn backwards(body: &Value) -> Value {
    let Value::Object(map) = body else { return body.clone() };
    Value::Object(map.clone().into_iter().rev().collect())
}

/// The same object with its names in upper case.
fn shouted(body: &Value) -> Value {
    let Value::Object(map) = body else { return body.clone() };
    let shout = |name: String| if name.starts_with('@') { name } else { name.to_ascii_uppercase() };
    Value::Object(map.clone().into_iter().map(|(name, value)| (shout(name), value)).collect())
}

/// The same object with every property null.
fn nulled(body: &Value) -> Value {
    let Value::Object(map) = body else { return body.clone() };
    let null = |(name, value): (&String, &Value)| {
        let value = if name.starts_with('@') { value.clone() } else { Value::Null };
        (name.clone(), value)
    };
    Value::Object(map.iter().map(null).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat_info(property: &str, type_name: &str) -> Summary {
        let schema = serde_json::json!({"types": [{
            "name": "microsoft.graph.chatInfo",
            "kind": "complex",
            "properties": [
                {"name": "messageId", "type": "Edm.String"},
                {"name": property, "type": type_name},
            ],
        }]});
        check(&Schema::parse(&schema.to_string()).unwrap())
    }

    #[test]
    fn a_property_the_model_lacks_is_a_failure() {
        assert_eq!(chat_info("threadId", "Edm.String").failed, 0);
        assert_eq!(chat_info("invented", "Edm.String").failed, 1);
    }

    #[test]
    fn a_property_of_another_kind_is_a_failure() {
        assert_eq!(chat_info("threadId", "Edm.Boolean").failed, 1);
    }

    #[test]
    fn a_type_no_rust_type_holds_is_a_failure() {
        let schema = r#"{"types": [{"name": "microsoft.graph.invented", "kind": "complex"}]}"#;
        assert_eq!(check(&Schema::parse(schema).unwrap()).failed, 1);
    }

    #[test]
    fn a_member_the_enumeration_lacks_is_a_failure() {
        let schema = r#"{"types": [{"name": "microsoft.graph.tone", "kind": "enum",
            "members": [{"name": "star"}, {"name": "triangle"}]}]}"#;
        let summary = check(&Schema::parse(schema).unwrap());
        assert_eq!((summary.passed, summary.failed), (1, 1));
    }

    #[test]
    fn a_property_lost_at_depth_is_a_failure() {
        let schema = r#"{"types": [
            {"name": "microsoft.graph.meetingParticipants", "kind": "complex", "properties": [
                {"name": "attendees", "type": "microsoft.graph.meetingParticipantInfo",
                 "collection": true}]},
            {"name": "microsoft.graph.meetingParticipantInfo", "kind": "complex", "properties": [
                {"name": "invented", "type": "Edm.String"}]}]}"#;
        assert_eq!(check(&Schema::parse(schema).unwrap()).failed, 2);
    }
}
