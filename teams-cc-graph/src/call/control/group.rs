//! A group call or a meeting, and what the bot may do to its participants.

use std::{error::Error as StdError, fmt, time::Duration};

use teams_cc_core::contact::{AfterTransfer, Knowledge, Leg, LegState, Prompt, TransferOutcome};
use tokio::sync::Mutex;

use super::{
    Ability, Answered, Assumed, CallHandle, Connected, ControlError, Dialling, MEDIA_WAIT,
    MediaActive, Stage, TRANSFER_WAIT, Target, rules::Plan,
};
use crate::{
    call::{CallSnapshot, Needs, OperationResult, PendingOperation, Roster, RosterParticipant},
    model::{self, IdentitySet, InvitationParticipantInfo, ParticipantInfo, call_key},
    request::communications::calls::OneCall,
};

/// How long one invitation may take; it rings at somebody's.
pub const INVITE_WAIT: Duration = Duration::from_mins(2);

/// How long a group call or a meeting may take to be joined.
pub const JOIN_WAIT: Duration = Duration::from_mins(2);

/// A group call or a meeting.
///
/// Orders that Graph takes one at a time wait for each other here: invitations, and hold music.
/// Dropping the handle leaves the call as it is.
pub struct GroupCall<S: Stage = Dialling> {
    call: CallHandle<S>,
    /// One invitation at a time.
    inviting: Mutex<()>,
    /// Who is on hold; one at a time.
    held: Mutex<Option<Box<str>>>,
}

/// How a participant was handed over.
#[derive(Debug)]
#[non_exhaustive]
pub struct HandedOver {
    /// How it ended, and what can still be seen.
    pub outcome: TransferOutcome,
    /// What was taken to hold and could not be checked.
    pub assumed: Vec<Assumed>,
}

/// A group call that was not joined, or whose media does not flow; it stands as it did.
#[non_exhaustive]
pub struct NotJoined<S: Stage> {
    /// Why.
    pub error: ControlError,
    /// The call.
    pub group: GroupCall<S>,
}

impl<S: Stage> GroupCall<S> {
    pub(super) fn new(call: CallHandle<S>) -> Self {
        Self { call, inviting: Mutex::new(()), held: Mutex::new(None) }
    }

    /// The call underneath, for what is not about a participant.
    #[must_use]
    pub fn call(&self) -> &CallHandle<S> {
        &self.call
    }

    /// The call underneath, to read its events and to run dialogs.
    #[must_use]
    pub fn call_mut(&mut self) -> &mut CallHandle<S> {
        &mut self.call
    }

    /// Who is on it, as far as is known.
    #[must_use]
    pub fn roster(&self) -> Roster {
        self.call.snapshot().roster
    }

    /// Leaves. The others talk on.
    ///
    /// Dropping the future leaves it open whether the bot leaves.
    ///
    /// # Errors
    ///
    /// [`ControlError::Leg`] where Graph could not be told.
    pub async fn leave(self) -> Result<(), ControlError> {
        self.call.hang_up().await
    }

    fn at<T: Stage>(self) -> GroupCall<T> {
        GroupCall { call: self.call.at(), inviting: self.inviting, held: self.held }
    }
}

impl GroupCall<Dialling> {
    /// Waits until the bot is in it, at most [`JOIN_WAIT`].
    ///
    /// Dropping the future leaves the call as it is.
    ///
    /// # Errors
    ///
    /// [`ControlError::Ended`] where it ended first, [`ControlError::NotInTime`] where the bot
    /// still waits, as in a lobby; the call is given back.
    pub async fn joined(self) -> Result<GroupCall<Answered>, Box<NotJoined<Dialling>>> {
        let joined = |now: &CallSnapshot| now.state == LegState::Connected;
        match self.call.wait("joined", JOIN_WAIT, joined).await {
            Ok(()) => Ok(self.at()),
            Err(error) => Err(Box::new(NotJoined { error, group: self })),
        }
    }
}

