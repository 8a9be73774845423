//! Shutting a contact center down, and dropping it, with calls in every stage.

use std::{future::pending, time::Duration};

use teams_cc::{
    Contact, ContactCenter, Error, Platform, Report,
    core::{Address, PhoneNumber, TeamsUser, agent::AgentState, routing::policy::skill},
};
use teams_cc_sim::{
    run,
    world::{Answering, PromptFile, Setup},
};
use teams_cc_stories::{PROMPTS, Seen, Stage, caller, small, takes, trunk_caller, user, wait};

/// How much longer than its deadline a shutdown may take: last words on either wire.
const LAST_WORDS: Duration = Duration::from_secs(11);

/// Customers 1 to 6, each in another stage after half a minute.
fn stages(seed: u64) -> Setup {
    let recording = format!("{PROMPTS}novel.wav");
    Setup::contoso(seed)
        .prompt(PromptFile::new(&recording, Duration::from_mins(20)))
        .customer(trunk_caller(1, 25))
        .customer(caller(2, 1))
        .customer(caller(3, 2))
        .customer(caller(4, 25))
        .customer(caller(5, 3))
        .customer(trunk_caller(6, 4).talks(Duration::from_mins(4)))
        .user(user("ada", 60, [takes(2000)]))
        .user(user("bo", 61, [Answering::Ignores]))
        .user(user("eve", 50, [Answering::after(Duration::from_secs(2))]))
}

/// Which customer calls: the last digits of the number say.
fn customer(contact: &Contact) -> u32 {
    match contact.caller() {
        Address::Phone(number) => {
            let digits = number.reveal();
            digits[digits.len() - 2..].parse().expect("two digits")
        }
        other => panic!("no customer: {other}"),
    }
}

async fn serve(contact: Contact) -> Result<(), Error> {
    match customer(&contact) {
        1 => pending().await,
        2 => contact.prompt("novel.wav").await,
        3 => contact.route("nobody").await.map(drop),
        4 => contact.reach("bo").await.map(drop),
        5 => {
            let taken = contact.route("sales").await?;
            contact.connect(taken).await.map(drop)
        }
        _ => {
            let Address::Phone(PhoneNumber::E164(number)) = contact.called() else {
                panic!("eve has a number")
            };
            let taken = contact.dial(TeamsUser::of_number(number.clone()).into()).await?;
            contact.connect(taken).await.map(drop)
        }
    }
}

async fn open(stage: &Stage) -> ContactCenter {
    let mut bo = stage.agent("bo");
    bo.queues.clear();
    stage
        .bare()
        .queue("sales", skill("en"))
        .agents([stage.agent("ada"), bo])
        .queue("nobody", skill("klingon"))
        .on_contact(serve)
        .start()
        .await
        .expect("the platform is whole")
}

/// Six contacts, none over but the one that was handed over.
fn assert_every_stage(report: &Report, ladder: &str) {
    assert_eq!((report.contacts, report.open, report.lost), (6, 5, 0), "{report}\n{ladder}");
    for step in ["C5 arrived", "rings bo", "queued in nobody", "talks to ada", "eve answers"] {
        assert!(ladder.contains(step), "no {step}\n{ladder}");
    }
    assert!(!ladder.contains("novel.wav completed") && !ladder.contains("not taken by bo"));
}

#[test]
fn a_shutdown_hangs_up_calls_in_every_stage_and_counts_them() {
    run(async {
        let stage = Stage::new(stages(42));
        let center = open(&stage).await;
        wait(Duration::from_secs(30)).await;
        assert_every_stage(&center.report(), &stage.sim.ladder());

        let clock = stage.sim.clock();
        let before = clock.now();
        let report = center.shutdown(Duration::from_secs(2)).await;
        let took = clock.now() - before;
        let ladder = stage.sim.ladder();
        assert!(took >= Duration::from_secs(2), "it gave them no time: {took:?}");
        assert!(took <= Duration::from_secs(2) + LAST_WORDS, "{took:?}\n{ladder}");
        assert_eq!((report.contacts, report.open, report.lost), (6, 0, 0), "{report}\n{ladder}");
        assert_eq!((report.answered, report.handled), (2, 4), "{report}\n{ladder}");

        // Ada still talks, out of sight; everybody else is off the phone at once.
        let held = stage.reservations().await;
        let holders: Vec<_> = held.iter().map(|held| held.agent.as_str()).collect();
        assert_eq!(holders, ["ada"], "{ladder}");
        let closing = stage.left(report).await;
        assert!(closing.quiet && closing.broken.is_empty(), "{}", closing.ladder);
        assert_eq!(closing.tasks, 0, "tasks are left\n{}", closing.ladder);
    })
    .expect("a runtime");
}

