//! The intake of what Microsoft posts to a callback, free of sockets.
//!
//! [`Intake::handle`] takes a whole HTTP request and gives a whole response, so any server can
//! carry it. It proves the bearer token before it looks at the body, answers at once, and hands
//! what it read to a [`NotificationSink`] that never blocks. The rules are those of
//! [call notifications](https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications):
//!
//! | request | answer |
//! |---|---|
//! | not `POST` | 405 |
//! | body over the limit | 413 |
//! | token missing, wrong, expired, for another app or tenant | 401, always the same |
//! | signing keys not readable yet, or the sink is full | 503 with `Retry-After` |
//! | no JSON, or nothing in it can be read | 400 |
//! | the older Skype protocol | 204, upon which the service sends Graph's form |
//! | notifications | 202 once they are handed on |

mod body;
mod dispatch;
mod intake;
mod keys;
mod verify;

pub use body::{Body, UnreadableBody, read_body};
pub use dispatch::{Delivery, NotificationSink, SinkFull};
pub use intake::{DEFAULT_MAX_BODY_BYTES, Intake, IntakeConfig, IntakeCounts};
pub use keys::{KeySource, METADATA_URL};