impl GroupCall<Answered> {
    /// Waits until media flows, at most [`MEDIA_WAIT`].
    ///
    /// Dropping the future leaves the call as it is.
    ///
    /// # Errors
    ///
    /// As [`CallHandle::media_active`].
    pub async fn media_active(self) -> Result<GroupCall<MediaActive>, Box<NotJoined<Answered>>> {
        match self.call.wait("active", MEDIA_WAIT, CallSnapshot::is_media_active).await {
            Ok(()) => Ok(self.at()),
            Err(error) => Err(Box::new(NotJoined { error, group: self })),
        }
    }
}

impl<S: Stage> GroupCall<S> {
    /// Brings somebody in, and waits until that ended; one invitation at a time.
    ///
    /// Dropping the future leaves it open whether the party is invited.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] where no phone can be invited to such a call,
    /// [`ControlError::Target`] where no resource account is configured to invite it, both before
    /// anything is sent; [`ControlError::Failed`] with Graph's code where the party did not come.
    pub async fn invite(&self, target: &Target) -> Result<OperationResult, ControlError>
    where
        S: Connected,
    {
        self.call.allows(Ability::Invite)?;
        if target.is_phone() {
            self.call.allows(Ability::InvitePhone)?;
            self.call.common.reaches(target)?;
        }
        let result = self.invite_as_is(target.info()).await?;
        ControlError::unless_completed(result)
    }

    /// One invitation, whatever its end.
    pub(super) async fn invite_as_is(
        &self,
        party: InvitationParticipantInfo,
    ) -> Result<OperationResult, ControlError> {
        let _one_at_a_time = self.inviting.lock().await;
        let send = |call: OneCall, context: &str| {
            call.invite([party]).client_context(context).into_future()
        };
        let operation = self.call.operate(Ability::Invite, Needs::Connected, send).await?;
        Ok(operation.within(INVITE_WAIT).outcome().await?)
    }

    /// Removes a participant, or takes an invitation back. The participant is not told why.
    ///
    /// The tenant must allow the app to do so
    /// (`Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds`). Dropping the future
    /// leaves it open whether the participant is removed.
    ///
    /// # Errors
    ///
    /// [`ControlError::NoParticipant`] for one the roster does not know,
    /// [`ControlError::Order`] as Graph answers.
    pub async fn remove(&self, participant: &str) -> Result<(), ControlError>
    where
        S: Connected,
    {
        self.call.allows(Ability::Remove)?;
        let id = self.known(participant)?;
        let send = |call: OneCall| call.participant(id).remove().into_future();
        Ok(self.call.leg.request(send).await?)
    }

    /// Mutes a participant. Only the participant can take that back.
    ///
    /// Dropping the future leaves it open whether the participant is muted.
    ///
    /// # Errors
    ///
    /// As [`GroupCall::remove`].
    pub async fn mute(&self, participant: &str) -> Result<PendingOperation, ControlError>
    where
        S: Connected,
    {
        let id = self.known(participant)?;
        let send = |call: OneCall, context: &str| {
            call.participant(id).mute().client_context(context).into_future()
        };
        self.call.operate(Ability::MuteParticipant, Needs::Connected, send).await
    }

    /// Puts a participant on hold: it hears the music, and the others not.
    ///
    /// Graph holds one participant at a time. Dropping the future leaves it open whether the
    /// participant is on hold; it counts as not held then.
    ///
    /// # Errors
    ///
    /// [`ControlError::AnotherOnHold`] before anything is sent; otherwise as
    /// [`GroupCall::remove`].
    pub async fn hold(
        &self,
        participant: &str,
        music: Option<Prompt>,
    ) -> Result<PendingOperation, ControlError>
    where
        S: Connected,
    {
        let id = self.known(participant)?;
        let mut held = self.held.lock().await;
        let gone = |held: &str| self.roster().get(held).is_none_or(|party| party.removed);
        if held.as_deref().is_some_and(|held| call_key(held) != call_key(&id) && !gone(held)) {
            return Err(ControlError::AnotherOnHold);
        }
        let send = |call: OneCall, context: &str| {
            let mut request = call.participant(id.clone()).start_hold_music();
            if let Some(music) = music {
                request = request.custom_prompt(model::Prompt::wav(music.uri()));
            }
            request.client_context(context).into_future()
        };
        let operation = self.call.operate(Ability::HoldMusic, Needs::Connected, send).await?;
        *held = Some(id.into());
        Ok(operation)
    }

