use proptest::prelude::*;
use serde_json::{Value, json};
use teams_cc_core::{AppId, contact::LegEvent};

use super::{
    dialing::{HOLD_FOR, MAX_HELD},
    *,
};
use crate::{
    call::{Related, RelatedBy, announcement::Incoming},
    model::CommsNotification,
};

const TENANT: &str = "aa67bd4c-8475-432d-bd41-39f255720e0a";

fn registry() -> Registry {
    let tenant = TenantId::new(TENANT).expect("an id");
    Registry::new(tenant, Address::Bot(AppId::new("bot").expect("an id")), 8, false)
}

fn notification(call: usize, change: &str, data: &Value) -> CommsNotification {
    let mut data = data.clone();
    data["@odata.type"] = json!("#microsoft.graph.call");
    // Half of the spellings the service uses.
    let path = match call % 2 {
        0 => format!("/communications/calls/CALL{call}"),
        _ => format!("communications/calls/call-{call}/"),
    };
    serde_json::from_value(json!({
        "changeType": change, "resourceUrl": path, "resourceData": data
    }))
    .expect("a notification")
}

/// What a service says of one call, in its order; the last is its end.
fn story(call: usize) -> Vec<CommsNotification> {
    let tone = |sequence: i64| json!({ "toneInfo": { "sequenceId": sequence, "tone": "tone1" } });
    vec![
        notification(call, "created", &json!({ "state": "incoming", "direction": "incoming" })),
        notification(call, "updated", &json!({ "state": "establishing" })),
        notification(call, "updated", &json!({ "state": "Established" })),
        notification(call, "updated", &tone(1)),
        notification(call, "updated", &tone(2)),
        notification(call, "updated", &json!({ "state": "terminating" })),
        notification(call, "deleted", &json!({ "resultInfo": { "code": 200, "subcode": 4521 } })),
    ]
}

fn tell(registry: &mut Registry, now: Instant, notification: CommsNotification) {
    assert_eq!(registry.notification(now, now, notification), Taken::Yes);
}

fn told(registry: &mut Registry) -> BTreeMap<LegId, Vec<LegEvent>> {
    let mut told: BTreeMap<LegId, Vec<LegEvent>> = BTreeMap::new();
    while let Some(announcement) = registry.poll_announcement() {
        match announcement {
            Announcement::Incoming(incoming) => {
                let before = told.insert(incoming.leg.clone(), Vec::new());
                assert!(before.is_none(), "a call comes in once, before anything else of it");
            }
            Announcement::TakenOver { leg, .. } => panic!("{leg} was taken over"),
            Announcement::Leg { leg, event } => {
                told.get_mut(&leg).expect("a leg that came in").push(event);
            }
        }
    }
    told
}

proptest! {
    /// Calls mixed up, lost, repeated and reordered: each ends once, last, and nothing stays.
    #[test]
    fn every_interleaving_of_several_calls_leaves_nothing(
        picks in prop::collection::vec((0_usize..3, 0_usize..7), 0..80),
    ) {
        let stories: Vec<_> = (0..3).map(story).collect();
        let mut registry = registry();
        let mut now = Instant::from_secs(1);
        for (call, step) in picks {
            now += Duration::from_millis(100);
            registry.handle_timeout(now);
            tell(&mut registry, now, stories[call][step].clone());
        }
        for story in &stories {
            tell(&mut registry, now, story.last().expect("an end").clone());
        }
        for story in &stories {
            for late in story {
                tell(&mut registry, now, late.clone());
            }
        }
        prop_assert!(registry.is_idle());
        prop_assert_eq!(registry.counts().held, 0);
        prop_assert!(registry.legs_by_key.is_empty());
        prop_assert_eq!(registry.poll_timeout(), None);
        for (leg, events) in told(&mut registry) {
            let ends = events.iter().filter(|event| matches!(event, LegEvent::Ended(_))).count();
            prop_assert_eq!(ends, 1, "{}: {:?}", leg, events);
            prop_assert!(matches!(events.last(), Some(LegEvent::Ended(_))));
        }
    }
}

#[test]
fn what_is_held_for_a_call_being_created_is_bounded_in_number_and_in_time() {
    let mut registry = registry();
    let start = Instant::from_secs(1);
    registry.dialing(&LegId::numbered("a", 1)).expect("room");
    for call in 0..MAX_HELD + 10 {
        tell(
            &mut registry,
            start,
            notification(call, "updated", &json!({ "state": "established" })),
        );
    }
    assert_eq!(registry.counts().held, MAX_HELD);
    assert_eq!(registry.counts().unknown, 10);
    let due = registry.poll_timeout().expect("a hold ends");
    assert_eq!(due, start + HOLD_FOR);
    registry.handle_timeout(due);
    assert_eq!(registry.counts().held, 0);
    assert_eq!(registry.counts().dialing, 1);
}

