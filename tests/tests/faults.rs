//! What goes wrong between Microsoft and the contact center, and how little comes of it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;
use teams_cc::{
    Contact, Error, ErrorKind,
    core::{
        Address, Instant, PhoneNumber, TeamsUser,
        contact::ContactEvent,
        routing::{EngineConfig, UnobservedRules},
    },
    graph::call::KEEP_ALIVE_EVERY,
};
use teams_cc_sim::{
    Override, Sim, run,
    world::{Faults, ProxyState, Setup},
};
use teams_cc_stories::{
    Closing, Ended, Stage, caller, day, small, small_trunk, takes, trunk_caller, user, wait,
};

fn faults(change: impl FnOnce(&mut Faults)) -> Faults {
    let mut faults = Faults::default();
    change(&mut faults);
    faults
}

/// A day like any other.
fn assert_usual(ended: &Ended, told: &str) {
    let report = ended.report;
    let ladder = ended.log.ladder();
    assert_eq!((report.contacts, report.answered), (5, 4), "{told}: {report}\n{ladder}");
    assert_eq!((report.lost, report.open), (0, 0), "{told}: {report}\n{ladder}");
    assert_eq!(ended.broken, [], "{told}\n{ladder}");
}

#[test]
fn notifications_may_come_twice_in_pascal_case_and_under_another_key() {
    let quirks = [
        ("twice", faults(|faults| faults.repeat_every = Some(1))),
        ("every third twice", faults(|faults| faults.repeat_every = Some(3))),
        ("pascal case", faults(|faults| faults.pascal_case = true)),
        ("another key", faults(|faults| faults.rolled_key = true)),
        (
            "all of it",
            faults(|faults| {
                faults.repeat_every = Some(1);
                faults.pascal_case = true;
                faults.rolled_key = true;
            }),
        ),
    ];
    let usual = day(42, |_| {});
    assert_usual(&usual, "no fault");
    for (told, fault) in quirks {
        let repeats = fault.repeat_every.is_some();
        let ended = day(42, |day| day.setup.faults = fault);
        assert_usual(&ended, told);
        if repeats {
            assert_ne!(ended.log.hash(), usual.log.hash(), "{told}: nothing came twice");
        } else {
            assert_eq!(ended.log.hash(), usual.log.hash(), "{told}: it makes a difference");
        }
    }
}

async fn serve(contact: Contact) -> Result<(), Error> {
    contact.prompt("hello.wav").await?;
    let taken = contact.route("sales").await?;
    contact.connect(taken).await.map(drop)
}

async fn told(stage: &Stage, sim: impl Fn(&ContactEvent) -> bool) -> Option<Instant> {
    let events = stage.watched.events();
    events.into_iter().find(|(_, _, event)| sim(event)).map(|(at, ..)| at)
}

#[test]
fn an_end_that_is_never_told_is_found_by_keep_alive() {
    run(async {
        // Nobody works here, and the customer waits a minute and a half in the queue.
        let mut setup = small(42).faults(faults(|faults| faults.lose_terminated = true));
        setup.customers = vec![caller(1, 1).patience(Duration::from_secs(90))];
        setup.users[0] = setup.users[0].clone().presence("DoNotDisturb");
        let stage = Stage::new(setup);
        let center = stage.builder().on_contact(serve).start().await.expect("a whole platform");
        stage.quiet().await;
        let left_at = teams_cc::Platform::clock(&stage.sim).now();
        assert_eq!(center.report().open, 1, "nobody has told yet");
        wait(KEEP_ALIVE_EVERY + Duration::from_secs(10)).await;
        let ladder = stage.sim.ladder();
        assert_eq!(center.report().open, 0, "{ladder}");
        let ended = told(&stage, |event| matches!(event, ContactEvent::Ended(_))).await;
        assert!(ended.expect("it ended") - left_at <= KEEP_ALIVE_EVERY + Duration::from_secs(10));
        assert!(ladder.contains("keepAlive: 404"), "{ladder}");
        let closing = stage.close(center).await;
        assert_eq!(closing.report.open, 0);
        assert_nothing_leaks(&closing, "a lost end");
    })
    .expect("a runtime");
}

