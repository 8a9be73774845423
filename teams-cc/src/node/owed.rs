//! What the database still has to be told.

use std::collections::VecDeque;

use teams_cc_core::{
    AgentId, ContactId,
    agent::Capacity,
    store::{DispatchStore, FencingToken, StoreError},
};

use crate::store::postgres::PostgresStore;

/// Something that has to be told, sooner or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Debt {
    /// An agent takes so many calls.
    Agent(AgentId, Capacity),
    /// A reservation is over.
    Release(FencingToken),
    /// Nobody was joined, whatever the database thinks.
    PutBack(FencingToken),
    /// A taken call is over.
    Dismiss(FencingToken, ContactId),
    /// A call waits no more.
    Abandon(ContactId),
}

/// What is owed, the oldest first. Telling it twice does no harm.
///
/// While the database is away no call is taken in, so that what is owed is bounded by the calls and
/// agents there are: a few words for each call, one for each agent.
#[derive(Debug, Default)]
pub(super) struct Owed(VecDeque<Debt>);

impl Owed {
    pub(super) fn push(&mut self, debt: Debt) {
        if let Debt::Agent(agent, _) = &debt {
            self.0.retain(|known| !matches!(known, Debt::Agent(same, _) if same == agent));
        }
        self.0.push_back(debt);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells what is owed, until something cannot be told.
    pub(super) async fn pay(&mut self, store: &PostgresStore) -> Result<(), StoreError> {
        while let Some(debt) = self.0.front() {
            match debt {
                Debt::Agent(agent, capacity) => store.put_agent(agent, *capacity).await?,
                Debt::Release(token) => store.release(*token).await?,
                Debt::PutBack(token) => store.put_back(*token).await?,
                Debt::Dismiss(token, contact) => store.dismiss(*token, contact).await?,
                Debt::Abandon(contact) => store.abandon(contact).await?,
            }
            self.0.pop_front();
        }
        Ok(())
    }
}
