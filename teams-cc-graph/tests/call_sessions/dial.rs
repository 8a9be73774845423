//! Placing calls: what comes early, what is dropped, what is refused.

use std::time::Duration;

use crate::support::{
    CALL, OTHER, config, incoming, operation, setup, setup_with, state, terminated,
};
use serde_json::json;
use teams_cc_core::{
    Address, E164, LegId, PhoneNumber, TeamsUser,
    contact::{Direction, EndReason, Leg, LegCommand, LegEvent},
};
use teams_cc_graph::{ErrorKind, InvalidRequest, call::DialError};

fn agent() -> Address {
    TeamsUser::new("29362bd4-cd58-4ed0-a206-0e4a33dbb0b6".parse().expect("an id")).into()
}

fn leg() -> LegId {
    LegId::numbered("offer", 1)
}

#[tokio::test(start_paused = true)]
async fn a_placed_call_rings_and_is_answered() {
    let mut setup = setup();
    let placed = setup.calls.dial(&agent(), leg()).await.expect("placed");
    assert_eq!((placed.id(), placed.direction()), (&leg(), Direction::Outbound));
    assert_eq!(placed.party(), &agent());
    setup.notify([state(CALL, "ringing"), state(CALL, "established")]);
    for event in [LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive] {
        assert_eq!(setup.leg_event().await, event);
    }
}

#[tokio::test(start_paused = true)]
async fn a_phone_is_called_from_the_resource_account() {
    let setup = setup();
    let phone: Address = E164::new("+14255550123").expect("a number").into();
    setup.calls.dial(&phone, leg()).await.expect("placed");
    let body = setup.graph.body("POST calls");
    assert_eq!(body["source"]["identity"]["applicationInstance"]["id"], crate::support::INSTANCE);
    assert_eq!(body["targets"][0]["identity"]["phone"]["id"], "+14255550123");
    assert_eq!(body["tenantId"], crate::support::TENANT);
}