#[test]
fn a_transfer_whose_end_is_never_told_leaves_the_agent_out_of_sight() {
    run(async {
        let lost = faults(|faults| faults.lose_terminated = true);
        let over = Override::new(|request| show(request, "Available", "Available"));
        let (closing, steps) = two_for_ada(lost, over, EngineConfig::default()).await;
        assert_nothing_leaks(&closing, "a lost end of a transfer");
        let ladder = &closing.ladder;
        assert_eq!(at(&steps, "C1 connected"), None, "nobody ever says so\n{ladder}");
        let joined = at(&steps, "C1 offered").expect("ada is rung") + Duration::from_secs(10);
        let offered = at(&steps, "C2 offered").expect("and once more in the end");
        let settled = KEEP_ALIVE_EVERY + UnobservedRules::default().settle_unseen;
        assert!(offered - joined >= settled - Duration::from_secs(15), "{steps:?}\n{ladder}");
        assert!(ladder.contains("ada is busy out of sight"), "{ladder}");
    })
    .expect("a runtime");
}

fn assert_nothing_leaks(closing: &Closing, told: &str) {
    assert!(closing.quiet, "{told}\n{}", closing.ladder);
    assert_eq!(closing.tasks, 0, "{told}: tasks\n{}", closing.ladder);
    assert_eq!(closing.reservations, [], "{told}\n{}", closing.ladder);
    assert_eq!(closing.broken, [], "{told}\n{}", closing.ladder);
}

fn refusal(status: u16, retry_after: Option<u32>) -> Response<Bytes> {
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    let body = r#"{"error":{"code":"TooManyRequests","message":"Slow down."}}"#;
    response
        .header("content-type", "application/json")
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a response")
}

/// Refuses the first requests to Graph whose path ends so.
fn throttle(path: &'static str, times: usize) -> (Override, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let over = Override::new(move |request: &Request<Bytes>| {
        let hit = request.method() == "POST" && request.uri().path().ends_with(path);
        (hit && count.fetch_add(1, Ordering::SeqCst) < times).then(|| refusal(429, Some(2)))
    });
    (over, seen)
}

#[test]
fn a_throttled_request_waits_as_it_was_asked_to_and_is_sent_again() {
    for path in ["/communications/calls", "/playPrompt", "/transfer", "/getPresencesByUserId"] {
        run(async {
            let (over, seen) = throttle(path, 1);
            let sim = Sim::new(small(42)).expect("a sound world").with_override(over);
            let stage = Stage::over(sim);
            let center = stage.builder().on_contact(serve).start().await.expect("whole");
            let closing = stage.close(center).await;
            closing.assert_nothing(path);
            assert_eq!(closing.report.answered, 1, "{path}\n{}", closing.ladder);
            assert!(seen.load(Ordering::SeqCst) >= 2, "{path} was not sent again");
        })
        .expect("a runtime");
    }
}

#[test]
fn a_graph_that_throttles_for_ever_costs_the_offer_and_not_the_customer() {
    run(async {
        let (over, _) = throttle("/communications/calls", usize::MAX);
        let sim = Sim::new(small(42)).expect("a sound world").with_override(over);
        let stage = Stage::over(sim);
        let center = stage.builder().on_contact(serve).start().await.expect("whole");
        let closing = stage.close(center).await;
        assert_nothing_leaks(&closing, "throttled for ever");
        let report = closing.report;
        assert_eq!((report.contacts, report.answered, report.lost), (1, 0, 0), "{report}");
        assert!(
            closing.ladder.contains("not taken by ada: could not be called"),
            "{}",
            closing.ladder
        );
    })
    .expect("a runtime");
}

