//! The Graph door: operations asked for, clips, tones sent, mute, recording status, redirects.

mod bench;

use std::time::Duration;

use bench::{Bench, SECOND, prompt, read, setup};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use teams_cc_sim::world::{Faults, Setup};

const HELLO: &str = "https://bot.contoso.test/hello.wav";

fn silent_customer(says: Duration) -> Setup {
    let mut setup = setup();
    setup.customers[0] = setup.customers[0].clone().says(says);
    setup
}

fn over(bench: &mut Bench) -> Value {
    bench.wait_for("the end", |item| item["changeType"] == "deleted")
}

#[test]
fn an_operation_is_shown_while_it_runs_and_once_it_is_over_even_where_nobody_tells() {
    let mut faults = Faults::default();
    faults.lose_operations = true;
    let mut bench = Bench::new(setup().faults(faults));
    let id = bench.answered();
    let path = format!("/communications/calls/{id}");
    let (_, operation) = bench.post(&format!("{path}/playPrompt"), prompt(HELLO));
    let operation = format!("{path}/operations/{}", operation["id"].as_str().expect("an id"));
    let (status, running) = bench.ask(Method::GET, &operation, None);
    assert_eq!((status, &running["status"]), (200, &json!("running")));
    assert_eq!(running["clientContext"], "ctx-1");
    bench.run_for(SECOND * 6);
    assert!(bench.inbox.iter().all(|item| item["changeType"] != "deleted"), "the end is lost");
    let (_, ended) = bench.ask(Method::GET, &operation, None);
    assert_eq!(
        (&ended["status"], &ended["resultInfo"]["code"]),
        (&json!("completed"), &json!(200))
    );
    assert_eq!(bench.ask(Method::GET, &format!("{path}/operations/none"), None).0, 404);
}

#[test]
fn a_clip_lies_elsewhere_and_takes_its_own_token_while_the_call_lasts() {
    let cases = [
        (SECOND * 3, json!({}), 200, 0, Some(3)),
        (SECOND * 30, json!({"maxRecordDurationInSeconds": 10}), 200, 8515, Some(10)),
        (SECOND * 30, json!({}), 200, 8515, Some(5)),
        (Duration::ZERO, json!({"initialSilenceTimeoutInSeconds": 2}), 400, 0, None),
    ];
    for (says, body, code, subcode, length) in cases {
        let mut bench = Bench::new(silent_customer(says));
        let id = bench.answered();
        let record = format!("/communications/calls/{id}/recordResponse");
        assert_eq!(bench.post(&record, body.clone()).0, 200, "{body}");
        let end = over(&mut bench);
        let result = &end["resultInfo"];
        assert_eq!(
            (result["code"].as_i64(), result["subcode"].as_i64()),
            (Some(code), Some(subcode))
        );
        let Some(length) = length else {
            assert!(end["recordingLocation"].is_null(), "{end}");
            continue;
        };
        let location = end["recordingLocation"].as_str().expect("a location").to_owned();
        let own = end["recordingAccessToken"].as_str().expect("a token").to_owned();
        assert!(!location.contains("graph.microsoft.com"), "{location}");
        let mut fetch = |token: &str| {
            let request =
                Request::get(&location).header("authorization", format!("Bearer {token}"));
            let request = request.body(Bytes::new()).expect("a request");
            let response = bench.world.handle(bench.now, &request).response;
            (response.status().as_u16(), response.body().len())
        };
        assert_eq!(fetch(&own), (200, 44 + length * 32_000), "{body}");
        assert_eq!(fetch("another").0, 401, "the token of Graph does not go there");
        assert_eq!(bench.ask(Method::DELETE, &format!("/communications/calls/{id}"), None).0, 204);
        let request = Request::get(&location).header("authorization", format!("Bearer {own}"));
        let request = request.body(Bytes::new()).expect("a request");
        assert_eq!(read(&bench.world.handle(bench.now, &request).response).0, 404, "gone");
        assert!(!bench.world.log().ladder().to_string().contains(&own), "a token in the ladder");
    }
}

