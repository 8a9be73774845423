//! What a recording app answers to a participant about to join.

use std::time::Duration;

use teams_cc_core::TenantId;

use crate::model::{
    CommsNotifications, ParticipantJoiningNotification, ParticipantJoiningResponse,
    RejectJoinResponse, RejectReason, ResourceData,
};

/// How long a decision may take before it is counted as late.
///
/// The service waits five seconds in all for a recording app, and the way there and back is long.
pub const JOIN_DECISION_BOUND: Duration = Duration::from_millis(500);

/// Decides about participants that are about to join a call under a recording policy.
///
/// The answer stands in the response to the notification, so it is asked for inside the request
/// and must come at once: read what is in memory, ask nobody. Any closure of this form is one.
pub trait JoinPolicy: Send + Sync {
    /// The answer to one participant, who belongs to this tenant.
    fn decide(
        &self,
        tenant: &TenantId,
        joining: &ParticipantJoiningNotification,
    ) -> ParticipantJoiningResponse;
}

impl<F> JoinPolicy for F
where
    F: Fn(&TenantId, &ParticipantJoiningNotification) -> ParticipantJoiningResponse + Send + Sync,
{
    fn decide(
        &self,
        tenant: &TenantId,
        joining: &ParticipantJoiningNotification,
    ) -> ParticipantJoiningResponse {
        self(tenant, joining)
    }
}

/// Takes nobody on: the answer of an intake that was given no other policy.
pub(super) struct RejectAll;

impl JoinPolicy for RejectAll {
    fn decide(
        &self,
        _: &TenantId,
        _: &ParticipantJoiningNotification,
    ) -> ParticipantJoiningResponse {
        RejectJoinResponse::new(RejectReason::Busy).into()
    }
}

/// The participant about to join that a post asks about. The service sends one at a time; there
/// is room for one answer, so it is the first.
pub(super) fn joining(
    notifications: &CommsNotifications,
) -> Option<&ParticipantJoiningNotification> {
    notifications.value.items().iter().find_map(|notification| {
        match notification.resource_data.get()? {
            ResourceData::Joining(joining) => Some(&**joining),
            _ => None,
        }
    })
}
