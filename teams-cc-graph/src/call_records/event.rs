//! What goes into the index of records, and what comes out.

use std::time::Duration;

use teams_cc_core::Timestamp;

/// What the index takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A call of ours is over; its record will have the id of its call chain.
    Ended {
        /// The call chain id of the call.
        call_chain_id: String,
        /// When it ended.
        at: Timestamp,
    },
    /// A notification or a list names a record.
    Announced {
        /// The id of the record.
        id: String,
    },
    /// A record was read.
    Recorded {
        /// The id of the record.
        id: String,
        /// Its version.
        version: i64,
    },
    /// A record was asked for, and there is none.
    Absent {
        /// The id that was asked for.
        id: String,
    },
    /// A record was asked for, and no answer came that tells.
    Failed {
        /// The id that was asked for.
        id: String,
    },
    /// Time passed.
    Tick,
}

/// What the index gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "drivers match on every kind of output")]
pub enum Output {
    /// Ask for this record, and say what came of it.
    Fetch {
        /// The id of the record.
        id: String,
    },
    /// Something is known that was not.
    Event(RecordEvent),
    /// Nothing more until then; `None` waits for input alone.
    Timeout(Option<Timestamp>),
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordEvent {
    /// It came.
    Recorded {
        /// The id of the record.
        id: String,
        /// Its version.
        version: i64,
        /// How long after the end of the call; `None` for calls that are not ours.
        after: Option<Duration>,
    },
    /// It grew: read it again.
    Changed {
        /// The id of the record.
        id: String,
        /// Its version.
        version: i64,
    },
    /// It did not come in the time expected; it is asked for from now on.
    Overdue {
        /// The id of the record.
        id: String,
        /// When its call ended.
        ended: Timestamp,
    },
    /// It never came, and is given up.
    Lost {
        /// The id of the record.
        id: String,
        /// When its call ended.
        ended: Timestamp,
    },
    /// Its call was forgotten to make room for newer ones.
    Forgotten {
        /// The id of the record.
        id: String,
    },
}
