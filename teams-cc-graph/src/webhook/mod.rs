//! The intake of what Microsoft posts to a callback, free of sockets.
//!
//! [`Intake::handle`] takes a whole HTTP request and gives a whole response, so any server can
//! carry it (with the feature `axum`, `Intake::into_route` is a route; other servers that would not
//! read the bodies of strangers begin with [`Intake::admit`]). It proves the bearer token before it
//! looks at the body, answers at once, and hands what it read to a [`NotificationSink`]
//! that never blocks: [`Calls`](crate::call::Calls), or a [`queue()`] of typed events. The rules
//! are those of
//! [call notifications](https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications):
//!
//! | request | answer |
//! |---|---|
//! | not `POST` | 405 |
//! | body over the limit | 413 |
//! | token missing, wrong, expired, for another app or tenant, or about a call of another tenant | 401, always the same |
//! | signing keys not readable yet, a key not looked up yet, or the sink is full | 503 with `Retry-After` |
//! | no JSON, or nothing in it can be read | 400 |
//! | the older Skype protocol | 204, upon which the service sends Graph's form |
//! | a post that belongs to another place ([`Affinity`]) | 302 with `Location` |
//! | a participant about to join a recorded call | 200 with the decision of the [`JoinPolicy`] |
//! | other notifications | 202 once they are handed on |
//!
//! A token that comes again is recognised by its hash for as long as it lives and its key is
//! published, so that a busy call costs one signature check in a while.
//!
//! Notifications of subscriptions come without a token and are proven by the secret the app gave,
//! see [`ClientStates`]. They are taken where [`Intake::subscriptions`] says so:
//!
//! | request without a token | answer |
//! |---|---|
//! | `?validationToken=` | 200 with the token as plain text; 400 where it is too long |
//! | nothing with the right secret, or no JSON | 401, always the same; the service tries again |
//! | at least one change with the right secret | 202 once those are handed on |

mod admit;
mod allowance;
mod answer;
#[cfg(feature = "axum")]
mod axum;
mod config;
#[cfg(feature = "encrypted-content")]
pub mod content;
mod counts;
mod dispatch;
mod event_hubs;
mod intake;
mod joining;
mod keys;
mod probe;
mod proven;
mod prover;
mod queue;
mod redirect;
mod seldom;
mod subscription;
mod tenants;
mod verify;

pub use admit::Admitted;
pub use config::{DEFAULT_MAX_BODY_BYTES, IntakeConfig};
pub use counts::IntakeCounts;
pub use dispatch::{Delivery, NotificationSink, SinkFull};
pub use event_hubs::EventHubs;
pub use intake::Intake;
pub use joining::{JOIN_DECISION_BOUND, JoinPolicy};
pub(crate) use keys::KeyCache;
pub use keys::{KeySource, METADATA_URL};
pub use probe::{ProbeError, probe_callbacks, probe_notifications};
pub(crate) use proven::Hashed;
pub use proven::MAX_PROVEN_TOKENS;
pub(crate) use prover::{Acceptance, Prover};
pub use queue::{Event, Events, Queue, QueueFigures, queue};
pub use redirect::{Affinity, Callback};
pub use subscription::{
    ChangeDelivery, ChangeSink, ClientStates, MAX_VALIDATION_TOKEN_BYTES, SubscriptionEvent,
};
pub use teams_cc_graph_models::callback::{Body, MAX_BODY_OBJECTS, UnreadableBody, read_body};
