//! What is expected, in a form that outlives a process.

use serde::{Deserialize, Serialize};
use teams_cc_core::Timestamp;

/// The records that are expected or came lately, to store and to go on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordIndexSnapshot {
    /// The version of this format.
    pub format: u16,
    /// The records.
    pub records: Vec<ExpectedRecord>,
}

/// A record that is expected or came lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExpectedRecord {
    /// The id of the record.
    pub id: String,
    /// When its call ended, or when it was first heard of.
    pub ended: Timestamp,
    /// Whether the call is ours.
    pub ours: bool,
    /// Whether it was told to be overdue.
    #[serde(default)]
    pub overdue: bool,
    /// How often it was asked for in vain.
    pub asked: u32,
    /// The version that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// The format this version writes.
pub(super) const FORMAT: u16 = 1;
