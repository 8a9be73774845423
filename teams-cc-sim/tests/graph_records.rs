//! The Graph door: users, records of calls, and subscriptions to them.

mod bench;

use bench::{Bench, SECOND, setup};
use http::Method;
use serde_json::{Value, json};
use teams_cc_core::Timestamp;
use teams_cc_sim::world::{Customer, Setup, Tenant, User};

fn get(bench: &mut Bench, path: &str) -> (u16, Value) {
    bench.ask(Method::GET, path, None)
}

fn names(page: &Value, name: &str) -> Vec<String> {
    let value = page["value"].as_array().expect("a list");
    value.iter().map(|one| one[name].as_str().expect("text").to_owned()).collect()
}

fn without(role: &str) -> Setup {
    let mut setup = setup();
    setup.apps[0].roles.retain(|own| **own != *role);
    setup
}

#[test]
fn users_are_found_by_id_by_name_and_by_filter_and_come_in_pages() {
    let other = Tenant::new("fabrikam.test");
    let mut world = setup().user(User::new("zoe", &other));
    world.tenants.push(other);
    let mut bench = Bench::new(world);
    let ada = bench.world.setup().users[0].id.to_string();
    for path in [&*ada, &ada.to_uppercase(), "ada@contoso.test", "ada%40contoso.test"] {
        let (status, user) = get(&mut bench, &format!("/users/{path}"));
        assert_eq!((status, &user["id"]), (200, &json!(ada)), "{path}");
        assert_eq!(user["userPrincipalName"], "ada@contoso.test");
    }
    let (_, few) = get(&mut bench, "/users/ada@contoso.test?$select=displayName");
    assert_eq!((few["displayName"].as_str(), &few["id"]), (Some("ada"), &Value::Null));
    let (status, nobody) = get(&mut bench, "/users/zoe@fabrikam.test");
    assert_eq!((status, &nobody["error"]["code"]), (404, &json!("Request_ResourceNotFound")));

    for (filter, wanted) in [
        ("mail%20eq%20'bo@contoso.test'", &["bo"][..]),
        ("startswith(displayName,'D')", &["di"]),
        ("displayName%20eq%20'o''brien'", &[]),
        ("startswith(mail,'c')%20and%20displayName%20eq%20'cy'", &["cy"]),
    ] {
        let (status, page) = get(&mut bench, &format!("/users?$filter={filter}"));
        assert_eq!(
            (status, names(&page, "displayName")),
            (200, wanted.iter().map(|w| (*w).to_owned()).collect()),
            "{filter}"
        );
    }
    assert_eq!(get(&mut bench, "/users?$filter=jobTitle%20eq%20'x'").0, 501, "beyond it");
    assert_eq!(get(&mut bench, "/users?$search=x").0, 501, "beyond it");

    let (mut path, mut found, mut pages) =
        ("/users?$top=3&$select=displayName".to_owned(), vec![], 0);
    loop {
        let (status, page) = get(&mut bench, &path);
        assert_eq!(status, 200, "{page}");
        found.extend(names(&page, "displayName"));
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        path = next.trim_start_matches("https://graph.microsoft.com/v1.0").to_owned();
    }
    assert_eq!((found, pages), (["ada", "bo", "cy", "di"].map(str::to_owned).to_vec(), 2));
    for wrong in ["$top=0", "$top=x", "$skiptoken=x"] {
        assert_eq!(get(&mut bench, &format!("/users?{wrong}")).0, 400, "{wrong}");
    }
    let mut bench = Bench::new(without("User.Read.All"));
    assert_eq!(get(&mut bench, "/users").0, 403);
}

