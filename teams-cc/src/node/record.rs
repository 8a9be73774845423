//! A waiting call as it is written down.

use serde::{Deserialize, Serialize};
use teams_cc_core::{
    CallId, ContactId, Instant, Timestamp,
    queue::QueueEntry,
    store::{CallRecord, StoreError},
};

/// The format of what is written.
const FORMAT: u16 = 1;

/// A waiting call, and since when by wall time.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    entry: QueueEntry,
    since: Timestamp,
}

/// Nodes count instants from 1970, so that a place in a queue means the same to each of them.
pub(super) fn instant(at: Timestamp) -> Instant {
    Instant::ZERO + at.since(Timestamp::UNIX_EPOCH)
}

pub(super) fn timestamp(at: Instant) -> Timestamp {
    Timestamp::UNIX_EPOCH + at.since_epoch()
}

pub(super) fn write(partition: &str, entry: &QueueEntry) -> Result<CallRecord, StoreError> {
    let since = timestamp(entry.enqueued_at);
    let body = serde_json::to_vec(&Waiting { entry: entry.clone(), since });
    let body = body.map_err(|error| StoreError::Backend(Box::new(error)))?;
    Ok(CallRecord::new(FORMAT, partition, body))
}

/// The call that was written down; none where a newer version wrote it.
pub(super) fn read(record: &CallRecord) -> Option<QueueEntry> {
    if record.format != FORMAT {
        return None;
    }
    let Waiting { mut entry, since } = serde_json::from_slice(&record.body).ok()?;
    entry.enqueued_at = instant(since);
    Some(entry)
}

/// The name of a contact's record.
pub(super) fn name(contact: &ContactId) -> Option<CallId> {
    CallId::new(contact.as_str()).ok()
}

/// The contact of a record.
pub(super) fn contact(name: &CallId) -> Option<ContactId> {
    ContactId::new(name.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_back_at_its_place_and_a_newer_one_is_left_alone() {
        let at: Timestamp = "2026-11-22T08:00:00.000001Z".parse().unwrap();
        let entry = QueueEntry::new("C1".parse().unwrap(), "q".parse().unwrap(), instant(at));
        let mut record = write("q", &entry).unwrap();
        assert_eq!(read(&record), Some(entry));
        assert_eq!(&*record.owner, "q");
        record.format = 2;
        assert_eq!(read(&record), None);
    }
}
