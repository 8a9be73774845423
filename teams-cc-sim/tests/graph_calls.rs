//! The Graph door: what a bot may do with calls, and what it is told.

mod bench;

use bench::{Bench, SECOND, answer, call_to, prompt, setup};
use http::Method;
use serde_json::json;
use teams_cc_core::Instant;
use teams_cc_sim::world::Faults;

#[test]
fn a_call_is_answered_prompted_and_its_choice_heard() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let calls = format!("/communications/calls/{id}");
    let (status, body) = bench.post(&format!("{calls}/subscribeToTone"), json!({}));
    assert_eq!((status, &body["status"]), (200, &json!("completed")));
    let (status, body) =
        bench.post(&format!("{calls}/playPrompt"), prompt("https://bot.contoso.test/hello.wav"));
    assert_eq!((status, &body["status"]), (200, &json!("running")));
    let started = bench.now;
    let done = bench.wait_for("prompt", |item| item["resourceData"]["status"] == "completed");
    assert_eq!(done["clientContext"], "ctx-1");
    assert!(bench.now - started >= SECOND * 4, "a prompt takes as long as its recording");
    let pressed = bench.wait_for("tone", |item| item["resourceData"]["toneInfo"].is_object());
    assert_eq!(pressed["toneInfo"]["tone"], "tone2");
    assert_eq!(pressed["toneInfo"]["sequenceId"], 1);
}

#[test]
fn an_offer_is_confirmed_and_both_calls_are_joined_by_replacement() {
    let mut bench = Bench::new(setup());
    let customer = bench.answered();
    let offer = bench.call_user(0);
    bench.wait_for_state(&offer, "established");
    let path = format!("/communications/calls/{offer}");
    bench.post(&format!("{path}/subscribeToTone"), json!({}));
    bench.post(&format!("{path}/playPrompt"), prompt("https://bot.contoso.test/hello.wav"));
    let pressed = bench.wait_for("tone", |item| item["resourceData"]["toneInfo"].is_object());
    assert_eq!(pressed["toneInfo"]["tone"], "tone1");
    let user = bench.world.setup().users[0].id.to_string();
    let (status, _) = bench.post(
        &format!("/communications/calls/{customer}/transfer"),
        json!({"transferTarget": {
            "identity": {"user": {"id": user}},
            "replacesCallId": offer,
        }}),
    );
    assert_eq!(status, 202);
    bench.run_for(SECOND * 2);
    let seen: Vec<&str> = bench
        .inbox
        .iter()
        .filter(|item| item["resourceData"]["id"] == customer.as_str())
        .filter_map(|item| item["resourceData"]["state"].as_str())
        .collect();
    assert!(seen.ends_with(&["transferring", "transferAccepted", "terminated"]), "{seen:?}");
    let over = bench.inbox.iter().rfind(|item| item["resourceData"]["id"] == customer.as_str());
    assert_eq!(over.expect("over")["resourceData"]["terminationReason"], "AppTransferred");
    for id in [&customer, &offer] {
        let (status, body) = bench.ask(Method::GET, &format!("/communications/calls/{id}"), None);
        assert_eq!(status, 404);
        assert_eq!(
            body["error"]["innerError"]["client-request-id"],
            "11111111-2222-4333-8444-555555555555"
        );
    }
    let (_, presence) = bench.ask(Method::GET, &format!("/users/{user}/presence"), None);
    assert_eq!(
        (&presence["availability"], &presence["activity"]),
        (&json!("Busy"), &json!("InACall"))
    );
    bench.run_for(SECOND * 60);
    let (_, presence) = bench.ask(Method::GET, &format!("/users/{user}/presence"), None);
    assert_eq!(presence["availability"], "Available");
    assert!(bench.world.is_quiet(), "{}", bench.world.log().ladder());
}

#[test]
fn a_declined_call_is_answered_by_the_mailbox_soon_after() {
    let mut bench = Bench::new(setup());
    let id = bench.call_user(1);
    let from = bench.now;
    bench.wait_for_state(&id, "established");
    assert!(bench.now - from < SECOND * 4);
    let text = bench.world.log().ladder().to_string();
    assert!(text.contains("bo declines") && text.contains("the mailbox of bo answers"), "{text}");
}

#[test]
fn do_not_disturb_rings_nobody() {
    let mut bench = Bench::new(setup());
    let id = bench.call_user(2);
    let from = bench.now;
    bench.wait_for_state(&id, "established");
    assert!(bench.now - from < SECOND);
    assert!(!bench.world.log().ladder().to_string().contains("rings cy"));
}

#[test]
fn nobody_answers_a_user_without_mailbox() {
    let mut bench = Bench::new(setup());
    let id = bench.call_user(3);
    let over = bench.wait_for_state(&id, "terminated");
    assert_eq!(over["resultInfo"]["code"], 408);
    assert!(bench.now >= Instant::from_secs(20));
}

