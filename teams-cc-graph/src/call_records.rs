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
//! It is fed from what an app hears anyway: the ends of its calls ([`Input::of_call`]), and the
//! notifications of a subscription to `communications/callRecords` ([`Input::of_change`]), which an
//! [`Intake`](crate::webhook::Intake) proves and puts into a [queue](crate::webhook::queue()). The
//! queue is bounded, and so is the index ([`RecordIndexConfig::max_calls`]); what neither had room
//! for is asked for once it is overdue:
//!
//! ```no_run
//! # use std::{future::pending, time::Duration};
//! # use teams_cc_core::Clock;
//! # use teams_cc_graph::Client;
//! use teams_cc_graph::call_records::{Input, Output, RecordIndex, fetch};
//! use teams_cc_graph::webhook::{Event, Events};
//!
//! /// One task does it all. `ended` gives what [`Input::of_call`] made of calls that are over.
//! async fn follow(
//!     client: Client,
//!     clock: &dyn Clock,
//!     index: &mut RecordIndex,
//!     posts: &mut Events,
//!     ended: &mut tokio::sync::mpsc::Receiver<Input>,
//! ) {
//!     loop {
//!         let due = loop {
//!             match index.poll_output() {
//!                 Output::Fetch { id } => {
//!                     let (input, record) = fetch(&client, id).await;
//!                     println!("{:?}", record.map(|record| record.is_some()));
//!                     index.handle_input(clock.wall(), input);
//!                 }
//!                 Output::Event(event) => println!("{event:?}"),
//!                 Output::Timeout(due) => break due,
//!             }
//!         };
//!         let wait = due.map(|due| due.since(clock.wall()));
//!         let due = async { match wait {
//!             Some(wait) => tokio::time::sleep(wait.max(Duration::from_millis(1))).await,
//!             None => pending().await,
//!         } };
//!         let input = tokio::select! {
//!             Some(Event::Subscription { event, .. }) = posts.recv() => Input::of_change(&event),
//!             Some(input) = ended.recv() => Some(input),
//!             () = due => Some(Input::Tick),
//!             else => break,
//!         };
//!         if let Some(input) = input {
//!             index.handle_input(clock.wall(), input);
//!         }
//!     }
//! }
//! # drop(follow);
//! ```
//!
//! [`fetch`] is the request that an [`Output::Fetch`] asks for, and the [`Input`] it leads to.
//! [`RecordLookup`] joins rows of the logs of calls to records, and says how sure it is.

mod config;
mod event;
mod feed;
mod fetch;
mod index;
mod join;
mod snapshot;

pub use config::{
    DEFAULT_EXPECTED_WITHIN, DEFAULT_GIVE_UP_AFTER, DEFAULT_MAX_CALLS, DEFAULT_MAX_FETCHES,
    DEFAULT_REMEMBER, RecordIndexConfig,
};
pub use event::{Input, Output, RecordEvent};
pub use feed::MAX_RECORD_ID_BYTES;
pub use fetch::fetch;
pub use index::RecordIndex;
pub use join::{Confidence, RecordLookup, RecordMatch};
pub use snapshot::{ExpectedRecord, RecordIndexSnapshot};
