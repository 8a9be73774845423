use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use teams_cc_core::TenantId;
use teams_cc_core::retry::Backoff;
use teams_cc_core::seed::Seed;

use super::answers::BatchAnswers;
use super::error::BatchError;
use super::exchange::Exchange;
use super::item::Item;
use super::ticket::{Mark, Ticket, TicketId};
use crate::client::{Client, Delegated};
use crate::error::{Error, InvalidRequest};
use crate::model::BatchResponseContent;
use crate::request::endpoint::Sends;
use crate::request::{Endpoint, Repeat, ResponseFuture, TypedRequest};

/// The most requests of one batch (Learn, json-batching).
pub const MAX_BATCH_REQUESTS: usize = 20;

/// The most bytes that the bodies of one batch have in all; the service names no limit.
pub const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Up to 20 requests of one tenant, to be sent as one. Debug shows their number alone.
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch<C = Client> {
    client: C,
    mark: Arc<Mark>,
    items: Vec<Item>,
    bytes: usize,
}

impl Client {
    /// Begin a batch.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }
}

impl Delegated {
    /// Begin a batch that may hold what a signed-in user alone can ask for.
    pub fn batch(&self) -> Batch<Self> {
        Batch::new(self.clone())
    }
}

impl Batch {
    /// Add a request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the batch is full, the request
    /// breaks a limit, or it is meant for another tenant.
    pub fn add<R: TypedRequest<Sender = Client>>(
        &mut self,
        request: R,
    ) -> Result<Ticket<R::Answer>, Error> {
        self.add_typed(request, &[])
    }

    /// Add a request that is carried out only after earlier ones succeeded.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); [`BatchError::ForeignTicket`] for a ticket of another batch.
    pub fn add_after<R: TypedRequest<Sender = Client>>(
        &mut self,
        request: R,
        earlier: &[TicketId],
    ) -> Result<Ticket<R::Answer>, Error> {
        self.add_typed(request, earlier)
    }
}

impl Batch<Delegated> {
    /// Add a request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where the batch is full, the request
    /// breaks a limit, or it is meant for another tenant.
    pub fn add<R: TypedRequest>(&mut self, request: R) -> Result<Ticket<R::Answer>, Error> {
        self.add_typed(request, &[])
    }

    /// Add a request that is carried out only after earlier ones succeeded.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); [`BatchError::ForeignTicket`] for a ticket of another batch.
    pub fn add_after<R: TypedRequest>(
        &mut self,
        request: R,
        earlier: &[TicketId],
    ) -> Result<Ticket<R::Answer>, Error> {
        self.add_typed(request, earlier)
    }
}

#[expect(private_bounds, reason = "only this crate's clients send")]
impl<C: Sends> Batch<C> {
    fn new(client: C) -> Self {
        Self { client, mark: Mark::new(), items: Vec::new(), bytes: 0 }
    }

    /// Add a request this crate has no builder for; its answer is read as `T`.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); [`InvalidRequest::ForeignOrigin`] for a URI the token must not see.
    pub fn add_raw<T: DeserializeOwned>(
        &mut self,
        request: &http::Request<Bytes>,
        earlier: &[TicketId],
    ) -> Result<Ticket<T>, Error> {
        let id = self.push(request, earlier)?;
        Ok(Ticket::new(id, |response| Client::read(&response)))
    }