#[test]
fn a_blind_transfer_that_nobody_takes_gives_the_call_back() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let user = bench.world.setup().users[3].id.to_string();
    let target = json!({"transferTarget": {"identity": {"user": {"id": user}}}});
    let path = format!("/communications/calls/{id}/transfer");
    assert_eq!(bench.post(&path, target).0, 202);
    let back = bench.wait_for("back", |item| item["resourceData"]["resultInfo"].is_object());
    assert_eq!(back["state"], "established");
    assert_eq!(
        (back["resultInfo"]["code"].as_i64(), back["resultInfo"]["subcode"].as_i64()),
        (Some(500), Some(7000))
    );
}

#[test]
fn replacing_a_call_that_is_gone_fails_with_7700() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let user = bench.world.setup().users[0].id.to_string();
    let target = json!({"transferTarget": {
        "identity": {"user": {"id": user}},
        "replacesCallId": "57dab8b1-894c-409a-b240-bd8beae78896",
    }});
    let path = format!("/communications/calls/{id}/transfer");
    assert_eq!(bench.post(&path, target).0, 202);
    let back = bench.wait_for("back", |item| item["resourceData"]["resultInfo"].is_object());
    assert_eq!(back["resultInfo"]["subcode"], 7700);
}

#[test]
fn an_unanswered_incoming_call_is_taken_away_after_fifteen_seconds() {
    let mut bench = Bench::new(setup());
    let id = bench.incoming();
    let over = bench.wait_for("over", |item| item["changeType"] == "deleted");
    assert_eq!(over["id"], id.as_str());
    let path = format!("/communications/calls/{id}/answer");
    assert_eq!(bench.post(&path, answer()).0, 404);
}

#[test]
fn cancelled_prompts_fail_with_8508_and_wrong_files_fail() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let path = format!("/communications/calls/{id}");
    let play = format!("{path}/playPrompt");
    bench.post(&play, prompt("https://bot.contoso.test/hello.wav"));
    bench.post(&play, prompt("https://bot.contoso.test/hello.wav"));
    assert_eq!(bench.post(&format!("{path}/cancelMediaProcessing"), json!({})).0, 200);
    bench.run_for(SECOND);
    let failed = bench
        .inbox
        .iter()
        .filter(|item| item["resourceData"]["resultInfo"]["subcode"] == 8508)
        .count();
    assert_eq!(failed, 2, "what plays and what waits are cancelled");
    bench.post(&play, prompt("https://bot.contoso.test/wrong.mp3"));
    let over = bench.wait_for("failed", |item| item["resourceData"]["status"] == "failed");
    assert_eq!(over["resultInfo"]["code"], 400);
}

#[test]
fn statuses_are_the_documented_ones() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let path = format!("/communications/calls/{id}");
    assert_eq!(bench.post(&format!("{path}/keepAlive"), json!({})).0, 200);
    assert_eq!(bench.ask(Method::GET, &path, None).0, 200);
    let upper = id.replace('-', "").to_uppercase();
    assert_eq!(bench.ask(Method::GET, &format!("/app/calls/{upper}"), None).0, 200);
    assert_eq!(bench.post(&format!("{path}/microsoft.graph.keepAlive"), json!({})).0, 200);
    assert_eq!(bench.post(&format!("{path}/answer"), answer()).0, 400, "answered already");
    assert_eq!(bench.post(&format!("{path}/playPrompt"), json!({"prompts": []})).0, 400);
    assert_eq!(bench.ask(Method::DELETE, &path, None).0, 204);
    assert_eq!(bench.post(&format!("{path}/keepAlive"), json!({})).0, 404, "over");
    assert_eq!(bench.post("/communications/calls", json!({})).0, 400);
    assert_eq!(bench.ask(Method::GET, "/me/presence", None).0, 501, "not part of this simulation");
    let long = json!({"clientContext": "x".repeat(257)});
    let id = bench.call_user(0);
    bench.wait_for_state(&id, "established");
    assert_eq!(bench.post(&format!("/communications/calls/{id}/subscribeToTone"), long).0, 400);
}

#[test]
fn what_is_not_simulated_is_501_and_never_taken_for_the_end_of_a_call() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let live = format!("/communications/calls/{id}");
    for path in ["doesNotExist", "microsoft.graph.doesNotExist", "participants/x/doesNotExist"] {
        let (status, refused) = bench.post(&format!("{live}/{path}"), json!({}));
        assert_eq!((status, &refused["error"]["code"]), (501, &json!("NotImplemented")), "{path}");
        let gone = format!("/communications/calls/gone/{path}");
        assert_eq!(bench.post(&gone, json!({})).0, 404, "a call that is over stays over: {path}");
    }
    for path in ["audioRoutingGroups", "audioRoutingGroups/one", "operations/one/more"] {
        assert_eq!(bench.ask(Method::GET, &format!("{live}/{path}"), None).0, 501, "{path}");
    }
    assert_eq!(bench.ask(Method::GET, &live, None).0, 200, "it lives on");
}

