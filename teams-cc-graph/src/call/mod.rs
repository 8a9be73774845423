//! Live calls: their state from notifications, their orders as requests.
//!
//! [`CallSession`] is the sans-IO state of one [call](https://learn.microsoft.com/graph/api/resources/call):
//! it takes what notifications and responses say, in whatever order they come, asks Graph where
//! they leave doubts, and gives [`LegEvent`](teams_cc_core::contact::LegEvent)s. [`Calls`] drives
//! it for all calls of a tenant: it finds the call a notification means, keeps calls alive, and
//! notices those whose end was never announced. [`GraphLeg`] is one call as a leg of a contact;
//! its orders are awaited as [`PendingOperation`]s, its state as [`CallSnapshot`]s.
//!
//! ```text
//! webhook::Intake ─ Delivery ─► Calls ─ Report ─► CallSession ─ LegEvent ─► CallEvents
//!                                 ▲                 ▲     │ └── CallSnapshot ─► GraphLeg::watch
//!        GraphLeg::execute ───────┴── Order ── response   └ Ask ─► GET, keepAlive ─ Answer ┐
//!                                                   └───────────────────────────────────────┘
//! ```

mod announcement;
mod ask;
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
mod reconcile;
mod record;
pub mod recording;
mod reducer;
mod registry;
mod report;
mod roster;
mod session;
mod snapshot;
mod tones;

pub use ask::{Answer, Ask};
pub use config::{CallbackRoute, CallsConfig, DEFAULT_MAX_CALLS, ParseCallbackError};
pub use counts::CallCounts;
pub use end::ResultCode;
pub use error::{DialError, OrderError};
pub use event::{CallEvent, IncomingCall, Related, RelatedBy};
pub use input::{Input, Needs, Order, Refusal};
pub use io::{
    CallEvents, CallView, Calls, DEFAULT_OPERATION_DEADLINE, Drained, PendingOperation,
    RehydrateError, Rehydrated, RehydratedCall, Unfinished,
};
pub use leg::GraphLeg;
pub use operation::{
    Learned, MAX_OPERATIONS, OPERATION_CHECK, OperationError, OperationReport, OperationResult,
};
pub use output::{OperationEnd, Output};
pub use reconcile::KEEP_ALIVE_EVERY;
pub use record::{RECORD_FORMAT, ReadRecordError};
pub use registry::MAX_WAITING_EVENTS;
pub use report::{CallReport, Phase, Report};
pub use roster::{MAX_PARTICIPANTS, Roster, RosterParticipant, RosterReport};
pub use session::CallSession;
pub use snapshot::{CallSnapshot, TransferProgress};

use reducer::CallReducer;
