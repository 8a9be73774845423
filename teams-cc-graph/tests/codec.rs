//! What reading takes, keeps and refuses, beyond the spelling of single values.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use teams_cc_graph::model::call_records::Session;
use teams_cc_graph::model::{Call, Collection, CommsNotification, GraphErrorBody, MediaConfig};
use teams_cc_graph::wire::Field;

/// Reads a body and checks that it is written back equal.
fn read<T: DeserializeOwned + Serialize>(body: &Value) -> T {
    let typed: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), *body);
    let from_text: T = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&from_text).unwrap(), *body);
    typed
}

fn refusal<T: DeserializeOwned>(body: &Value) -> String {
    let from_text = serde_json::from_str::<T>(&body.to_string()).err().unwrap().to_string();
    let from_value = serde_json::from_value::<T>(body.clone()).err().unwrap().to_string();
    assert!(from_text.starts_with(&from_value), "{from_text} / {from_value}");
    from_value
}

/// Trap 16.
#[test]
fn the_last_of_several_equal_names_wins_and_so_does_the_last_discriminator() {
    let call: Call = serde_json::from_str(r#"{"id":"a","subject":null,"id":"b"}"#).unwrap();
    assert_eq!(call.id.text(), Some("b"));
    for (text, service) in [
        (
            r##"{"@odata.type":"#x.appHostedMediaConfig","blob":"b","@odata.type":"#x.serviceHostedMediaConfig"}"##,
            true,
        ),
        (r##"{"@odata.type":"NA","blob":"b","@odata.type":"#x.appHostedMediaConfig"}"##, false),
        (
            r##"{"blob":"b","@odata.type":"#x.serviceHostedMediaConfig","@odata.type":"#x.appHostedMediaConfig"}"##,
            false,
        ),
    ] {
        let media: MediaConfig = serde_json::from_str(text).unwrap();
        assert_eq!(matches!(media, MediaConfig::ServiceHosted(_)), service, "{text}");
        assert_eq!(matches!(media, MediaConfig::AppHosted(_)), !service, "{text}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&media).unwrap(), value);
    }
}

/// Trap 21.
#[test]
fn a_property_in_its_own_spelling_wins_wherever_the_other_stands() {
    for text in [r#"{"subcode":1,"subCode":2}"#, r#"{"subCode":2,"subcode":1}"#] {
        let text = format!(r#"{{"resultInfo":{text}}}"#);
        let call: Call = serde_json::from_str(&text).unwrap();
        let result = call.result_info.get().unwrap();
        assert_eq!(result.subcode, Field::Value(1));
        assert_eq!(result.additional.get("subCode"), Some(&json!(2)));
        assert_eq!(
            serde_json::to_value(&call).unwrap(),
            serde_json::from_str::<Value>(&text).unwrap()
        );
    }
}

/// Trap 40.
#[test]
fn a_link_beside_an_expanded_list_is_kept() {
    let body = json!({
        "@odata.context": "c", "value": [
            {"segments": [], "segments@odata.nextLink": "https://graph.microsoft.com/v1.0/x"}
        ],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/y"
    });
    let page: Collection<Session> = read(&body);
    let link = page.items()[0].additional.get("segments@odata.nextLink");
    assert_eq!(link.and_then(Value::as_str), Some("https://graph.microsoft.com/v1.0/x"));
    assert_eq!(page.next_link.text(), Some("https://graph.microsoft.com/v1.0/y"));
}

#[test]
fn a_refusal_names_the_path_and_never_the_value() {
    for (body, path) in [
        (
            json!({"source": {"identity": {"user": {"id": {"secret": 1}}}}}),
            "property source.identity.user.id should be a text but is an object",
        ),
        (
            json!({"targets": [{"hidden": "secret"}]}),
            "property targets.hidden should be a boolean but is a text",
        ),
        (
            json!({"RESULTINFO": {"code": "secret"}}),
            "property resultInfo.code should be a whole number but is a text",
        ),
        (
            json!({"mediaConfig": "secret"}),
            "property mediaConfig should be an object but is a text",
        ),
        (json!({"targets": {"secret": 1}}), "property targets should be a list but is an object"),
        (
            json!({"mediaConfig": {"blob": 12_345,
            "@odata.type": "#microsoft.graph.appHostedMediaConfig"}}),
            "property mediaConfig.blob should be a text but is a number",
        ),
    ] {
        let text = refusal::<Call>(&body);
        assert_eq!(text, path, "{body}");
    }
    assert_eq!(
        refusal::<Call>(&json!("secret")),
        "property (value) should be an object but is a text"
    );
    let error = serde_json::from_str::<Call>("{\"id\":\n 5}").err().unwrap();
    assert_eq!(
        error.to_string(),
        "property id should be a text but is a number at line 2 column 2"
    );
    let settled =
        json!({"resourceUrl": "/communications/calls/c", "resourceData": {"id": ["secret"]}});
    assert_eq!(
        refusal::<CommsNotification>(&settled),
        "property resourceData.id should be a text but is a list"
    );
}

#[test]
fn nesting_ends_before_the_stack_does() {
    let nested = |levels: usize| {
        let inner = r#"{"innerError":"#.repeat(levels);
        format!(r#"{{"error":{inner}{{}}{}}}"#, "}".repeat(levels))
    };
    assert!(serde_json::from_str::<GraphErrorBody>(&nested(20)).is_ok());
    for levels in [30, 130, 100_000] {
        assert!(serde_json::from_str::<GraphErrorBody>(&nested(levels)).is_err());
    }
    let list = |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(serde_json::from_str::<Call>(&list(120)).is_ok());
    assert!(serde_json::from_str::<Call>(&list(100_000)).is_err());
}
