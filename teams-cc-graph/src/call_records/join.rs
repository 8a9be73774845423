//! Which record a row of a log of calls belongs to.

use std::collections::{BTreeMap, BTreeSet};

use teams_cc_core::Timestamp;

use crate::model::call_records::{
    CallRecord, DirectRoutingLogRow, Endpoint, PstnCallLogRow, Session,
};
use crate::model::{Identity, IdentitySet, call_key};
use crate::wire::{DateTimeOffset, Field, Sensitive};

#[cfg(test)]
mod tests;

/// How far apart the beginnings of a row and of its record may be.
const NEAR: i64 = 120;

/// How far apart both ends of a row and of its record are, at most, if nothing else tells.
const CLOSE: i64 = 5;

/// The fewest digits of a number, of which the last may be hidden, that say who it is.
const TELLING_DIGITS: usize = 7;

/// How sure it is that a row belongs to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// Same user, about the same time; other records may fit as well.
    Possible,
    /// Same user and time, and the number or both ends agree; no other record fits as well.
    Likely,
    /// Joined by an id.
    Certain,
}

/// A record that a row may belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RecordMatch<'a> {
    /// The record.
    pub record: &'a CallRecord,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Records, ready to be found by the rows of logs.
///
/// Direct Routing rows carry the id of their record. Rows of calling plans do not: they are joined
/// by user, time and number, as far as the records were read with participants or sessions. Users
/// are compared, never names.
#[derive(Debug)]
pub struct RecordLookup<'a> {
    by_id: BTreeMap<String, &'a CallRecord>,
    by_start: BTreeMap<i64, Vec<Facts<'a>>>,
}

#[derive(Debug)]
struct Facts<'a> {
    record: &'a CallRecord,
    end: Option<i64>,
    users: BTreeSet<String>,
    numbers: Vec<String>,
}

/// What a row says of its call.
struct Row<'r> {
    start: Option<i64>,
    end: Option<i64>,
    user: Option<&'r str>,
    numbers: Vec<String>,
}

impl<'a> RecordLookup<'a> {
    /// Make records ready to be found. Of several versions of one record the newest counts.
    #[must_use]
    pub fn new(records: impl IntoIterator<Item = &'a CallRecord>) -> Self {
        let mut by_id: BTreeMap<String, &'a CallRecord> = BTreeMap::new();
        for record in records {
            let key = record.id.text().map(call_key).unwrap_or_default();
            let newest = by_id.entry(key).or_insert(record);
            if newest.version.get() < record.version.get() {
                *newest = record;
            }
        }
        let mut by_start: BTreeMap<i64, Vec<Facts<'a>>> = BTreeMap::new();
        for record in by_id.values() {
            if let Some(start) = seconds(&record.start_date_time) {
                by_start.entry(start).or_default().push(Facts::of(record));
            }
        }
        Self { by_id, by_start }
    }

