//! [Cloud communications](https://learn.microsoft.com/graph/api/resources/communications-api-overview): calls and presences.

pub mod call_records;
pub mod calls;
mod get_presence;
mod get_presences_by_user_id;

pub use calls::{CallCollection, OneCall};
pub use get_presence::GetPresence;
pub use get_presences_by_user_id::GetPresencesByUserId;

use self::call_records::{CallRecords, OneCallRecord};
use crate::client::Client;

/// Requests of cloud communications.
#[derive(Clone, Debug)]
pub struct Communications {
    client: Client,
}

impl Communications {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Requests on the collection of calls.
    #[must_use]
    pub fn calls(&self) -> CallCollection {
        CallCollection::new(self.client.clone())
    }

    /// Requests on one call, by the id the service gave it.
    pub fn call(&self, id: impl Into<String>) -> OneCall {
        OneCall::new(self.client.clone(), id.into())
    }

    /// `GET /communications/presences/{id}`: what a user shows to others.
    pub fn presence(&self, user: &str) -> GetPresence {
        GetPresence::with(self.client.clone(), user)
    }

    /// Requests on the collection of call records.
    #[must_use]
    pub fn call_records(&self) -> CallRecords {
        CallRecords::new(self.client.clone())
    }

    /// Requests on one call record, by the call chain id of its call.
    pub fn call_record(&self, id: impl Into<String>) -> OneCallRecord {
        OneCallRecord::new(self.client.clone(), id.into())
    }

    /// `POST /communications/getPresencesByUserId`: the presence of up to 650 users.
    #[doc(alias = "getPresencesByUserId")]
    pub fn get_presences_by_user_id<I>(&self, ids: I) -> GetPresencesByUserId
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        GetPresencesByUserId::with(self.client.clone(), ids)
    }
}
