//! The dates of certificates.

use std::time::Duration;

use teams_cc_core::Timestamp;

use super::{Check, Finding};

/// How long before its end a certificate is warned of: time enough for a change request.
pub const SOON: Duration = Duration::from_hours(30 * 24);

/// The seconds of a day.
const DAY: i64 = 86_400;

pub(super) fn examine(name: &str, not_after: Timestamp, now: Timestamp) -> Finding {
    let (check, left) = (Check::Certificate, not_after.unix_seconds() - now.unix_seconds());
    let register = "make and register the next one beside it, then sign with that";
    if left < 0 {
        return Finding::fault(check, name, format!("it expired at {not_after}"))
            .remedy("make and register a new certificate, then sign with that");
    }
    let says = format!("it ends in {} days, at {not_after}", left / DAY);
    if left < i64::try_from(SOON.as_secs()).unwrap_or(i64::MAX) {
        Finding::warning(check, name, says).remedy(register)
    } else {
        Finding::fine(check, name, says)
    }
}
