//! Ringing somebody, and finding out whether a person took it.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use teams_cc_core::contact::{AnsweredBy, OfferEnd, Tone, flow::Confirm};
use teams_cc_graph::call::control::{Consult, NotTaken};
use tokio::task::JoinHandle;

use crate::support::{
    Answer, Stage, active, agent, created, prompt, stage, state, terminated, tone,
};

const RING: Duration = Duration::from_secs(12);

fn by_tone() -> Confirm {
    let accept = Tone::new('1').expect("a key");
    Confirm::Tone { prompts: vec![prompt("accept")], accept, within: Duration::from_secs(6) }
}

async fn offer(stage: &Stage, confirm: Confirm) -> JoinHandle<Result<Consult, NotTaken>> {
    let board = stage.board.clone();
    let offered = tokio::spawn(async move { board.offer(&agent(), RING, confirm).await });
    stage.settle().await;
    offered
}

async fn answer(stage: &Stage, after: Duration) {
    stage.notify([state(&created(1), "ringing")]);
    tokio::time::sleep(after).await;
    stage.notify([active(&created(1))]);
    stage.settle().await;
}

#[tokio::test(start_paused = true)]
async fn a_key_confirms_that_a_person_took_it() {
    let stage = stage();
    let offered = offer(&stage, by_tone()).await;
    answer(&stage, Duration::from_secs(3)).await;
    assert_eq!(stage.graph.count("POST subscribeToTone"), 1);
    assert_eq!(stage.graph.count("POST playPrompt"), 1);
    stage.notify([tone(&created(1), 1, "tone1")]);
    let consult = offered.await.expect("no panic").expect("taken");
    assert_eq!(consult.answered_by(), AnsweredBy::Confirmed);
    stage.settle().await;
    assert_eq!(stage.graph.hung_up(&created(1)), 0);
    consult.end().await.expect("ended");
    assert_eq!(stage.graph.hung_up(&created(1)), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_take_it_is_told_apart_and_hung_up() {
    for (case, why) in [
        ("another key", OfferEnd::Declined),
        ("no key", OfferEnd::SuspectedVoicemail),
        ("no answer", OfferEnd::NoAnswer),
        ("busy", OfferEnd::Busy),
        ("refused", OfferEnd::Failed),
    ] {
        let stage = stage();
        if case == "refused" {
            stage.graph.answer("calls", 403, &json!({ "error": { "code": "7503" } }));
        }
        let offered = offer(&stage, by_tone()).await;
        match case {
            "another key" => {
                answer(&stage, Duration::from_secs(2)).await;
                stage.notify([tone(&created(1), 1, "tone2")]);
            }
            "no key" => answer(&stage, Duration::from_secs(2)).await,
            "busy" => stage.notify([terminated(&created(1), 486, 0)]),
            _ => {}
        }
        let not_taken = offered.await.expect("no panic").expect_err(case);
        assert_eq!(not_taken.why, why, "{case}");
        stage.settle().await;
        let stood = usize::from(!["busy", "refused"].contains(&case));
        assert_eq!(stage.graph.hung_up(&created(1)), stood, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_too_fast_or_diverted_is_not_taken_for_a_person() {
    for (ring, divert, by) in [
        (Duration::from_secs(3), false, AnsweredBy::Confirmed),
        (Duration::from_millis(100), false, AnsweredBy::Unconfirmed),
        (Duration::from_secs(3), true, AnsweredBy::Unconfirmed),
    ] {
        let stage = stage();
        let offered = offer(&stage, Confirm::TrustAnswer).await;
        if divert {
            stage.notify([state(&created(1), "redirecting")]);
        }
        answer(&stage, ring).await;
        let consult = offered.await.expect("no panic").expect("taken");
        assert_eq!(consult.answered_by(), by);
    }
}

#[tokio::test(start_paused = true)]
async fn the_agents_application_confirms_or_declines() {
    for (said, taken) in [(Some(true), true), (Some(false), false), (None, false)] {
        let stage = stage();
        let board = stage.board.clone();
        let within = Duration::from_secs(6);
        let offered = tokio::spawn(async move {
            let accepted = async move {
                match said {
                    Some(said) => said,
                    None => std::future::pending().await,
                }
            };
            board.offer_until(&agent(), RING, within, accepted).await
        });
        stage.settle().await;
        answer(&stage, Duration::from_secs(2)).await;
        let consult = offered.await.expect("no panic");
        assert_eq!(consult.is_ok(), taken);
        drop(consult);
        stage.settle().await;
        assert_eq!(stage.graph.hung_up(&created(1)), 1, "nobody kept it");
    }
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Rings,
    Answers,
    Key(bool),
    Ends,
    Wait(u64),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        2 => Just(Happening::Rings),
        3 => Just(Happening::Answers),
        2 => any::<bool>().prop_map(Happening::Key),
        1 => Just(Happening::Ends),
        3 => (0..7_000_u64).prop_map(Happening::Wait),
    ];
    prop::collection::vec(one, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Pain 40.
    #[test]
    fn no_offer_leaves_a_call_behind_whatever_happens_and_whenever_it_is_dropped(
        happenings in happenings(), given_up in 0..30_000_u64, slow in 0..3_000_u64
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let stage = stage();
            let created_call = Answer::json(201, &json!({ "id": created(1) }));
            stage.graph.answers("calls", [created_call.after(Duration::from_millis(slow))]);
            let board = stage.board.clone();
            let wait = Duration::from_millis(given_up);
            let offered = tokio::spawn(async move {
                tokio::time::timeout(wait, board.offer(&agent(), RING, by_tone())).await
            });
            stage.settle().await;
            let (mut keys, mut over) = (0, false);
            for happening in happenings {
                match happening {
                    Happening::Rings => stage.notify([state(&created(1), "ringing")]),
                    Happening::Answers => stage.notify([active(&created(1))]),
                    Happening::Key(accepts) => {
                        keys += 1;
                        let key = if accepts { "tone1" } else { "tone2" };
                        stage.notify([tone(&created(1), keys, key)]);
                    }
                    Happening::Ends => {
                        over = true;
                        stage.notify([terminated(&created(1), 200, 4521)]);
                    }
                    Happening::Wait(millis) => {
                        tokio::time::sleep(Duration::from_millis(millis)).await;
                    }
                }
                stage.settle().await;
            }
            let kept = matches!(offered.await.expect("no panic"), Ok(Ok(_)));
            // Whoever took it drops it here, too.
            tokio::time::sleep(Duration::from_secs(5)).await;
            let (hung_up, live) =
                (stage.graph.hung_up(&created(1)), stage.board.calls().counts().sessions);
            assert_eq!(live, 0, "kept: {kept}, over: {over}, hung up: {hung_up}");
            assert!(over || hung_up == 1, "kept: {kept}, hung up: {hung_up}");
        });
    }
}
