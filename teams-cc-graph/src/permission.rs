//! Permissions as data.

use std::fmt;

/// A Microsoft Graph permission that lets an app make a request.
///
/// Every request lists its own as `REQUIRED_PERMISSIONS`, the least privileged first; one of them suffices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Permission {
    /// The name to grant, such as `Calls.Initiate.All`.
    pub name: &'static str,
    /// Who acts.
    pub kind: PermissionKind,
}

/// Who acts under a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PermissionKind {
    /// The app itself.
    Application,
    /// The app for a signed-in user.
    Delegated,
    /// The app inside one chat or team (resource-specific consent).
    ResourceSpecific,
}

impl Permission {
    pub(crate) const fn application(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::Application }
    }

    pub(crate) const fn delegated(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::Delegated }
    }

    pub(crate) const fn resource_specific(name: &'static str) -> Self {
        Self { name, kind: PermissionKind::ResourceSpecific }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

pub(crate) const CALLS_INITIATE: Permission = Permission::application("Calls.Initiate.All");
pub(crate) const CALLS_INITIATE_GROUP: Permission =
    Permission::application("Calls.InitiateGroupCall.All");
pub(crate) const CALLS_JOIN_GROUP: Permission = Permission::application("Calls.JoinGroupCall.All");
pub(crate) const CALLS_JOIN_GROUP_AS_GUEST: Permission =
    Permission::application("Calls.JoinGroupCallAsGuest.All");
pub(crate) const CALLS_JOIN_CHAT: Permission =
    Permission::resource_specific("Calls.JoinGroupCalls.Chat");
pub(crate) const CALLS_ACCESS_MEDIA: Permission = Permission::application("Calls.AccessMedia.All");
pub(crate) const PRESENCE_READ_ALL: Permission = Permission::application("Presence.Read.All");
pub(crate) const PRESENCE_READ_WRITE_ALL: Permission =
    Permission::application("Presence.ReadWrite.All");
pub(crate) const PRESENCE_READ_ALL_DELEGATED: Permission =
    Permission::delegated("Presence.Read.All");

#[cfg(test)]
mod tests {
    use crate::request::communications::calls::{
        AddLargeGalleryView, AnswerCall, CancelMediaProcessing, ChangeScreenSharingRole,
        CreateCall, DeleteCall, GetCall, KeepAlive, PlayPrompt, RecordResponse, RedirectCall,
        SendDtmfTones, SubscribeToTone, TransferCall, UpdateRecordingStatus,
        participants::InviteParticipants,
    };
    use crate::request::communications::{GetPresencesByUserId, call_records};
    use crate::request::users::{GetPresence, SetPresence};
    use crate::request::{adhoc_calls, online_meetings};

    #[test]
    fn the_readme_names_every_application_permission() {
        let readme = include_str!("../README.md");
        let all = [
            AnswerCall::REQUIRED_PERMISSIONS,
            CancelMediaProcessing::REQUIRED_PERMISSIONS,
            CreateCall::REQUIRED_PERMISSIONS,
            DeleteCall::REQUIRED_PERMISSIONS,
            GetCall::REQUIRED_PERMISSIONS,
            GetPresence::REQUIRED_PERMISSIONS,
            GetPresencesByUserId::REQUIRED_PERMISSIONS,
            KeepAlive::REQUIRED_PERMISSIONS,
            PlayPrompt::REQUIRED_PERMISSIONS,
            SubscribeToTone::REQUIRED_PERMISSIONS,
            TransferCall::REQUIRED_PERMISSIONS,
            AddLargeGalleryView::REQUIRED_PERMISSIONS,
            ChangeScreenSharingRole::REQUIRED_PERMISSIONS,
            InviteParticipants::REQUIRED_PERMISSIONS,
            RecordResponse::REQUIRED_PERMISSIONS,
            RedirectCall::REQUIRED_PERMISSIONS,
            SendDtmfTones::REQUIRED_PERMISSIONS,
            SetPresence::REQUIRED_PERMISSIONS,
            UpdateRecordingStatus::REQUIRED_PERMISSIONS,
            call_records::GetCallRecord::REQUIRED_PERMISSIONS,
            call_records::GetPstnCalls::REQUIRED_PERMISSIONS,
            online_meetings::CreateOnlineMeeting::REQUIRED_PERMISSIONS,
            online_meetings::GetOnlineMeeting::REQUIRED_PERMISSIONS,
            online_meetings::GetRecording::REQUIRED_PERMISSIONS,
            online_meetings::GetTranscript::REQUIRED_PERMISSIONS,
            online_meetings::ListAttendanceReports::REQUIRED_PERMISSIONS,
            adhoc_calls::GetRecording::REQUIRED_PERMISSIONS,
            adhoc_calls::GetTranscript::REQUIRED_PERMISSIONS,
        ];
        for permission in all.into_iter().flatten() {
            let known = readme.contains(&format!("`{permission}`"));
            assert!(known || permission.kind != super::PermissionKind::Application, "{permission}");
        }
    }
}
