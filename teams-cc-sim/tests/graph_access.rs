//! The Graph door: who may sign in, and who may ask for what.

mod bench;

use bench::{Bench, SECOND, call_to, setup};
use http::Method;
use serde_json::json;
use teams_cc_sim::world::{PresenceState, Tenant, User};

#[test]
fn missing_permissions_and_foreign_tenants_are_named_by_code() {
    let mut bench = Bench::new(setup());
    let id = bench.answered();
    let user = bench.world.setup().users[0].id.to_string();

    let mut poor = setup();
    poor.apps[0] = poor.apps[0].clone().roles(&["Calls.JoinGroupCall.All"]);
    let mut other = Bench::new(poor);
    let (status, body) = other.post("/communications/calls", call_to(&user));
    assert_eq!((status, &body["error"]["code"]), (403, &json!("7504")));
    let (status, body) = other.ask(Method::GET, &format!("/users/{user}/presence"), None);
    assert_eq!((status, &body["error"]["code"]), (403, &json!("Forbidden")));

    let mut silent = setup();
    silent.apps[0] = silent.apps[0].clone().without_calling();
    let mut other = Bench::new(silent);
    let (status, body) = other.post("/communications/calls", call_to(&user));
    assert_eq!((status, &body["error"]["code"]), (403, &json!("7503")));

    let mut two = setup();
    two.tenants.push(Tenant::new("fabrikam.test"));
    let mut bench2 = Bench::new(two);
    let call = bench2.answered();
    let app = bench2.world.setup().apps[0].id.to_string();
    let (_, body) = bench2.token("fabrikam.test", &app, "public-test-secret");
    bench2.token = body["access_token"].as_str().expect("a token").to_owned();
    let path = format!("/communications/calls/{call}");
    let (status, body) = bench2.ask(Method::GET, &path, None);
    assert_eq!((status, &body["error"]["code"]), (403, &json!("7505")));

    bench.token = "e30.e30.c2ln".to_owned();
    let (status, body) = bench.ask(Method::GET, &format!("/communications/calls/{id}"), None);
    assert_eq!((status, &body["error"]["code"]), (401, &json!("InvalidAuthenticationToken")));
}

#[test]
fn the_sign_in_service_refuses_with_its_own_numbers() {
    let mut bench = Bench::new(setup());
    let (tenant, app) = (bench.tenant(), bench.world.setup().apps[0].id.to_string());
    for (tenant, app, secret, number) in [
        (tenant.as_str(), app.as_str(), "wrong", 7_000_215),
        (tenant.as_str(), "nobody", "public-test-secret", 700_016),
        ("nowhere.test", app.as_str(), "public-test-secret", 90_002),
    ] {
        let (status, body) = bench.token(tenant, app, secret);
        assert!(status == 400 || status == 401);
        assert_eq!(body["error_codes"][0], number);
        let text = body["error_description"].as_str().expect("text");
        assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
    }
}

#[test]
fn presence_is_read_for_up_to_650_users_of_the_tenant() {
    let mut bench = Bench::new(
        setup().user(
            User::new("eve", &Tenant::new("contoso.test"))
                .presence_at(SECOND * 5, PresenceState::new("Busy").activity("InAMeeting")),
        ),
    );
    let ids: Vec<String> =
        bench.world.setup().users.iter().map(|user| user.id.to_string()).collect();
    let mut asked = ids.clone();
    asked.push("nobody".to_owned());
    let read = |bench: &mut Bench, ids: &[String]| {
        bench.post("/communications/getPresencesByUserId", json!({"ids": ids}))
    };
    let (status, body) = read(&mut bench, &asked);
    assert_eq!((status, body["value"].as_array().map(Vec::len)), (200, Some(5)));
    assert_eq!(body["value"][2]["availability"], "DoNotDisturb");
    bench.run_for(SECOND * 6);
    let (_, body) = read(&mut bench, &ids[4..]);
    assert_eq!(body["value"][0]["activity"], "InAMeeting");
    assert_eq!(read(&mut bench, &vec!["x".to_owned(); 651]).0, 400);
}
