//! Futures of a contact and of its contact center, dropped wherever they wait.
//!
//! Whatever is dropped: the contact goes on as documented, the same agent can be found again, and
//! in the end no reservation, contact, leg, dialog or task is left.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use teams_cc::{
    Contact, Error,
    core::{
        Address,
        contact::RejectReason,
        store::{DispatchStore, Reservation},
    },
};
use teams_cc_sim::{run, world::Setup};
use teams_cc_stories::{Cut, Stage, locked, small, small_trunk, sweep, wait};

/// What is done to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Answer,
    Reject,
    Prompt,
    Menu,
    Keys,
    Route,
    Reach,
    Dial,
    Connect,
    Release,
    Transfer,
    HangUp,
}

use Step::{
    Answer, Connect, Dial, HangUp, Keys, Menu, Prompt, Reach, Reject, Release, Route, Transfer,
};

/// What became of a step; `None`: it was dropped.
type Outcome = Option<Result<(), Error>>;

/// What a contact's program noted.
#[derive(Debug, Default)]
struct Tried {
    outcome: Option<Outcome>,
    /// Who is reserved some time after the drop, while the customer is still here.
    reserved: Vec<Reservation>,
    found_again: bool,
}

async fn take(contact: &Contact, step: Step, cut: Cut, party: Address) -> Result<Outcome, Error> {
    Ok(match step {
        Answer => cut.run(contact.answer()).await,
        Reject => cut.run(contact.reject(RejectReason::Busy)).await,
        Prompt => cut.run(contact.prompt("hello.wav")).await,
        Menu => cut.run(contact.menu("menu.wav")).await.map(|keys| keys.map(drop)),
        Keys => {
            let keys = contact.keys("pin.wav", 4, Duration::from_secs(2));
            cut.run(keys).await.map(|keys| keys.map(drop))
        }
        Route => cut.run(contact.route("sales")).await.map(|taken| taken.map(drop)),
        Reach => cut.run(contact.reach("ada")).await.map(|taken| taken.map(drop)),
        Dial => cut.run(contact.dial(party)).await.map(|taken| taken.map(drop)),
        Connect => {
            let taken = contact.route("sales").await?;
            cut.run(contact.connect(taken)).await.map(|after| after.map(drop))
        }
        Release => {
            let taken = contact.route("sales").await?;
            cut.run(contact.release(taken)).await
        }
        Transfer => cut.run(contact.transfer(party)).await.map(|after| after.map(drop)),
        HangUp => cut.run(contact.hang_up()).await,
    })
}

/// Whether a search finds ada again after the step was dropped: nothing else may hold her.
fn finds_ada_again(step: Step) -> bool {
    !matches!(step, Reject | Connect | Transfer | HangUp)
}

/// One customer, one step, one cut; true where the step was done before it was cut.
fn story(setup: Setup, step: Step, cut: Cut) -> bool {
    let told = format!("{step:?} {cut}");
    run(async {
        let stage = Stage::new(setup);
        let tried = Arc::new(Mutex::new(Tried::default()));
        let ada = stage.sim.address("ada").expect("a user");
        let (note, store) = (Arc::clone(&tried), Arc::clone(&stage.store));
        let center = stage
            .builder()
            .on_contact(move |contact| {
                let (note, store, party) = (Arc::clone(&note), Arc::clone(&store), ada.clone());
                async move {
                    let outcome = take(&contact, step, cut, party).await?;
                    let dropped = outcome.is_none();
                    locked(&note).outcome = Some(outcome);
                    wait(Duration::from_secs(2)).await;
                    if dropped && finds_ada_again(step) {
                        let reserved = store.reservations().await.expect("memory answers");
                        locked(&note).reserved = reserved;
                        let taken = contact.route("sales").await?;
                        contact.release(taken).await?;
                        locked(&note).found_again = true;
                    }
                    contact.hang_up().await
                }
            })
            .start()
            .await
            .expect("the platform is whole");
        let closing = stage.close(center).await;
        let tried = std::mem::take(&mut *locked(&tried));
        closing.assert_nothing(&told);
        let ladder = &closing.ladder;
        assert_eq!(closing.report.contacts, 1, "{told}\n{ladder}");
        match tried.outcome {
            None => panic!("{told}: not tried\n{ladder}"),
            Some(Some(Err(error))) => panic!("{told}: {error}\n{ladder}"),
            Some(Some(Ok(()))) => true,
            Some(None) => {
                assert_eq!(tried.reserved, [], "{told}: ada is not let go\n{ladder}");
                let again = tried.found_again || !finds_ada_again(step);
                assert!(again, "{told}: ada was not found again\n{ladder}");
                false
            }
        }
    })
    .expect("a runtime")
}

fn over_graph(step: Step) {
    let cuts = sweep(400, |cut| story(small(42), step, cut));
    assert!(cuts > 4, "{step:?} waits nowhere");
}

fn over_the_trunk(step: Step) {
    let cuts = sweep(400, |cut| story(small_trunk(42), step, cut));
    assert!(cuts > 3, "{step:?} waits nowhere");
}

#[test]
fn an_answer_or_a_refusal_may_be_dropped_anywhere() {
    over_graph(Answer);
    over_graph(Reject);
    over_the_trunk(Answer);
    over_the_trunk(Reject);
}

#[test]
fn a_recording_may_be_dropped_anywhere() {
    over_graph(Prompt);
    over_graph(Menu);
    over_graph(Keys);
}

#[test]
fn a_search_may_be_dropped_anywhere_and_the_agent_is_found_again() {
    over_graph(Route);
    over_graph(Reach);
}

#[test]
fn a_search_for_a_call_on_the_trunk_may_be_dropped_anywhere() {
    over_the_trunk(Route);
    over_the_trunk(Reach);
}

#[test]
fn a_second_call_may_be_dropped_anywhere() {
    over_graph(Dial);
    over_the_trunk(Dial);
}

#[test]
fn a_join_or_a_transfer_may_be_dropped_anywhere() {
    over_graph(Connect);
    over_graph(Transfer);
    over_the_trunk(Connect);
}

#[test]
fn a_release_or_a_hang_up_may_be_dropped_anywhere() {
    over_graph(Release);
    over_graph(HangUp);
    over_the_trunk(Release);
    over_the_trunk(HangUp);
}
