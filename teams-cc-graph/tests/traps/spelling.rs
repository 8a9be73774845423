//! The case of names, and the several spellings of an id.

use serde_json::{Value, json};
use teams_cc_graph::model::{
    AudioConferencing, Call, ChangeNotification, Collection, CommsNotification, CommsNotifications,
    Presence, ResourceData, ResultInfo, call_key,
};
use teams_cc_graph::wire::{Field, Sensitive};

use crate::read;
use crate::service::{answer, service};

/// Trap 21.
#[tokio::test]
async fn trap_21_names_differ_in_case_between_documents_and_keep_it() {
    let result: ResultInfo = read(&json!({"code": 500, "subCode": 7700}));
    assert_eq!(result.subcode, Field::Value(7700));
    for text in [r#"{"subcode":1,"subCode":2}"#, r#"{"subCode":2,"subcode":1}"#] {
        let result: ResultInfo = serde_json::from_str(text).unwrap();
        assert_eq!(result.subcode, Field::Value(1), "its own spelling wins");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&result).unwrap(), value);
    }
    for name in ["ConferenceId", "conferenceId"] {
        let conferencing: AudioConferencing = read(&json!({ name: "42" }));
        assert_eq!(conferencing.conference_id.get().map(Sensitive::reveal), Some("42"));
    }
    let change: ChangeNotification = read(&json!({"EncryptedContent": {"data": "x"}}));
    assert!(change.encrypted_content.get().is_some());
    let page: Collection<Call> = read(&json!({"value": [], "@odata.NextLink": "https://x/y"}));
    assert_eq!(page.next_link.text(), Some("https://x/y"));
    for name in ["contentsharingsessions", "contentSharingSessions"] {
        let notification: CommsNotification = read(&json!({
            "resourceUrl": format!("/communications/calls/c/{name}"), "resourceData": [{"id": "s"}]
        }));
        let data = notification.resource_data.get();
        assert!(matches!(data, Some(ResourceData::ContentSharingSessions(_))), "{name}");
    }
    // A link that names the parameters of a function otherwise is followed as it stands.
    let link = "https://graph.microsoft.com/v1.0/communications/callRecords/\
                getPstnCalls(from=2019-11-01,to=2019-11-02)?$skip=1000";
    let first = json!({"value": [{"id": "1"}], "@odata.nextLink": link}).to_string();
    let (service, client) = service([answer(200, first), answer(200, r#"{"value":[]}"#)]);
    let uri =
        "/communications/callRecords/getPstnCalls(fromDateTime=2019-11-01,toDateTime=2019-11-02)";
    let request = http::Request::get(uri).body(bytes::Bytes::new()).unwrap();
    let rows = client.pages::<Presence>(request).items();
    let rows: Vec<Presence> = futures_util::TryStreamExt::try_collect(rows).await.unwrap();
    assert_eq!((rows.len(), service.count()), (1, 2));
    assert_eq!(service.uri(), link);
}

/// Trap 22.
#[test]
fn trap_22_one_call_has_one_key_however_it_is_written() {
    let wanted = "57dab8b1894c409ab240bd8beae78896";
    assert_eq!(call_key("57dab8b1-894c-409a-b240-bd8beae78896"), wanted);
    let playing = "/communications/calls/57DAB8B1894C409AB240BD8BEAE78896/operations/0FE0623FD628";
    for path in [
        playing,
        "/communications/calls/57DAB8B1894C409AB240BD8BEAE78896",
        "communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
        "communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/operations/x",
        "/app/calls/57dab8b1-894c-409a-b240-bd8beae78896/participants/",
        "https://graph.microsoft.com/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
    ] {
        for property in ["resourceUrl", "resource"] {
            let notification: CommsNotification = read(&json!({ property: path }));
            assert_eq!(notification.call_key().as_deref(), Some(wanted), "{path}");
        }
    }
    let both: CommsNotification =
        read(&json!({"resource": "/app/calls/C-1", "resourceUrl": playing}));
    assert_eq!(both.call_key().as_deref(), Some(wanted), "the newer form before the older");
    for path in ["", "/", "/communications/calls", "/communications/calls/", "/users/calls"] {
        let none: CommsNotification = read(&json!({"resource": path}));
        assert_eq!(none.call_key(), None, "{path}");
    }
}

/// Trap 23.
#[test]
fn trap_23_an_id_need_not_be_a_guid() {
    for id in ["63f3esaa1edb", "57DAB8B1894C409AB240BD8BEAE78896", "not a guid at all", "ä-1"] {
        let call: Call = read(&json!({ "id": id }));
        assert_eq!(call.id.text(), Some(id));
        assert_eq!(call_key(id), id.replace('-', "").to_ascii_lowercase());
        let url = format!("/communications/calls/{id}");
        let batch: CommsNotifications = read(&json!({"value": [{"resourceUrl": url}]}));
        assert_eq!(batch.value.items()[0].call_key(), Some(call_key(id)));
    }
}