/// Dials eve for each contact, and keeps the error.
async fn dial_eve(setup: Setup) -> (Closing, Vec<String>) {
    let stage = Stage::new(setup);
    let errors = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&errors);
    let center = stage
        .builder()
        .on_contact(move |contact| {
            let note = Arc::clone(&note);
            async move {
                let Address::Phone(PhoneNumber::E164(number)) = contact.called() else {
                    panic!("eve has a number")
                };
                let eve: Address = TeamsUser::of_number(number.clone()).into();
                let found = contact.dial(eve).await;
                if let Err(error) = &found {
                    assert!(
                        error.is_customer_left() || matches!(error.kind(), ErrorKind::NotTaken(_)),
                        "{error:?}"
                    );
                    note.lock().unwrap().push(error.to_string());
                }
                contact.connect(found?).await.map(drop)
            }
        })
        .start()
        .await
        .expect("whole");
    let closing = stage.close(center).await;
    let errors = std::mem::take(&mut *errors.lock().unwrap());
    (closing, errors)
}

#[test]
fn a_call_takes_the_first_proxy_that_is_up_and_fails_where_none_is() {
    use ProxyState::{RefusesTls, Unavailable, Up};
    let cases = [
        ([Up, Up, Up], true),
        ([RefusesTls, Up, Up], true),
        ([Unavailable, Up, Up], true),
        ([RefusesTls, Unavailable, Up], true),
        ([Unavailable, RefusesTls, Up], true),
        ([RefusesTls; 3], false),
        ([Unavailable; 3], false),
        ([Unavailable, RefusesTls, Unavailable], false),
    ];
    for (proxies, carried) in cases {
        run(async {
            let mut setup = small_trunk(42).customer(trunk_caller(2, 60));
            setup.proxies = proxies;
            let (closing, errors) = dial_eve(setup).await;
            closing.assert_nothing(format_args!("{proxies:?}"));
            let report = closing.report;
            let answered = if carried { 2 } else { 0 };
            assert_eq!(report.answered, answered, "{proxies:?}: {report}\n{}", closing.ladder);
            assert_eq!(errors.is_empty(), carried, "{proxies:?}: {errors:?}");
            for error in errors {
                assert!(error.contains("did not take the call"), "{error}");
            }
        })
        .expect("a runtime");
    }
}

#[test]
fn a_carrier_that_refuses_costs_one_call_and_says_so() {
    run(async {
        let stage = Stage::new(small_trunk(42).customer(trunk_caller(2, 30)));
        let center = stage
            .builder()
            .on_contact(|contact| async move {
                let nobody = PhoneNumber::presented("+14255559999");
                let refused = contact.dial(Address::Phone(nobody)).await;
                let error = refused.expect_err("nobody has this number");
                assert!(matches!(error.kind(), ErrorKind::NotTaken(_)), "{error:?}");
                let taken = contact.route("sales").await?;
                contact.connect(taken).await.map(drop)
            })
            .start()
            .await
            .expect("whole");
        let closing = stage.close(center).await;
        closing.assert_nothing("a carrier that refuses");
        assert_eq!(closing.report.answered, 2, "{}\n{}", closing.report, closing.ladder);
    })
    .expect("a runtime");
}

