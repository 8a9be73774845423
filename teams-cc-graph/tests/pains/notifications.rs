//! Notifications: how long things take, who is who, what comes twice, what never comes.

use std::time::Duration;

use serde_json::{Value, json};
use teams_cc_core::contact::{Leg, LegCommand, LegEvent, Prompt};
use teams_cc_core::{Address, LegId, TeamsUser};
use teams_cc_graph::call::{CallEvent, Learned, Needs, OPERATION_CHECK};

use crate::log;
use crate::sessions::{CALL, INSTANCE, OTHER, incoming, operation, setup, state, terminated, tone};

/// Pain 19.
#[tokio::test(start_paused = true)]
async fn pain_19_how_long_each_phase_of_an_answer_took_stands_on_its_span() {
    log::listen();
    let mut setup = setup();
    setup.graph.slow_answer("answer", 202, Value::Null, Duration::from_secs(3));
    let call = setup.incoming().await;
    call.leg.execute(LegCommand::Answer).await.unwrap();
    let log = log::heard();
    let line = log.lines().find(|line| line.contains("/answer")).unwrap();
    let millis = |phase: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{phase}=")).unwrap();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse().unwrap()
    };
    assert!(millis("graph.token_wait_ms") < 1.0, "{line}");
    assert!(millis("graph.throttle_wait_ms") < 1.0, "{line}");
    assert!((3000.0..3100.0).contains(&millis("graph.send_ms")), "this took long: {line}");
}

/// Pain 20.
#[tokio::test(start_paused = true)]
async fn pain_20_a_transferred_call_is_known_by_its_chain_or_by_who_transferred_it() {
    let mut setup = setup();
    let mut call = incoming(CALL);
    call["resourceData"]["callChainId"] = "chain-1".into();
    setup.notify([call]);
    let Some(CallEvent::Incoming(call)) = setup.next().await else { panic!("no call") };
    assert_eq!(call.leg.snapshot().chain.as_deref(), Some("chain-1"));
    // The same customer comes back with no chain, or with another.
    let mut back = incoming(OTHER);
    back["resourceData"]["incomingContext"] = json!({
        "transferor": { "application": { "id": "bot-1" } }, "sourceParticipantId": "p-1"
    });
    setup.notify([back]);
    let Some(CallEvent::Incoming(back)) = setup.next().await else { panic!("no call") };
    assert_eq!(back.leg.snapshot().chain, None, "nothing is made up");
    let context = back.details.incoming_context.get().unwrap();
    assert_eq!(context.source_participant_id.text(), Some("p-1"));
    let transferor = context.transferor.get().unwrap().address();
    assert_eq!(transferor, Address::Bot("bot-1".parse().unwrap()));
}

/// Pain 21.
#[tokio::test(start_paused = true)]
async fn pain_21_a_call_says_who_calls_whom_before_it_is_answered() {
    let mut setup = setup();
    let mut call = incoming(CALL);
    let first = json!({ "user": { "id": "agent-1" } });
    call["resourceData"]["callRoutes"] = json!([
        { "routingType": "forwarded", "original": first,
          "final": { "applicationInstance": { "id": INSTANCE } } }
    ]);
    setup.notify([call]);
    let Some(CallEvent::Incoming(call)) = setup.next().await else { panic!("no call") };
    let number = call.caller.number().map(teams_cc_core::E164::reveal);
    assert_eq!(number, Some("+14255550100"), "enough to look the customer up");
    assert!(matches!(&call.called, Address::ResourceAccount { id, .. } if id.as_str() == INSTANCE));
    let agent = TeamsUser::new("agent-1".parse().unwrap());
    assert_eq!(call.forwarded_from, Some(agent.into()), "whom it was meant for");
    assert_eq!(setup.graph.asked(), Vec::<String>::new(), "and nothing was asked for it");
}