#[test]
fn a_call_has_a_record_a_minute_later_for_thirty_days() {
    let mut bench = Bench::new(setup());
    let customer = bench.answered();
    let (_, call) = get(&mut bench, &format!("/communications/calls/{customer}"));
    let chain = call["callChainId"].as_str().expect("an id").to_owned();
    let path = format!("/communications/callRecords/{chain}");
    bench.run_for(SECOND * 30);
    assert_eq!(
        bench.ask(Method::DELETE, &format!("/communications/calls/{customer}"), None).0,
        204
    );
    bench.run_for(SECOND * 59);
    assert_eq!(get(&mut bench, &path).0, 404, "not written yet");
    bench.run_for(SECOND);
    let (status, record) = get(&mut bench, &format!("{path}?$expand=sessions($expand=segments)"));
    assert_eq!((status, &record["type"]), (200, &json!("peerToPeer")), "{record}");
    let time =
        |name: &str| -> Timestamp { record[name].as_str().expect("text").parse().expect("a time") };
    let lasted = time("endDateTime").since(time("startDateTime"));
    assert!(lasted >= SECOND * 30 && lasted < SECOND * 32, "{lasted:?}");
    assert_eq!(record["organizer_v2"]["id"], "+14255550177", "who called");
    let session = &record["sessions"][0];
    assert_eq!(session["caller"]["identity"]["phone"]["id"], "+14255550177");
    assert_eq!(session["callee"]["userAgent"]["role"], "customBot");
    assert_eq!(session["segments"][0]["callee"], session["callee"]);
    assert!(session["failureInfo"].is_null());
    let (_, people) = get(&mut bench, &format!("{path}/participants_v2"));
    assert_eq!(names(&people, "id").len(), 2);
    assert_eq!(get(&mut bench, &format!("{path}/organizer_v2")).1, record["organizer_v2"]);
    let (_, sessions) = get(&mut bench, &format!("{path}/sessions"));
    assert!(sessions["value"][0]["segments"].is_null(), "not asked for");

    bench.run_for(SECOND * 3600 * 24 * 30);
    bench.sign_in();
    assert_eq!(get(&mut bench, &path).0, 404, "too old");
    let mut bench = Bench::new(without("CallRecords.Read.All"));
    assert_eq!(get(&mut bench, "/communications/callRecords").0, 403);
}

#[test]
fn records_are_listed_by_time_and_by_who_took_part_and_show_who_did_not_answer() {
    let mut bench = Bench::new(setup());
    let ada = bench.call_user(0);
    bench.wait_for_state(&ada, "established");
    bench.ask(Method::DELETE, &format!("/communications/calls/{ada}"), None);
    bench.run_for(SECOND * 60);
    let later = bench.world.setup().start + bench.now.since_epoch();
    let di = bench.call_user(3);
    bench.wait_for_state(&di, "terminated");
    bench.run_for(SECOND * 60);
    let id = bench.world.setup().users[3].id.to_string();
    for (filter, found) in [
        (String::new(), 3),
        (format!("?$filter=startDateTime%20ge%20{later}"), 1),
        (format!("?$filter=startDateTime%20lt%20{later}"), 2),
        (format!("?$filter=participants_v2/any(p:p/id%20eq%20'{id}')"), 1),
        (
            format!(
                "?$filter=startDateTime%20lt%20{later}%20and%20participants_v2/any(p:p/id%20eq%20'{id}')"
            ),
            0,
        ),
    ] {
        let (status, page) = get(&mut bench, &format!("/communications/callRecords{filter}"));
        assert_eq!((status, names(&page, "id").len()), (200, found), "{filter}");
    }
    for wrong in ["endDateTime%20ge%20x", "startDateTime%20eq%20x", "startDateTime%20ge%20then"] {
        assert_eq!(get(&mut bench, &format!("/communications/callRecords?$filter={wrong}")).0, 400);
    }
    let filter = format!("?$filter=participants_v2/any(p:p/id%20eq%20'{id}')");
    let (_, page) = get(&mut bench, &format!("/communications/callRecords{filter}"));
    let record = names(&page, "id").remove(0);
    let (_, sessions) = get(&mut bench, &format!("/communications/callRecords/{record}/sessions"));
    assert_eq!(sessions["value"][0]["failureInfo"]["stage"], "callSetup");
    assert_eq!(sessions["value"][0]["caller"]["userAgent"]["role"], "customBot");
    let log =
        "/communications/callRecords/getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-01-02)";
    assert_eq!(get(&mut bench, log).0, 501);
}

