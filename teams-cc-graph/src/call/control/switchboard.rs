//! Where calls go out, and where those that come in are taken.

use std::{fmt, future::Future, sync::Arc};

use teams_cc_core::{Address, Instant, LegId};

use super::{
    ApplicationInstance, CallHandle, CallKind, ControlError, Dialling, GroupCall, IncomingCalls,
    Line, Target,
    handle::Common,
    lines::{Lines, Pump},
};
use crate::{
    Error, ErrorKind, InvalidRequest,
    call::{CallEvents, Calls, DialError, GraphLeg},
    request::communications::{self, calls::CreateCall},
};

/// Where calls go out, and where the events of each find who handles it.
///
/// Clones are handles on the same switchboard. It takes over the [`CallEvents`] of its [`Calls`]:
/// a task of its own lets every event pass to the [`Line`] of its call, whatever the program waits
/// for meanwhile. That task waits for no handler: what one does not take is bounded by
/// [`MAX_LINE_EVENTS`](super::MAX_LINE_EVENTS). It ends once the calls are shut down, or with the
/// last switchboard, [`IncomingCalls`] and [`CallHandle`].
///
/// Calls ring while a program serves another one, so most serve each in a task of its own.
#[derive(Clone)]
pub struct Switchboard {
    calls: Calls,
    pub(super) common: Arc<Common>,
    pub(super) lines: Arc<Lines>,
}

impl Switchboard {
    /// Takes over the calls and their events.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, for it starts a task.
    #[must_use]
    pub fn new(calls: Calls, events: CallEvents) -> (Self, IncomingCalls) {
        let tenant = calls.config().tenant.clone();
        let lines = Arc::new(Lines::new(calls.config().max_calls));
        let pump = Pump::start(events, Arc::clone(&lines));
        let has_instance = calls.config().application_instance.is_some();
        let clock = Arc::clone(calls.clock());
        let common = Arc::new(Common { tenant, clock, has_instance, _pump: pump });
        let board = Self { calls, common, lines };
        (board.clone(), IncomingCalls::new(board))
    }

    /// The calls behind it.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The resource account that phones are called from, where one is configured.
    #[must_use]
    pub fn application_instance(&self) -> Option<ApplicationInstance> {
        self.calls.config().application_instance.clone().map(ApplicationInstance::new)
    }

    /// How many events came for calls that nobody handles here.
    #[must_use]
    pub fn unclaimed(&self) -> u64 {
        self.lines.unclaimed()
    }

    /// How many calls came in that nobody took: forgotten once over, or rejected for want of
    /// [`IncomingCalls`].
    #[must_use]
    pub fn untaken(&self) -> u64 {
        self.lines.untaken()
    }

    /// Calls somebody; returns once Graph created the call.
    ///
    /// Dropping the future calls the attempt off.
    ///
    /// # Errors
    ///
    /// [`ControlError::Request`] as [`Calls::dial`] says.
    pub async fn dial(&self, target: &Target) -> Result<CallHandle<Dialling>, ControlError> {
        let kind = CallKind::Outbound { instance: self.application_instance().is_some() };
        let party = target.address();
        self.begin(kind, |leg| self.calls.dial(party, leg)).await
    }

    /// Calls several at once: at most five users, or one phone.
    ///
    /// More phones are brought in by [`GroupCall::invite`], one by one. Dropping the future calls
    /// the attempt off.
    ///
    /// # Errors
    ///
    /// [`ControlError::Target`] for a phone where no resource account is configured, before
    /// anything is sent; [`ControlError::Request`] as [`Calls::dial`] says.
    pub async fn dial_group(&self, targets: &[Target]) -> Result<GroupCall, ControlError> {
        let calling = self.calls.config().application_instance.as_ref();
        let calling = calling.filter(|_| targets.iter().any(Target::is_phone));
        targets.iter().try_for_each(|target| self.common.reaches(target))?;
        let parties: Vec<_> = targets.iter().map(Target::info).collect();
        let request = |calls: &communications::CallCollection, callback| {
            let request = calls.create_group(callback, parties);
            match calling {
                Some(instance) => request.source_application_instance(instance),
                None => request,
            }
        };
        self.place(CallKind::Group, request).await
    }