/// Pain 26.
#[tokio::test(start_paused = true)]
async fn pain_26_an_operation_whose_end_got_lost_is_found_by_asking() {
    let mut setup = setup();
    let call = setup.connected().await;
    let prompt = teams_cc_graph::model::Prompt::wav("https://bot.contoso.com/hello.wav");
    let begun = call.leg.begin(Needs::Media, |call, context| {
        call.play_prompt([prompt]).client_context(context).into_future()
    });
    let pending = begun.await.unwrap();
    let ended = json!({
        "@odata.type": "#microsoft.graph.playPromptOperation", "id": "op-of-graph",
        "status": "completed", "resultInfo": { "code": 200, "subcode": 0 }
    });
    setup.graph.answer("operation", 200, ended);
    let before = tokio::time::Instant::now();
    let result = pending.outcome().await.unwrap();
    assert!(result.is_completed(), "it succeeded, and is not called timed out");
    assert_eq!(result.learned, Learned::Asked);
    assert!(before.elapsed() <= OPERATION_CHECK + Duration::from_secs(1));
}

/// What is told of one call when these notifications come, one by one.
async fn told(order: &[Value]) -> Vec<LegEvent> {
    let mut setup = setup();
    let call = setup.connected().await;
    call.leg.execute(LegCommand::CollectTones).await.unwrap();
    for notification in order {
        setup.notify([notification.clone()]);
        setup.settle().await;
    }
    let mut events = Vec::new();
    while let Some(event) = setup.next().await {
        if let CallEvent::Leg { event, .. } = event {
            events.push(event);
        }
    }
    events
}

/// Pain 27.
#[tokio::test(start_paused = true)]
async fn pain_27_the_order_of_notifications_and_their_repetition_make_no_difference() {
    let happened = [
        state(CALL, "Established"),
        tone(CALL, 1, "tone7"),
        tone(CALL, 2, "tone8"),
        terminated(CALL, 200, 4521),
    ];
    let in_order = told(&happened).await;
    assert_eq!(in_order.len(), 3, "two tones and an end: {in_order:?}");
    let [established, seven, eight, end] = &happened;
    let late = state(CALL, "establishing");
    for order in [
        vec![established, eight, seven, end],
        vec![eight, established, seven, seven, end],
        vec![seven, seven, eight, seven, eight, established, established, end, end],
        vec![seven, eight, end, established, seven, eight, end],
        vec![eight, seven, end, &late],
    ] {
        let order: Vec<Value> = order.into_iter().cloned().collect();
        assert_eq!(told(&order).await, in_order);
    }
}

/// Pain 29.
#[tokio::test(start_paused = true)]
async fn pain_29_every_order_comes_to_an_end_that_says_what_happened() {
    use teams_cc_core::contact::{
        OperationOutcome, TransferFailure, TransferOutcome, TransferTarget,
    };
    let mut setup = setup();
    let call = setup.connected().await;
    let hello = Prompt::new("https://bot.contoso.com/hello.wav").unwrap();
    let id = call.leg.execute(LegCommand::Play(vec![hello])).await.unwrap().unwrap();
    let result = json!({ "code": 500, "subCode": 8505 });
    let data = json!({ "status": "failed", "clientContext": id.as_str(), "resultInfo": result });
    setup.notify([operation(CALL, "x", &data)]);
    let outcome = OperationOutcome::Failed { code: 500, subcode: 8505 };
    assert_eq!(setup.leg_event().await, LegEvent::OperationEnded { operation: id, outcome });
    // A transfer that "does nothing": no notification ever comes.
    let agent: Address = TeamsUser::new("29362bd4".parse().unwrap()).into();
    call.leg.execute(LegCommand::Transfer(TransferTarget::Blind(agent))).await.unwrap();
    setup.graph.answer("get", 200, json!({ "id": CALL, "state": "established" }));
    let told = tokio::time::timeout(Duration::from_mins(10), setup.events.next()).await;
    let Ok(Some(CallEvent::Leg { event, .. })) = told else { panic!("{told:?}") };
    let failed = TransferOutcome::Failed(TransferFailure::Platform);
    assert_eq!(event, LegEvent::TransferEnded(failed));
    let _: LegId = call.leg.id().clone();
}
