use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;

use super::error::BatchError;
use super::exchange::{Exchange, Outcome};
use super::ticket::{Mark, Ticket, TicketId};
use crate::client::Client;
use crate::error::Error;

/// The answers to a batch, each to be taken by its ticket.
pub struct BatchAnswers {
    client: Client,
    mark: Arc<Mark>,
    exchange: Exchange,
    interrupted: Option<Error>,
}

impl BatchAnswers {
    pub(super) fn new(
        client: Client,
        mark: Arc<Mark>,
        exchange: Exchange,
        interrupted: Option<Error>,
    ) -> Self {
        Self { client, mark, exchange, interrupted }
    }

    /// The answer to one request.
    ///
    /// # Errors
    ///
    /// What the request would have failed with by itself;
    /// [`ErrorKind::Batch`](crate::ErrorKind::Batch) where it has no answer of its own.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is good for one answer")]
    pub fn take<T>(&mut self, ticket: Ticket<T>) -> Result<T, Error> {
        let index = ticket.id().index_in(&self.mark).ok_or(BatchError::ForeignTicket)?;
        let outcome = self.exchange.outcomes.get_mut(index);
        let outcome = outcome.map_or(Outcome::Taken, |it| std::mem::replace(it, Outcome::Taken));
        let response = match outcome {
            Outcome::Answered(response) => response,
            Outcome::Missing => return Err(BatchError::NotAnswered.into()),
            Outcome::Twice => return Err(BatchError::AnsweredTwice.into()),
            Outcome::Taken => return Err(BatchError::ForeignTicket.into()),
        };
        if response.status() == StatusCode::FAILED_DEPENDENCY {
            return Err(BatchError::FailedDependency.into());
        }
        let endpoint = self.exchange.items.get(index).and_then(|item| item.endpoint);
        (ticket.read)(self.client.check(response, endpoint)?)
    }

    /// The answer to one request as it came, with its status and headers; `None` where there is
    /// none, or more than one, or where it was taken.
    #[must_use]
    pub fn response(&self, ticket: &TicketId) -> Option<&http::Response<Bytes>> {
        match self.exchange.outcomes.get(ticket.index_in(&self.mark)?)? {
            Outcome::Answered(response) => Some(response),
            _ => None,
        }
    }

    /// How many answers belonged to no request of the batch; they are left out.
    #[must_use]
    pub fn strays(&self) -> usize {
        self.exchange.strays()
    }

    /// Why a later attempt failed as a whole, where one did: what it carried is
    /// [`BatchError::NotAnswered`].
    #[must_use]
    pub fn interrupted(&self) -> Option<&Error> {
        self.interrupted.as_ref()
    }
}

impl fmt::Debug for BatchAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let statuses = self.exchange.outcomes.iter().map(|outcome| match outcome {
            Outcome::Answered(response) => Some(response.status().as_u16()),
            _ => None,
        });
        f.debug_struct("BatchAnswers")
            .field("statuses", &statuses.collect::<Vec<_>>())
            .field("strays", &self.strays())
            .finish_non_exhaustive()
    }
}
