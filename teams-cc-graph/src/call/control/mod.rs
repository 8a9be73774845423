//! Call control that cannot be misused.
//!
//! [`Switchboard`] gives each call as a [`CallHandle`] whose type says how far it got: what a stage
//! does not allow does not compile, and what ends a call takes its handle. What depends on the
//! kind of call ([`CallKind::allows`]) and on the parties is checked before anything is sent, and
//! says why and how that is known.
//!
//! ```no_run
//! use teams_cc_core::{TeamsUser, contact::{Prompt, TransferOutcome}};
//! use teams_cc_graph::call::control::{IncomingCalls, Target};
//!
//! # async fn serve(mut incoming: IncomingCalls, agent: TeamsUser) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! while let Some(arrival) = incoming.next().await {
//!     let agent = Target::user(&agent);
//!     tokio::spawn(async move {
//!         let call = arrival.call.answer().await?.media_active().await?;
//!         call.play([Prompt::new("https://cdn.example.com/hello.wav")?]).await?.outcome().await?;
//!         let transferred = call.transfer(&agent).await?;
//!         if let (TransferOutcome::Failed(_), Some(call)) = (transferred.outcome, transferred.call) {
//!             call.hang_up().await?;
//!         }
//!         Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//!     });
//! }
//! # Ok(()) }
//! ```

mod ability;
mod consult;
mod error;
mod escalate;
mod group;
mod handle;
mod incoming;
mod kind;
mod line;
mod lines;
mod media;
mod offer;
mod resume;
mod ringing;
mod rules;
mod stage;
mod switchboard;
mod target;
mod transfer;
mod warm_up;

pub use ability::{Ability, Basis, Unsupported};
pub use consult::Consult;
pub use error::{ControlError, Refused};
pub use escalate::{Came, Fallback, NotBroughtIn, escalate_to_group, transfer_supervised};
pub use group::{GroupCall, HandedOver, INVITE_WAIT, JOIN_WAIT, NotJoined};
pub use handle::{CallHandle, MEDIA_WAIT};
pub use incoming::{Arrival, IncomingCalls};
pub use kind::{CallKind, CalledAs, JoinedBy};
pub use line::{Line, LineFeed, MAX_LINE_EVENTS};
pub use offer::{MAX_RING, MIN_RING, NotTaken};
pub use resume::Resumed;
pub use rules::{Assumed, TransferRefusal};
pub use stage::{Answered, Connected, Dialling, HasMedia, MediaActive, Ringing, Stage};
pub use switchboard::Switchboard;
pub use target::{ApplicationInstance, Target, UnusableTarget};
pub use transfer::{TRANSFER_WAIT, Transferred};
pub use warm_up::{NotReady, warm_up};
