//! What a check says, and how it is told.

/// Why a check did not hold.
#[derive(Debug)]
pub(super) enum Fault {
    /// The row is broken.
    Broken(String),
    /// What the row is about did not come to pass, for a reason that belongs to other rows.
    NotJudged(String),
    /// The row says nothing about this subject, or the wire does not show it.
    NotApplicable(String),
}

/// The outcome of one check; a remark says what of the row was not looked at.
pub(super) type Outcome = Result<Option<&'static str>, Fault>;

/// A row that holds in full.
pub(super) const HOLDS: Outcome = Ok(None);

/// A row that is broken in the stated way.
pub(super) fn broken<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Broken(why.into()))
}

/// A row that does not apply here.
pub(super) fn not_applicable<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::NotApplicable(why.into()))
}

/// Breaks the row unless the condition holds.
pub(super) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Broken(why())) }
}

/// Turns a broken set-up into something that is not judged.
pub(super) trait Setup<T> {
    /// What was needed before the row could be looked at.
    fn for_set_up(self) -> Result<T, Fault>;
}

impl<T> Setup<T> for Result<T, Fault> {
    fn for_set_up(self) -> Self {
        self.map_err(|fault| match fault {
            Fault::Broken(why) => Fault::NotJudged(why),
            other => other,
        })
    }
}
