use std::time::Duration;

use teams_cc_core::{Instant, Timestamp};
use teams_cc_graph::{
    request::subscriptions::SUBSCRIPTION_LIMITS,
    webhook::content::{
        ContentError, ContentKeyError, KEEP_UNUSED, KeyRing, MAX_CONTENT_KEYS, open,
    },
};

use crate::sealed::{Seal, pair, ring};

fn wall() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn at(hours: u64) -> Instant {
    Instant::from_secs(hours * 3600)
}

#[test]
fn an_old_key_opens_what_was_sealed_for_it_until_nothing_names_it_any_more() {
    let ring = ring();
    ring.rotate(pair(1).named("second"), at(100), wall()).unwrap();
    assert_eq!(ring.current().id(), "second");
    let (old, new) = (Seal::default(), Seal { pair: 1, id: "second", ..Seal::default() });
    open(&ring, &new.content(), at(101)).unwrap();
    // In use once more, three hours after it was replaced.
    open(&ring, &old.content(), at(103)).unwrap();
    assert!(ring.prune(at(103) + KEEP_UNUSED).is_empty(), "still within its time");
    let gone = ring.prune(at(103) + KEEP_UNUSED + Duration::from_secs(1));
    assert_eq!(gone, [Box::from("first")]);
    assert_eq!(open(&ring, &old.content(), at(200)).unwrap_err(), ContentError::UnknownCertificate);
    assert!(ring.prune(at(10_000)).is_empty(), "the current key stays, however long unused");
    open(&ring, &new.content(), at(10_000)).unwrap();
}

#[test]
fn a_key_that_cannot_be_used_is_not_taken() {
    let ring = ring();
    let taken = ring.rotate(pair(1).named("first"), at(1), wall());
    assert_eq!(taken.unwrap_err(), ContentKeyError::NameTaken);
    let later = Timestamp::from_unix_seconds(i64::from(u32::MAX) * 100);
    let expired = ring.rotate(pair(1).named("second"), at(1), later);
    assert_eq!(expired.unwrap_err(), ContentKeyError::NotValidNow);
    assert_eq!(ring.ids(), [Box::from("first")]);
}

#[test]
fn a_full_ring_makes_room_only_where_a_key_is_unused() {
    let ring = ring();
    for nth in 1..MAX_CONTENT_KEYS {
        ring.rotate(pair(1).named(&format!("k{nth}")), at(1), wall()).unwrap();
    }
    let full = ring.rotate(pair(1).named("more"), at(2), wall());
    assert_eq!(full.unwrap_err(), ContentKeyError::Full);
    ring.rotate(pair(1).named("more"), at(2) + KEEP_UNUSED, wall()).unwrap();
    assert_eq!(ring.ids(), ["k7", "more"].map(Box::from), "what was replaced last stays");
}

/// Chats, recordings and transcripts: three days, and nobody renews them when a key is replaced.
#[test]
fn a_key_outlives_every_subscription_that_may_name_it() {
    // Those of Teams; users and call records have no content.
    let teams = SUBSCRIPTION_LIMITS.iter().filter(|limit| limit.lifecycle_url_above.is_some());
    let longest = teams.map(|limit| limit.longest).max().unwrap();
    assert_eq!(longest, Duration::from_hours(72));
    assert!(KEEP_UNUSED > longest + Duration::from_hours(4));
    let ring = ring();
    ring.rotate(pair(1).named("second"), at(100), wall()).unwrap();
    // A quiet night, and somebody prunes at its end.
    assert!(ring.prune(at(110)).is_empty());
    open(&ring, &Seal::default().content(), at(171)).unwrap();
    // Where every subscription lives an hour, that is known to the program.
    assert_eq!(ring.prune_after(at(177), Duration::from_hours(5)), [Box::from("first")]);
}

#[test]
fn a_restart_brings_old_keys_back_whatever_their_dates() {
    let ring = KeyRing::new(pair(1).named("third"));
    let ring = ring.with_old(pair(1).named("second"), at(1)).unwrap();
    let ring = ring.with_old(pair(0).named("first"), at(1)).unwrap();
    assert_eq!(ring.ids(), ["first", "second", "third"].map(Box::from));
    assert_eq!(ring.current().id(), "third");
    open(&ring, &Seal::default().content(), at(2)).unwrap();
    assert_eq!(ring.prune(at(1) + KEEP_UNUSED + Duration::from_secs(1)), [Box::from("second")]);
    let taken = ring.with_old(pair(1).named("first"), at(1));
    assert_eq!(taken.unwrap_err(), ContentKeyError::NameTaken);
}