#[test]
fn a_call_that_is_not_kept_alive_ends_after_45_minutes() {
    let mut bench = Bench::new(setup());
    let id = bench.call_user(0);
    bench.wait_for_state(&id, "established");
    bench.run_for(SECOND * 60 * 44);
    assert_eq!(bench.post(&format!("/communications/calls/{id}/keepAlive"), json!({})).0, 200);
    bench.run_for(SECOND * 60 * 44);
    assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{id}"), None).0, 401);
    bench.sign_in();
    assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{id}"), None).0, 200);
    bench.run_for(SECOND * 60 * 2);
    let over = bench.inbox.last().expect("a notification");
    assert_eq!(over["resourceData"]["resultInfo"]["subcode"], 8537);
}

#[test]
fn a_notification_that_is_not_taken_comes_again() {
    let mut bench = Bench::new(setup());
    bench.answer = Some(503);
    bench.run_for(SECOND * 3);
    assert!(bench.inbox.len() >= 2, "sent again");
    assert_eq!(bench.inbox[0], bench.inbox[1]);
    bench.answer = Some(202);
    bench.run_for(SECOND * 2);
    let sent = bench.inbox.len();
    bench.run_for(SECOND * 5);
    assert_eq!(bench.inbox.len(), sent);
}

#[test]
fn faults_repeat_lose_and_respell_notifications() {
    let mut faults = Faults::default();
    faults.pascal_case = true;
    faults.repeat_every = Some(1);
    faults.lose_terminated = true;
    let mut bench = Bench::new(setup().faults(faults));
    let incoming = bench.wait_for("incoming", |item| item["changeType"] == "Created");
    assert_eq!(incoming["state"], "Incoming");
    bench.run_for(SECOND * 20);
    assert!(bench.inbox.iter().all(|item| item["changeType"] != "Deleted"));
    assert_eq!(bench.inbox.len(), 2, "told twice");
}

#[test]
fn one_seed_gives_one_day() {
    let day = |seed| {
        let mut setup = setup();
        setup.seed = seed;
        let mut bench = Bench::new(setup);
        let id = bench.answered();
        bench.post(
            &format!("/communications/calls/{id}/playPrompt"),
            prompt("https://bot.contoso.test/hello.wav"),
        );
        bench.run_for(SECOND * 400);
        let text = bench.world.log().ladder().to_string();
        for secret in ["5550177", "Bearer", bench.token.as_str(), "public-test-secret"] {
            assert!(!text.contains(secret), "the ladder shows {secret}");
        }
        (bench.world.log().hash(), bench.world.log().clone())
    };
    let (hash, mut log) = day(42);
    assert_eq!(hash, day(42).0);
    assert_ne!(hash, day(43).0);
    log.remove(3);
    assert_ne!(hash, log.hash());
}

#[test]
fn entities_and_notifications_have_the_documented_properties() {
    let mut bench = Bench::new(setup());
    let user = bench.world.setup().users[0].id.to_string();
    let request = http::Request::post("https://graph.microsoft.com/v1.0/communications/calls")
        .header("authorization", format!("Bearer {}", bench.token))
        .body(call_to(&user).to_string().into())
        .expect("a request");
    let response = bench.world.handle(bench.now, &request).response;
    let call: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    let id = call["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        response.headers()["location"],
        format!("https://graph.microsoft.com/v1.0/communications/calls/{id}")
    );
    for (name, value) in [
        ("@odata.type", json!("#microsoft.graph.call")),
        ("state", json!("establishing")),
        ("direction", json!("outgoing")),
        ("requestedModalities", json!(["audio"])),
        ("tenantId", json!(bench.tenant().as_str())),
    ] {
        assert_eq!(call[name], value, "{name}");
    }
    assert_eq!(call["targets"][0]["identity"]["user"]["id"], user);
    assert!(call["source"]["identity"]["application"]["id"].is_string());
    bench.incoming();
    let item = bench.inbox.iter().find(|item| item["changeType"] == "created").expect("incoming");
    let data = &item["resourceData"];
    let id = data["id"].as_str().expect("an id");
    assert_eq!(item["resourceUrl"], format!("/communications/calls/{id}"));
    assert_eq!(item["resource"], format!("/app/calls/{id}"));
    assert_eq!(data["source"]["identity"]["phone"]["id"], "+14255550177");
    assert!(data["targets"][0]["identity"]["applicationInstance"]["id"].is_string());
    assert!(data["callChainId"].is_string() && data["myParticipantId"].is_string());
}

#[test]
fn debug_output_shows_neither_numbers_nor_secrets() {
    let bench = Bench::new(setup());
    let text = format!("{:?} {:?}", bench.world.setup(), bench.world);
    for secret in ["5550177", "5550100", "public-test-secret", &bench.token] {
        assert!(!text.contains(secret), "{secret}");
    }
}
