//! The Graph door: group calls, their rosters, invitations, and batches.

mod bench;

use bench::{Bench, SECOND, call_to, setup};
use http::Method;
use serde_json::{Value, json};
use teams_cc_sim::world::CALLBACK;

fn join(bench: &mut Bench, delta: bool) -> String {
    let body = json!({
        "@odata.type": "#microsoft.graph.call",
        "callbackUri": CALLBACK,
        "requestedModalities": ["audio"],
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", "threadId": "19:x", "messageId": "0"},
        "meetingInfo": {"@odata.type": "#microsoft.graph.organizerMeetingInfo"},
        "callOptions": {"isDeltaRosterEnabled": delta},
    });
    let (status, call) = bench.post("/communications/calls", body);
    assert_eq!(status, 201, "{call}");
    assert_eq!(call["targets"], json!([]));
    let id = call["id"].as_str().expect("an id").to_owned();
    bench.wait_for_state(&id, "established");
    id
}

fn invitation(bench: &Bench, user: usize, replaces: Option<&str>) -> Value {
    let user = bench.world.setup().users[user].id.to_string();
    json!({
        "participants": [{"identity": {"user": {"id": user}}, "replacesCallId": replaces}],
        "clientContext": "invite",
    })
}

fn customer(replaces: &str) -> Value {
    json!({"participants": [
        {"identity": {"phone": {"id": "+14255550177"}}, "replacesCallId": replaces},
    ]})
}

/// How many people each roster names, in order.
fn rosters(bench: &Bench, group: &str) -> Vec<(usize, i64)> {
    let suffix = format!("{group}/participants");
    let items = bench.inbox.iter();
    let items =
        items.filter(|item| item["resourceUrl"].as_str().is_some_and(|url| url.ends_with(&suffix)));
    items
        .map(|item| {
            let people = item["resourceData"].as_array().expect("a list");
            (people.len(), people[0]["rosterSequenceNumber"].as_i64().expect("a number"))
        })
        .collect()
}

#[test]
fn parties_move_into_a_group_call_one_at_a_time_and_their_calls_end() {
    for delta in [false, true] {
        let mut bench = Bench::new(setup());
        let agent = bench.call_user(0);
        bench.wait_for_state(&agent, "established");
        let group = join(&mut bench, delta);
        let invite = format!("/communications/calls/{group}/participants/invite");
        let (status, operation) = bench.post(&invite, invitation(&bench, 0, Some(&agent)));
        assert_eq!((status, &operation["status"]), (200, &json!("Running")));
        assert_eq!(bench.post(&invite, invitation(&bench, 3, None)).0, 400, "one at a time");
        let end =
            bench.wait_for("invited", |item| item["resourceData"]["clientContext"] == "invite");
        assert_eq!(end["@odata.type"], "#microsoft.graph.inviteParticipantsOperation");
        assert_eq!(end["status"], "completed");
        bench.run_for(SECOND);
        assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{agent}"), None).0, 404);
        // A user who does not answer does not come.
        bench.post(&invite, invitation(&bench, 3, None));
        let end = bench.wait_for("not come", |item| item["resourceData"]["status"] == "failed");
        assert_eq!(end["resultInfo"]["code"], 408);
        let told = rosters(&bench, &group);
        assert_eq!(told, [(if delta { 1 } else { 2 }, 1)], "delta: {delta}");
        let path = format!("/communications/calls/{group}/participants");
        let (_, list) = bench.ask(Method::GET, &path, None);
        let people = list["value"].as_array().expect("a list");
        assert_eq!(people.len(), 2, "the bot and ada");
        let ada = format!("{path}/{}", people[1]["id"].as_str().expect("an id"));
        assert_eq!(bench.post(&format!("{ada}/mute"), json!({})).0, 200);
        assert_eq!(bench.ask(Method::GET, &ada, None).1["isMuted"], true);
        for action in ["startHoldMusic", "stopHoldMusic"] {
            assert_eq!(bench.post(&format!("{ada}/{action}"), json!({})).0, 202, "{action}");
        }
        assert_eq!(bench.ask(Method::GET, &format!("{path}/nobody"), None).0, 404);
        assert_eq!(bench.ask(Method::DELETE, &ada, None).0, 204);
        let end = bench.wait_for_state(&group, "terminated");
        assert_eq!(end["resultInfo"]["subcode"], 5010);
        let told = rosters(&bench, &group);
        let sequences: Vec<_> = told.iter().map(|(_, sequence)| *sequence).collect();
        assert_eq!(sequences, [1, 2, 3], "came, was muted, was removed");
    }
}

