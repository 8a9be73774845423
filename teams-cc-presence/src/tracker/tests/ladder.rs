use super::desk::{Desk, presence, secs, user};
use crate::tracker::{Input, Output, Push, Rung, TrackerConfig, Why};

fn rich(config: TrackerConfig) -> Desk {
    let mut desk = Desk::watching(config, 20);
    let shard = desk.shard(0);
    desk.put(Input::Push { shard, push: Push::Rich });
    desk.run();
    desk.told.clear();
    desk
}

fn why(desk: &Desk) -> Vec<(Rung, Why)> {
    let moves = desk.told.iter().filter_map(|told| match told {
        Output::Moved { rung, why, .. } => Some((*rung, *why)),
        _ => None,
    });
    moves.collect()
}

/// Pain 52, and the complaint of a valid, renewed subscription that told nothing for days.
#[test]
fn a_silent_subscription_is_found_out_by_the_sweep() {
    let mut desk = rich(TrackerConfig::default().dead_man(secs(60)).period(secs(30)));
    desk.set(3, presence("Busy"));
    desk.pass(secs(60));
    assert_eq!(desk.shown(3), "Busy");
    assert_eq!(desk.rung(0), Rung::Rich, "the notification may be late");
    desk.pass(secs(120));
    assert_eq!(desk.rung(0), Rung::Sweep);
    assert_eq!(why(&desk), [(Rung::Sweep, Why::Silent)]);
    assert_eq!(desk.tracker.counts().fallen, 1);
}

#[test]
fn a_late_notification_keeps_its_shard_on_the_ladder() {
    let mut desk = rich(TrackerConfig::default().dead_man(secs(60)));
    for n in 0..20 {
        desk.set(n, presence("Busy"));
        desk.pass(secs(60));
        desk.notify(n, "Busy");
        desk.pass(secs(10));
    }
    assert_eq!(desk.rung(0), Rung::Rich);
}

#[test]
fn a_quiet_shard_where_nothing_happens_stays_on_the_ladder() {
    let mut desk = rich(TrackerConfig::default().dead_man(secs(60)));
    desk.pass(secs(24 * 3600));
    assert_eq!(desk.rung(0), Rung::Rich);
}

#[test]
fn a_shard_climbs_again_after_a_while_and_later_if_it_falls_soon() {
    let mut desk = rich(TrackerConfig::default().dead_man(secs(60)).period(secs(60)));
    let mut times = Vec::new();
    for round in 0..3 {
        let state = if round % 2 == 0 { "Busy" } else { "Away" };
        desk.set(1, presence(state));
        desk.pass(secs(240));
        assert_eq!(desk.rung(0), Rung::Sweep);
        let fell = desk.now;
        while desk.rung(0) != Rung::Rich {
            desk.pass(secs(10));
            desk.notify(
                2,
                if desk.now.as_millis().is_multiple_of(20_000) { "Away" } else { "Busy" },
            );
            assert!(desk.now - fell < secs(3600));
        }
        times.push((desk.now - fell).as_secs());
    }
    assert!(times[0] < times[1] && times[1] < times[2], "{times:?}");
}

#[test]
fn a_subscription_that_goes_is_replaced_by_reads_at_once() {
    let mut desk = rich(TrackerConfig::default());
    desk.set(5, presence("Away"));
    desk.now += secs(1);
    let shard = desk.shard(5);
    desk.put(Input::Push { shard, push: Push::None });
    desk.run();
    assert_eq!((desk.shown(5), desk.rung(5)), ("Away".into(), Rung::Sweep));
}

/// A complaint: since 2024 basic notifications carry the user's id alone.
#[test]
fn a_notification_of_an_id_alone_is_followed_by_a_read_of_it() {
    let mut desk = Desk::watching(TrackerConfig::default(), 20);
    let shard = desk.shard(0);
    desk.put(Input::Push { shard, push: Push::IdOnly });
    desk.run();
    desk.asked.clear();
    for n in [4, 7, 4] {
        desk.set(n, presence("Busy"));
        desk.put(Input::Named(&user(n)));
    }
    desk.run();
    assert!(desk.asked.is_empty(), "others may join");
    desk.pass(std::time::Duration::from_millis(250));
    desk.run();
    assert_eq!(desk.asked.len(), 1);
    assert_eq!(desk.asked[0].1, [user(4), user(7)]);
    assert_eq!((desk.shown(4), desk.shown(7)), ("Busy".into(), "Busy".into()));
}

/// Pain 55: contents that cannot be opened still name their user.
#[test]
fn contents_that_cannot_be_opened_make_a_shard_read_whom_they_name() {
    let mut desk = rich(TrackerConfig::default());
    for n in 0..3 {
        desk.put(Input::Named(&user(n)));
    }
    desk.pass(secs(1));
    assert_eq!(desk.rung(0), Rung::IdOnly);
    for n in 0..3 {
        desk.notify(n, "Busy");
    }
    desk.run();
    assert_eq!(desk.rung(0), Rung::Rich);
    assert_eq!(why(&desk), [(Rung::IdOnly, Why::Unopened), (Rung::Rich, Why::Opened)]);
}

/// A complaint: gaps of an hour without a lifecycle event; and what to do where there is one.
#[test]
fn lost_notifications_are_read_after_at_once() {
    let mut desk = rich(TrackerConfig::default());
    desk.set(9, presence("Busy"));
    desk.now += secs(1);
    let shard = desk.shard(9);
    desk.put(Input::Missed(shard));
    desk.run();
    assert_eq!(desk.shown(9), "Busy");
}

/// Pains 49 and 51: one shard, one subscription, and a sweep over whatever gap there is.
#[test]
fn the_gap_between_two_subscriptions_of_a_shard_is_covered() {
    let mut desk = rich(TrackerConfig::default());
    let shard = desk.shard(0);
    desk.put(Input::Push { shard, push: Push::None });
    desk.run();
    desk.set(6, presence("Busy"));
    desk.now += secs(2);
    desk.put(Input::Push { shard, push: Push::Rich });
    desk.run();
    assert_eq!((desk.shown(6), desk.rung(6)), ("Busy".into(), Rung::Rich));
    assert_eq!(desk.tracker.users(shard).len(), 20);
}

#[test]
fn a_change_of_subscription_while_a_read_is_out_is_followed_by_another() {
    let mut desk = Desk::watching(TrackerConfig::default(), 5);
    desk.now += secs(300);
    desk.put(Input::Tick);
    let (read, asked) = desk.ask().unwrap();
    let shard = desk.shard(0);
    desk.put(Input::Push { shard, push: Push::Rich });
    assert!(desk.ask().is_none(), "one read of a shard at a time");
    desk.answer(read, &asked);
    assert_eq!(desk.ask().unwrap().1.len(), 5);
}
