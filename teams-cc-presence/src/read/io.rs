//! Carrying a read out over a Graph client.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use teams_cc_core::{Clock, Instant, UserId};
use teams_cc_graph::{
    Client, Error, model, permission::Permission, request::communications::GetPresencesByUserId,
};

use crate::{
    error::TooManyUsers,
    read::{Batch, BatchId, BatchRead, Refusal, Report},
    shard,
};

/// The most requests of one read that are out at once.
///
/// More would win nothing: a hundred thousand users are 154 requests, and a service that answers in
/// half a second takes eight at once every four seconds.
pub const MAX_IN_FLIGHT: usize = 8;

/// Reads the presence of many users through a Graph client.
///
/// Cheap to clone; the token, the retries and the limits are the client's.
#[derive(Clone)]
pub struct Reader {
    client: Client,
    clock: Arc<dyn Clock>,
    in_flight: usize,
    size: usize,
}

impl Reader {
    /// Permissions an administrator has to grant; one of them suffices.
    pub const REQUIRED_PERMISSIONS: &'static [Permission] =
        GetPresencesByUserId::REQUIRED_PERMISSIONS;

    /// A reader for the tenant the client signs in to; `clock` stamps what is read.
    #[must_use]
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock, in_flight: 4, size: shard::MAX_IDS }
    }

    /// Sets how many requests may be out at once: default 4, from 1 to [`MAX_IN_FLIGHT`].
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.clamp(1, MAX_IN_FLIGHT);
        self
    }

    /// Sets how many users go into a request: default and limit [`MAX_IDS`](crate::MAX_IDS).
    #[must_use]
    pub fn batch(mut self, users: usize) -> Self {
        self.size = shard::clamped(users);
        self
    }

    /// Reads the presence of these users, each once.
    ///
    /// `POST /communications/getPresencesByUserId`, as often as it takes. Users without a presence
    /// are in the report with the reason; the read itself does not fail for one of them, nor for
    /// the service: [`Report::failure`] tells.
    ///
    /// Dropping the future gives up the read: requests that are out are dropped with it, nothing
    /// runs on, and nothing was changed anywhere.
    ///
    /// # Errors
    ///
    /// [`TooManyUsers`] over [`MAX_USERS`](super::MAX_USERS); nothing was asked.
    pub async fn read(
        &self,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<Report, TooManyUsers> {
        let plan = BatchRead::new(users, self.size)?;
        Ok(self.carry_out(plan).await)
    }

    fn ask(&self, batch: Batch) -> Flight {
        let communications = self.client.communications();
        Flight {
            batch: batch.id,
            asked_at: self.clock.now(),
            answer: Box::pin(async move {
                let ids = batch.users.iter().map(UserId::as_str);
                let answer = communications.get_presences_by_user_id(ids).await?;
                Ok(answer.into_items())
            }),
        }
    }

    async fn carry_out(&self, mut plan: BatchRead) -> Report {
        let mut flights: Vec<Flight> = Vec::with_capacity(self.in_flight);
        loop {
            while flights.len() < self.in_flight {
                let Some(batch) = plan.next_batch() else { break };
                flights.push(self.ask(batch));
            }
            if flights.is_empty() {
                return plan.into_report();
            }
            let (flight, answer) = landed(&mut flights).await;
            match answer {
                Ok(presences) => plan.answered(flight.batch, flight.asked_at, &presences),
                Err(error) => {
                    let refusal = Refusal::of(&error);
                    tracing::debug!(?refusal, %error, "a presence request failed");
                    plan.failed(flight.batch, refusal, error);
                }
            }
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("client", &self.client)
            .field("in_flight", &self.in_flight)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A request that is out.
struct Flight {
    batch: BatchId,
    asked_at: Instant,
    answer: Pin<Box<dyn Future<Output = Result<Vec<model::Presence>, Error>> + Send>>,
}

/// The first request to end; of several that have, the oldest, so that runs repeat.
async fn landed(flights: &mut Vec<Flight>) -> (Flight, Result<Vec<model::Presence>, Error>) {
    poll_fn(|context| {
        let landed = flights.iter_mut().enumerate().find_map(|(at, flight)| {
            match flight.answer.as_mut().poll(context) {
                Poll::Ready(answer) => Some((at, answer)),
                Poll::Pending => None,
            }
        });
        match landed {
            Some((at, answer)) => Poll::Ready((flights.remove(at), answer)),
            None => Poll::Pending,
        }
    })
    .await
}
