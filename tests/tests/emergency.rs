//! Calls to the emergency services: nothing captures, delays or cuts them.

use std::time::Duration;

use teams_cc::{
    Contact, Error, ErrorKind,
    core::{
        Address, PhoneNumber,
        contact::{AfterTransfer, OfferEnd},
        emergency::EmergencyPlan,
    },
};
use teams_cc_sim::{run, world::Setup};
use teams_cc_stories::{Stage, locked, small, small_trunk};

type Told = std::sync::Arc<std::sync::Mutex<Option<Result<AfterTransfer, ErrorKind>>>>;

/// A program that dials the emergency services as a person would write the number.
async fn dial_for_help(contact: Contact, told: Told) -> Result<(), Error> {
    let help = Address::Phone(PhoneNumber::presented("112"));
    let result = match contact.dial(help).await {
        Ok(taken) => contact.connect(taken).await,
        Err(error) => Err(error),
    };
    *locked(&told) = Some(match &result {
        Ok(after) => Ok(*after),
        Err(error) => Err(error.kind().clone()),
    });
    result.map(drop)
}

/// What came of it, with the ladder.
fn ask_for_help(setup: Setup) -> (Result<AfterTransfer, ErrorKind>, String) {
    run(async {
        let told = Told::default();
        let stage = Stage::new(setup);
        let center = {
            let told = told.clone();
            let plan = EmergencyPlan::new("carrier").country("DE").expect("DE has a preset");
            let program = move |contact| dial_for_help(contact, told.clone());
            stage.builder().emergency(plan).on_contact(program).start().await.expect("it starts")
        };
        stage.quiet().await;
        let closing = stage.close(center).await;
        closing.assert_no_leak("a program that dials 112");
        let told = locked(&told).take().expect("the program was done");
        (told, closing.ladder)
    })
    .expect("a runtime")
}

#[test]
fn a_program_on_the_trunk_reaches_the_emergency_route_with_the_number_as_written() {
    let (told, ladder) = ask_for_help(small_trunk(1));
    assert_eq!(told, Ok(AfterTransfer::InSight), "{ladder}");
    assert!(ladder.contains("INVITE 112"), "{ladder}");
    assert!(ladder.contains("the emergency services answer"), "{ladder}");
}

#[test]
fn over_graph_nobody_is_called_for_a_bot_carries_no_location() {
    let (told, ladder) = ask_for_help(small(1));
    assert_eq!(told, Err(ErrorKind::NotTaken(OfferEnd::Failed)), "{ladder}");
    assert!(!ladder.contains("INVITE 112"), "{ladder}");
}

#[test]
fn a_full_house_and_a_program_that_hangs_do_not_stop_the_call_of_somebody_in_need() {
    run(async {
        let mut setup = small(3);
        if let Some(ada) = setup.users.iter_mut().find(|user| &*user.handle == "ada") {
            *ada = ada.clone().dials(Duration::from_secs(4), "112");
        }
        let stage = Stage::new(setup);
        let plan = EmergencyPlan::new("carrier");
        let program = |_contact: Contact| std::future::pending::<Result<(), Error>>();
        let center =
            stage.builder().emergency(plan).on_contact(program).start().await.expect("it starts");
        teams_cc_stories::wait(Duration::from_secs(10)).await;
        assert_eq!(center.report().emergencies, 1);
        let closing = stage.close(center).await;
        let ladder = &closing.ladder;
        assert!(ladder.contains("the emergency services answer"), "{ladder}");
        assert!(ladder.contains("INVITE 112 with location"), "{ladder}");
        let (before, _) = ladder.split_once("the emergency services answer").expect("seen above");
        assert!(before.contains("180 Ringing (INVITE)"), "the caller hears nothing\n{ladder}");
    })
    .expect("a runtime");
}