/// Teams shows everybody like this, whatever they do.
fn show(request: &Request<Bytes>, availability: &str, activity: &str) -> Option<Response<Bytes>> {
    if !request.uri().path().ends_with("/getPresencesByUserId") {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(request.body()).expect("json");
    let ids = body["ids"].as_array().cloned().unwrap_or_default();
    let seen = |id| json!({"id": id, "availability": availability, "activity": activity});
    let value: Vec<_> = ids.into_iter().map(seen).collect();
    let body = json!({"value": value}).to_string();
    let response = Response::builder().header("content-type", "application/json");
    Some(response.body(Bytes::from(body)).expect("a response"))
}

/// Two customers and one agent; when the first went out of sight, and the second was offered.
async fn two_for_ada(
    faults: Faults,
    over: Override,
    config: EngineConfig,
) -> (Closing, Vec<(Instant, String)>) {
    let setup = Setup::contoso(42)
        .faults(faults)
        .customer(caller(1, 1).talks(Duration::from_secs(30)))
        .customer(caller(2, 15).patience(Duration::from_hours(3)))
        .user(user("ada", 60, [takes(1500)]));
    let stage = Stage::over(Sim::new(setup).expect("a sound world").with_override(over));
    let limits = teams_cc::core::queue::QueueLimits::default()
        .wait(Duration::from_mins(40), teams_cc::core::queue::Exit::Voicemail);
    let center = stage
        .builder()
        .queue_with("sales", teams_cc::core::routing::policy::skill("en"), limits)
        .presence_every(Duration::from_secs(20))
        .routing(config)
        .on_contact(serve)
        .start()
        .await
        .expect("whole");
    let closing = stage.close(center).await;
    let events = stage.watched.events();
    let steps = events.into_iter().filter_map(|(at, contact, event)| match event {
        ContactEvent::Offered { .. } => Some((at, format!("{contact} offered"))),
        ContactEvent::Connected { .. } => Some((at, format!("{contact} connected"))),
        _ => None,
    });
    (closing, steps.collect())
}

fn at(steps: &[(Instant, String)], step: &str) -> Option<Instant> {
    steps.iter().find(|(_, told)| told == step).map(|(at, _)| *at)
}

#[test]
fn presence_that_never_shows_the_call_frees_nobody_before_its_time() {
    run(async {
        let over = Override::new(|request| show(request, "Available", "Available"));
        let (closing, steps) = two_for_ada(Faults::default(), over, EngineConfig::default()).await;
        assert_nothing_leaks(&closing, "always available");
        let connected = at(&steps, "C1 connected").expect("ada takes the first");
        let offered = at(&steps, "C2 offered").expect("and the second in the end");
        let settled = UnobservedRules::default().settle_unseen;
        assert!(offered - connected >= settled, "{steps:?}\n{}", closing.ladder);
        assert!(offered - connected <= settled + Duration::from_secs(40), "{steps:?}");
    })
    .expect("a runtime");
}

#[test]
fn presence_that_never_leaves_the_call_blocks_the_agent_until_the_ceiling_and_loses_nobody() {
    run(async {
        // Available until the first offer is out, in a call for ever after.
        let rung = AtomicUsize::new(0);
        let over = Override::new(move |request| {
            if request.uri().path().ends_with("/communications/calls") {
                rung.fetch_add(1, Ordering::SeqCst);
            }
            match rung.load(Ordering::SeqCst) {
                0 => show(request, "Available", "Available"),
                _ => show(request, "Busy", "InACall"),
            }
        });
        let rules = UnobservedRules::default().ceiling(Duration::from_mins(10));
        let (closing, steps) =
            two_for_ada(Faults::default(), over, EngineConfig::default().unobserved(rules)).await;
        assert_nothing_leaks(&closing, "stuck in a call");
        assert!(at(&steps, "C1 connected").is_some(), "{steps:?}\n{}", closing.ladder);
        // Past the ceiling her place is free, yet Teams still shows a call: nobody rings her.
        assert_eq!(at(&steps, "C2 offered"), None, "{steps:?}\n{}", closing.ladder);
        assert_eq!((closing.report.answered, closing.report.overflowed), (1, 1));
    })
    .expect("a runtime");
}

#[test]
fn an_agent_who_says_so_is_free_at_once() {
    run(async {
        let stage = Stage::new(small(42));
        let center = stage.builder().on_contact(serve).start().await.expect("whole");
        stage.quiet().await;
        let held = stage.reservations().await;
        assert_eq!(held.len(), 1, "ada is out of sight\n{}", stage.sim.ladder());
        center.set_available("ada".parse().expect("an id"), true).await;
        wait(Duration::from_millis(10)).await;
        assert_eq!(stage.reservations().await, []);
        stage.close(center).await.assert_nothing("an agent's own word");
    })
    .expect("a runtime");
}

#[test]
fn without_any_presence_customers_wait_and_overflow_and_nobody_is_rung() {
    run(async {
        let over = Override::new(|request: &Request<Bytes>| {
            let presence = request.uri().path().ends_with("/getPresencesByUserId");
            presence.then(|| refusal(503, None))
        });
        let (closing, steps) = two_for_ada(Faults::default(), over, EngineConfig::default()).await;
        assert_nothing_leaks(&closing, "no presence");
        assert_eq!(steps, [], "{}", closing.ladder);
        let report = closing.report;
        assert_eq!((report.contacts, report.answered, report.lost), (2, 0, 0), "{report}");
    })
    .expect("a runtime");
}
