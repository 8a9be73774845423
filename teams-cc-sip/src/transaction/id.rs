//! The handle of a transaction.

/// Names one transaction of one endpoint; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(pub(crate) u64);

impl TransactionId {
    /// The number, for logs.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}
