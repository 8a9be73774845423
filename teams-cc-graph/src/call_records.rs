//! What is done with call records: none is missed, and logs of calls find theirs.
//!
//! Records come late and sometimes not at all: their notifications have stopped for hours.
//! [`RecordIndex`] knows the calls that ended, notices which have no record after an hour and says
//! when to ask for them. It is sans-IO and its state outlives a process by a
//! [`RecordIndexSnapshot`]. Give it what happens, take what comes out:
//!
//! ```
//! use teams_cc_core::Timestamp;
//! use teams_cc_graph::call_records::{Input, Output, RecordIndex, RecordIndexConfig};
//!
//! let mut index = RecordIndex::new(RecordIndexConfig::default());
//! let ended: Timestamp = "2026-11-22T08:00:00Z".parse()?;
//! index.handle_input(ended, Input::Ended { call_chain_id: "chain-1".into(), at: ended });
//! let due = loop {
//!     match index.poll_output() {
//!         Output::Timeout(due) => break due,
//!         other => println!("{other:?}"),
//!     }
//! };
//! assert_eq!(due, Some("2026-11-22T09:00:00Z".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`fetch`] is the request that an [`Output::Fetch`] asks for, and the [`Input`] it leads to.
//! [`RecordLookup`] joins rows of the logs of calls to records, and says how sure it is.

mod config;
mod event;
mod fetch;
mod index;
mod join;
mod snapshot;

pub use config::{
    DEFAULT_EXPECTED_WITHIN, DEFAULT_GIVE_UP_AFTER, DEFAULT_MAX_CALLS, DEFAULT_MAX_FETCHES,
    DEFAULT_REMEMBER, RecordIndexConfig,
};
pub use event::{Input, Output, RecordEvent};
pub use fetch::fetch;
pub use index::RecordIndex;
pub use join::{Confidence, RecordLookup, RecordMatch};
pub use snapshot::{ExpectedRecord, RecordIndexSnapshot};
