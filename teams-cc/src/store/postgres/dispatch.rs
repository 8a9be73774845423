//! Who is reserved for what.

use std::time::Duration;

use async_trait::async_trait;
use teams_cc_core::{
    AgentId, ContactId, Timestamp,
    agent::{Capacity, Channel},
    store::{
        Change, Changes, DispatchStore, Expired, FencingToken, Reservation, StoreError,
        StoreVersion, Terms,
    },
};
use tokio_postgres::Row;

use super::{
    session::Verb,
    store::{PostgresStore, backend, microseconds},
};

/// The most changes told at once; of more, the newest are told, with a gap.
pub const MAX_CHANGES: usize = 4096;

/// How many the database sweeps at a time.
const SWEPT: usize = 1000;
/// How often it is asked to sweep in one go: a million leases.
const SWEEPS: usize = 1000;

#[async_trait]
impl DispatchStore for PostgresStore {
    async fn put_agent(&self, agent: &AgentId, capacity: Capacity) -> Result<(), StoreError> {
        let of = |share: fn(Capacity, Channel) -> i32| -> Vec<i32> {
            Channel::ALL.into_iter().map(|channel| share(capacity, channel)).collect()
        };
        let costs = of(|capacity, channel| capacity.cost(channel).into());
        let mosts = of(|capacity, channel| capacity.most(channel).into());
        let units = i32::from(capacity.total());
        self.done(Verb::PutAgent, &[&agent.as_str(), &units, &costs, &mosts]).await
    }

    async fn remove_agent(&self, agent: &AgentId) -> Result<(), StoreError> {
        self.done(Verb::RemoveAgent, &[&agent.as_str()]).await
    }

    async fn enqueue(&self, contact: &ContactId) -> Result<(), StoreError> {
        self.done(Verb::Enqueue, &[&contact.as_str()]).await
    }

    async fn withdraw(&self, contact: &ContactId) -> Result<(), StoreError> {
        self.done(Verb::Withdraw, &[&contact.as_str()]).await
    }

    async fn reserve(
        &self,
        agent: &AgentId,
        contact: &ContactId,
        terms: Terms,
        _now: Timestamp,
    ) -> Result<FencingToken, StoreError> {
        let channel = place(terms.channel);
        let (most, lease) = (i32::from(terms.at_most.get()), microseconds(terms.lease));
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&agent.as_str(), &contact.as_str(), &channel, &most, &lease];
        match self.value::<i64>(Verb::Reserve, &parameters).await? {
            -1 => Err(StoreError::AgentTaken),
            -2 => Err(StoreError::CallTaken),
            token => Ok(FencingToken::new(unsigned(token)?)),
        }
    }

    async fn accept(&self, token: FencingToken, _now: Timestamp) -> Result<(), StoreError> {
        let held = match signed(token) {
            Some(token) => self.value(Verb::Accept, &[&token]).await?,
            None => false,
        };
        if held { Ok(()) } else { Err(StoreError::Fenced) }
    }

    async fn release(&self, token: FencingToken) -> Result<(), StoreError> {
        match signed(token) {
            Some(token) => self.done(Verb::Release, &[&token]).await,
            None => Ok(()),
        }
    }

    async fn sweep(&self, _now: Timestamp) -> Result<Vec<Expired>, StoreError> {
        let mut expired = Vec::new();
        for _ in 0..SWEEPS {
            let rows = self.rows(Verb::Sweep, &[]).await?;
            for row in &rows {
                expired.push(Expired::new(reservation(row, None)?));
            }
            if rows.len() < SWEPT {
                break;
            }
        }
        Ok(expired)
    }

    async fn watch(&self, since: StoreVersion) -> Result<Changes, StoreError> {
        let from = i64::try_from(since.get()).unwrap_or(i64::MAX);
        let most = i64::try_from(MAX_CHANGES).unwrap_or(i64::MAX) + 1;
        let mut rows = self.rows(Verb::Watch, &[&from, &most]).await?;
        // Newest first: the last one to come is the one too many.
        let more = rows.len() > MAX_CHANGES;
        rows.truncate(MAX_CHANGES);
        let edge = rows.first().ok_or_else(|| StoreError::Backend("no row came back".into()))?;
        let upto: i64 = edge.try_get(0).map_err(backend)?;
        let forgotten: i64 = edge.try_get(1).map_err(backend)?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows.iter().rev() {
            list.extend(change(row)?);
        }
        // The horizon of a standby that took over may lie behind.
        let version = StoreVersion::new(unsigned(upto.max(from))?);
        Ok(Changes::new(version, list, more || from < forgotten))
    }

    async fn reservations(&self) -> Result<Vec<Reservation>, StoreError> {
        let rows = self.rows(Verb::Reservations, &[]).await?;
        let held = |row: &Row| {
            let until: Option<i64> = row.try_get(3).map_err(backend)?;
            let until = until.map(unsigned).transpose()?.map(Duration::from_micros);
            reservation(row, until.map(|until| Timestamp::UNIX_EPOCH + until))
        };
        rows.iter().map(held).collect()
    }
}

/// The place of a channel in the database's arrays, which begin at one.
fn place(channel: Channel) -> i32 {
    (1..).zip(Channel::ALL).find(|(_, it)| *it == channel).map_or(0, |(place, _)| place)
}

fn reservation(row: &Row, until: Option<Timestamp>) -> Result<Reservation, StoreError> {
    let token = FencingToken::new(unsigned(row.try_get(0).map_err(backend)?)?);
    Ok(Reservation::new(token, id(row, 1)?, id(row, 2)?, until))
}

/// A change; none where there is only the edge.
fn change(row: &Row) -> Result<Option<Change>, StoreError> {
    let Some(kind) = row.try_get::<_, Option<i32>>(2).map_err(backend)? else { return Ok(None) };
    let token = || Ok(FencingToken::new(unsigned(row.try_get(3).map_err(backend)?)?));
    Ok(match kind {
        1 => Some(Change::Agent(id(row, 4)?)),
        2 => Some(Change::Waiting(id(row, 5)?)),
        3 => Some(Change::Reserved(token()?, id(row, 4)?, id(row, 5)?)),
        4 => Some(Change::Taken(token()?, id(row, 4)?, id(row, 5)?)),
        5 => Some(Change::Freed(id(row, 4)?)),
        6 => Some(Change::Gone(id(row, 5)?)),
        _ => None,
    })
}

pub(super) fn id<K>(row: &Row, column: usize) -> Result<teams_cc_core::Id<K>, StoreError> {
    let text: &str = row.try_get(column).map_err(backend)?;
    teams_cc_core::Id::new(text).map_err(|error| StoreError::Backend(Box::new(error)))
}

pub(super) fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|error| StoreError::Backend(Box::new(error)))
}

/// A token that the database could have given.
pub(super) fn signed(token: FencingToken) -> Option<i64> {
    i64::try_from(token.get()).ok()
}
