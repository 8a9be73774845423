//! When a meeting begins and ends.

use crate::error::InvalidRequest;
use crate::wire::{DateTimeOffset, Field};

/// A meeting ends after it begins, as far as both are told as times.
pub(super) fn in_order(
    start: &Field<DateTimeOffset>,
    end: &Field<DateTimeOffset>,
) -> Result<(), InvalidRequest> {
    let time = |field: &Field<DateTimeOffset>| field.get().and_then(DateTimeOffset::timestamp);
    match (time(start), time(end)) {
        (Some(start), Some(end)) if end <= start => Err(InvalidRequest::Malformed {
            what: "endDateTime",
            wanted: "later than startDateTime",
        }),
        _ => Ok(()),
    }
}

/// Beginning and end change together (Learn, onlinemeeting-update).
pub(super) fn together(
    start: &Field<DateTimeOffset>,
    end: &Field<DateTimeOffset>,
) -> Result<(), InvalidRequest> {
    match (start.get(), end.get()) {
        (Some(_), None) => Err(InvalidRequest::Missing { what: "endDateTime of a new time" }),
        (None, Some(_)) => Err(InvalidRequest::Missing { what: "startDateTime of a new time" }),
        _ => Ok(()),
    }
}