#[test]
fn a_stop_tone_ends_a_clip_at_once_and_wrong_orders_are_refused() {
    let mut bench = Bench::new(silent_customer(SECOND * 100));
    let id = bench.answered();
    let record = format!("/communications/calls/{id}/recordResponse");
    let mut order = prompt(HELLO);
    order["stopTones"] = json!(["2"]);
    order["maxRecordDurationInSeconds"] = json!(120);
    assert_eq!(bench.post(&record, order.clone()).0, 200);
    let from = bench.now;
    let end = over(&mut bench);
    assert_eq!(end["resultInfo"]["subcode"], 0, "{end}");
    assert!(bench.now - from < SECOND * 20, "the key ends it, not the longest duration");
    for (name, value) in [("maxRecordDurationInSeconds", 0), ("maxSilenceTimeoutInSeconds", 121)] {
        order[name] = json!(value);
        assert_eq!(bench.post(&record, order.clone()).0, 400, "{name}");
        order[name] = json!(5);
    }
    let two = order["prompts"][0].clone();
    order["prompts"].as_array_mut().expect("a list").push(two);
    assert_eq!(bench.post(&record, order).0, 400, "two prompts");
}

#[test]
fn tones_are_sent_the_bot_is_muted_and_only_a_recording_policy_records() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let path = format!("/communications/calls/{id}");
    let tones = json!({"tones": ["tone1", "pound"], "clientContext": "dtmf"});
    let (status, sent) = bench.post(&format!("{path}/sendDtmfTones"), tones);
    assert_eq!((status, &sent["status"]), (200, &json!("running")));
    assert_eq!(over(&mut bench)["@odata.type"], "#microsoft.graph.sendDtmfTonesOperation");
    assert_eq!(bench.post(&format!("{path}/sendDtmfTones"), json!({"tones": []})).0, 400);
    for action in ["mute", "unmute"] {
        let (status, done) = bench.post(&format!("{path}/{action}"), json!({}));
        assert_eq!((status, &done["status"]), (200, &json!("completed")), "{action}");
    }
    let update = format!("{path}/updateRecordingStatus");
    let (status, refused) = bench.post(&update, json!({"status": "recording"}));
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("8506")));

    let mut policy = setup();
    policy.accounts[0] = policy.accounts[0].clone().policy_recording();
    let mut bench = Bench::new(policy);
    let id = bench.answered();
    let update = format!("/communications/calls/{id}/updateRecordingStatus");
    assert_eq!(bench.post(&update, json!({"status": "recording"})).0, 200);
    assert_eq!(bench.post(&update, json!({"status": "perhaps"})).0, 400);
}

#[test]
fn a_redirected_call_ends_for_the_bot_and_rings_the_target() {
    for (user, answers) in [(0, true), (3, false)] {
        let mut bench = Bench::new(setup());
        let id = bench.incoming();
        let target = bench.world.setup().users[user].id.to_string();
        let body = json!({"targets": [{"identity": {"user": {"id": target}}}]});
        let path = format!("/communications/calls/{id}/redirect");
        let many: Vec<_> = (0..26).map(|_| body["targets"][0].clone()).collect();
        let mut late = body.clone();
        late["timeout"] = json!(91);
        for wrong in [json!({"targets": []}), json!({"targets": many}), late] {
            assert_eq!(bench.post(&path, wrong).0, 400);
        }
        assert_eq!(bench.post(&path, body).0, 202);
        let end = bench.wait_for_state(&id, "terminated");
        assert_eq!(end["id"], id.as_str());
        assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{id}"), None).0, 404);
        bench.run_for(SECOND * 60 * 6);
        let ladder = bench.world.log().ladder().to_string();
        assert_eq!(ladder.contains("c1 talks to ada"), answers, "{ladder}");
        assert!(bench.world.is_quiet(), "{ladder}");
    }
}
