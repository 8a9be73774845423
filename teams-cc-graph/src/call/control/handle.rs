//! A call in the hands of one program, at a known stage.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use teams_cc_core::{
    Address, Clock, Instant, TenantId,
    contact::{EndCause, EndReason, EndedBy, Leg, LegCommand, LegError},
};

use super::{
    Ability, Answered, CallKind, Connected, ControlError, Dialling, Line, MediaActive, Stage,
    Target, UnusableTarget, lines::Pump,
};
use crate::call::{CallSnapshot, GraphLeg};

/// How long media may take to flow once a call is connected.
pub const MEDIA_WAIT: Duration = Duration::from_secs(30);

/// What every call of a program shares.
pub(super) struct Common {
    pub(super) tenant: TenantId,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether a resource account calls phones.
    pub(super) has_instance: bool,
    /// Events come for as long as somebody has use for them.
    pub(super) _pump: Pump,
}

impl Common {
    /// Whether a target can be called or invited from here: phones by a resource account alone.
    pub(super) fn reaches(&self, target: &Target) -> Result<(), UnusableTarget> {
        let lacks = target.is_phone() && !self.has_instance;
        if lacks { Err(UnusableTarget::NoInstance) } else { Ok(()) }
    }
}

/// A call in the hands of one program, at a known stage.
///
/// What a stage does not allow does not compile, and what ends a call takes the handle: after
/// `hang_up` or a transfer there is nothing left to misuse. Dropping a handle leaves the call as
/// it is; it is kept alive and still tells its events.
///
/// | stage | orders |
/// |---|---|
/// | [`Ringing`](super::Ringing) | `answer`, `reject`, `redirect` |
/// | [`Dialling`] | `answered` |
/// | [`Answered`] | `media_active`, `transfer`, `mute`, `unmute` |
/// | [`MediaActive`] | as before, and `play`, `hear_tones`, `record_response`, `run_dialog` … |
///
/// `hang_up` is there at every stage.
pub struct CallHandle<S: Stage> {
    pub(super) leg: Arc<GraphLeg>,
    pub(super) kind: CallKind,
    pub(super) common: Arc<Common>,
    pub(super) line: Line,
    pub(super) answer_by: Instant,
    stage: PhantomData<fn() -> S>,
}

impl<S: Stage> CallHandle<S> {
    pub(super) fn new(
        leg: Arc<GraphLeg>,
        kind: CallKind,
        common: Arc<Common>,
        line: Line,
        answer_by: Instant,
    ) -> Self {
        Self { leg, kind, common, line, answer_by, stage: PhantomData }
    }

    /// The same call at another stage.
    pub(super) fn at<T: Stage>(self) -> CallHandle<T> {
        CallHandle::new(self.leg, self.kind, self.common, self.line, self.answer_by)
    }

    /// What kind of call it is.
    #[must_use]
    pub fn kind(&self) -> CallKind {
        self.kind
    }

    /// The other party.
    #[must_use]
    pub fn party(&self) -> &Address {
        self.leg.party()
    }

    /// The call as a leg, for what a handle has no order for.
    #[must_use]
    pub fn leg(&self) -> &Arc<GraphLeg> {
        &self.leg
    }

    /// How the call stands.
    #[must_use]
    pub fn snapshot(&self) -> CallSnapshot {
        self.leg.snapshot()
    }

    /// The events of this call, as they come.
    #[must_use]
    pub fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    /// Whether this kind of call can do that.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](super::Unsupported) says why not, and how that is known.
    pub fn allows(&self, ability: Ability) -> Result<(), super::Unsupported> {
        self.kind.allows(ability)
    }

    /// Hangs up. A call that is over already is no error.
    ///
    /// Dropping the future leaves it open whether the call ends; it is looked after then.
    ///
    /// # Errors
    ///
    /// [`ControlError::Leg`] where Graph could not be told; the call is looked after.
    pub async fn hang_up(self) -> Result<(), ControlError> {
        match self.leg.execute(LegCommand::HangUp).await {
            Ok(_) | Err(LegError::Ended) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn ended(&self) -> ControlError {
        let lost = || EndCause::new(EndReason::Reconciled, EndedBy::Platform);
        ControlError::Ended(self.leg.snapshot().end.unwrap_or_else(lost))
    }

    pub(super) async fn wait(
        &self,
        wanted: &'static str,
        after: Duration,
        is_so: impl FnMut(&CallSnapshot) -> bool + Send,
    ) -> Result<(), ControlError> {
        let mut view = self.leg.watch();
        match tokio::time::timeout(after, view.wait_for(is_so)).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.ended()),
            Err(_) => Err(ControlError::NotInTime { wanted, after }),
        }
    }
}

impl CallHandle<Dialling> {
    /// Waits until something answers. Whether a person did is another matter: see
    /// [`Switchboard::offer`](super::Switchboard::offer).
    ///
    /// The call rings on where this is not in time, or where the future is dropped and with it
    /// the handle; hang up what is not wanted any more.
    ///
    /// # Errors
    ///
    /// [`ControlError::Ended`] says why nobody answered; [`ControlError::NotInTime`] gives the
    /// ringing call back.
    pub async fn answered(
        self,
        within: Duration,
    ) -> Result<CallHandle<Answered>, Box<super::Refused<Dialling>>> {
        use teams_cc_core::contact::LegState;
        let connected = |now: &CallSnapshot| now.state == LegState::Connected;
        match self.wait("answered", within, connected).await {
            Ok(()) => Ok(self.at()),
            Err(error) => Err(super::Refused::new(self, error)),
        }
    }
}

impl CallHandle<Answered> {
    /// Waits until media flows, at most [`MEDIA_WAIT`].
    ///
    /// Dropping the future leaves the call as it is.
    ///
    /// # Errors
    ///
    /// [`ControlError::Ended`] where the call ended first, [`ControlError::NotInTime`] where media
    /// does not flow; the call is given back.
    pub async fn media_active(
        self,
    ) -> Result<CallHandle<MediaActive>, Box<super::Refused<Answered>>> {
        match self.wait("active", MEDIA_WAIT, CallSnapshot::is_media_active).await {
            Ok(()) => Ok(self.at()),
            Err(error) => Err(super::Refused::new(self, error)),
        }
    }
}

impl CallHandle<MediaActive> {
    /// The same call, of which no media is wanted any more.
    #[must_use]
    pub fn without_media(self) -> CallHandle<Answered> {
        self.at()
    }
}

impl<S: Connected> CallHandle<S> {
    /// The call at the stage that every connected call has reached.
    #[must_use]
    pub fn connected(self) -> CallHandle<Answered> {
        self.at()
    }
}

impl<S: Stage> fmt::Debug for CallHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = std::any::type_name::<S>().rsplit("::").next().unwrap_or_default();
        f.debug_struct("CallHandle")
            .field("stage", &stage)
            .field("leg", self.leg.id())
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
