use serde_json::{Value, json};

use super::{
    tracker::{Heard, RosterTracker},
    *,
};

const FINE: Heard = Heard { changed: true, doubt: false };
const NOTHING: Heard = Heard { changed: false, doubt: false };

fn report(participants: Value) -> RosterReport {
    let read: Vec<Participant> = serde_json::from_value(participants).expect("participants");
    RosterReport::read(&read)
}

fn at(id: &str, sequence: i64) -> Value {
    json!({ "id": id, "rosterSequenceNumber": sequence })
}

fn gone(id: &str, sequence: i64) -> Value {
    json!({ "id": id, "rosterSequenceNumber": sequence, "removedState": { "reason": "left" } })
}

fn names(tracker: &RosterTracker) -> String {
    let ids = tracker.roster().iter().filter_map(|it| it.id.as_deref());
    ids.collect::<Vec<_>>().join(" ")
}

fn delta() -> RosterTracker {
    let mut tracker = RosterTracker::default();
    tracker.expect_changes(true);
    tracker
}

#[test]
fn an_older_whole_roster_does_not_undo_a_newer_one() {
    let mut tracker = RosterTracker::default();
    assert_eq!(tracker.notified(report(json!([at("a", 1), at("b", 2)]))), FINE);
    let older = tracker.notified(report(json!([at("a", 1)])));
    assert_eq!(older, Heard { changed: false, doubt: true }, "or b has left: graph is asked");
    assert_eq!(names(&tracker), "a b");
    assert_eq!(tracker.notified(report(json!([at("a", 3)]))), FINE);
    assert_eq!(tracker.notified(report(json!([at("a", 3)]))), NOTHING, "told again");
    assert_eq!(names(&tracker), "a");
}

#[test]
fn whole_rosters_without_numbers_cannot_be_put_in_order() {
    let mut tracker = RosterTracker::default();
    assert_eq!(tracker.notified(report(json!([{ "id": "a" }]))), FINE);
    let next = tracker.notified(report(json!([{ "id": "a" }, { "id": "b" }])));
    assert_eq!(next, Heard { changed: true, doubt: true });
}

#[test]
fn a_gap_in_the_changes_is_noticed_and_filled() {
    let mut tracker = delta();
    assert_eq!(tracker.notified(report(json!([at("a", 1)]))), FINE);
    let gap = tracker.notified(report(json!([at("c", 3)])));
    assert_eq!(gap, Heard { changed: true, doubt: true });
    let late = tracker.notified(report(json!([at("b", 2)])));
    assert_eq!(late, NOTHING, "whether b has left since is not known: graph is asked");
    tracker.answered(report(json!([at("a", 1), at("b", 2), at("c", 3)])), false);
    assert_eq!(names(&tracker), "a b c");
    assert_eq!(tracker.notified(report(json!([gone("b", 4)]))), FINE);
    assert_eq!(tracker.notified(report(json!([at("b", 2)]))), NOTHING, "late, and long gone");
    assert_eq!(names(&tracker), "a c");
}

#[test]
fn a_change_keeps_what_it_does_not_tell() {
    let mut tracker = delta();
    let first = json!([{ "id": "a", "isMuted": true, "rosterSequenceNumber": 1,
        "info": { "identity": { "user": { "id": "29362bd4" } } } }]);
    tracker.notified(report(first));
    tracker.notified(report(json!([{ "id": "A", "isInLobby": false, "rosterSequenceNumber": 2 }])));
    let only = tracker.roster().get("a").expect("one participant, however it is spelled");
    assert_eq!(only.muted, Knowledge::Observed(true));
    assert_eq!(only.in_lobby, Knowledge::Observed(false));
    assert!(matches!(only.address, Address::TeamsUser(_)));
}

#[test]
fn an_answer_that_notifications_overtook_stays_in_doubt() {
    let mut tracker = RosterTracker::default();
    let heard = tracker.answered(report(json!([at("a", 1)])), true);
    assert_eq!(heard, Heard { changed: true, doubt: true });
}

/// Trap 24.
#[test]
fn a_participant_without_an_id_is_known_by_who_it_is() {
    let read = report(json!([
        { "id": null, "info": { "identity": { "phone": { "id": "+14255550100" } } } },
        { "id": null, "info": { "identity": { "user": { "id": "29362BD4-CD58" } } } },
        { "id": null, "info": { "participantId": "p" } },
        { "id": null },
    ]));
    assert_eq!((read.participants.len(), read.nameless), (3, 1));
    assert!(!format!("{read:?}").contains("4255550100"), "numbers are redacted");
}

/// Pains 12, 13.
#[test]
fn a_hold_follows_from_the_audio_stream_and_is_never_passed_off_as_told() {
    let cases = [
        ("inactive", Knowledge::Inferred(true)),
        ("sendReceive", Knowledge::Inferred(false)),
        ("sendOnly", Knowledge::Inferred(false)),
        ("receiveOnly", Knowledge::Unknown),
        ("sideways", Knowledge::Unknown),
    ];
    for (direction, hold) in cases {
        let read = report(json!([{ "id": "a", "mediaStreams": [
            { "mediaType": "video", "direction": "inactive" },
            { "mediaType": "audio", "direction": direction },
        ] }]));
        assert_eq!(read.participants[0].on_hold, hold, "{direction}");
    }
    assert_eq!(report(json!([{ "id": "a" }])).participants[0].on_hold, Knowledge::Unknown);
}

#[test]
fn the_party_is_the_only_other_participant() {
    let mut tracker = RosterTracker::default();
    tracker.notified(report(json!([at("own", 1), at("a", 2)])));
    assert!(tracker.roster().party().is_none(), "who is the app itself is not known");
    tracker.set_own("OWN");
    assert_eq!(tracker.roster().party().and_then(|it| it.id.as_deref()), Some("a"));
    tracker.notified(report(json!([at("own", 1), at("a", 2), at("b", 3)])));
    assert!(tracker.roster().party().is_none());
    assert_eq!(tracker.roster().others().count(), 2);
}

#[test]
fn rosters_are_bounded_and_keep_the_app_itself() {
    let many = |from: i64, to: i64| (from..to).map(|n| at(&format!("{n:06}"), n)).collect();
    let over = i64::try_from(MAX_PARTICIPANTS).expect("small") + 50;
    let mut tracker = RosterTracker::default();
    tracker.set_own("zz");
    let mut list: Vec<Value> = many(1, over);
    list.push(at("zz", over));
    tracker.notified(report(Value::Array(list)));
    assert_eq!(tracker.roster().len(), MAX_PARTICIPANTS);
    assert!(!tracker.roster().is_complete());
    assert!(tracker.roster().own().is_some());

    let mut tracker = delta();
    for n in 1..over {
        tracker.notified(report(json!([at(&format!("{n:06}"), n)])));
    }
    assert_eq!(tracker.roster().len(), MAX_PARTICIPANTS);
    assert!(!tracker.roster().is_complete());
}