    /// Joins a meeting, as the request says.
    ///
    /// ```no_run
    /// # use teams_cc_graph::call::control::{JoinedBy, Switchboard};
    /// # use teams_cc_graph::model::{MeetingInfo, MeetingLink};
    /// # async fn join(board: Switchboard, link: MeetingLink) -> Result<(), Box<dyn std::error::Error>> {
    /// let meeting =
    ///     board.join(JoinedBy::Details, |calls, callback| calls.join_link(callback, link)).await?;
    /// # let _ = meeting; Ok(()) }
    /// ```
    ///
    /// Dropping the future calls the attempt off.
    ///
    /// # Errors
    ///
    /// [`ControlError::Request`] as [`Calls::dial`] says.
    pub async fn join(
        &self,
        by: super::JoinedBy,
        request: impl FnOnce(&communications::CallCollection, String) -> CreateCall,
    ) -> Result<GroupCall, ControlError> {
        self.place(CallKind::Meeting(by), request).await
    }

    async fn place(
        &self,
        kind: CallKind,
        request: impl FnOnce(&communications::CallCollection, String) -> CreateCall,
    ) -> Result<GroupCall, ControlError> {
        let requests = self.calls.client().communications().calls();
        let request = request(&requests, self.calls.config().callback_uri.to_string());
        let place = |leg: LegId| {
            let mut request = request.clone();
            request.body_mut().callback_uri = self.calls.callback_uri(&leg).into();
            self.calls.place(request, Address::Anonymous, leg, kind)
        };
        Ok(GroupCall::new(self.begin(kind, place).await?))
    }

    /// Places a call under a name that is free.
    async fn begin<F>(
        &self,
        kind: CallKind,
        mut place: impl FnMut(LegId) -> F + Send,
    ) -> Result<CallHandle<Dialling>, ControlError>
    where
        F: Future<Output = Result<Arc<GraphLeg>, Error>> + Send,
    {
        // A call that was taken over keeps its name, and as many may be live as are allowed.
        let mut names = self.calls.config().max_calls;
        loop {
            let (opened, line) = self.open();
            match place(opened.leg.clone()).await {
                Ok(leg) => {
                    opened.keep();
                    let common = Arc::clone(&self.common);
                    return Ok(CallHandle::new(leg, kind, common, line, Instant::ZERO));
                }
                Err(error) if is_in_use(&error) && names > 0 => names -= 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A line for a call that lives already.
    pub(super) fn line_of(&self, leg: &LegId) -> Line {
        self.lines.open(leg)
    }

    /// Until when a call that came in just now can be answered.
    pub(super) fn latest_answer(&self) -> Instant {
        self.common.clock.now() + crate::call::announcement::ANSWER_WITHIN
    }

    /// A line for a call that is about to be placed; closed where it is not.
    fn open(&self) -> (Opened, Line) {
        let (leg, line) = self.lines.open_new();
        (Opened { leg, lines: Some(Arc::clone(&self.lines)) }, line)
    }
}

/// Whether nothing was sent because another call has this name.
fn is_in_use(error: &Error) -> bool {
    let in_use = |dial: &DialError| matches!(dial, DialError::LegInUse { .. });
    matches!(error.kind(), ErrorKind::Invalid(InvalidRequest::Dial(dial)) if in_use(dial))
}

/// A line that is closed again unless it is kept.
struct Opened {
    leg: LegId,
    lines: Option<Arc<Lines>>,
}

impl Opened {
    fn keep(mut self) {
        self.lines = None;
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(lines) = self.lines.take() {
            lines.close(&self.leg);
        }
    }
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switchboard")
            .field("calls", &self.calls)
            .field("unclaimed", &self.unclaimed())
            .finish_non_exhaustive()
    }
}
