//! What the registry has to tell.

use std::time::Duration;

use teams_cc_core::{Address, CallId, Instant, LegId, contact::LegEvent};

use super::Related;
use crate::model::{
    Call, CommsNotification, InvitationParticipantInfo, ParticipantInfo, ResourceData,
};

/// How long there is to answer a call.
///
/// Microsoft documents 15 seconds, and 5 for a policy recording bot.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const ANSWER_RECORDING_WITHIN: Duration = Duration::from_secs(5);

/// Something to tell.
#[derive(Debug)]
pub(super) enum Announcement {
    Incoming(Box<Incoming>),
    Leg { leg: LegId, event: LegEvent },
    TakenOver { leg: LegId, by: Box<str> },
}

/// An incoming call, but for its handle.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) leg: LegId,
    pub(super) call: CallId,
    pub(super) caller: Address,
    pub(super) called: Address,
    pub(super) forwarded_from: Option<Address>,
    pub(super) answer_by: Instant,
    pub(super) policy_recording: bool,
    pub(super) related: Option<Related>,
    pub(super) details: Box<Call>,
}

impl Incoming {
    /// Reads who calls whom, and until when the call can be answered.
    pub(super) fn read(
        leg: LegId,
        call: CallId,
        received: Instant,
        details: Box<Call>,
        bot: &Address,
    ) -> Self {
        let caller = details.source.get().map_or(Address::Anonymous, ParticipantInfo::address);
        let target = details.targets.items().first().map(InvitationParticipantInfo::address);
        let policy_recording = details
            .incoming_context
            .get()
            .is_some_and(|context| context.observed_participant_id.get().is_some());
        let within = if policy_recording { ANSWER_RECORDING_WITHIN } else { ANSWER_WITHIN };
        let original = details.call_routes.items().first().and_then(|route| route.original.get());
        Self {
            leg,
            call,
            caller,
            called: target.unwrap_or_else(|| bot.clone()),
            forwarded_from: original.map(|original| original.address()),
            answer_by: received + within,
            policy_recording,
            related: None,
            details,
        }
    }

    /// The call, and its id as later requests need it: its own property, else out of the path.
    pub(super) fn call(notification: CommsNotification) -> Option<(CallId, Box<Call>)> {
        let in_path = call_in_path(&notification);
        let Some(ResourceData::Call(call)) = notification.resource_data.into_option() else {
            return None;
        };
        let own = call.id.text().and_then(|id| CallId::new(id).ok());
        Some((own.or(in_path)?, call))
    }
}

/// The call that a notification's path names, as it is spelled there.
pub(super) fn call_in_path(notification: &CommsNotification) -> Option<CallId> {
    let path = notification.path().unwrap_or_default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.find(|segment| segment.eq_ignore_ascii_case("calls"))?;
    segments.next().and_then(|id| CallId::new(id).ok())
}