    /// How many requests it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it holds no request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether another request needs another batch.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.items.len() >= MAX_BATCH_REQUESTS
    }

    /// `POST /$batch`: send the requests, and again those for which that helps and does no harm.
    ///
    /// Dropping the future stops waiting; requests already sent may still take effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an empty batch; otherwise what the
    /// first attempt fails with as a whole. A failure of one request is told by its ticket.
    pub fn send(self) -> ResponseFuture<BatchAnswers> {
        let client = self.client.client().clone();
        ResponseFuture::new(run(client, self.mark, self.items))
    }

    fn add_typed<R: TypedRequest>(
        &mut self,
        request: R,
        earlier: &[TicketId],
    ) -> Result<Ticket<R::Answer>, Error> {
        let ours = self.client.tenant();
        let is_ours = |theirs: &TenantId| {
            ours.is_some_and(|ours| ours.as_str().eq_ignore_ascii_case(theirs.as_str()))
        };
        if request.tenant().is_some_and(|theirs| !is_ours(theirs)) {
            return Err(InvalidRequest::TenantMismatch.into());
        }
        let id = self.push(&request.into_http()?, earlier)?;
        Ok(Ticket::new(id, R::read))
    }

    fn push(
        &mut self,
        request: &http::Request<Bytes>,
        earlier: &[TicketId],
    ) -> Result<TicketId, Error> {
        let what = "the batch";
        if self.is_full() {
            let (count, limit) = (self.items.len() + 1, MAX_BATCH_REQUESTS);
            return Err(InvalidRequest::TooMany { what, count, limit }.into());
        }
        let bytes = self.bytes.saturating_add(request.body().len());
        if bytes > MAX_BATCH_BYTES {
            let limit = MAX_BATCH_BYTES;
            return Err(InvalidRequest::TooLong { what, length: bytes, limit }.into());
        }
        let after = earlier.iter().map(|ticket| ticket.index_in(&self.mark));
        let after: Option<Vec<_>> = after.collect();
        let mut after = after.ok_or(BatchError::ForeignTicket)?;
        after.sort_unstable();
        after.dedup();
        self.items.push(Item::new(self.client.client(), request, after)?);
        self.bytes = bytes;
        Ok(TicketId::new(&self.mark, self.items.len().saturating_sub(1)))
    }
}

impl<C> fmt::Debug for Batch<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("requests", &self.items.len()).finish_non_exhaustive()
    }
}

async fn run(client: Client, mark: Arc<Mark>, items: Vec<Item>) -> Result<BatchAnswers, Error> {
    if items.is_empty() {
        return Err(InvalidRequest::Empty { what: "the batch" }.into());
    }
    let policy = client.retry_policy();
    let seed = Seed::new(0).derive(&client.new_id());
    let backoff = Backoff::new(seed).base(policy.base_delay).cap(policy.max_delay);
    let mut exchange = Exchange::new(items);
    let mut first = true;
    loop {
        let content = match post(&client, &exchange).await {
            Ok(content) => content,
            Err(error) if first => return Err(error),
            Err(error) => {
                exchange.lose();
                return Ok(BatchAnswers::new(client, mark, exchange, Some(error)));
            }
        };
        let now = client.wall();
        exchange.take_in(content);
        for (item, wait) in exchange.throttled(now) {
            client.throttled(item.class(), wait);
        }
        let Some(wait) = exchange.next_attempt(now, &policy, &backoff) else {
            return Ok(BatchAnswers::new(client, mark, exchange, None));
        };
        first = false;
        tracing::debug!(wait_ms = wait.as_millis(), "part of a graph batch is retried");
        tokio::time::sleep(wait).await;
    }
}

async fn post(client: &Client, exchange: &Exchange) -> Result<BatchResponseContent, Error> {
    let endpoint = match exchange.repeat() {
        Repeat::Harmless => HARMLESS,
        Repeat::Twice => TWICE,
    };
    let mut request = endpoint.json(&[], &exchange.content())?;
    request.extensions_mut().insert(exchange.inside());
    client.request(request).await
}

const HARMLESS: &Endpoint = &endpoint(Repeat::Harmless);
const TWICE: &Endpoint = &endpoint(Repeat::Twice);

const fn endpoint(repeat: Repeat) -> Endpoint {
    Endpoint {
        name: "batch",
        method: http::Method::POST,
        path: "/$batch",
        repeat,
        on_call: false,
        permissions: &[],
        besides: &[],
        accept: "application/json",
    }
}
