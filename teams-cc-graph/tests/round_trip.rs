//! Any JSON that reads as a model is written back equal.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use teams_cc_graph::model::call_records::{CallRecord, Session};
use teams_cc_graph::model::{
    Call, ChangeNotificationCollection, Collection, CommsNotifications, CommsOperation,
    GraphErrorBody, IdentitySet, MediaConfig, OnlineMeeting, ParticipantJoiningResponse, Presence,
    Subscription, TransferBody,
};

/// An object as it stands in a text: names in their order, some of them twice.
#[derive(Clone, Debug)]
enum Json {
    Leaf(Value),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn text(&self) -> String {
        match self {
            Self::Leaf(value) => value.to_string(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::text).collect();
                format!("[{}]", items.join(" , "))
            }
            Self::Object(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(name, value)| format!("{}:\n{}", Value::from(&**name), value.text()))
                    .collect();
                format!("{{{}}}", pairs.join(","))
            }
        }
    }
}

/// A property with a value of its kind, however oddly spelled, or one that no model knows.
fn leaf() -> impl Strategy<Value = (&'static str, Value)> {
    let named = |names: &'static [&'static str]| prop::sample::select(names);
    let spelling = named(&[
        "Established",
        "established",
        "Completed",
        "tone5",
        "TONE5",
        "UPDATED",
        "unknown",
        "watermarkProtection, Other",
        "2026-11-22T08:00:00.1234567Z",
        "0001-01-01T00:00:00Z",
        "PT0.016S",
        "NaN",
        "-INF",
        "0.0130",
        "",
    ]);
    let number = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(number.to_string())),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<f32>().prop_map(|number| Value::from(format!("{number}"))),
    ];
    let type_name = named(&[
        "#microsoft.graph.call",
        "microsoft.graph.call",
        "#Microsoft.Graph.PlayPromptOperation",
        "#microsoft.graph.identitySet",
        "#microsoft.graph.participant",
        "#microsoft.graph.participantJoiningNotification",
        "#microsoft.graph.acceptJoinResponse",
        "#microsoft.graph.appHostedMediaConfig",
        "#microsoft.graph.callRecords.participantEndpoint",
        "NA",
        "#",
    ]);
    let texts = ["id", "clientContext", "resourceUrl", "availability", "displayName", "éxtra", ""];
    let enums = ["state", "status", "changeType", "tone", "direction", "videoDisabled", "duration"];
    let numbers =
        ["code", "subcode", "sequenceId", "rosterSequenceNumber", "version", "averageJitter"];
    prop_oneof![
        (named(&["@odata.type"]), type_name.prop_map(Value::from)),
        (named(&["@odata.type"]), prop_oneof![Just(Value::Null), Just(Value::from(7))]),
        (prop::sample::select(texts.to_vec()), ".{0,8}".prop_map(Value::from)),
        (prop::sample::select(enums.to_vec()), spelling.prop_map(Value::from)),
        (prop::sample::select(numbers.to_vec()), number),
        (
            named(&["isMuted", "hidden"]),
            prop_oneof![any::<bool>().prop_map(Value::from), Just(Value::from("True"))]
        ),
        (named(&["state", "code", "source", "éxtra", "isMuted", "value"]), Just(Value::Null)),
    ]
}

/// A name as the schema has it, or in another case.
fn cased(name: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(name.to_owned()),
        1 => Just(name.to_uppercase()),
        1 => Just(name.to_lowercase()),
    ]
}

fn property() -> impl Strategy<Value = (String, Json)> {
    leaf().prop_flat_map(|(name, value)| (cased(name), Just(Json::Leaf(value))))
}

