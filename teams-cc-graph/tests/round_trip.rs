//! Any JSON that reads as a model is written back equal.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use teams_cc_graph::model::{Call, CommsNotifications, CommsOperation, IdentitySet, Presence};

/// A property with a value of its kind, however oddly spelled, or one that no model knows.
fn leaf() -> impl Strategy<Value = (String, Value)> {
    let texts = ["id", "clientContext", "resourceUrl", "availability", "displayName", "éxtra", ""];
    let enums = ["state", "State", "status", "changeType", "tone", "direction"];
    let numbers = ["code", "subcode", "subCode", "sequenceId", "rosterSequenceNumber"];
    let spelling = prop::sample::select(vec![
        "Established",
        "established",
        "Completed",
        "tone5",
        "TONE5",
        "UPDATED",
        "unknown",
        "",
    ]);
    let number = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(number.to_string())),
    ];
    let flag = prop_oneof![any::<bool>().prop_map(Value::from), Just(Value::from("True"))];
    let type_name = prop::sample::select(vec![
        "#microsoft.graph.call",
        "microsoft.graph.call",
        "#Microsoft.Graph.PlayPromptOperation",
        "#microsoft.graph.identitySet",
        "NA",
        "#",
    ]);
    let named = |names: &'static [&'static str]| prop::sample::select(names);
    prop_oneof![
        (named(&["@odata.type"]), type_name.prop_map(Value::from)),
        (prop::sample::select(texts.to_vec()), ".{0,8}".prop_map(Value::from)),
        (prop::sample::select(enums.to_vec()), spelling.prop_map(Value::from)),
        (prop::sample::select(numbers.to_vec()), number),
        (named(&["isMuted", "hidden"]), flag),
        (named(&["state", "code", "source", "éxtra", "isMuted", "value"]), Just(Value::Null)),
    ]
    .prop_map(|(name, value)| (name.to_owned(), value))
}

fn object(pairs: Vec<(String, Value)>) -> Value {
    Value::Object(pairs.into_iter().collect::<Map<_, _>>())
}

/// Objects in objects and in lists, under names that models know.
fn json() -> impl Strategy<Value = Value> {
    let flat = prop::collection::vec(leaf(), 0..5).prop_map(object);
    flat.prop_recursive(4, 40, 5, |inner| {
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
            "éxtra",
        ]);
        let many = prop::sample::select(vec!["value", "targets", "callRoutes", "participants"]);
        let nested = prop_oneof![
            (one, inner.clone()).prop_map(|(name, value)| (name.to_owned(), value)),
            (many, prop::collection::vec(inner, 0..3))
                .prop_map(|(name, items)| (name.to_owned(), Value::from(items))),
            leaf(),
        ];
        prop::collection::vec(nested, 0..6).prop_map(object)
    })
}

fn same<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), TestCaseError> {
    if let Ok(typed) = serde_json::from_value::<T>(value.clone()) {
        prop_assert_eq!(&serde_json::to_value(&typed).unwrap(), value);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_reads_is_written_back_equal(value in json()) {
        same::<Call>(&value)?;
        same::<CommsNotifications>(&value)?;
        same::<CommsOperation>(&value)?;
        same::<IdentitySet>(&value)?;
        same::<Presence>(&value)?;
    }

    #[test]
    fn bytes_of_a_peer_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = serde_json::from_slice::<CommsNotifications>(&bytes);
        let _ = teams_cc_graph::prompt::check_wav(&bytes);
    }
}
