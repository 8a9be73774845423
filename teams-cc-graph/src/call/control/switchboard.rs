//! Where calls come in, go out, and their events find who handles them.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use teams_cc_core::{
    Address, Instant, LegId,
    contact::{Leg, LegEvent},
};

use super::{
    ApplicationInstance, CallHandle, CallKind, ControlError, Dialling, GroupCall, Line, LineFeed,
    Ringing, Target, handle::Common,
};
use crate::{
    Error, ErrorKind, InvalidRequest,
    call::{
        CallEvent, CallEvents, Calls, DialError, GraphLeg, IncomingCall, recording::RecordingGuard,
    },
    model::Call,
    request::communications::{self, calls::CreateCall},
};

/// Where calls go out, and where the events of each find who handles it.
///
/// Clones are handles on the same switchboard. It takes over the [`CallEvents`] of its [`Calls`]:
/// [`IncomingCalls::next`] must be awaited for as long as calls live, for their events pass there.
/// Serve calls in tasks of their own: of one served between two `next` no key is heard, and whoever
/// takes an offer counts as not answering.
#[derive(Clone)]
pub struct Switchboard {
    calls: Calls,
    pub(super) common: Arc<Common>,
    lines: Arc<Lines>,
}

#[derive(Default)]
struct Lines {
    by_leg: Mutex<BTreeMap<LegId, LineFeed>>,
    placed: AtomicU64,
    unclaimed: AtomicU64,
}

/// The calls that come in; reading them lets the events of all calls pass.
pub struct IncomingCalls {
    board: Switchboard,
    events: CallEvents,
}

/// Somebody calls.
#[derive(Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// The call, to be answered, rejected or redirected in time.
    pub call: CallHandle<Ringing>,
    /// Who is called: a resource account, or the bot itself.
    pub called: Address,
    /// Who was called first, where the call was forwarded or looked up.
    pub forwarded_from: Option<Address>,
    /// What a call that a recording policy brought allows; others have none.
    pub recording: Option<RecordingGuard>,
    /// Everything the notification says.
    pub details: Box<Call>,
}

impl Switchboard {
    /// Takes over the calls and their events.
    #[must_use]
    pub fn new(calls: Calls, events: CallEvents) -> (Self, IncomingCalls) {
        let tenant = calls.config().tenant.clone();
        let common = Arc::new(Common { tenant, clock: Arc::clone(calls.clock()) });
        let board = Self { calls, common, lines: Arc::default() };
        let incoming = IncomingCalls { board: board.clone(), events };
        (board, incoming)
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
        self.lines.unclaimed.load(Ordering::Relaxed)
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

    /// Calls several at once, at most five users.
    ///
    /// Dropping the future calls the attempt off.
    ///
    /// # Errors
    ///
    /// [`ControlError::Request`] as [`Calls::dial`] says.
    pub async fn dial_group(&self, targets: &[Target]) -> Result<GroupCall, ControlError> {
        let parties: Vec<_> = targets.iter().map(Target::info).collect();
        self.place(CallKind::Group, |calls, callback| calls.create_group(callback, parties)).await
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
        request: impl FnOnce(&communications::Calls, String) -> CreateCall,
    ) -> Result<GroupCall, ControlError> {
        self.place(CallKind::Meeting(by), request).await
    }

    async fn place(
        &self,
        kind: CallKind,
        request: impl FnOnce(&communications::Calls, String) -> CreateCall,
    ) -> Result<GroupCall, ControlError> {
        let requests = self.calls.client().communications().calls();
        let request = request(&requests, self.calls.config().callback_uri.to_string());
        let place = |leg: LegId| {
            let mut request = request.clone();
            request.body_mut().callback_uri = self.calls.callback_uri(&leg).into();
            self.calls.place(request, Address::Anonymous, leg)
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
        let (feed, line) = Line::new();
        self.lines.lock().insert(leg.clone(), feed);
        line
    }

    /// Until when a call that came in just now can be answered.
    pub(super) fn latest_answer(&self) -> Instant {
        self.common.clock.now() + crate::call::announcement::ANSWER_WITHIN
    }

    /// A line for a call that is about to be placed; closed where it is not.
    fn open(&self) -> (Opened, Line) {
        let mut lines = self.lines.lock();
        let leg = loop {
            let nth = self.lines.placed.fetch_add(1, Ordering::Relaxed);
            let leg = LegId::numbered("out", nth);
            if !lines.contains_key(&leg) {
                break leg;
            }
        };
        let (feed, line) = Line::new();
        lines.insert(leg.clone(), feed);
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
            lines.lock().remove(&self.leg);
        }
    }
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<LegId, LineFeed>> {
        self.by_leg.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, leg: &LegId, event: LegEvent) {
        let last = matches!(event, LegEvent::Ended(_));
        let mut lines = self.lock();
        let taken = lines.get(leg).is_some_and(|feed| feed.put(event));
        if !taken {
            self.unclaimed.fetch_add(1, Ordering::Relaxed);
        }
        if last || !taken {
            lines.remove(leg);
        }
    }
}

impl IncomingCalls {
    /// The next call that comes in; [`None`] once the calls are shut down.
    ///
    /// The events of all calls pass here on the way. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Arrival> {
        loop {
            match self.events.next().await? {
                CallEvent::Leg { leg, event } => self.board.lines.put(&leg, event),
                CallEvent::Incoming(call) => return Some(self.arrived(call)),
                // Its line ends: whoever took the call over hears the rest.
                CallEvent::TakenOver { leg, .. } => drop(self.board.lines.lock().remove(&leg)),
            }
        }
    }

    fn arrived(&self, incoming: IncomingCall) -> Arrival {
        let kind = CallKind::of_incoming(&incoming);
        let recording = RecordingGuard::of(&incoming);
        let line = self.board.line_of(incoming.leg.id());
        let common = Arc::clone(&self.board.common);
        Arrival {
            call: CallHandle::new(incoming.leg, kind, common, line, incoming.answer_by),
            called: incoming.called,
            forwarded_from: incoming.forwarded_from,
            recording,
            details: incoming.details,
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

impl fmt::Debug for IncomingCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingCalls").field("board", &self.board).finish_non_exhaustive()
    }
}
