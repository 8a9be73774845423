//! A process with a live call dies, and another one goes on with the call.

use std::{sync::Arc, time::Duration};

use teams_cc::{
    core::{
        contact::{EndReason, LegEvent, OperationOutcome, Prompt, TransferOutcome},
        store::{CallStore, MemoryCallStore},
    },
    graph::call::{
        CallsConfig,
        control::{CallHandle, CallKind, CalledAs, MediaActive, Resumed},
    },
};
use teams_cc_sim::{Sim, run, world::Setup};
use teams_cc_stories::{Board, caller, small, target, wait};

const SECOND: Duration = Duration::from_secs(1);

fn prompt(name: &str) -> Prompt {
    Prompt::new(format!("https://bot.contoso.test/{name}.wav")).expect("an address")
}

fn kept(store: &Arc<MemoryCallStore>, owner: &str) -> impl FnOnce(CallsConfig) -> CallsConfig {
    let store = Arc::clone(store);
    move |config| config.store(store as _, owner)
}

/// A process that answers the customer, begins a prompt of two seconds, and dies while it plays.
async fn dies(sim: &Sim, store: &Arc<MemoryCallStore>) {
    let mut blue = Board::open_with(sim, 1, kept(store, "blue")).await;
    let call = blue.arrival().await.call.answer().await.expect("answered");
    let call = call.media_active().await.expect("media flows");
    let playing = call.play([prompt("hello")]).await.expect("it plays");
    wait(SECOND).await;
    assert_eq!(store.list("blue").await.expect("memory answers").len(), 1);
    drop((playing, call, blue));
}

/// Another process takes over whatever the first left.
async fn taken_over(sim: &Sim, store: &Arc<MemoryCallStore>) -> (Board, Option<Resumed>) {
    let green = Board::open_with(sim, 2, kept(store, "green")).await;
    let mut taken = green.calls.rehydrate("blue").await.expect("memory answers");
    assert!(taken.left.is_empty() && taken.unreadable.is_empty(), "{taken:?}");
    let call = taken.calls.pop();
    let resumed =
        call.map(|call| green.switchboard.resume(call.leg, CallKind::Inbound(CalledAs::Number)));
    (green, resumed)
}

async fn ended(call: &mut CallHandle<MediaActive>) -> OperationOutcome {
    loop {
        match call.line().next().await.expect("the call lives") {
            LegEvent::OperationEnded { outcome, .. } => return outcome,
            LegEvent::Ended(cause) => panic!("{cause}"),
            _ => {}
        }
    }
}

fn world(patience: u32) -> Setup {
    let mut setup = small(42);
    setup.customers = vec![caller(1, 1).patience(patience * SECOND)];
    setup
}

fn assert_once(sim: &Sim, texts: &[&str]) {
    let ladder = sim.ladder();
    for text in texts {
        assert_eq!(ladder.matches(text).count(), 1, "{text}\n{ladder}");
    }
}

/// Pains 23, 24: whether the end of the prompt is told again in time or has to be asked for.
#[test]
fn a_call_goes_on_in_another_process_with_prompt_transfer_and_end_and_nothing_is_doubled() {
    run(async {
        // The world tells the end of the prompt four times within eight seconds.
        for dead in [0_u32, 1, 2, 4, 7, 12, 60, 600] {
            let sim = Sim::new(world(3600)).expect("a sound world");
            let store = Arc::new(MemoryCallStore::new());
            dies(&sim, &store).await;
            wait(dead * SECOND).await;
            let (green, resumed) = taken_over(&sim, &store).await;
            let Some(Resumed::MediaActive(mut call)) = resumed else { panic!("{resumed:?}") };
            let told = ended(&mut call).await;
            assert_eq!(told, OperationOutcome::Completed, "after {dead} s\n{}", sim.ladder());

            let playing = call.play([prompt("welcome_back")]).await.expect("it plays");
            assert!(playing.outcome().await.expect("an end").is_completed());
            assert_eq!(ended(&mut call).await, OperationOutcome::Completed);
            let transferred = call.transfer(&target(&sim, "ada")).await.expect("it is taken");
            let completed = matches!(transferred.outcome, TransferOutcome::Completed { .. });
            assert!(completed, "{:?}", transferred.outcome);

            assert!(sim.quiet().await, "after {dead} s\n{}", sim.ladder());
            assert_once(
                &sim,
                &[
                    "calls/1/answer: 202",
                    "playPrompt hello.wav: 200",
                    "playPrompt welcome_back.wav: 200",
                    "calls/1/transfer → ada: 202",
                    "customer 1 talks to ada",
                    "call 1 is over: 0/7015",
                ],
            );
            assert!(!sim.ladder().contains("DELETE"), "nobody hung up: {}", sim.ladder());
            wait(5 * SECOND).await;
            let counts = green.calls.counts();
            assert_eq!((counts.sessions, green.switchboard.unclaimed()), (0, 0), "{counts:?}");
            for owner in ["blue", "green"] {
                let left = store.list(owner).await.expect("memory answers");
                assert_eq!(left, [], "{owner} after {dead} s");
            }
        }
    })
    .expect("a runtime");
}

