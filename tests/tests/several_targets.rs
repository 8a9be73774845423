//! Several who ring at once, through the typed client: redirects, and calls of a group.

use std::time::Duration;

use teams_cc::graph::{
    Error, ErrorKind,
    call::control::{ControlError, Target},
    model::InvitationParticipantInfo,
};
use teams_cc_sim::{
    Sim, run,
    world::{Answering, Setup},
};
use teams_cc_stories::{Board, caller, target, teams_user, user, wait};

const SECOND: Duration = Duration::from_secs(1);

/// ada is quick, bo slow, cy declines; nobody has a mailbox in the way.
fn three_agents() -> Setup {
    Setup::contoso(42)
        .customer(caller(1, 1))
        .user(user("ada", 60, [Answering::after(3 * SECOND)]))
        .user(user("bo", 61, [Answering::after(5 * SECOND)]))
        .user(user("cy", 62, [Answering::declines(SECOND)]))
        .user(user("di", 63, [Answering::Ignores]))
}

fn targets<const N: usize>(sim: &Sim, handles: [&str; N]) -> [Target; N] {
    handles.map(|handle| target(sim, handle))
}

/// How often each of these is in the ladder.
fn assert_told(sim: &Sim, wanted: &[(&str, usize)]) {
    let ladder = sim.ladder();
    for (text, times) in wanted {
        assert_eq!(ladder.matches(text).count(), *times, "{text}\n{ladder}");
    }
}

#[test]
fn of_several_a_call_is_redirected_to_the_first_to_answer_has_it_and_the_others_stop_ringing() {
    run(async {
        let sim = Sim::new(three_agents()).expect("a sound world");
        let mut board = Board::open(&sim).await;
        let arrival = board.arrival().await;
        let all = targets(&sim, ["ada", "bo", "cy", "di"]);
        arrival.call.redirect(&all, 30 * SECOND).await.expect("it is sent on");
        assert!(sim.quiet().await, "{}", sim.ladder());
        assert_told(
            &sim,
            &[
                ("redirect → ada, bo, cy, di: 202", 1),
                ("cy declines", 1),
                ("the mailbox", 0),
                ("ada answers", 1),
                ("stops ringing bo", 1),
                ("stops ringing di", 1),
                ("customer 1 talks to ada", 1),
            ],
        );
        assert_eq!(board.calls.counts().sessions, 0, "the bot's call is over");
    })
    .expect("a runtime");
}

#[test]
fn a_redirect_that_nobody_answers_in_time_is_given_up_and_a_caller_who_leaves_stops_it() {
    run(async {
        for (patience, given_up) in [(300, 1), (8, 0)] {
            let mut setup = three_agents();
            setup.customers[0] = caller(1, 1).patience(patience * SECOND);
            let sim = Sim::new(setup).expect("a sound world");
            let mut board = Board::open(&sim).await;
            let arrival = board.arrival().await;
            let two = targets(&sim, ["cy", "di"]);
            arrival.call.redirect(&two, 15 * SECOND).await.expect("it is sent on");
            assert!(sim.quiet().await, "{}", sim.ladder());
            assert_told(
                &sim,
                &[
                    ("talks to", 0),
                    ("di does not answer", given_up),
                    ("stops ringing di", 1 - given_up),
                    ("hears that nobody answers", given_up),
                ],
            );
        }
    })
    .expect("a runtime");
}

#[test]
fn a_redirect_that_must_not_be_forwarded_rings_its_whole_time_and_no_mailbox_answers() {
    run(async {
        for (forwards, mailbox) in [(true, 1), (false, 0)] {
            let sim = Sim::new(three_agents()).expect("a sound world");
            let mut board = Board::open(&sim).await;
            let call = board.arrival().await.call.leg().call_id().to_string();
            let di = InvitationParticipantInfo::of_user(&teams_user(&sim, "di").id);
            let request = board.client.communications().call(&call).redirect([di]);
            let request = if forwards { request } else { request.disable_forwarding() };
            request.await.expect("it is sent on");
            wait(30 * SECOND).await;
            assert_told(&sim, &[("the mailbox of di answers", mailbox)]);
            assert!(sim.quiet().await, "{}", sim.ladder());
            assert_told(&sim, &[("hears that nobody answers", 1 - mailbox)]);
        }
    })
    .expect("a runtime");
}

#[test]
fn a_group_that_is_called_is_established_by_the_first_and_joined_by_the_rest() {
    run(async {
        let mut setup = three_agents();
        setup.customers.clear();
        let sim = Sim::new(setup).expect("a sound world");
        let board = Board::open(&sim).await;
        let all = targets(&sim, ["ada", "bo", "cy", "di"]);
        let group = board.switchboard.dial_group(&all).await.expect("it rings");
        let group = group.joined().await.expect("somebody answers");
        assert_told(&sim, &[("ada answers", 1), ("bo answers", 0)]);
        wait(4 * SECOND).await;
        assert_eq!(group.roster().len(), 3, "the bot, ada and bo: {:?}", group.roster());
        group.leave().await.expect("the bot leaves");
        wait(2 * SECOND).await;
        assert_told(&sim, &[("stops ringing di", 1), ("the mailbox", 0)]);
        assert!(sim.is_quiet(), "{}", sim.ladder());
    })
    .expect("a runtime");
}

#[test]
fn a_group_of_which_nobody_comes_ends_with_the_reason_of_the_last() {
    run(async {
        let mut setup = three_agents();
        setup.customers.clear();
        let sim = Sim::new(setup).expect("a sound world");
        let board = Board::open(&sim).await;
        let two = targets(&sim, ["cy", "di"]);
        let group = board.switchboard.dial_group(&two).await.expect("it rings");
        let refused = group.joined().await.expect_err("nobody comes");
        let ControlError::Ended(cause) = &refused.error else { panic!("{refused:?}") };
        assert!(cause.to_string().contains("408"), "{cause}");
        wait(SECOND).await;
        assert_told(&sim, &[("is over: 408/10057", 1)]);
    })
    .expect("a runtime");
}

#[test]
fn an_action_that_is_not_simulated_is_no_end_of_the_call() {
    run(async {
        let sim = Sim::new(three_agents()).expect("a sound world");
        let mut board = Board::open(&sim).await;
        let call = board.arrival().await.call.answer().await.expect("an answer");
        let call = call.media_active().await.expect("media");
        let id = call.leg().call_id().to_string();
        let request = board.client.communications().call(&id).add_large_gallery_view();
        let error: Error = request.await.expect_err("it is not simulated");
        let ErrorKind::Service(answer) = error.kind() else { panic!("{error:?}") };
        assert_eq!((answer.status.as_u16(), error.is_retryable()), (501, false));
        assert!(!error.is_call_ended());
        wait(SECOND).await;
        assert!(!call.snapshot().is_ended(), "it lives on");
        assert_told(&sim, &[("addLargeGalleryView: 501", 1)]);
        call.hang_up().await.expect("it ends");
    })
    .expect("a runtime");
}