/// Objects in objects and in lists, under names that models know, in any order.
fn json() -> impl Strategy<Value = Json> {
    let flat = prop::collection::vec(property(), 0..5).prop_map(Json::Object);
    flat.prop_recursive(4, 40, 6, |inner| {
        let one = prop::sample::select(vec![
            "resultInfo",
            "toneInfo",
            "source",
            "identity",
            "user",
            "phone",
            "mediaConfig",
            "resourceData",
            "info",
            "statusMessage",
            "final",
            "caller",
            "call",
            "error",
            "innerError",
            "éxtra",
        ]);
        let many = prop::sample::select(vec![
            "value",
            "targets",
            "callRoutes",
            "participants",
            "resourceData",
            "sessions",
            "segments",
            "details",
        ]);
        let nested = prop_oneof![
            (one.prop_flat_map(cased), inner.clone()),
            (many.prop_flat_map(cased), prop::collection::vec(inner, 0..3).prop_map(Json::List)),
            property(),
        ];
        prop::collection::vec(nested, 0..7).prop_map(Json::Object)
    })
}

/// Whatever reads as the type is written back equal, from a text and from a value alike, and
/// reads as the same thing again.
fn same<T: DeserializeOwned + Serialize>(json: &Json) -> Result<(), TestCaseError> {
    let text = json.text();
    // The value keeps the last of several equal names.
    let value: Value = serde_json::from_str(&text).unwrap();
    if let Ok(typed) = serde_json::from_str::<T>(&text) {
        prop_assert_eq!(&serde_json::to_value(&typed).unwrap(), &value);
        let written = serde_json::to_string(&typed).unwrap();
        let again: T = serde_json::from_str(&written).unwrap();
        // Not compared with `value`: text of a long fraction is read one bit off now and then.
        let written: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(serde_json::to_value(&again).unwrap(), written);
    }
    match serde_json::from_value::<T>(value.clone()) {
        Ok(typed) => prop_assert_eq!(&serde_json::to_value(&typed).unwrap(), &value),
        Err(error) => {
            // What a value refuses, a text refuses too: it has at least as much in it.
            prop_assert!(serde_json::from_str::<T>(&text).is_err());
            let error = error.to_string();
            prop_assert!(error.starts_with("property "), "{}", error);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Traps 9-18, 20, 21, 24-30 and 32, in any mixture.
    #[test]
    fn whatever_reads_is_written_back_equal(json in json()) {
        same::<Call>(&json)?;
        same::<CommsNotifications>(&json)?;
        same::<CommsOperation>(&json)?;
        same::<IdentitySet>(&json)?;
        same::<Presence>(&json)?;
        same::<MediaConfig>(&json)?;
        same::<CallRecord>(&json)?;
        same::<Collection<Session>>(&json)?;
        same::<OnlineMeeting>(&json)?;
        same::<ParticipantJoiningResponse>(&json)?;
        same::<ChangeNotificationCollection>(&json)?;
        same::<Subscription>(&json)?;
        same::<TransferBody>(&json)?;
        same::<GraphErrorBody>(&json)?;
    }

    #[test]
    fn the_order_of_properties_decides_nothing(
        (pairs, shuffled) in prop::collection::btree_map("[a-z]{1,3}", property(), 0..8)
            .prop_map(|pairs| {
                // Names once each: among equal ones the order does decide.
                let mut seen = std::collections::BTreeSet::new();
                let pairs: Vec<_> = pairs.into_values().collect();
                pairs.into_iter().filter(|(name, _)| seen.insert(name.to_lowercase())).collect()
            })
            .prop_flat_map(|pairs: Vec<(String, Json)>| {
                (Just(pairs.clone()), Just(pairs).prop_shuffle())
            }),
    ) {
        let (one, other) = (Json::Object(pairs).text(), Json::Object(shuffled).text());
        let read = |text: &str| serde_json::from_str::<Call>(text).map_err(|_| ());
        match (read(&one), read(&other)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
        let read = |text: &str| serde_json::from_str::<CommsOperation>(text).map_err(|_| ());
        match (read(&one), read(&other)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
    }

    #[test]
    fn bytes_of_a_peer_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = serde_json::from_slice::<CommsNotifications>(&bytes);
        let _ = teams_cc_graph::webhook::read_body(&bytes);
        let _ = teams_cc_graph::prompt::check_wav(&bytes);
    }
}