#[test]
fn a_shutdown_waits_for_conversations_and_turns_new_calls_away() {
    run(async {
        let setup = Setup::contoso(7)
            .customer(trunk_caller(6, 1).talks(Duration::from_mins(2)))
            .customer(trunk_caller(7, 40))
            .customer(caller(8, 41))
            .user(user("ada", 60, [takes(2000)]))
            .user(user("bo", 61, [takes(2000)]))
            .user(user("eve", 50, [Answering::after(Duration::from_secs(2))]));
        let stage = Stage::new(setup);
        let center = open(&stage).await;
        wait(Duration::from_secs(20)).await;
        let clock = stage.sim.clock();
        let before = clock.now();
        let report = center.shutdown(Duration::from_mins(30)).await;
        let took = clock.now() - before;
        let ladder = stage.sim.ladder();
        assert!(took > Duration::from_secs(90) && took < Duration::from_mins(4), "{took:?}");
        assert_eq!(
            (report.contacts, report.answered, report.open),
            (1, 1, 0),
            "{report}\n{ladder}"
        );
        assert!(ladder.contains("503") && ladder.contains("/reject busy: 202"), "{ladder}");
        stage.left(report).await.assert_nothing("a patient shutdown");
    })
    .expect("a runtime");
}

#[test]
fn a_shutdown_of_an_idle_contact_center_takes_no_time() {
    run(async {
        let stage = Stage::new(small(1));
        let center = open_idle(&stage).await;
        let clock = stage.sim.clock();
        let before = clock.now();
        let report = center.shutdown(Duration::from_hours(1)).await;
        assert!(clock.now() - before < Duration::from_secs(1));
        assert_eq!(report, Report::default());
        stage.left(report).await.assert_nothing("an idle shutdown");
    })
    .expect("a runtime");
}

async fn open_idle(stage: &Stage) -> ContactCenter {
    stage.builder().on_contact(serve).start().await.expect("the platform is whole")
}

#[test]
fn dropping_a_contact_center_stops_everything() {
    run(async {
        let stage = Stage::new(stages(42));
        let center = open(&stage).await;
        wait(Duration::from_secs(30)).await;
        assert_every_stage(&center.report(), &stage.sim.ladder());
        drop(center);
        wait(Duration::from_secs(10)).await;
        let requests = requests(&stage);
        let closing = stage.left(Report::default()).await;
        assert_eq!(closing.tasks, 0, "tasks are left\n{}", closing.ladder);
        assert!(closing.quiet, "{}", closing.ladder);
        assert_eq!(self::requests(&stage), requests, "it went on\n{}", closing.ladder);
    })
    .expect("a runtime");
}

/// How many requests went to Graph.
fn requests(stage: &Stage) -> usize {
    let log = stage.sim.log();
    let verbs = ["POST ", "GET ", "DELETE ", "PATCH "];
    log.events()
        .iter()
        .filter(|event| verbs.iter().any(|verb| event.what.starts_with(verb)))
        .count()
}

#[test]
fn a_program_that_panics_loses_its_contact_and_nothing_else() {
    run(async {
        let setup = small(3).customer(caller(2, 6));
        let stage = Stage::new(setup);
        let center = stage
            .builder()
            .on_contact(|contact| async move {
                contact.prompt("hello.wav").await?;
                assert_ne!(customer(&contact), 1, "this program knows no first customer");
                let taken = contact.route("sales").await?;
                contact.connect(taken).await.map(drop)
            })
            .start()
            .await
            .expect("the platform is whole");
        let closing = stage.close(center).await;
        closing.assert_nothing("a panic");
        let report = closing.report;
        assert_eq!((report.contacts, report.answered, report.handled), (2, 1, 1), "{report}");
    })
    .expect("a runtime");
}

#[test]
fn an_agent_out_of_sight_is_still_busy_when_the_contact_center_stops() {
    run(async {
        let stage = Stage::new(small(5));
        let center = stage
            .builder()
            .on_contact(|contact| async move {
                let taken = contact.route("sales").await?;
                contact.connect(taken).await.map(drop)
            })
            .start()
            .await
            .expect("the platform is whole");
        wait(Duration::from_secs(15)).await;
        center.shutdown(Duration::ZERO).await;
        let last = stage.watched.seen().into_iter().rev().find_map(|(_, seen)| match seen {
            Seen::Agent(agent, now) => Some((agent, now)),
            _ => None,
        });
        let (agent, now) = last.expect("ada was told of");
        assert_eq!(agent.as_str(), "ada");
        assert!(matches!(now, AgentState::BusyUnobserved { .. }), "{now}");
    })
    .expect("a runtime");
}
