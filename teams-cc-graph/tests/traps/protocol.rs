//! What is answered, what is posted, what is tried again, what is never shown.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::Clock;
use teams_cc_graph::model::{
    Call, InvitationParticipantInfo, OnlineMeeting, Prompt, RecordOperation, Tone,
};
use teams_cc_graph::{Client, SystemClock};

use crate::intake;
use crate::read;
use crate::service::{BROKEN, answer, raw, service, throttled};

const CALLBACK: &str = "https://bot.example.com/callback";

fn agent() -> InvitationParticipantInfo {
    InvitationParticipantInfo::of_user(&"agent-1".parse().unwrap())
}

/// Trap 38.
#[tokio::test]
async fn trap_38_any_2xx_is_success_with_and_without_a_body() {
    for status in [200, 201, 202, 204] {
        for body in ["", " \r\n", "null", r#"{"id":"x"}"#, "\u{feff}{\"id\":\"x\"}"] {
            let (_, client) = service([answer(status, body)]);
            let call = client.communications().call("c1");
            let wanted = body.contains("id").then_some("x");
            let created = client.communications().calls().create(CALLBACK, agent()).await.unwrap();
            assert_eq!(created.id.text(), wanted, "{status} {body:?}");
            let prompt = Prompt::wav("https://cdn.example.com/a.wav");
            let playing = call.play_prompt([prompt]).await.unwrap();
            assert_eq!(playing.id.text(), wanted, "{status} {body:?}");
            call.mute().await.unwrap();
            call.keep_alive().await.unwrap();
            call.answer(CALLBACK).await.unwrap();
            call.transfer(agent()).await.unwrap();
            call.redirect([agent()]).await.unwrap();
            call.reject().await.unwrap();
            call.participant("p1").start_hold_music().await.unwrap();
            call.add_large_gallery_view().await.unwrap();
            call.delete().await.unwrap();
        }
    }
    for (octets, id) in [
        ("HTTP/1.1 202 ACCEPTED\r\ncontent-length: 0\r\n\r\n", None),
        ("HTTP/1.1 202 Accepted\r\n\r\n", None),
        ("HTTP/1.1 202\r\n\r\n", None),
        ("HTTP/1.1 204 No Content\r\n\r\n", None),
        ("HTTP/1.0 200 OK\r\n\r\n{\"id\":\"x\"}", Some("x")),
        ("HTTP/1.1 200 fine\r\ncontent-type: text/html\r\n\r\n{\"id\":\"x\"}", Some("x")),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             4;odd=1\r\n{\"id\r\n5\r\n\":\"x\"\r\n1\r\n}\r\n0\r\nTrailer: y\r\n\r\n",
            Some("x"),
        ),
    ] {
        let client = raw(octets).await;
        let call = client.communications().call("c1").get().await.unwrap();
        assert_eq!(call.id.text(), id, "{octets}");
    }
}

/// Trap 39.
#[tokio::test(start_paused = true)]
async fn trap_39_a_callback_is_proven_first_and_answered_at_once() {
    let setup = intake::setup();
    setup.intake.warm_up().await.unwrap();
    // Who proves nothing is told nothing, whatever the body holds.
    let legacy = json!({ "callLinks": {}, "id": "x" }).to_string();
    for body in ["not json".to_owned(), legacy.clone(), intake::notification().to_string()] {
        assert_eq!(setup.post("x.y.z", body).await.status(), 401);
    }
    assert_eq!(setup.intake.counts().unreadable_bodies, 0, "nothing was read");
    assert_eq!(setup.taken.count(), 0);
    // The answer comes before the work, which is the sink's, and waits for nothing.
    let before = tokio::time::Instant::now();
    assert_eq!(setup.status(&setup.token()).await, 202);
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(setup.post(&setup.token(), legacy).await.status(), 204);
    let other_issuer = {
        let mut claims = setup.claims();
        claims["iss"] = "https://graph.microsoft.com".into();
        intake::sign(&json!({ "alg": "RS256", "kid": "k0" }), &claims, 0)
    };
    let status = setup.status(&other_issuer).await;
    assert!([401, 202].contains(&status), "{status}");
    // How long there is to answer stands on the call.
    for (context, seconds) in [(Value::Null, 15), (json!({ "observedParticipantId": "p" }), 5)] {
        let mut calls = crate::calls::setup();
        let began = Clock::now(&SystemClock::new());
        let mut call = crate::calls::incoming(crate::calls::CALL);
        call["resourceData"]["incomingContext"] = context;
        calls.notify([call]);
        let event = calls.next().await;
        let Some(teams_cc_graph::call::CallEvent::Incoming(call)) = event else { panic!() };
        let left = call.answer_by - began;
        assert!(left <= Duration::from_secs(seconds + 1), "{left:?}");
        assert!(left >= Duration::from_secs(seconds), "{left:?}");
    }
}

