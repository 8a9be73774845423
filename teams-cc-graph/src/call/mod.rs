//! Live calls: their state from notifications, their orders as requests.
//!
//! [`CallReducer`] is the sans-IO state of one [call](https://learn.microsoft.com/graph/api/resources/call):
//! it takes what notifications and responses say, in whatever order they come, and gives
//! [`LegEvent`](teams_cc_core::contact::LegEvent)s. [`Calls`] drives it for all calls of a tenant:
//! it finds the call a notification means, keeps calls alive, and notices those whose end was
//! never announced. [`GraphLeg`] is one call as a leg of a contact.
//!
//! ```text
//! webhook::Intake ─ Delivery ─► Calls ─ Report ─► CallReducer ─ LegEvent ─► CallEvents
//!                                 ▲                    ▲
//!        GraphLeg::execute ───────┴── Order ── response┘
//! ```

mod announcement;
mod config;
pub mod control;
mod counts;
mod end;
mod ended;
mod error;
mod event;
mod input;
mod io;
mod leg;
mod operation;
mod output;
pub mod recording;
mod reducer;
mod registry;
mod report;
mod session;
mod tones;

pub use config::{CallsConfig, DEFAULT_MAX_CALLS};
pub use counts::CallCounts;
pub use end::ResultCode;
pub use error::DialError;
pub use event::{CallEvent, IncomingCall};
pub use input::{Input, Order, Refusal};
pub use io::{CallEvents, Calls, Unfinished};
pub use leg::GraphLeg;
pub use operation::{MAX_OPERATIONS, OperationReport};
pub use output::Output;
pub use reducer::CallReducer;
pub use registry::MAX_WAITING_EVENTS;
pub use report::{CallReport, Phase, Report};
pub use session::KEEP_ALIVE_EVERY;
