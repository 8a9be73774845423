//! Long-running orders on a call: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).

use super::{CommsOperation, OperationStatus, ResultInfo};

/// What every kind of operation has.
macro_rules! of_any {
    ($operation:expr, $it:ident => $value:expr) => {
        match $operation {
            CommsOperation::PlayPrompt($it) => $value,
            CommsOperation::Record($it) => $value,
            CommsOperation::SubscribeToTone($it) => $value,
            CommsOperation::SendDtmfTones($it) => $value,
            CommsOperation::CancelMediaProcessing($it) => $value,
            CommsOperation::MuteParticipant($it) => $value,
            CommsOperation::UnmuteParticipant($it) => $value,
            CommsOperation::InviteParticipants($it) => $value,
            CommsOperation::StartHoldMusic($it) => $value,
            CommsOperation::StopHoldMusic($it) => $value,
            CommsOperation::UpdateRecordingStatus($it) => $value,
            CommsOperation::AddLargeGalleryView($it) => $value,
            CommsOperation::Other($it) => $value,
        }
    };
}

impl CommsOperation {
    /// Identifier of the operation, where the service names it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        of_any!(self, it => it.id.text())
    }

    /// The text that joins the operation to its request.
    #[must_use]
    pub fn client_context(&self) -> Option<&str> {
        of_any!(self, it => it.client_context.text())
    }

    /// Where the operation stands; `None` means that more is to come.
    #[must_use]
    pub fn status(&self) -> Option<&OperationStatus> {
        of_any!(self, it => it.status.get())
    }

    /// Why the operation is in its state.
    #[must_use]
    pub fn result_info(&self) -> Option<&ResultInfo> {
        of_any!(self, it => it.result_info.get())
    }

    /// Whether nothing more follows.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.status(), Some(OperationStatus::Completed | OperationStatus::Failed))
    }
}
