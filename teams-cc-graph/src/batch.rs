//! Several requests in one: [JSON batching](https://learn.microsoft.com/graph/json-batching).
//!
//! A [`Batch`] takes up to 20 requests of one tenant and gives a [`Ticket`] for each; the answers,
//! which come in any order, are taken by ticket. A request may wait for earlier ones. Each is
//! retried by itself, inside a smaller batch, where that can help and does no harm: 429 always,
//! other passing failures where repeating is harmless. More than 20 requests are several batches;
//! nothing is split in secret.
//!
//! ```no_run
//! # async fn example(client: teams_cc_graph::Client) -> Result<(), teams_cc_graph::Error> {
//! let mut batch = client.batch();
//! let user = batch.add(client.user("agent-1").get())?;
//! let presence = batch.add(client.user("agent-1").presence())?;
//! let mut answers = batch.send().await?;
//! println!("{:?} is {:?}", answers.take(user)?.id, answers.take(presence)?.availability);
//! # Ok(())
//! # }
//! ```

mod answers;
mod builder;
mod error;
mod exchange;
mod item;
#[cfg(test)]
mod tests;
mod ticket;

pub use answers::BatchAnswers;
pub use builder::{Batch, MAX_BATCH_BYTES, MAX_BATCH_REQUESTS};
pub use error::BatchError;
pub use ticket::{Ticket, TicketId};
