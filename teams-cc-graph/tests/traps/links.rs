//! Links that must not be followed, and content that is asked for by ids.

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use teams_cc_graph::ErrorKind;
use teams_cc_graph::call::recording::ClipLocation;
use teams_cc_graph::model::{Presence, RecordOperation};
use teams_cc_graph::page::PageError;

use crate::service::{Answer, TOKEN, answer, service};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";

fn page(link: &str) -> Answer {
    answer(200, json!({"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": link}).to_string())
}

/// Trap 40.
#[tokio::test]
async fn trap_40_links_with_a_fragment_to_themselves_or_to_another_host_are_refused() {
    for (link, wanted) in [
        (
            format!("{GRAPH}/$metadata#communications/callRecords('1')/sessions"),
            PageError::Fragment,
        ),
        (format!("{GRAPH}/users"), PageError::Loop),
        (format!("{GRAPH}/%75sers"), PageError::Loop),
        ("https://evil.example/v1.0/users?$skiptoken=b".into(), PageError::ForeignOrigin),
        ("https://graph.microsoft.com.evil.example/v1.0".into(), PageError::ForeignOrigin),
        ("https://graph.microsoft.com@evil.example/v1.0".into(), PageError::ForeignOrigin),
        ("https://graph.microsoft.com:444/v1.0/users?x".into(), PageError::ForeignOrigin),
        ("http://graph.microsoft.com/v1.0/users?x".into(), PageError::ForeignOrigin),
    ] {
        let (service, client) = service([page(&link)]);
        let request = http::Request::get("/users").body(bytes::Bytes::new()).unwrap();
        let mut items = client.pages::<Presence>(request).items();
        for _ in 0..2 {
            assert!(items.try_next().await.unwrap().is_some(), "what came is not lost");
        }
        let error = items.try_next().await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Page(page) if *page == wanted),
            "{link}: {error}"
        );
        assert!(items.try_next().await.unwrap().is_none());
        assert_eq!(service.count(), 1, "{link}");
    }
    // Lists inside a record have links of their own.
    let at = |list: &str| format!("{GRAPH}/communications/callRecords/1/{list}?$skiptoken=b");
    let body = json!({
        "id": "1", "sessions": [{"id": "s1"}], "sessions@odata.nextLink": at("sessions"),
        "participants_v2": [{"id": "p1"}], "participants_v2@odata.nextLink": at("participants_v2")
    });
    let more = |id: &str| answer(200, json!({"value": [{"id": id}]}).to_string());
    let (_, client) = service([answer(200, body.to_string()), more("s2"), more("p2")]);
    let one = client.communications().call_record("1");
    let record = one.get().with_sessions().with_participants().await.unwrap();
    let record = one.complete(record).await.unwrap();
    assert_eq!((record.sessions.items().len(), record.participants_v2.items().len()), (2, 2));
    let link = format!("{GRAPH}/$metadata#communications/callRecords('1')/sessions");
    let body = json!({"id": "1", "sessions": [{}], "sessions@odata.nextLink": link});
    let (_, client) = service([answer(200, body.to_string())]);
    let one = client.communications().call_record("1");
    let record = one.get().with_sessions().await.unwrap();
    let error = one.complete(record).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Page(PageError::Fragment)), "{error}");
}

/// Trap 41.
#[tokio::test]
async fn trap_41_content_is_asked_for_by_ids_and_a_clip_with_its_own_token() {
    let foreign = format!("{GRAPH}/$metadata#users('u1')/onlineMeetings('m1')/recordings/content");
    let list = json!({"value": [{"id": "r1", "recordingContentUrl": foreign}]}).to_string();
    let (service, client) = service([answer(200, list), answer(200, "WEBVTT")]);
    let meeting = client.user("u1").online_meeting("m1");
    let recordings = meeting.recordings().await.unwrap();
    let id = recordings.items()[0].id.text().unwrap();
    meeting.recording_content(id).await.unwrap();
    let wanted = format!("{GRAPH}/users/u1/onlineMeetings/m1/recordings/r1/content");
    assert_eq!(service.uri(), wanted);
    meeting.transcript_content("t1").await.unwrap();
    let wanted = format!("{GRAPH}/users/u1/onlineMeetings/m1/transcripts/t1/content");
    assert_eq!(service.uri().split('?').next(), Some(&*wanted));
    assert_eq!(service.header("authorization"), Some(format!("Bearer {TOKEN}")));
    let operation: RecordOperation = serde_json::from_value(json!({
        "recordingLocation": "https://files.example.com/clip-1",
        "recordingAccessToken": "token-of-the-clip"
    }))
    .unwrap();
    let clip = ClipLocation::of(&operation).unwrap().fetch(&client).await.unwrap();
    assert_eq!(clip.len(), 6);
    assert_eq!(service.uri(), "https://files.example.com/clip-1");
    assert_eq!(service.header("authorization").as_deref(), Some("Bearer token-of-the-clip"));
    // Who follows a foreign address with the client's own request does not get there.
    let request = http::Request::get("https://files.example.com/x").body(bytes::Bytes::new());
    let before = service.count();
    let error = client.request::<Value>(request.unwrap()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
    assert_eq!(service.count(), before);
}
