//! What became of the contacts.

use std::fmt;

use teams_cc_core::routing::Freed;

/// A count of contacts by what became of them.
///
/// Every contact is counted once under the first of these that fits, so the parts add up to
/// [`contacts`](Self::contacts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// All contacts that arrived.
    pub contacts: u64,
    /// Joined with a party who had taken the contact.
    pub answered: u64,
    /// Given up by their queue and sent where its policy says.
    pub overflowed: u64,
    /// Handed over by the program to a party nobody waited for. What followed is out of sight.
    pub transferred: u64,
    /// Left by the customer before anybody took them.
    ///
    /// A call that the platform no longer knew counts here, for its customer was gone.
    pub abandoned: u64,
    /// Refused or ended by the program without a party.
    pub handled: u64,
    /// Ended by a failure.
    pub lost: u64,
    /// Not over when the report was made.
    pub open: u64,
    /// Passed to the emergency services; counted under one of the above too.
    pub emergencies: u64,
    /// Agents freed of calls out of sight, by who said that these were over.
    pub freed: Freed,
}

/// Writes one line, such as `7 contacts, 5 answered, 1 overflowed, 0 lost`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} contacts, {} answered, {} overflowed, {} lost",
            self.contacts, self.answered, self.overflowed, self.lost
        )?;
        for (count, what) in [
            (self.transferred, "transferred"),
            (self.abandoned, "abandoned"),
            (self.handled, "ended by the program"),
            (self.open, "still open"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