/// Traps 22, 33.
#[tokio::test(start_paused = true)]
async fn notifications_may_overtake_the_response_that_names_the_call() {
    let mut setup = setup();
    let answer = json!({ "id": CALL });
    setup.graph.slow_answer("calls", 201, answer, Duration::from_secs(2));
    let calls = setup.calls.clone();
    let dial = tokio::spawn(async move { calls.dial(&agent(), leg()).await });
    setup.settle().await;
    // The service spells one call in two ways.
    setup.notify([
        state(&CALL.replace('-', "").to_uppercase(), "Established"),
        state(OTHER, "established"),
    ]);
    assert_eq!(setup.calls.counts().held, 2);
    dial.await.expect("no panic").expect("placed");
    assert_eq!(setup.leg_event().await, LegEvent::Answered);
    assert_eq!(setup.leg_event().await, LegEvent::MediaActive);
    let counts = setup.calls.counts();
    assert_eq!((counts.held, counts.unknown), (0, 1), "the other call is nobody's");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ended_before_its_response_came_is_over() {
    let mut setup = setup();
    setup.graph.slow_answer("calls", 201, json!({ "id": CALL }), Duration::from_secs(2));
    let calls = setup.calls.clone();
    let dial = tokio::spawn(async move { calls.dial(&agent(), leg()).await });
    setup.settle().await;
    setup.notify([terminated(CALL, 480, 10037), state(CALL, "establishing")]);
    let placed = dial.await.expect("no panic").expect("placed");
    assert_eq!(setup.ended().await.reason, EndReason::Unreachable);
    let after = placed.execute(LegCommand::HangUp).await;
    assert!(matches!(after, Err(teams_cc_core::contact::LegError::Ended)));
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_dial_hangs_up_the_call_that_came_of_it() {
    let mut setup = setup();
    setup.graph.slow_answer("calls", 201, json!({ "id": CALL }), Duration::from_secs(2));
    let dropped =
        tokio::time::timeout(Duration::from_secs(1), setup.calls.dial(&agent(), leg())).await;
    assert!(dropped.is_err());
    assert_eq!(setup.calls.counts().dialing, 1);
    setup.notify([state(CALL, "ringing")]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(setup.graph.count("DELETE delete"), 1);
    assert!(setup.next().await.is_none(), "nobody is told of a call nobody has");
    setup.assert_nothing_left().await;
    setup.calls.dial(&agent(), leg()).await.expect("the leg id is free again");
}

#[tokio::test(start_paused = true)]
async fn a_dial_dropped_at_any_moment_leaves_nothing() {
    for millis in 0..8 {
        let setup = setup();
        setup.graph.slow_answer("calls", 201, json!({ "id": CALL }), Duration::from_millis(4));
        let wait = Duration::from_millis(millis);
        let placed = tokio::time::timeout(wait, setup.calls.dial(&agent(), leg())).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let sessions = usize::from(placed.is_ok());
        let counts = setup.calls.counts();
        assert_eq!((counts.sessions, counts.dialing, counts.tasks), (sessions, 0, 0), "{millis}");
        let hung_up = setup.graph.count("DELETE delete");
        assert_eq!(setup.graph.count("POST calls"), sessions + hung_up, "{millis}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_order_counts_as_one_without_a_response() {
    let mut setup = setup();
    let call = setup.connected().await;
    let slow = Duration::from_secs(5);
    setup.graph.slow_answer("playPrompt", 200, json!({ "id": "k", "status": "running" }), slow);
    let prompt =
        teams_cc_core::contact::Prompt::new("https://x.example/a.wav").expect("an address");
    let play = call.leg.execute(LegCommand::Play(vec![prompt]));
    assert!(tokio::time::timeout(Duration::from_secs(1), play).await.is_err());
    let body = setup.graph.body("POST playPrompt");
    setup.notify([operation(
        CALL,
        "k",
        &json!({
            "@odata.type": "#microsoft.graph.playPromptOperation", "status": "completed",
            "clientContext": body["clientContext"],
        }),
    )]);
    assert!(setup.next().await.is_none(), "its end is not told");
    setup.notify([terminated(CALL, 200, 4521)]);
    setup.ended().await;
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn what_graph_cannot_call_is_refused_before_anything_is_sent() {
    let setup = setup();
    let refused = [
        Address::Anonymous,
        Address::Sip("sip:agent@example.com".into()),
        Address::Phone(PhoneNumber::ShortCode("1001".into())),
        Address::Phone(PhoneNumber::Anonymous),
        Address::Phone(PhoneNumber::Emergency("911".into())),
    ];
    for party in refused {
        let error = setup.calls.dial(&party, leg()).await.expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{party}: {error}");
    }
    assert_eq!(setup.graph.asked(), Vec::<String>::new());
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_leg_id_is_used_once_at_a_time_and_calls_are_bounded() {
    let setup = setup_with(config().max_calls(1));
    setup.calls.dial(&agent(), leg()).await.expect("placed");
    let error = setup.calls.dial(&agent(), LegId::numbered("offer", 2)).await.expect_err("full");
    let limit = ErrorKind::Invalid(InvalidRequest::Dial(DialError::TooManyCalls { limit: 1 }));
    assert_eq!(format!("{:?}", error.kind()), format!("{limit:?}"));
    let refused = setup.calls.notify(crate::support::batch([incoming(OTHER)]));
    assert!(refused.is_err(), "the service is asked to come again");
    assert_eq!(setup.calls.counts().turned_away, 1);

    let setup = setup_with(config().max_calls(9));
    setup.calls.dial(&agent(), leg()).await.expect("placed");
    let error = setup.calls.dial(&agent(), leg()).await.expect_err("in use");
    assert!(error.to_string().contains("in use"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_dial_frees_its_leg_id() {
    let setup = setup();
    setup.graph.answer("calls", 403, json!({ "error": { "code": "7503" } }));
    let error = setup.calls.dial(&agent(), leg()).await.expect_err("refused");
    assert!(error.is_permission(), "{error}");
    setup.assert_nothing_left().await;
    setup.graph.answer("calls", 201, json!({ "id": CALL }));
    setup.calls.dial(&agent(), leg()).await.expect("placed");
}

/// A creation that gets no response in time.
fn silent(setup: &crate::support::Setup) {
    setup.graph.slow_answer("calls", 201, json!({ "id": CALL }), Duration::from_mins(3));
}

fn with_chain(call: &str, chain: &serde_json::Value) -> serde_json::Value {
    crate::support::changed(
        call,
        "updated",
        json!({ "state": "establishing", "callChainId": chain }),
    )
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_response_got_lost_is_found_by_its_notifications() {
    for chain_kept in [true, false] {
        let mut setup = setup();
        silent(&setup);
        let calls = setup.calls.clone();
        let dial = tokio::spawn(async move { calls.dial(&agent(), leg()).await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        if chain_kept {
            let chain = setup.graph.body("POST calls")["callChainId"].clone();
            assert_eq!(chain.as_str().map(str::len), Some(36), "{chain}");
            setup.notify([state(OTHER, "established"), with_chain(CALL, &chain)]);
        } else {
            // Graph gave it another chain id: it is asked whom the call is to.
            let user = json!({ "user": { "id": "29362bd4-cd58-4ed0-a206-0e4a33dbb0b6" } });
            let call = json!({ "direction": "outgoing", "targets": [{ "identity": user }] });
            setup.graph.answer("get", 200, call);
            setup.notify([with_chain(CALL, &json!("another"))]);
        }
        setup.notify([state(CALL, "ringing")]);
        let placed = dial.await.expect("no panic").expect("found");
        assert_eq!(placed.call_id().as_str(), CALL);
        assert_eq!(setup.leg_event().await, LegEvent::Ringing);
        setup.notify([terminated(CALL, 200, 4521)]);
        setup.ended().await;
        tokio::time::sleep(Duration::from_mins(3)).await;
        setup.assert_nothing_left().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_found_too_late_is_hung_up() {
    let mut setup = setup();
    silent(&setup);
    let error = setup.calls.dial(&agent(), leg()).await.expect_err("no response");
    assert!(matches!(error.kind(), ErrorKind::Timeout), "{error}");
    let chain = setup.graph.body("POST calls")["callChainId"].clone();
    setup.notify([with_chain(CALL, &chain)]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(setup.graph.count("DELETE delete"), 1);
    setup.notify([state(CALL, "established")]);
    assert!(setup.next().await.is_none(), "nobody is told of a call nobody has");
    tokio::time::sleep(Duration::from_mins(3)).await;
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn calls_nobody_waits_for_are_hung_up_a_bounded_number_at_a_time() {
    let setup = setup();
    silent(&setup);
    let dials: Vec<_> = (0..40)
        .map(|nth| {
            let calls = setup.calls.clone();
            tokio::spawn(async move { calls.dial(&agent(), LegId::numbered("offer", nth)).await })
        })
        .collect();
    for dial in dials {
        dial.await.expect("no panic").expect_err("no response");
    }
    setup.graph.slow_answer("delete", 204, json!(null), Duration::from_secs(10));
    let placed = setup.graph.bodies("POST calls").into_iter().enumerate();
    setup
        .notify(placed.map(|(nth, body)| with_chain(&format!("lost-{nth}"), &body["callChainId"])));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((setup.calls.counts().tasks, setup.graph.count("DELETE delete")), (32, 32));
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(setup.graph.count("DELETE delete"), 40, "the others have their turn");
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_may_exist_after_a_failure_but_not_where_the_service_cannot_make_one() {
    for (status, hung_up) in [(500, 1), (503, 1), (501, 0), (403, 0)] {
        let setup = setup();
        setup.graph.answer("calls", status, json!({ "error": { "code": "x" } }));
        setup.calls.dial(&agent(), leg()).await.expect_err("refused");
        let chain = setup.graph.body("POST calls")["callChainId"].clone();
        setup.notify([with_chain(CALL, &chain)]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(setup.graph.count("DELETE delete"), hung_up, "{status}");
        let counts = setup.calls.counts();
        assert_eq!(counts.unknown, u64::from(hung_up == 0), "{status}: {counts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_not_taken_for_a_lost_call() {
    let setup = setup();
    silent(&setup);
    let error = setup.calls.dial(&agent(), leg()).await.expect_err("no response");
    assert!(matches!(error.kind(), ErrorKind::Timeout), "{error}");
    let user = json!({ "user": { "id": "11111111-cd58-4ed0-a206-0e4a33dbb0b6" } });
    setup.graph.answer(
        "get",
        200,
        json!({ "direction": "outgoing",
        "targets": [{ "identity": user }], "callChainId": "theirs" }),
    );
    setup.notify((0..40).map(|n| state(&format!("stranger-{n}"), "established")));
    tokio::time::sleep(Duration::from_mins(3)).await;
    assert_eq!(setup.graph.count("DELETE delete"), 0);
    assert_eq!(setup.graph.count("GET get"), 16, "a bounded number of them is asked about");
    assert_eq!(setup.calls.counts().unknown, 40);
    setup.assert_nothing_left().await;
}

#[tokio::test(start_paused = true)]
async fn calls_count_against_the_budget_until_they_end() {
    use teams_cc_core::Clock;
    use teams_cc_graph::{
        SystemClock,
        budget::{AtBound, CallBudget, CallLimits, SharedCallBudget},
    };
    let clock: std::sync::Arc<dyn Clock> = std::sync::Arc::new(SystemClock::new());
    let app: teams_cc_core::AppId = crate::support::APP.parse().expect("an id");
    let limits = CallLimits::DOCUMENTED.concurrent(1);
    let budget = CallBudget::new(limits, AtBound::Refuse).app(app);
    let budget = SharedCallBudget::new(budget, clock);
    let live =
        |budget: &SharedCallBudget| -> u64 { budget.gauge().iter().map(|gauge| gauge.live).sum() };
    let mut setup = setup_with(config().budget(budget.clone()));
    setup.graph.answer("calls", 403, json!({ "error": { "code": "7503" } }));
    setup.calls.dial(&agent(), leg()).await.expect_err("refused");
    assert_eq!(live(&budget), 0, "a call that was not made counts for nothing");
    setup.graph.answer("calls", 201, json!({ "id": CALL }));
    setup.calls.dial(&agent(), leg()).await.expect("placed");
    assert_eq!(live(&budget), 1);
    let over = setup.calls.dial(&agent(), LegId::numbered("offer", 2)).await.expect_err("over");
    assert!(over.to_string().contains("over the budget"), "{over}");
    setup.notify([terminated(CALL, 200, 4521)]);
    setup.ended().await;
    assert_eq!(live(&budget), 0);
}
