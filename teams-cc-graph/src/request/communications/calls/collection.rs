//! What can be asked of the collection of calls.

use super::{CreateCall, LogTeleconferenceDeviceQuality};
use crate::client::Client;
use crate::model::{
    InvitationParticipantInfo, MeetingInfo, MeetingLink, TeleconferenceDeviceQuality,
};

/// Requests on the collection of calls.
#[derive(Clone, Debug)]
pub struct CallCollection {
    client: Client,
}

impl CallCollection {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// `POST /communications/calls`: call somebody; notifications go to `callback_uri`.
    #[doc(alias = "create call")]
    pub fn create(
        &self,
        callback_uri: impl Into<String>,
        target: InvitationParticipantInfo,
    ) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).target(target)
    }

    /// `POST /communications/calls`: call up to 5 users at once; notifications go to
    /// `callback_uri`.
    #[doc(alias = "group call")]
    pub fn create_group(
        &self,
        callback_uri: impl Into<String>,
        targets: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).targets(targets)
    }

    /// `POST /communications/calls`: join a meeting; notifications go to `callback_uri`.
    pub fn join(&self, callback_uri: impl Into<String>, meeting: MeetingInfo) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).meeting(meeting)
    }

    /// `POST /communications/calls`: join the meeting of a link; notifications go to
    /// `callback_uri`.
    pub fn join_link(&self, callback_uri: impl Into<String>, link: MeetingLink) -> CreateCall {
        CreateCall::with(self.client.clone(), callback_uri).meeting_link(link)
    }

    /// `POST /communications/calls/logTeleconferenceDeviceQuality`: report what a room device
    /// measured.
    #[doc(alias = "logTeleconferenceDeviceQuality")]
    pub fn log_teleconference_device_quality(
        &self,
        quality: TeleconferenceDeviceQuality,
    ) -> LogTeleconferenceDeviceQuality {
        LogTeleconferenceDeviceQuality::with(self.client.clone(), quality)
    }
}
