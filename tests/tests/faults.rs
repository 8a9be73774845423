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
use teams_cc::{
    Contact, Error, ErrorKind,
    core::{Address, Instant, PhoneNumber, TeamsUser, contact::ContactEvent},
    graph::call::KEEP_ALIVE_EVERY,
};
use teams_cc_sim::{
    Override, Sim, run,
    world::{Faults, ProxyState, Setup},
};
use teams_cc_stories::{
    Closing, Ended, Stage, caller, day, locked, small, small_trunk, trunk_caller, wait,
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

fn told(stage: &Stage, what: impl Fn(&ContactEvent) -> bool) -> Option<Instant> {
    let events = stage.watched.events();
    events.into_iter().find(|(_, _, event)| what(event)).map(|(at, ..)| at)
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
        let ended = told(&stage, |event| matches!(event, ContactEvent::Ended(_)));
        assert!(ended.expect("it ended") - left_at <= KEEP_ALIVE_EVERY + Duration::from_secs(10));
        assert!(ladder.contains("keepAlive: 404"), "{ladder}");
        let closing = stage.close(center).await;
        assert_eq!(closing.report.open, 0);
        closing.assert_no_leak("a lost end");
    })
    .expect("a runtime");
}

fn throttled() -> Response<Bytes> {
    let body = r#"{"error":{"code":"TooManyRequests","message":"Slow down."}}"#;
    Response::builder()
        .status(429)
        .header("retry-after", 2)
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
        (hit && count.fetch_add(1, Ordering::SeqCst) < times).then(throttled)
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
        closing.assert_no_leak("throttled for ever");
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
                    locked(&note).push(error.to_string());
                }
                contact.connect(found?).await.map(drop)
            }
        })
        .start()
        .await
        .expect("whole");
    let closing = stage.close(center).await;
    let errors = std::mem::take(&mut *locked(&errors));
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
