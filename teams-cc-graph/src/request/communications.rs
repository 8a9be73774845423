//! [Cloud communications](https://learn.microsoft.com/graph/api/resources/communications-api-overview): calls and presences.

pub mod call_records;
pub mod calls;
mod get_presences_by_user_id;

pub use get_presences_by_user_id::GetPresencesByUserId;

use self::call_records::{CallRecords, OneCallRecord};
use self::calls::{
    AnswerCall, CancelMediaProcessing, CreateCall, DeleteCall, GetCall, KeepAlive, PlayPrompt,
    RejectCall, SubscribeToTone, TransferCall,
};
use crate::client::Client;
use crate::model::{InvitationParticipantInfo, MeetingInfo, Prompt};

/// Requests of cloud communications.
#[derive(Clone, Debug)]
pub struct Communications {
    client: Client,
}

/// Requests on the collection of calls.
#[derive(Clone, Debug)]
pub struct Calls {
    client: Client,
}

/// Requests on one call.
#[derive(Clone, Debug)]
pub struct OneCall {
    client: Client,
    id: String,
}

impl Communications {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Requests on the collection of calls.
    #[must_use]
    pub fn calls(&self) -> Calls {
        Calls { client: self.client.clone() }
    }

    /// Requests on one call, by the id the service gave it.
    pub fn call(&self, id: impl Into<String>) -> OneCall {
        OneCall { client: self.client.clone(), id: id.into() }
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

impl Calls {
    /// `POST /communications/calls`: call somebody; notifications go to `callback_uri`.
    #[doc(alias = "application-post-calls")]
    pub fn create(
        &self,
        callback_uri: impl Into<String>,
        target: InvitationParticipantInfo,
    ) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).target(target)
    }

    /// `POST /communications/calls`: join a meeting; notifications go to `callback_uri`.
    pub fn join(&self, callback_uri: impl Into<String>, meeting: MeetingInfo) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).meeting(meeting)
    }
}

impl OneCall {
    /// The id of the call.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `GET /communications/calls/{id}`: the call as it stands.
    pub fn get(&self) -> GetCall {
        GetCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/answer`: answer an incoming call.
    pub fn answer(&self, callback_uri: impl Into<String>) -> AnswerCall {
        AnswerCall::with(self.client.clone(), &self.id, callback_uri)
    }

    /// `POST /communications/calls/{id}/reject`: refuse an incoming call.
    pub fn reject(&self) -> RejectCall {
        RejectCall::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/transfer`: hand the call over.
    pub fn transfer(&self, target: InvitationParticipantInfo) -> TransferCall {
        TransferCall::with(self.client.clone(), &self.id, target)
    }

    /// `POST /communications/calls/{id}/playPrompt`: play WAV files one after the other.
    #[doc(alias = "playPrompt")]
    pub fn play_prompt(&self, prompts: impl IntoIterator<Item = Prompt>) -> PlayPrompt {
        PlayPrompt::with(self.client.clone(), &self.id, prompts)
    }

    /// `POST /communications/calls/{id}/subscribeToTone`: hear the keys the caller presses.
    #[doc(alias = "subscribeToTone")]
    pub fn subscribe_to_tone(&self) -> SubscribeToTone {
        SubscribeToTone::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/cancelMediaProcessing`: stop prompts and recordings.
    #[doc(alias = "cancelMediaProcessing")]
    pub fn cancel_media_processing(&self) -> CancelMediaProcessing {
        CancelMediaProcessing::with(self.client.clone(), &self.id)
    }

    /// `POST /communications/calls/{id}/keepAlive`: say that the app is still there.
    #[doc(alias = "keepAlive")]
    pub fn keep_alive(&self) -> KeepAlive {
        KeepAlive::with(self.client.clone(), &self.id)
    }

    /// `DELETE /communications/calls/{id}`: hang up.
    #[doc(alias = "hang up")]
    pub fn delete(&self) -> DeleteCall {
        DeleteCall::with(self.client.clone(), &self.id)
    }
}
