//! Queues that behave as those people come from.
//!
//! Each preset has the settings of its product, by the product's names and with its defaults, and
//! makes a [`Queue`] of the words of [`policy`](super::policy) that offers calls to the same agents
//! at the same times. What agents bring along (levels and positions, labels, capacity, wrap-up) is
//! said on the [`Agent`](crate::agent::Agent).
//!
//! | product | preset |
//! |---|---|
//! | Microsoft Teams call queue | [`teams_call_queue`] |
//! | `FreeSWITCH` `mod_callcenter` | [`mod_callcenter`] |
//! | Asterisk `app_queue` | [`app_queue`] |
//! | Azure Communication Services job router | [`job_router`] |
//! | Twilio `TaskRouter` | [`task_router`] |
//! | Amazon Connect routing profiles | [`amazon_connect`] |
//! | Genesys Cloud bullseye routing | [`genesys_cloud`] |
//!
//! Two documented faults are not copied: `mod_callcenter`'s top-down strategy does not stop for
//! good at an agent on a break, and `app_queue`'s round robin goes around queues of more than a
//! thousand members.
//!
//! [`Queue`]: super::Queue

mod amazon_connect;
mod app_queue;
mod genesys_cloud;
mod job_router;
mod mod_callcenter;
mod task_router;
mod teams;

pub use amazon_connect::amazon_connect;
pub use app_queue::{AppQueue, AppQueueStrategy, Autopause, PenaltyRule, app_queue};
pub use genesys_cloud::genesys_cloud;
pub use job_router::{DistributionMode, JobRouter, job_router};
pub use mod_callcenter::{ModCallcenter, ModCallcenterStrategy, mod_callcenter};
pub use task_router::{TaskRouter, task_router};
pub use teams::{RoutingMethod, TeamsCallQueue, teams_call_queue};

use std::time::Duration;

use crate::queue::{Exit, QueueLimits};

/// The limits of products that have none: as long as the engine holds calls.
pub(super) fn unlimited() -> QueueLimits {
    QueueLimits::default()
        .length(usize::MAX, Exit::Disconnect)
        .wait(Duration::MAX, Exit::Disconnect)
}