fn wish(bench: &Bench, minutes: u32) -> Value {
    let expires = bench.world.setup().start + bench.now.since_epoch() + SECOND * 60 * minutes;
    json!({
        "changeType": "created,updated",
        "resource": "communications/callRecords",
        "notificationUrl": "https://bot.contoso.test/changes",
        "clientState": "secret state",
        "expirationDateTime": expires.to_string(),
    })
}

#[test]
fn a_subscriber_is_validated_told_of_each_record_and_forgotten_in_time() {
    let mut setup = setup();
    setup.customers = vec![Customer::new("late", "+14255550178")];
    let mut bench = Bench::new(setup);
    let (status, made) = bench.post("/subscriptions", wish(&bench, 60));
    assert_eq!((status, &made["clientState"]), (201, &json!("secret state")), "{made}");
    let path = format!("/subscriptions/{}", made["id"].as_str().expect("an id"));
    bench.run_for(SECOND);
    assert!(bench.validated[0].starts_with("https://bot.contoso.test/changes?validationToken="));
    assert!(get(&mut bench, &path).1["clientState"].is_null(), "it is told once");

    let call = bench.call_user(0);
    bench.wait_for_state(&call, "established");
    bench.ask(Method::DELETE, &format!("/communications/calls/{call}"), None);
    bench.run_for(SECOND * 61);
    let told = bench.inbox.last().expect("a notification").clone();
    assert_eq!(
        (&told["subscriptionId"], &told["clientState"]),
        (&made["id"], &json!("secret state"))
    );
    let record = told["resource"].as_str().expect("a resource").to_owned();
    assert_eq!(get(&mut bench, &format!("/{record}")).0, 200, "it can be read by then");

    let renewed = json!({"expirationDateTime": wish(&bench, 120)["expirationDateTime"]});
    let (status, after) = bench.ask(Method::PATCH, &path, Some(renewed.clone()));
    assert_eq!((status, &after["expirationDateTime"]), (200, &renewed["expirationDateTime"]));
    assert_eq!(bench.ask(Method::POST, &format!("{path}/reauthorize"), None).0, 200);
    assert_eq!(get(&mut bench, "/subscriptions").1["value"].as_array().map(Vec::len), Some(1));
    bench.run_for(SECOND * 60 * 59);
    bench.sign_in();
    assert_eq!(get(&mut bench, &path).0, 200, "renewed");
    bench.run_for(SECOND * 60 * 61);
    bench.sign_in();
    assert_eq!(get(&mut bench, &path).0, 404, "its time is over");
    assert!(!bench.world.log().ladder().to_string().contains("secret state"));
}

#[test]
fn subscriptions_are_refused_as_documented_and_end_where_nobody_validates_them() {
    let mut bench = Bench::new(setup());
    let change = |name: &str, value: Value| {
        let mut wish = wish(&bench, 60);
        wish[name] = value;
        wish
    };
    let cases = [
        (change("resource", json!("chats/getAllMessages")), 501),
        (change("changeType", json!("moved")), 400),
        (change("notificationUrl", json!("http://bot.contoso.test/changes")), 400),
        (change("clientState", json!("x".repeat(129))), 400),
        (change("expirationDateTime", json!("2001-01-01T00:00:00Z")), 400),
        (wish(&bench, 4231), 400),
        (json!({"resource": "communications/callRecords"}), 400),
        (wish(&bench, 4229), 201),
    ];
    for (wish, wanted) in cases {
        assert_eq!(bench.post("/subscriptions", wish.clone()).0, wanted, "{wish}");
    }
    bench.answer = Some(404);
    let (_, made) = bench.post("/subscriptions", wish(&bench, 60));
    let path = format!("/subscriptions/{}", made["id"].as_str().expect("an id"));
    assert_eq!(get(&mut bench, &path).0, 200);
    bench.run_for(SECOND);
    assert_eq!(get(&mut bench, &path).0, 404, "nobody answers there");
    bench.answer = Some(200);
    let (_, made) = bench.post("/subscriptions", wish(&bench, 60));
    let path = format!("/subscriptions/{}", made["id"].as_str().expect("an id"));
    bench.run_for(SECOND);
    assert_eq!(bench.ask(Method::DELETE, &path, None).0, 204);
    assert_eq!(bench.ask(Method::DELETE, &path, None).0, 404);
}