    /// Takes a participant back from hold.
    ///
    /// Dropping the future leaves it open whether the participant is on hold; it counts as held.
    ///
    /// # Errors
    ///
    /// As [`GroupCall::remove`].
    pub async fn resume(&self, participant: &str) -> Result<PendingOperation, ControlError>
    where
        S: Connected,
    {
        let id = self.known(participant)?;
        let mut held = self.held.lock().await;
        let send = |call: OneCall, context: &str| {
            call.participant(id).stop_hold_music().client_context(context).into_future()
        };
        let operation = self.call.operate(Ability::HoldMusic, Needs::Connected, send).await?;
        held.take_if(|held| call_key(held) == call_key(participant));
        Ok(operation)
    }

    /// Hands one participant over to somebody else, out of the call.
    ///
    /// Graph tells nothing but that the participant left; that counts as completed.
    ///
    /// Dropping the future leaves it open how it ends.
    ///
    /// # Errors
    ///
    /// [`ControlError::Transfer`] where a rule speaks against it and nothing was sent; otherwise as
    /// Graph answers.
    pub async fn transfer(
        &self,
        participant: &str,
        target: &Target,
    ) -> Result<HandedOver, ControlError>
    where
        S: Connected,
    {
        let id = self.known(participant)?;
        let plan = Plan {
            kind: self.call.kind,
            tenant: &self.call.common.tenant,
            call: self.call.leg.call_id(),
            target,
            replaces: None,
            of_participant: true,
        };
        let mut assumed = plan.check()?;
        let roster = self.roster();
        let known = roster.get(&id).filter(|_| roster.is_known());
        assumed.retain(|rule| known.is_none() || *rule != Assumed::TransfereePresent);
        let transferee = transferee(&id, known);
        let info = target.info();
        let send = |call: OneCall| call.transfer(info).transferee(transferee).into_future();
        self.call.leg.request(send).await?;
        let left = |now: &CallSnapshot| {
            now.roster.is_known() && now.roster.get(&id).is_none_or(|party| party.removed)
        };
        let outcome = match self.call.wait("left", TRANSFER_WAIT, left).await {
            Ok(()) => TransferOutcome::Completed {
                after: AfterTransfer::OutOfSight,
                answered_by: Knowledge::Unknown,
            },
            Err(_) => TransferOutcome::Unknown,
        };
        Ok(HandedOver { outcome, assumed })
    }

    /// The id of a participant as Graph spells it; any id where no roster is known.
    fn known(&self, participant: &str) -> Result<String, ControlError> {
        let roster = self.roster();
        match roster.get(participant) {
            Some(RosterParticipant { id: Some(id), .. }) => Ok(id.to_string()),
            None if roster.is_known() && roster.is_complete() => Err(ControlError::NoParticipant),
            _ => Ok(participant.to_owned()),
        }
    }
}

fn transferee(id: &str, known: Option<&RosterParticipant>) -> ParticipantInfo {
    let identity = known.and_then(|party| IdentitySet::of_address(&party.address));
    let info = identity.map_or_else(ParticipantInfo::default, ParticipantInfo::of);
    info.participant_id(id)
}

impl<S: Stage> fmt::Debug for NotJoined<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotJoined").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<S: Stage> fmt::Display for NotJoined<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<S: Stage> StdError for NotJoined<S> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl<S: Stage> fmt::Debug for GroupCall<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCall").field("leg", self.call.leg.id()).finish_non_exhaustive()
    }
}