#[test]
fn the_process_that_took_over_hears_keys_and_hangs_up_once() {
    run(async {
        let mut setup = world(3600);
        let key = teams_cc_stories::key('5');
        setup.customers[0] = setup.customers[0].clone().presses_after("menu.wav", key, SECOND);
        let sim = Sim::new(setup).expect("a sound world");
        let store = Arc::new(MemoryCallStore::new());
        dies(&sim, &store).await;
        wait(20 * SECOND).await;
        let (_green, resumed) = taken_over(&sim, &store).await;
        let Some(Resumed::MediaActive(mut call)) = resumed else { panic!("{resumed:?}") };
        let heard = call.hear_tones().await.expect("keys are taken");
        assert!(heard.outcome().await.expect("an end").is_completed());
        let playing = call.play([prompt("menu")]).await.expect("it plays");
        assert!(playing.outcome().await.expect("an end").is_completed());
        let pressed = loop {
            match call.line().next().await.expect("the call lives") {
                LegEvent::Tone(pressed) => break pressed,
                LegEvent::Ended(cause) => panic!("{cause}"),
                _ => {}
            }
        };
        assert_eq!(pressed, key);
        call.hang_up().await.expect("it ends");
        wait(5 * SECOND).await;
        assert!(sim.is_quiet(), "{}", sim.ladder());
        assert_once(&sim, &["DELETE calls/1: 204", "call 1 is over: 200/7000"]);
        assert_eq!(store.list("green").await.expect("memory answers"), []);
    })
    .expect("a runtime");
}

#[test]
fn a_call_that_ended_while_nobody_looked_is_found_over_and_leaves_no_record() {
    run(async {
        for dead in [15, 120] {
            let sim = Sim::new(world(8)).expect("a sound world");
            let store = Arc::new(MemoryCallStore::new());
            dies(&sim, &store).await;
            wait(dead * SECOND).await;
            assert!(sim.ladder().contains("customer 1 hangs up"), "{}", sim.ladder());
            let (green, resumed) = taken_over(&sim, &store).await;
            let Some(Resumed::MediaActive(mut call)) = resumed else { panic!("{resumed:?}") };
            let cause = loop {
                match call.line().next().await.expect("it is told") {
                    LegEvent::Ended(cause) => break cause,
                    LegEvent::OperationEnded { outcome, .. } => {
                        assert_ne!(outcome, OperationOutcome::Completed, "nobody can know that");
                    }
                    _ => {}
                }
            };
            assert!(
                matches!(cause.reason, EndReason::Reconciled | EndReason::Completed),
                "{cause}"
            );
            assert!(call.line().next().await.is_none(), "it ends once");
            wait(5 * SECOND).await;
            assert_eq!(store.list("green").await.expect("memory answers"), []);
            assert_eq!(green.calls.counts().sessions, 0);
            assert!(!sim.ladder().contains("DELETE"), "{}", sim.ladder());
        }
    })
    .expect("a runtime");
}
