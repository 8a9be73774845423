//! Bodies of peers of ill will: the stack, the memory and the time they may take.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use std::{
    thread,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use serde::{
    Deserialize, Serialize,
    de::{
        DeserializeOwned, IntoDeserializer,
        value::{Error as PlainError, MapDeserializer},
    },
};
use serde_json::Value;
use teams_cc_graph::{
    model::{
        BatchResponseContent, Call, ChangeNotification, ChangeNotificationCollection, ChatMessage,
        CommsNotification, CommsNotifications, GraphErrorBody, MediaConfig, Participant,
    },
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

#[test]
fn what_waits_for_its_type_never_overflows_the_stack() {
    // As deep as JSON may be: objects of known types, then lists, and the type at the very end.
    for typed in [0, 1, 10, 21] {
        for lists in [1, 60, 118 - 2 * typed, 126 - 2 * typed] {
            let list = format!("{}{}", "[".repeat(lists), "]".repeat(lists));
            let detail = format!(
                r##"{{"eventDetail":{{"x":{list},"INITIATOR":{list},"@odata.type":"#microsoft.graph.x"}}}}"##
            );
            let open = r#"{"REPLIES":["#;
            read::<ChatMessage>(format!("{}{detail}{}", open.repeat(typed), "]}".repeat(typed)));
            let call = format!(
                r#"{{"value":[{{"resourceData":{{"mediaConfig":{{"y":{list},"@odata.type":"NA"}},"z":{list},"@odata.type":"call"}}}}]}}"#
            );
            read::<CommsNotifications>(call);
        }
    }
}

#[test]
fn types_and_values_given_a_hundred_thousand_times_are_read_in_time() {
    let types = [r#""NA""#, "null", r##""#microsoft.graph.appHostedMediaConfig""##, "5", r#""""#];
    let discriminators: Vec<_> = (0..100_000)
        .map(|nth: usize| format!(r#""@odata.type":{},"u{}":[{{}}]"#, types[nth % 5], nth % 1_000))
        .collect();
    let codes: Vec<_> = (0..100_000)
        .map(|nth| [r#""code":"5""#, r#""Code":"6""#, r#""CODE":7"#][nth % 3])
        .collect();
    let began = Instant::now();
    let media: MediaConfig =
        serde_json::from_str(&format!("{{{}}}", discriminators.join(","))).unwrap();
    assert!(matches!(media, MediaConfig::Unknown(_)));
    let call: Call =
        serde_json::from_str(&format!(r#"{{"resultInfo":{{{}}}}}"#, codes.join(","))).unwrap();
    assert_eq!(call.result_info.get().unwrap().code.get(), Some(&5));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn what_no_json_has_is_refused_without_its_value() {
    fn one<'a, V: IntoDeserializer<'a, PlainError>>(
        name: &'a str,
        value: V,
    ) -> Result<Call, String> {
        let map = MapDeserializer::new(std::iter::once((name, value)));
        Call::deserialize(map).map_err(|error: PlainError| error.to_string())
    }
    for name in ["id", "ID", "unknown"] {
        for refused in [
            one(name, f64::NAN).map(|call| call.additional.get(name).cloned() != Some(Value::Null)),
            one(name, &b"secret"[..]).map(|_| true),
            one(name, u128::MAX).map(|_| true),
        ] {
            let error = match refused {
                // What no model names may be kept as JSON has it: null for no number.
                Ok(odd) => {
                    assert!(!odd && name == "unknown", "{name}");
                    continue;
                }
                Err(error) => error,
            };
            assert!(!error.contains("secret") && !error.contains("3402823669"), "{error}");
        }
    }
    assert_eq!(one("id", 'c').unwrap().id.text(), Some("c"));
    assert!(one("id", ()).unwrap().id.is_null());
}

#[test]
fn a_list_of_which_one_item_names_a_strange_type_loses_nothing() {
    for path in ["participants", "contentSharingSessions", "others"] {
        for strange in ["\"\"", "\"NA\"", "null", "5", "\"#microsoft.graph.participant\""] {
            let text = format!(
                r#"{{"resourceUrl":"/communications/calls/c/{path}","changeType":"updated",
                    "resourceData":[{{"@odata.type":{strange},"id":"a"}},{{"id":"b"}},{{"x":[1]}}]}}"#
            );
            agrees::<CommsNotification>(&text).unwrap();
            assert!(serde_json::from_str::<CommsNotification>(&text).is_ok(), "{text}");
        }
    }
}

/// A value at random, as text: nothing says that a name stands in an object once.
fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "null",
        "true",
        "\"true\"",
        "0",
        "-0",
        "5",
        "\"5\"",
        "1e300",
        "2.5",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "\"\"",
        "\"NA\"",
        "\"established\"",
        "\"Est\\u0061blished\"",
        "\"updated\"",
        "\"/communications/calls/c/participants\"",
        "\"/app/calls/c\"",
        "\"#microsoft.graph.call\"",
        "\"#Microsoft.Graph.participant\"",
        "\"#microsoft.graph.participant\"",
        "\"#microsoft.graph.appHostedMediaConfig\"",
        "\"serviceHostedMediaConfig\"",
        "[]",
        "{}",
    ]);
    let names = prop::sample::select(vec![
        "@odata.type",
        "@odata.type",
        "\\u0040odata.type",
        "@Odata.Type",
        "id",
        "ID",
        "\\u0069d",
        "state",
        "State",
        "mediaConfig",
        "MediaConfig",
        "blob",
        "resultInfo",
        "code",
        "Code",
        "subcode",
        "subCode",
        "targets",
        "value",
        "VALUE",
        "resourceData",
        "ResourceData",
        "resourceUrl",
        "resource",
        "changeType",
        "x",
        "",
        "toneInfo",
        "innerError",
        "error",
        "Error",
        "message",
        "identity",
        "user",
        "responses",
        "headers",
        "body",
        "status",
        "clientState",
        "eventDetail",
        "replies",
        "attachments",
        "sequenceId",
        "info",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(6, 48, 6, move |inner| {
        let pair = (names.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            4 => prop::collection::vec(pair, 0..8).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
            1 => prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

/// However a text is read, the result is the same, and nothing of it is lost.
fn agrees<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    text: &str,
) -> Result<(), TestCaseError> {
    let written =
        |read: Result<T, serde_json::Error>| read.ok().map(|it| serde_json::to_value(&it).unwrap());
    let straight = written(serde_json::from_str(text));
    let reader = written(serde_json::from_reader(text.as_bytes()));
    prop_assert_eq!(&straight, &reader, "borrowed and owned texts");
    let value: Value = serde_json::from_str(text).unwrap();
    let through = written(serde_json::from_value(value.clone()));
    let once = written(serde_json::from_str(&value.to_string()));
    prop_assert_eq!(&once, &through, "every name once");
    for read in [&straight, &through].into_iter().flatten() {
        prop_assert_eq!(read, &value, "nothing is lost");
    }
    // What is said once more may hide a value of a wrong form, never bring one.
    prop_assert!(straight.is_none() || through.is_some());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_body_is_read_alike_from_text_from_bytes_and_from_json(text in any_value()) {
        agrees::<CommsNotifications>(&text)?;
        agrees::<CommsNotifications>(&format!(r#"{{"value":[{text}]}}"#))?;
        agrees::<CommsNotifications>(&format!(r#"{{"value":[{{"changeType":"updated","resourceData":{text}}}]}}"#))?;
        agrees::<Call>(&text)?;
        agrees::<MediaConfig>(&text)?;
        agrees::<Participant>(&text)?;
        agrees::<ChatMessage>(&text)?;
        agrees::<GraphErrorBody>(&text)?;
        agrees::<BatchResponseContent>(&text)?;
        agrees::<ChangeNotificationCollection>(&text)?;
        let _ = read_body(text.as_bytes());
    }
}
