//! What a developer without a tenant tries first, through the typed client: who there is, what was
//! called, and being told of it.

use std::time::Duration;

use teams_cc::{
    Platform,
    core::Clock,
    graph::{
        model::{ChangeType, call_records::Endpoint},
        webhook::SubscriptionEvent,
    },
};
use teams_cc_sim::{Sim, run, world::CALLBACK};
use teams_cc_stories::{Board, CLIENT_STATE, small, target, teams_user, wait};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn users_are_looked_up_and_read_to_the_last_page() {
    run(async {
        let sim = Sim::new(small(42)).expect("a sound world");
        let board = Board::open(&sim).await;
        let ada = teams_user(&sim, "ada");
        let found = board.client.user("ada@contoso.test").get().await.expect("she is there");
        assert_eq!(found.id.text(), Some(ada.id.as_str()));
        let users = board.client.users().list().top(1).items().collect_all().await;
        assert_eq!(users.expect("two pages").len(), 2);
        let filter = "startswith(displayName,'e')";
        let eve = board.client.users().list().filter(filter).await.expect("a page");
        assert_eq!(eve.value.items().len(), 1);
        let error = board.client.user("nobody@contoso.test").get().await.expect_err("nobody");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    })
    .expect("a runtime");
}

#[test]
fn a_subscriber_is_told_of_a_record_and_reads_it_with_its_sessions() {
    run(async {
        let mut setup = small(42);
        setup.customers.clear();
        let sim = Sim::new(setup).expect("a sound world");
        let mut board = Board::open(&sim).await;
        let soon = sim.clock().wall() + 600 * SECOND;
        let subscriptions = board.client.subscriptions();
        let made = subscriptions
            .create("communications/callRecords", CALLBACK, soon)
            .change_types([ChangeType::Created])
            .client_state(CLIENT_STATE)
            .await
            .expect("a subscription");
        let id = made.id.text().expect("an id").to_owned();
        let one = board.client.subscription(&id);
        wait(SECOND).await;
        let renewed = one.renew(sim.clock().wall() + 3600 * SECOND).await.expect("renewed");
        assert_ne!(renewed.expiration_date_time, made.expiration_date_time);

        let call = board.switchboard.dial(&target(&sim, "ada")).await.expect("it rings");
        let call = call.answered(20 * SECOND).await.expect("ada answers");
        wait(5 * SECOND).await;
        call.hang_up().await.expect("it ends");
        let told = tokio::time::timeout(120 * SECOND, board.changes.recv()).await;
        let Ok(Some(SubscriptionEvent::Changed(change))) = told else { panic!("{told:?}") };
        assert_eq!(change.subscription_id.text(), Some(&*id));
        let records = board.client.communications().call_records().list().await.expect("a page");
        let [listed] = records.value.items() else { panic!("{records:?}") };
        let id = listed.id.text().expect("an id").to_owned();
        let record = board.client.communications().call_record(&id).get().with_segments().await;
        let record = record.expect("it is written");
        let [session] = record.sessions.items() else { panic!("{record:?}") };
        assert!(
            matches!(session.caller.get().map(|one| &**one), Some(Endpoint::Service(_))),
            "{session:?}"
        );
        assert!(
            matches!(session.callee.get().map(|one| &**one), Some(Endpoint::Participant(_))),
            "{session:?}"
        );
        assert_eq!(session.segments.items().len(), 1);

        one.delete().await.expect("ended");
        let left = board.client.subscriptions().list().await.expect("a page");
        assert!(left.value.items().is_empty(), "{left:?}");
    })
    .expect("a runtime");
}
