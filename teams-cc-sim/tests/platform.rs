//! The world as a platform: a real contact center runs on it, in virtual time.

use std::time::Duration;

use teams_cc::{
    ContactCenter, Platform,
    core::{
        agent::{Agent, Skill},
        routing::policy::skill,
    },
};
use teams_cc_sim::{Sim, log::EventLog, run};

/// The quick start; its ladder comes back whatever happens.
fn quickstart(seed: u64) -> EventLog {
    run(async {
        let sim = Sim::seed(seed);
        assert_eq!(sim.label(), format!("simulator (seed {seed})"));
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
        sim.quiet().await;
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