/// Trap 23.
#[test]
fn a_call_is_called_by_its_own_id_and_else_by_its_path() {
    let incoming = json!({ "state": "incoming" });
    let mut named = incoming.clone();
    named["id"] = json!("call-1");
    for (data, id) in [(incoming, "call-1"), (named, "call-1")] {
        let (call, _) = Incoming::call(notification(1, "created", &data)).expect("a call");
        assert_eq!(call.as_str(), id);
    }
    let bare = notification(0, "created", &json!({ "state": "incoming" }));
    assert_eq!(Incoming::call(bare).expect("a call").0.as_str(), "CALL0");
}

#[test]
fn a_forwarded_call_tells_who_was_called_first() {
    let mut registry = registry();
    let data = json!({
        "state": "incoming",
        "source": { "identity": { "encrypted": { "id": "hidden" } } },
        "callRoutes": [{ "original": { "phone": { "id": "+14255550111" } } }],
    });
    tell(&mut registry, Instant::ZERO, notification(1, "created", &data));
    let Some(Announcement::Incoming(incoming)) = registry.poll_announcement() else {
        panic!("no call came in")
    };
    assert_eq!(incoming.caller, Address::Anonymous);
    assert!(matches!(incoming.called, Address::Bot(_)));
    let original = incoming.forwarded_from.expect("forwarded");
    assert_eq!(original.number().map(teams_cc_core::E164::reveal), Some("+14255550111"));
}

/// Pain 20.
#[test]
fn a_call_that_comes_back_is_joined_to_the_one_before() {
    let caller = json!({ "identity": { "user": { "id": "29362bd4" } } });
    let first = json!({ "state": "incoming", "source": caller, "callChainId": "AB-1" });
    let cases = [
        (json!({ "state": "incoming", "callChainId": "ab1" }), Some(RelatedBy::ChainId)),
        (
            json!({ "state": "incoming", "callChainId": "another",
                    "incomingContext": { "transferor": { "user": { "id": "29362bd4" } } } }),
            Some(RelatedBy::Transferor),
        ),
        (
            json!({ "state": "incoming", "incomingContext": { "sourceParticipantId": "p-1" } }),
            Some(RelatedBy::SourceParticipant),
        ),
        (json!({ "state": "incoming", "callChainId": "another" }), None),
    ];
    for (second, by) in cases {
        for over in [false, true] {
            if over && by == Some(RelatedBy::SourceParticipant) {
                continue;
            }
            let mut registry = registry();
            tell(&mut registry, Instant::ZERO, notification(1, "created", &first));
            let roster = serde_json::from_value(json!({
                "changeType": "updated", "resourceUrl": "/communications/calls/call1/participants",
                "resourceData": [{ "@odata.type": "#microsoft.graph.participant", "id": "P1" }]
            }));
            tell(&mut registry, Instant::ZERO, roster.expect("a roster"));
            if over {
                tell(&mut registry, Instant::ZERO, notification(1, "deleted", &json!({})));
            }
            tell(&mut registry, Instant::ZERO, notification(2, "created", &second));
            let related = std::iter::from_fn(|| registry.poll_announcement())
                .filter_map(|announcement| match announcement {
                    Announcement::Incoming(incoming) => Some(incoming.related),
                    _ => None,
                })
                .nth(1)
                .expect("a second call");
            let wanted = by.map(|by| Related { leg: LegId::numbered("G", 1), by });
            assert_eq!(related, wanted, "{second} {over}");
        }
    }
}

/// Pain 20.
#[test]
fn words_of_a_newer_graph_are_counted() {
    let mut registry = registry();
    let states = ["incoming", "Established", "parked", "unknownFutureValue"];
    for state in states {
        tell(&mut registry, Instant::ZERO, notification(1, "updated", &json!({ "state": state })));
    }
    assert_eq!(registry.counts().unread, 2);
}

#[test]
fn an_incoming_call_is_told_before_anything_else_of_it() {
    let mut registry = registry();
    let data = json!({ "state": "incoming", "toneInfo": { "tone": "tone1" } });
    tell(&mut registry, Instant::ZERO, notification(1, "created", &data));
    assert!(matches!(registry.poll_announcement(), Some(Announcement::Incoming(_))));
}
