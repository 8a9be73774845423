//! Agents out of sight: busy until somebody who knows says otherwise.

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
        Instant,
        contact::ContactEvent,
        queue::{Exit, QueueLimits},
        routing::{EngineConfig, UnobservedRules, policy::skill},
    },
};
use teams_cc_sim::{
    Override, Sim, run,
    world::{Faults, Setup},
};
use teams_cc_stories::{Closing, Stage, caller, locked, small, small_trunk, takes, user, wait};

async fn serve(contact: Contact) -> Result<(), Error> {
    let taken = contact.route("sales").await?;
    contact.connect(taken).await.map(drop)
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
    let limits = QueueLimits::default().wait(Duration::from_mins(40), Exit::Voicemail);
    let center = stage
        .bare()
        .agents(stage.agents())
        .queue_with("sales", skill("en"), limits)
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
fn a_transfer_whose_end_is_never_told_leaves_the_agent_out_of_sight() {
    run(async {
        let mut lost = Faults::default();
        lost.lose_terminated = true;
        let over = Override::new(|request| show(request, "Available", "Available"));
        let (closing, steps) = two_for_ada(lost, over, EngineConfig::default()).await;
        closing.assert_no_leak("a lost end of a transfer");
        let ladder = &closing.ladder;
        assert_eq!(at(&steps, "C1 connected"), None, "nobody ever says so\n{ladder}");
        let joined = at(&steps, "C1 offered").expect("ada is rung") + Duration::from_secs(10);
        let offered = at(&steps, "C2 offered").expect("and once more in the end");
        let settled = UnobservedRules::default().settle_unseen;
        assert!(offered - joined + Duration::from_secs(15) >= settled, "{steps:?}\n{ladder}");
        // A call that is being handed over is looked at, so its end is found out soon.
        assert!(offered - joined <= settled + Duration::from_mins(1), "{steps:?}\n{ladder}");
        let freed = closing.report.freed;
        assert!(freed.shown >= 1 && freed.overdue == 0, "{freed}");
        assert!(ladder.contains("ada is busy out of sight"), "{ladder}");
    })
    .expect("a runtime");
}

#[test]
fn presence_that_never_shows_the_call_frees_nobody_before_its_time() {
    run(async {
        let over = Override::new(|request| show(request, "Available", "Available"));
        let settled = Duration::from_mins(4);
        let rules = UnobservedRules::default().settle(Duration::from_secs(10), settled);
        let config = EngineConfig::default().unobserved(rules);
        let (closing, steps) = two_for_ada(Faults::default(), over, config).await;
        closing.assert_no_leak("always available");
        let connected = at(&steps, "C1 connected").expect("ada takes the first");
        let offered = at(&steps, "C2 offered").expect("and the second in the end");
        assert!(offered - connected >= settled, "{steps:?}\n{}", closing.ladder);
        assert!(offered - connected <= settled + Duration::from_secs(40), "{steps:?}");
        let freed = closing.report.freed;
        assert!(freed.shown >= 1 && freed.all() == freed.shown, "{freed}");
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
        closing.assert_no_leak("stuck in a call");
        assert!(at(&steps, "C1 connected").is_some(), "{steps:?}\n{}", closing.ladder);
        // Past the ceiling her place is free, yet Teams still shows a call: nobody rings her.
        assert_eq!(at(&steps, "C2 offered"), None, "{steps:?}\n{}", closing.ladder);
        assert_eq!((closing.report.answered, closing.report.overflowed), (1, 1));
        assert_eq!(closing.report.freed.to_string(), "1 freed: 1 by nobody");
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
        assert_eq!(center.report().freed.to_string(), "1 freed: 1 by themselves");
        stage.close(center).await.assert_nothing("an agent's own word");
    })
    .expect("a runtime");
}

#[test]
fn without_any_presence_customers_wait_and_overflow_and_nobody_is_rung() {
    run(async {
        let over = Override::new(|request: &Request<Bytes>| {
            let presence = request.uri().path().ends_with("/getPresencesByUserId");
            presence.then(|| {
                let unavailable = Response::builder().status(503);
                unavailable.body(Bytes::new()).expect("a response")
            })
        });
        let (closing, steps) = two_for_ada(Faults::default(), over, EngineConfig::default()).await;
        closing.assert_no_leak("no presence");
        assert_eq!(steps, [], "{}", closing.ladder);
        let report = closing.report;
        assert_eq!((report.contacts, report.answered, report.lost), (2, 0, 0), "{report}");
    })
    .expect("a runtime");
}

#[test]
fn an_agent_who_talks_in_sight_is_not_free_because_the_program_seeks_somebody_else() {
    run(async {
        let setup = small_trunk(42).user(user("bo", 61, [takes(2000)]));
        let stage = Stage::new(setup);
        let told = Arc::new(Mutex::new(None));
        let note = Arc::clone(&told);
        let center = stage
            .builder()
            .on_contact(move |contact| {
                let note = Arc::clone(&note);
                async move {
                    let taken = contact.route("sales").await?;
                    contact.connect(taken).await?;
                    *locked(&note) = Some(contact.route("sales").await.err());
                    Ok(())
                }
            })
            .start()
            .await
            .expect("the platform is whole");
        wait(Duration::from_secs(12)).await;
        let held = stage.reservations().await;
        let ladder = stage.sim.ladder();
        assert_eq!(held.len(), 1, "{held:?}\n{ladder}");
        let error = locked(&told).take().flatten();
        let error = error.unwrap_or_else(|| panic!("somebody else was found\n{ladder}"));
        assert!(matches!(error.kind(), ErrorKind::Order(_)), "{error:?}\n{ladder}");
        let closing = stage.close(center).await;
        closing.assert_nothing("a second search");
        assert_eq!(closing.report.answered, 1, "{}", closing.ladder);
    })
    .expect("a runtime");
}
