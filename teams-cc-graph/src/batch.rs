//! Several requests in one: [JSON batching](https://learn.microsoft.com/graph/json-batching).
//!
//! A [`Batch`] takes up to 20 requests of one tenant and gives a [`Ticket`] for each; the answers,
//! which come in any order, are taken by ticket. A request may wait for earlier ones. Each is
//! retried by itself, inside a smaller batch, where that can help and does no harm: 429 always,
//! other passing failures where repeating is harmless. More than 20 requests are several batches;
//! nothing is split in secret.
//!
//! The service counts each request of a batch by itself, and so does the client: a batch goes once
//! each of its requests may go by its own [limits](crate::limit), which makes a batch of what is
//! limited to a few per second wait for seconds. Batches save round trips, not rates. Where its
//! requests have waited for longer than
//! [`max_delay`](crate::RetryPolicy::max_delay) in all and another one would have to wait, the batch
//! is refused unsent ([`Overload::Batch`](crate::Overload::Batch)). Between its attempts it waits at
//! most `max_delay` each time, which the number of attempts bounds.
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
//!
//! A batch for a signed-in user ([`Delegated::batch`](crate::Delegated::batch)) takes what that user
//! alone may ask for and, through [`Delegated::client`](crate::Delegated::client), all the rest:
//!
//! ```no_run
//! # async fn example(agent: teams_cc_graph::Delegated) -> Result<(), teams_cc_graph::Error> {
//! let mut batch = agent.batch();
//! let said = batch.add(agent.chat("19:1@thread.v2").send("Your customer is on the line"))?;
//! let app = batch.add(agent.client().user("agent-1").add_installed_app("app-1"))?;
//! let mut answers = batch.send().await?;
//! println!("{:?}, {:?}", answers.take(said)?.id, answers.take(app).is_ok());
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
