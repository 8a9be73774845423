//! The whole call surface of Graph, used by a bot without a contact center.

use std::time::Duration;

use teams_cc::graph::{
    call::{
        control::{Answered, CallHandle, Came, Fallback, JoinedBy, escalate_to_group},
        recording::ClipLocation,
    },
    ivr::{Next, Recording},
    model::MeetingLink,
};
use teams_cc_sim::{
    Sim, run,
    world::{Faults, Setup},
};
use teams_cc_stories::{Board, Stage, caller, small, takes, target, teams_user, user, wait};

/// The link of a meeting of this tenant.
fn link(sim: &Sim) -> MeetingLink {
    let tenant = &sim.setup().tenants[0].id;
    let link = format!(
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_YWJj%40thread.v2/0?context=%7b%22Tid\
         %22%3a%22{tenant}%22%2c%22Oid%22%3a%22550fae72-d251-43ec-868c-373732c2704f%22%7d"
    );
    link.parse().expect("a link")
}

async fn call(sim: &Sim, board: &Board, handle: &str) -> CallHandle<Answered> {
    let call = board.switchboard.dial(&target(sim, handle)).await.expect("it rings");
    call.answered(Duration::from_secs(15)).await.expect("an answer")
}

fn two_agents() -> Setup {
    Setup::contoso(42).user(user("ada", 60, [takes(1500)])).user(user("bo", 61, [takes(2500)]))
}

#[test]
fn what_somebody_says_is_fetched_from_elsewhere_with_its_own_token() {
    run(async {
        let sim = Sim::new(two_agents()).expect("a sound world");
        let board = Board::open(&sim).await;
        let call = call(&sim, &board, "ada").await.media_active().await.expect("media");
        let recording = Recording::new(Next::done("heard"), Next::done("failed"));
        let pending = call.record_response(None, &recording).await.expect("it is accepted");
        let result = pending.outcome().await.expect("an end");
        let clip = ClipLocation::of_result(&result).expect("a clip");
        let clip = clip.fetch(&board.client).await.expect("it is there");
        assert!(clip.len() > 32_000 && clip.with_bytes(|bytes| bytes.starts_with(b"RIFF")));
        let ladder = sim.ladder();
        assert!(ladder.contains("GET a clip: 200"), "{ladder}");
        call.hang_up().await.expect("it ends");
    })
    .expect("a runtime");
}

#[test]
fn two_calls_become_one_group_call_party_by_party() {
    run(async {
        let sim = Sim::new(two_agents()).expect("a sound world");
        let board = Board::open(&sim).await;
        let ada = call(&sim, &board, "ada").await;
        let bo = call(&sim, &board, "bo").await;
        let link = link(&sim);
        let join = |calls: &teams_cc::graph::request::communications::CallCollection,
                    callback: String| { calls.join_link(callback, link) };
        let group = board.switchboard.join(JoinedBy::Details, join).await.expect("a meeting");
        let group = group.joined().await.expect("the bot is in");
        let came = escalate_to_group(&group, [ada, bo], Fallback::Keep).await;
        for came in &came {
            assert!(matches!(came, Ok(Came::Moved)), "{came:?}\n{}", sim.ladder());
        }
        wait(Duration::from_secs(2)).await;
        let roster = group.roster();
        assert_eq!(roster.len(), 3, "the bot and two: {roster:?}\n{}", sim.ladder());
        group.leave().await.expect("the bot leaves");
        wait(Duration::from_secs(2)).await;
        assert!(sim.is_quiet(), "{}", sim.ladder());
    })
    .expect("a runtime");
}

#[test]
fn a_batch_gives_each_answer_to_its_ticket() {
    run(async {
        let sim = Sim::new(two_agents()).expect("a sound world");
        let Board { client, .. } = &Board::open(&sim).await;
        let id = |handle: &str| teams_user(&sim, handle).id.to_string();
        let mut batch = client.batch();
        let ada = batch.add(client.user(id("ada")).presence()).expect("room");
        let nobody = batch.add(client.user("nobody").presence()).expect("room");
        let bo = batch.add(client.user(id("bo")).presence()).expect("room");
        let mut answers = batch.send().await.expect("an answer");
        assert!(answers.take(ada).is_ok());
        assert!(answers.take(nobody).is_err());
        assert!(answers.take(bo).is_ok());
    })
    .expect("a runtime");
}

#[test]
fn a_prompt_whose_end_is_never_told_is_found_over_by_asking() {
    run(async {
        let mut faults = Faults::default();
        faults.lose_operations = true;
        let mut setup = small(42).faults(faults);
        setup.customers = vec![caller(1, 1)];
        let stage = Stage::new(setup);
        let program = |contact: teams_cc::Contact| async move {
            contact.prompt("hello.wav").await?;
            contact.hang_up().await
        };
        let center = stage.builder().on_contact(program).start().await.expect("whole");
        let closing = stage.close(center).await;
        closing.assert_no_leak("a lost end of a prompt");
        let ladder = &closing.ladder;
        assert!(ladder.contains("GET calls/1/operations/…"), "{ladder}");
        let events = stage.watched.events();
        let prompted = events.iter().any(|(_, _, event)| event.to_string() == "prompted");
        assert!(prompted, "{events:?}\n{ladder}");
    })
    .expect("a runtime");
}
