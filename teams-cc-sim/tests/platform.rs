//! The world as a platform: a real contact center runs on it, in virtual time.

use std::time::Duration;

use teams_cc::{
    ContactCenter, Platform,
    core::{
        agent::{Agent, Skill},
        routing::policy::skill,
    },
};
use teams_cc_sim::{Override, Sim, VirtualClock, log::EventLog, run, scenario, world::Faults};

/// The quick start.
fn quickstart(seed: u64) -> EventLog {
    let sim = Sim::seed(seed);
    assert_eq!(sim.label(), format!("simulator (seed {seed})"));
    live(&sim, Duration::ZERO)
}

/// A contact center works through a world until it is quiet, and a while longer.
fn live(sim: &Sim, longer: Duration) -> EventLog {
    run(async {
        let agent = |handle: &str| {
            Agent::new(handle.parse().expect("an id"), sim.address(handle).expect("a user"))
                .queue("sales".parse().expect("an id"))
                .skill(Skill::new("en", 5).expect("a skill"))
        };
        let center = ContactCenter::builder(sim.clone())
            .prompts("https://bot.contoso.test/prompts/")
            .queue("sales", skill("en"))
            .agents([agent("ada"), agent("bo")])
            .on_contact(|contact| async move {
                contact.prompt("hello.wav").await?;
                let taken = contact.route("sales").await?;
                contact.connect(taken).await.map(drop)
            })
            .start()
            .await
            .expect("the platform is whole");
        assert!(sim.quiet().await, "{}", sim.ladder());
        VirtualClock::start().sleep(longer).await;
        center.shutdown(Duration::from_secs(5)).await;
        assert_eq!(sim.broken(), []);
        sim.log()
    })
    .expect("a runtime")
}

#[test]
fn a_customer_is_answered_queued_and_joined_with_an_agent() {
    let log = quickstart(42);
    let text = log.ladder().to_string();
    for step in [
        "customer dials",
        "/answer: 202",
        "ada answers",
        "replaces call 2",
        "AppTransferred",
        "customer talks to ada",
    ] {
        assert!(text.contains(step), "no {step}:\n{text}");
    }
}

#[test]
fn one_seed_gives_one_day_to_a_whole_contact_center() {
    assert_eq!(quickstart(42).hash(), quickstart(42).hash());
    assert_ne!(quickstart(42).hash(), quickstart(43).hash());
}

#[test]
fn repeated_respelt_and_newly_signed_notifications_change_nothing() {
    let mut faults = Faults::default();
    faults.pascal_case = true;
    faults.repeat_every = Some(2);
    faults.rolled_key = true;
    let sim = Sim::new(scenario::quickstart(42).faults(faults)).expect("a sound world");
    let text = live(&sim, Duration::ZERO).ladder().to_string();
    assert!(text.contains("customer talks to ada"), "{text}");
}

#[test]
fn an_override_answers_in_front_of_the_world() {
    let sim = Sim::seed(42).with_override(Override::new(|request| {
        let presence = request.uri().path().ends_with("getPresencesByUserId");
        presence.then(|| {
            let body = r#"{"error":{"code":"Forbidden","message":"no"}}"#;
            let mut response = http::Response::new(body.into());
            *response.status_mut() = http::StatusCode::FORBIDDEN;
            response
        })
    }));
    let text = live(&sim, Duration::ZERO).ladder().to_string();
    assert!(!text.contains("getPresencesByUserId"), "the world never saw it:\n{text}");
    assert!(!text.contains("rings ada"), "nobody is rung on presence that is not known:\n{text}");
}

#[test]
fn a_call_whose_end_is_never_announced_is_found_out_by_asking() {
    let mut faults = Faults::default();
    faults.lose_terminated = true;
    let sim = Sim::new(scenario::quickstart(42).faults(faults)).expect("a sound world");
    let text = live(&sim, Duration::from_mins(20)).ladder().to_string();
    assert!(text.contains("GET calls/…: 404"), "{text}");
    assert!(text.contains("C1 ended"), "{text}");
}