#[test]
fn an_invitation_to_replace_a_call_that_is_gone_or_of_somebody_else_fails() {
    let mut bench = Bench::new(setup());
    let agent = bench.call_user(0);
    bench.wait_for_state(&agent, "established");
    let group = join(&mut bench, false);
    let invite = format!("/communications/calls/{group}/participants/invite");
    for body in [invitation(&bench, 0, Some("gone")), invitation(&bench, 1, Some(&agent))] {
        assert_eq!(bench.post(&invite, body).0, 200);
        let end = bench.wait_for("failed", |item| item["resourceData"]["status"] == "failed");
        assert_eq!(end["resultInfo"]["subcode"], 7700);
    }
    assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{agent}"), None).0, 200);
    assert_eq!(bench.post(&invite, customer("gone")).0, 400, "a phone needs a resource account");
    let plain = format!("/communications/calls/{agent}/participants/invite");
    assert_eq!(bench.post(&plain, invitation(&bench, 3, None)).0, 400, "no group call");
    let (_, two) =
        bench.ask(Method::GET, &format!("/communications/calls/{agent}/participants"), None);
    assert_eq!(two["value"].as_array().map(Vec::len), Some(2));
}

fn group_of(bench: &Bench, users: &[usize]) -> Value {
    let target =
        |user: &usize| call_to(bench.world.setup().users[*user].id.as_str())["targets"][0].clone();
    let mut body = call_to("nobody");
    body["targets"] = users.iter().map(target).collect();
    body
}

#[test]
fn several_targets_are_a_group_call_that_the_first_establishes_and_the_others_join() {
    let mut bench = Bench::new(setup());
    let (status, call) = bench.post("/communications/calls", group_of(&bench, &[0, 1, 2, 3]));
    assert_eq!((status, call["targets"].as_array().map(Vec::len)), (201, Some(4)), "{call}");
    let id = call["id"].as_str().expect("an id").to_owned();
    bench.wait_for_state(&id, "established");
    bench.run_for(SECOND);
    assert_eq!(rosters(&bench, &id), [(2, 1)], "the bot and ada");
    bench.run_for(SECOND * 70);
    let ladder = bench.world.log().ladder().to_string();
    assert!(ladder.contains("di does not answer") && !ladder.contains("mailbox"), "{ladder}");
    assert_eq!(bench.ask(Method::GET, &format!("/communications/calls/{id}"), None).0, 200);
    assert_eq!(bench.ask(Method::DELETE, &format!("/communications/calls/{id}"), None).0, 204);
}

#[test]
fn a_group_is_five_users_at_most_each_named_once_and_takes_its_own_permission() {
    let mut bench = Bench::new(setup());
    let mut with_phone = group_of(&bench, &[0, 1]);
    let account = bench.world.setup().accounts[0].id.to_string();
    with_phone["source"] = json!({"identity": {"applicationInstance": {"id": account}}});
    with_phone["targets"][1]["identity"] = json!({"phone": {"id": "+14255550177"}});
    for (what, body) in [
        ("six", group_of(&bench, &[0, 1, 2, 3, 0, 1])),
        ("twice", group_of(&bench, &[0, 0])),
        ("a phone", with_phone),
    ] {
        assert_eq!(bench.post("/communications/calls", body).0, 400, "{what}");
    }
    let mut alone = setup();
    alone.apps[0] = alone.apps[0].clone().roles(&["Calls.Initiate.All"]);
    let mut bench = Bench::new(alone);
    let (status, refused) = bench.post("/communications/calls", group_of(&bench, &[0, 1]));
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("7504")));
    bench.call_user(0);
}

#[test]
fn a_batch_is_answered_one_by_one_and_what_depends_on_a_failure_is_not_tried() {
    let mut bench = Bench::new(setup());
    let user = bench.world.setup().users[0].id.to_string();
    let json_type = json!({"content-type": "application/json"});
    let (status, answer) = bench.post("/$batch", json!({"requests": [
        {"id": "1", "method": "GET", "url": format!("/users/{user}/presence")},
        {"id": "2", "method": "GET", "url": "/communications/calls/none"},
        {"id": "3", "method": "GET", "url": format!("/users/{user}/presence"), "dependsOn": ["2"]},
        {"id": "4", "method": "POST", "url": "/communications/calls", "headers": json_type,
         "body": call_to(&user), "dependsOn": ["1"]},
        {"id": "5", "method": "POST", "url": "/$batch", "headers": json_type, "body": {}},
    ]}));
    assert_eq!(status, 200);
    let statuses: Vec<_> = answer["responses"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["id"].as_str().expect("an id"), one["status"].as_u64().expect("a status")))
        .collect();
    assert_eq!(statuses, [("1", 200), ("2", 404), ("3", 424), ("4", 201), ("5", 400)]);
    assert!(answer["responses"][3]["headers"]["location"].is_string());
    let many: Vec<_> =
        (0..21).map(|n| json!({"id": n.to_string(), "method": "GET", "url": "/x"})).collect();
    assert_eq!(bench.post("/$batch", json!({"requests": many})).0, 400);
}
