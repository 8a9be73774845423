use serde_json::json;

use super::desk::{Desk, presence, secs, user, version};
use crate::{
    model::Presence,
    tracker::{Input, Seen, TrackerConfig},
};

#[test]
fn a_read_that_began_before_a_notification_never_overwrites_it() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    desk.now += secs(300);
    desk.put(Input::Tick);
    let (read, asked) = desk.ask().unwrap();
    desk.now += secs(1);
    desk.notify(1, "Busy");
    desk.now += secs(1);
    desk.answer(read, &asked);
    assert_eq!(desk.shown(1), "Busy");
    assert_eq!(desk.changes(), ["u1 Busy 0"]);
    // They contradict each other, so the service is asked once more, about this user alone.
    desk.set(1, presence("Busy"));
    desk.pass(secs(1));
    assert_eq!(desk.asked.last().unwrap().1, [user(1)]);
    assert_eq!(desk.tracker.counts().doubted, 1);
}

#[test]
fn a_read_that_began_after_a_notification_overwrites_it() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    desk.now += secs(10);
    desk.notify(1, "Busy");
    desk.pass(secs(300));
    assert_eq!(desk.shown(1), "Available");
}

/// A complaint: notifications arrive late and out of order.
#[test]
fn an_older_notification_that_overtook_is_put_right_within_a_second() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    desk.now += secs(100);
    desk.set(1, presence("Away"));
    desk.notify(1, "Away");
    desk.now += secs(5);
    desk.notify(1, "Busy");
    assert_eq!(desk.shown(1), "Busy", "nothing says which of them is older");
    desk.pass(secs(1));
    assert_eq!(desk.shown(1), "Away");
}

#[test]
fn a_notification_long_after_the_last_change_is_not_doubted() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    desk.now += secs(61);
    desk.set(1, presence("Busy"));
    desk.notify(1, "Busy");
    desk.pass(secs(2));
    assert_eq!((desk.asked.len(), desk.tracker.counts().doubted), (1, 0));
}

#[test]
fn versions_decide_where_both_have_one() {
    let mut desk = Desk::watching(TrackerConfig::default(), 1);
    let tell = |desk: &mut Desk, state, number| {
        desk.now += secs(1);
        let (user, presence) = (user(0), version(state, number));
        desk.put(Input::Notified { user: &user, presence: &presence });
    };
    tell(&mut desk, "Busy", "0200");
    tell(&mut desk, "Away", "0100");
    assert_eq!(desk.shown(0), "Busy");
    tell(&mut desk, "Away", "0300");
    assert_eq!(desk.shown(0), "Away");
}

#[test]
fn a_version_that_runs_backwards_is_believed_after_three_reads() {
    let mut desk = Desk::watching(TrackerConfig::default(), 1);
    desk.set(0, version("Busy", "0900"));
    desk.pass(secs(300));
    desk.set(0, version("Away", "0100"));
    for shown in ["Busy", "Busy", "Away"] {
        desk.pass(secs(300));
        assert_eq!(desk.shown(0), shown);
    }
}

#[test]
fn what_has_not_changed_is_not_told_but_is_younger() {
    let mut desk = Desk::watching(TrackerConfig::default(), 2);
    let before = desk.tracker.get(&user(0)).unwrap().read_at;
    desk.pass(secs(301));
    desk.notify(0, "Available");
    assert!(desk.changes().is_empty());
    assert!(desk.tracker.get(&user(0)).unwrap().read_at > before);
}

#[test]
fn a_slow_consumer_is_told_only_the_newest_and_how_many_went_before() {
    let mut desk = Desk::watching(TrackerConfig::default(), 3);
    for state in ["Busy", "Away", "DoNotDisturb"] {
        desk.notify(1, state);
    }
    desk.notify(2, "Busy");
    desk.notify(2, "Available");
    assert_eq!(desk.tracker.changes_waiting(), 2);
    assert_eq!(desk.changes(), ["u1 DoNotDisturb 2"], "the other is back to what was told");
    let counts = desk.tracker.counts();
    assert_eq!((counts.merged, counts.undone), (3, 1));
}

#[test]
fn a_flood_of_changes_takes_no_more_room_than_users() {
    let mut desk = Desk::watching(TrackerConfig::default(), 50);
    let before = desk.tracker.heap_bytes();
    for nth in 0..100_000_usize {
        desk.notify(nth as u64 % 50, ["Busy", "Away", "Available"][nth % 3]);
    }
    assert!(desk.tracker.changes_waiting() <= 50);
    assert!(desk.tracker.heap_bytes() < before + 4096);
}

#[test]
fn an_answer_in_any_order_and_case_finds_its_users() {
    let mut desk = Desk::new(TrackerConfig::default());
    let ids = ["AA-1", "bb-2", "CC-3"].map(|id| id.parse().unwrap());
    desk.put(Input::Watch(&ids));
    let (read, asked) = desk.ask().unwrap();
    assert_eq!(asked.len(), 3);
    let (busy, stranger) = (presence("Busy"), user(9));
    let seen = [
        Seen { user: &ids[2], presence: &busy },
        Seen { user: &stranger, presence: &busy },
        Seen { user: &ids[0], presence: &busy },
    ];
    desk.put(Input::Answered { read, seen: &seen });
    assert!(desk.tracker.get(&ids[0]).is_some() && desk.tracker.get(&ids[2]).is_some());
    assert_eq!(desk.tracker.get(&ids[1]), None);
    let counts = desk.tracker.counts();
    assert_eq!((counts.missing, counts.unknown), (1, 1));
}

#[test]
fn words_that_look_alike_are_told_apart() {
    use std::collections::BTreeSet;
    let words = [
        "Available",
        "AvailableIdle",
        "AvailableInactive",
        "Away",
        "BeRightBack",
        "Busy",
        "BusyIdle",
        "DoNotDisturb",
        "Focusing",
        "InACall",
        "InAConferenceCall",
        "InAMeeting",
        "Inactive",
        "Offline",
        "OffWork",
        "OutOfOffice",
        "Presenting",
        "UrgentInterruptionsOnly",
        "PresenceUnknown",
    ];
    let mut prints = BTreeSet::new();
    for one in words {
        for other in words {
            for away in [false, true] {
                let mut presence = crate::Presence::new(one, other);
                presence.out_of_office = away;
                prints.insert(super::super::slot::fingerprint(&presence));
            }
        }
    }
    assert_eq!(prints.len(), words.len() * words.len() * 2);
}

#[test]
fn a_note_that_was_read_outlives_notifications_that_say_nothing_of_it() {
    let noted = |state: &str, note: &str| {
        let message = json!({ "message": { "content": note, "contentType": "text" } });
        let body = json!({ "availability": state, "activity": state, "statusMessage": message });
        Presence::from_graph(&serde_json::from_value(body).unwrap())
    };
    let mut desk = Desk::watching(TrackerConfig::default().period(secs(30)), 2);
    desk.set(1, noted("Available", "Ask me"));
    desk.pass(secs(31));
    assert_eq!(desk.changes(), ["u1 Available 0"], "a note is a change");
    desk.notify(1, "Busy");
    let seen = desk.tracker.get(&user(1)).unwrap();
    assert_eq!(seen.value.status_message().get().unwrap().text.reveal(), "Ask me");
    assert_eq!(desk.changes(), ["u1 Busy 0"]);
    desk.set(1, noted("Busy", "Do not"));
    desk.pass(secs(61));
    assert_eq!(desk.changes(), ["u1 Busy 0"]);
    desk.pass(secs(61));
    assert_eq!(desk.changes(), [""; 0], "what holds on is not told again");
}
