//! What Graph lists, held against what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use teams_cc_core::Instant;

use super::{Listed, entry::Entry};

/// The collection of presences, of which each account may watch once, whatever its filter.
const PRESENCES: &str = "communications/presences";

/// Subscriptions of an account that live by our book and are not listed, though they were made
/// before the list was asked for.
pub(super) fn missing(
    entries: &BTreeMap<Box<str>, Entry>,
    account: &str,
    listed: &[Listed],
    asked: Instant,
) -> Vec<Box<str>> {
    let there: BTreeSet<&str> = listed.iter().map(|one| &*one.id).collect();
    entries
        .values()
        .filter(|entry| *entry.wanted.account == *account)
        .filter(|entry| {
            let live = entry.live.as_ref();
            live.is_some_and(|live| live.since < asked && !there.contains(&*live.id))
        })
        .map(|entry| entry.wanted.key.clone())
        .collect()
}

/// Listed subscriptions to an address of ours that none of ours is.
pub(super) fn strays(entries: &BTreeMap<Box<str>, Entry>, listed: &[Listed]) -> Vec<Box<str>> {
    let ours = |one: &Listed| {
        let live = |entry: &Entry| entry.live.as_ref().is_some_and(|live| live.id == one.id);
        entries.values().any(live)
    };
    let addressed = |one: &Listed| {
        entries.values().any(|entry| entry.wanted.notification_url == one.notification_url)
    };
    listed.iter().filter(|one| addressed(one) && !ours(one)).map(|one| one.id.clone()).collect()
}

/// The listed subscription that stands in the way of one: of the same resource, or any of
/// presences where one of presences is wanted.
pub(super) fn in_the_way(
    entries: &BTreeMap<Box<str>, Entry>,
    wanted: &Entry,
    listed: &[Listed],
) -> Option<Box<str>> {
    let resource = normal(wanted.wanted.resource.reveal());
    let conflicts = |one: &&Listed| {
        let other = normal(one.resource.reveal());
        other == resource || (other.starts_with(PRESENCES) && resource.starts_with(PRESENCES))
    };
    let of_another = |one: &&Listed| {
        let others = entries.values().filter(|entry| entry.wanted.key != wanted.wanted.key);
        others.filter_map(|entry| entry.live.as_ref()).any(|live| live.id == one.id)
    };
    listed.iter().filter(conflicts).find(|one| !of_another(one)).map(|one| one.id.clone())
}

/// Resources come back with or without a slash before them, in any case.
fn normal(resource: &str) -> String {
    resource.trim_matches('/').to_ascii_lowercase()
}
