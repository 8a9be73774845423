//! Any JSON that reads as a model is written back equal.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use teams_cc_graph::model::{Call, CommsNotifications, CommsOperation, IdentitySet, Presence};

/// Names a model knows, some misspelled, and names it does not.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("id"),
        Just("state"),
        Just("State"),
        Just("@odata.type"),
        Just("resultInfo"),
        Just("code"),
        Just("subcode"),
        Just("subCode"),
        Just("toneInfo"),
        Just("sequenceId"),
        Just("targets"),
        Just("identity"),
        Just("user"),
        Just("phone"),
        Just("displayName"),
        Just("value"),
        Just("resourceData"),
        Just("resourceUrl"),
        Just("changeType"),
        Just("status"),
        Just("clientContext"),
        Just("requestedModalities"),
        Just("mediaConfig"),
        Just("participants"),
        Just("availability"),
        Just("outOfOfficeSettings"),
        Just("éxtra"),
        Just("isMuted"),
        Just("final"),
        Just("")
    ]
    .prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Established".to_owned()),
        Just("200".to_owned()),
        Just(" 7 ".to_owned()),
        Just("#microsoft.graph.call".to_owned()),
        Just("microsoft.graph.playPromptOperation".to_owned()),
        Just("#microsoft.graph.identitySet".to_owned()),
        Just("/communications/calls/c".to_owned()),
        Just("/app/calls/c/participants".to_owned()),
        Just("true".to_owned()),
        ".{0,8}"
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..7)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
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