    /// The record of a Direct Routing row: by its correlation id, otherwise by what agrees.
    #[must_use]
    pub fn direct_routing(&self, row: &DirectRoutingLogRow) -> Vec<RecordMatch<'a>> {
        let by_id = row.correlation_id.text().and_then(|id| self.by_id.get(&call_key(id)));
        if let Some(record) = by_id {
            return vec![RecordMatch { record, confidence: Confidence::Certain }];
        }
        let start = seconds(&row.invite_date_time).or_else(|| seconds(&row.start_date_time));
        self.find(&Row {
            start,
            end: seconds(&row.end_date_time),
            user: row.user_id.text(),
            numbers: numbers([&row.caller_number, &row.callee_number]),
        })
    }

    /// The records that a row of a calling plan may belong to, the likeliest first.
    #[must_use]
    pub fn pstn(&self, row: &PstnCallLogRow) -> Vec<RecordMatch<'a>> {
        self.find(&Row {
            start: seconds(&row.start_date_time),
            end: seconds(&row.end_date_time),
            user: row.user_id.text(),
            numbers: numbers([&row.caller_number, &row.callee_number]),
        })
    }

    fn find(&self, row: &Row<'_>) -> Vec<RecordMatch<'a>> {
        let (Some(start), Some(user)) = (row.start, row.user) else { return Vec::new() };
        let user = call_key(user);
        let near = self.by_start.range(start.saturating_sub(NEAR)..=start.saturating_add(NEAR));
        let mut found: Vec<_> = near
            .flat_map(|(began, facts)| facts.iter().map(move |facts| (*began, facts)))
            .filter(|(_, facts)| facts.users.contains(&user))
            .map(|(began, facts)| {
                let ends = facts.end.zip(row.end);
                let close = began.abs_diff(start) <= CLOSE.unsigned_abs()
                    && ends.is_some_and(|(a, b)| a.abs_diff(b) <= CLOSE.unsigned_abs());
                let number = row.numbers.iter().any(|number| facts.has_number(number));
                let confidence =
                    if close || number { Confidence::Likely } else { Confidence::Possible };
                (began.abs_diff(start), RecordMatch { record: facts.record, confidence })
            })
            .collect();
        found.sort_by_key(|(apart, found)| (std::cmp::Reverse(found.confidence), *apart));
        let likely =
            found.iter().filter(|(_, found)| found.confidence == Confidence::Likely).count();
        let mut found: Vec<_> = found.into_iter().map(|(_, found)| found).collect();
        if likely > 1 {
            for found in &mut found {
                found.confidence = Confidence::Possible;
            }
        }
        found
    }
}

impl<'a> Facts<'a> {
    fn of(record: &'a CallRecord) -> Self {
        let end = seconds(&record.end_date_time);
        let mut facts = Self { record, end, users: BTreeSet::new(), numbers: Vec::new() };
        facts.set(record.organizer.get().map(|organizer| &**organizer));
        let organizer = record.organizer_v2.get();
        facts.set(organizer.and_then(|organizer| organizer.identity.as_deref()));
        for participant in record.participants.items() {
            facts.set(Some(participant));
        }
        for participant in record.participants_v2.items() {
            facts.set(participant.identity.as_deref());
        }
        for session in record.sessions.items() {
            facts.session(session);
        }
        facts
    }

    fn session(&mut self, session: &Session) {
        for side in [&session.caller, &session.callee] {
            if let Some(Endpoint::Participant(side)) = side.get().map(|side| &**side) {
                self.set(side.identity.as_deref());
                self.party(side.associated_identity.as_deref());
            }
        }
    }

    fn set(&mut self, identities: Option<&IdentitySet>) {
        let Some(identities) = identities else { return };
        self.party(identities.user.get().map(|user| &**user));
        let phone = identities.phone.get().and_then(|phone| phone.id.get());
        self.numbers.extend(phone.and_then(|phone| digits(phone.reveal())));
    }

    fn party(&mut self, user: Option<&Identity>) {
        let id = user.and_then(|user| user.id.get());
        self.users.extend(id.map(|id| call_key(id.reveal())));
    }

    /// Whether a party has the number; of either the last digits may be hidden.
    fn has_number(&self, number: &str) -> bool {
        self.numbers.iter().any(|own| own.starts_with(number) || number.starts_with(&**own))
    }
}

fn seconds(time: &Field<DateTimeOffset>) -> Option<i64> {
    time.get().and_then(DateTimeOffset::timestamp).map(Timestamp::unix_seconds)
}

fn numbers(numbers: [&Field<Sensitive>; 2]) -> Vec<String> {
    numbers.into_iter().filter_map(|number| digits(number.get()?.reveal())).collect()
}

/// The digits before those that are hidden, if they are enough to tell.
fn digits(number: &str) -> Option<String> {
    let shown = number.split('*').next().unwrap_or_default();
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= TELLING_DIGITS).then_some(digits)
}
