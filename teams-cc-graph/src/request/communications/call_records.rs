//! [Call records](https://learn.microsoft.com/graph/api/resources/callrecords-api-overview): what is written down of calls once they are over.

mod complete;
mod get_call_record;
mod get_direct_routing_calls;
mod get_organizer;
mod get_pstn_calls;
mod list_call_records;
mod list_participants;
mod list_sessions;
mod log_range;
#[cfg(test)]
mod tests;

pub use complete::MAX_NESTED_PAGES;
pub use get_call_record::GetCallRecord;
pub use get_direct_routing_calls::GetDirectRoutingCalls;
pub use get_organizer::GetOrganizer;
pub use get_pstn_calls::GetPstnCalls;
pub use list_call_records::ListCallRecords;
pub use list_participants::ListParticipants;
pub use list_sessions::ListSessions;

use teams_cc_core::Timestamp;

use crate::client::Client;

/// Requests on the collection of call records.
#[derive(Clone, Debug)]
pub struct CallRecords {
    client: Client,
}

/// Requests on one call record.
#[derive(Clone, Debug)]
pub struct OneCallRecord {
    client: Client,
    id: String,
}

impl CallRecords {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// `GET /communications/callRecords`: the records of the last 30 days.
    pub fn list(&self) -> ListCallRecords {
        ListCallRecords::with(self.client.clone())
    }

    /// `GET /communications/callRecords/getPstnCalls(…)`: calls over calling plans, as billed.
    #[doc(alias = "getPstnCalls")]
    pub fn pstn_calls(&self, from: Timestamp, to: Timestamp) -> GetPstnCalls {
        GetPstnCalls::with(self.client.clone(), from, to)
    }

    /// `GET /communications/callRecords/getDirectRoutingCalls(…)`: calls over trunks.
    #[doc(alias = "getDirectRoutingCalls")]
    pub fn direct_routing_calls(&self, from: Timestamp, to: Timestamp) -> GetDirectRoutingCalls {
        GetDirectRoutingCalls::with(self.client.clone(), from, to)
    }
}

impl OneCallRecord {
    pub(super) fn new(client: Client, id: String) -> Self {
        Self { client, id }
    }

    /// The id of the record: the call chain id of its call.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `GET /communications/callRecords/{id}`: what was written down.
    pub fn get(&self) -> GetCallRecord {
        GetCallRecord::with(self.client.clone(), &self.id)
    }

    /// `GET /communications/callRecords/{id}/sessions`: the sessions.
    pub fn sessions(&self) -> ListSessions {
        ListSessions::with(self.client.clone(), &self.id)
    }

    /// `GET /communications/callRecords/{id}/participants_v2`: who took part.
    pub fn participants(&self) -> ListParticipants {
        ListParticipants::with(self.client.clone(), &self.id)
    }

    /// `GET /communications/callRecords/{id}/organizer_v2`: who arranged the call.
    pub fn organizer(&self) -> GetOrganizer {
        GetOrganizer::with(self.client.clone(), &self.id)
    }
}

/// How the id is named in errors.
const CALL_RECORD_ID: &str = "call record id";