/// Sends one of the orders that must not happen twice.
async fn order(client: &Client, which: &str) -> bool {
    let call = client.communications().call("c1");
    match which {
        "create" => client.communications().calls().create(CALLBACK, agent()).await.is_ok(),
        "transfer" => call.transfer(agent()).await.is_ok(),
        "invite" => call.invite([agent()]).await.is_ok(),
        _ => call.send_dtmf_tones([Tone::Star]).await.is_ok(),
    }
}

/// Trap 42.
#[tokio::test(start_paused = true)]
async fn trap_42_what_would_happen_twice_is_repeated_on_429_alone_after_the_wait_told() {
    for which in ["create", "transfer", "invite", "tones"] {
        for (first, sent) in [
            (throttled(), 2),
            (answer(500, ""), 1),
            (answer(503, ""), 1),
            (answer(504, ""), 1),
            (answer(408, ""), 1),
            (BROKEN, 1),
        ] {
            let status = first.status();
            let (service, client) = service([first, answer(200, "{}")]);
            let before = tokio::time::Instant::now();
            assert_eq!(order(&client, which).await, sent == 2, "{which} {status:?}");
            assert_eq!(service.count(), sent, "{which} {status:?}");
            assert!(sent == 1 || before.elapsed() >= Duration::from_millis(250), "a fraction");
        }
    }
    for first in [throttled(), answer(503, ""), BROKEN] {
        let (service, client) = service([first, answer(200, "{}")]);
        client.communications().call("c1").get().await.unwrap();
        assert_eq!(service.count(), 2, "what only reads is tried again");
    }
    // Part of a batch that was throttled is sent again by itself.
    let responses = |list: Value| answer(200, json!({ "responses": list }).to_string());
    let busy = json!({ "id": "2", "status": 429, "headers": { "Retry-After": "0.05" } });
    let (service, client) = service([
        responses(json!([{ "id": "1", "status": 200, "body": { "id": "u1" } }, busy])),
        responses(json!([{ "id": "2", "status": 200, "body": { "id": "u2" } }])),
    ]);
    let mut batch = client.batch();
    let first = batch.add(client.user("u1").get()).unwrap();
    let second = batch.add(client.user("u2").get()).unwrap();
    let mut answers = batch.send().await.unwrap();
    assert_eq!(answers.take(first).unwrap().id.text(), Some("u1"));
    assert_eq!(answers.take(second).unwrap().id.text(), Some("u2"));
    assert_eq!(service.body()["requests"].as_array().unwrap().len(), 1);
}

/// Trap 44.
#[test]
fn trap_44_debug_hides_what_must_not_be_logged() {
    let call: Call = read(&json!({
        "chatInfo": {"threadId": "secret-1"},
        "meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": "secret-2"},
        "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "secret-3"},
        "source": {"identity": {"phone": {"id": "secret-4", "displayName": "secret-5"}}},
        "toneInfo": {"tone": "tone7"},
        "undeclared": "secret-6"
    }));
    let joining: Call = read(&json!({"meetingInfo": {
        "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
        "joinMeetingId": "secret-7", "passcode": "secret-8"
    }}));
    let unknown: Call = read(&json!({"mediaConfig": {"blob": "secret-9"}}));
    let meeting: OnlineMeeting = read(&json!({
        "joinMeetingIdSettings": {"passcode": "secret-10"}, "chatInfo": {"threadId": "secret-11"},
        "joinWebUrl": "https://secret-12"
    }));
    let clip: RecordOperation = read(&json!({
        "recordingLocation": "https://secret-13", "recordingAccessToken": "secret-14"
    }));
    let shown = format!("{call:?} {joining:?} {unknown:?} {meeting:?} {clip:?} {clip:#?}");
    assert!(!shown.contains("secret-") && !shown.contains("tone7"), "{shown}");
    assert!(shown.contains("undeclared"), "names are shown, values are not");
}
