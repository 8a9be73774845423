//! Expanded collections of a record that came in part.

use super::OneCallRecord;
use crate::error::Error;
use crate::model::Collection;
use crate::model::call_records::{CallRecord, Participant, Segment, Session};
use crate::page::{Pages, nested_link};
use crate::wire::{Additional, Field};

/// How many pages [`OneCallRecord::complete`] follows of one collection; one that has more ends in
/// [`PageError::TooMany`](crate::page::PageError::TooMany).
pub const MAX_NESTED_PAGES: usize = 1_000;

impl OneCallRecord {
    /// The sessions that an expanded record did not have room for.
    pub fn rest_of_sessions(&self, record: &CallRecord) -> Pages<Session> {
        self.rest(&record.additional, "sessions")
    }

    /// The participants that an expanded record did not have room for.
    pub fn rest_of_participants(&self, record: &CallRecord) -> Pages<Participant> {
        self.rest(&record.additional, "participants_v2")
    }

    /// The record with all that its expanded collections did not have room for.
    ///
    /// That is participants, sessions and segments, as far as it was asked for with them.
    /// Dropping the future drops what was read so far.
    ///
    /// # Errors
    ///
    /// As [`Pages::next_page`]; after [`MAX_NESTED_PAGES`] pages of one collection,
    /// [`ErrorKind::Page`](crate::ErrorKind::Page).
    pub async fn complete(&self, mut record: CallRecord) -> Result<CallRecord, Error> {
        let rest = self.rest_of_participants(&record);
        append(&mut record.participants_v2, rest).await?;
        settled(&mut record.additional, "participants_v2");
        let rest = self.rest_of_sessions(&record);
        append(&mut record.sessions, rest).await?;
        settled(&mut record.additional, "sessions");
        if let Some(sessions) = record.sessions.get_mut() {
            for session in sessions {
                let rest: Pages<Segment> = self.rest(&session.additional, "segments");
                append(&mut session.segments, rest).await?;
                settled(&mut session.additional, "segments");
            }
        }
        Ok(record)
    }

    fn rest<T>(&self, additional: &Additional, property: &str) -> Pages<T> {
        match nested_link(additional, property) {
            Some(link) => self.client.follow(link),
            None => Pages::none(self.client.clone()),
        }
    }
}

async fn append<T>(items: &mut Field<Vec<T>>, rest: Pages<T>) -> Result<(), Error>
where
    T: 'static,
    Collection<T>: serde::de::DeserializeOwned,
{
    let mut rest = rest.max_pages(MAX_NESTED_PAGES);
    while let Some(page) = rest.next_page().await? {
        match items.get_mut() {
            Some(items) => items.extend(page.into_items()),
            None => *items = page.into_items().into(),
        }
    }
    Ok(())
}

/// What was followed is not to be followed again.
fn settled(additional: &mut Additional, property: &str) {
    let names: Vec<String> = additional.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let annotation = name.strip_prefix(property);
        if annotation.is_some_and(|rest| rest.eq_ignore_ascii_case("@odata.nextLink")) {
            additional.remove(&name);
        }
    }
}
