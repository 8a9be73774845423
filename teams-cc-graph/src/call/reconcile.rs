//! When to ask Graph how a call stands, because notifications may have been lost.

use std::time::Duration;

use teams_cc_core::{Instant, OperationId};

use super::Ask;

/// How often a connected call is kept alive. Graph ends one that is not within 45 minutes.
///
/// [Keep alive](https://learn.microsoft.com/graph/api/call-keepalive) asks for 15 minutes. Each is
/// followed by a look at the call, so that whatever was lost is found then at the latest.
pub const KEEP_ALIVE_EVERY: Duration = Duration::from_mins(15);

/// How long to wait after a question without an answer.
const ASK_AGAIN: Duration = Duration::from_mins(1);

/// How long news that contradict each other may settle before Graph is asked.
const SETTLE: Duration = Duration::from_secs(2);

/// The shortest time between two looks at the same thing that doubts cause.
const AT_MOST_EVERY: Duration = Duration::from_secs(10);

/// How often a call is looked at that was taken over and of which nothing was notified here yet.
///
/// Its notifications may go on to where it was before. The wait doubles up to [`LONGEST_BLIND`].
const BLIND_LOOK: Duration = Duration::from_secs(15);

/// The longest wait between two looks at a call that was taken over.
const LONGEST_BLIND: Duration = Duration::from_mins(2);

/// How far a call has come, which says how soon a lost notification would matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Not answered: its answer or its end may be lost.
    Ringing,
    /// We answered, and nothing came of it yet.
    Answering,
    /// Connected and at rest.
    Connected,
    /// Being handed over: the failure may be lost.
    Transferring,
    /// About to end, or may have ended unheard.
    Closing,
}

impl Pace {
    /// When to look at the call first; none leaves it to the keep-alive.
    fn first_look(self) -> Option<Duration> {
        match self {
            Self::Ringing => Some(Duration::from_secs(20)),
            Self::Answering | Self::Closing => Some(Duration::from_secs(10)),
            Self::Transferring => Some(Duration::from_secs(30)),
            Self::Connected => None,
        }
    }

    /// When to look again.
    fn next_look(self) -> Option<Duration> {
        match self {
            Self::Ringing | Self::Answering | Self::Closing => Some(ASK_AGAIN),
            Self::Transferring => self.first_look(),
            Self::Connected => None,
        }
    }
}

/// One question that is asked from time to time.
#[derive(Clone, Copy, Debug, Default)]
struct Question {
    due: Option<Instant>,
    under_way: bool,
    /// How much had been heard when it was asked.
    heard: u32,
    answered: Option<Instant>,
}

impl Question {
    fn by(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Asks soon because of a doubt, yet not again and again.
    fn doubt(&mut self, now: Instant) {
        let earliest = self.answered.map_or(Instant::ZERO, |answered| answered + AT_MOST_EVERY);
        self.by((now + SETTLE).max(earliest));
    }

    fn take(&mut self, now: Instant, heard: u32) -> bool {
        if self.under_way || self.due.is_none_or(|due| due > now) {
            return false;
        }
        *self = Self { due: None, under_way: true, heard, answered: self.answered };
        true
    }

    fn deadline(&self) -> Option<Instant> {
        self.due.filter(|_| !self.under_way)
    }
}

/// Decides when to ask; sans-IO.
#[derive(Debug)]
pub(super) struct Reconciler {
    pace: Pace,
    keep_alive: Question,
    call: Question,
    participants: Question,
    operation: Option<OperationId>,
    /// Whether a request got no answer since the last one that did.
    dropped_out: bool,
    heard_call: u32,
    heard_roster: u32,
    /// Until when to look again although nothing calls for it; none where notifications come.
    blind: Option<Duration>,
}

impl Reconciler {
    pub(super) fn new(now: Instant) -> Self {
        let mut this = Self {
            pace: Pace::Ringing,
            keep_alive: Question { due: Some(now + KEEP_ALIVE_EVERY), ..Question::default() },
            call: Question::default(),
            participants: Question::default(),
            operation: None,
            dropped_out: false,
            heard_call: 0,
            heard_roster: 0,
            blind: None,
        };
        this.call.due = Pace::Ringing.first_look().map(|wait| now + wait);
        this
    }

    /// Takes over a call: when it was kept alive last is not known, nor whether it is told here.
    pub(super) fn resume(&mut self, now: Instant) {
        self.blind = Some(BLIND_LOOK);
        self.look(now, true);
        self.keep_alive.due = Some(now);
    }

    /// Follows the state of the call.
    pub(super) fn follow(&mut self, now: Instant, pace: Pace) {
        if pace == self.pace {
            return;
        }
        self.pace = pace;
        if matches!(pace, Pace::Connected | Pace::Transferring)
            && !self.keep_alive.under_way
            && self.keep_alive.due.is_none()
        {
            self.keep_alive.due = Some(now + KEEP_ALIVE_EVERY);
        }
        let first = pace.first_look().map(|wait| now + wait);
        self.call.due = if self.blind.is_some() { self.call.due.or(first) } else { first };
    }

    pub(super) fn heard_call(&mut self) {
        self.blind = None;
        self.heard_call = self.heard_call.wrapping_add(1);
    }

    /// An order changes the call: an answer that is on its way tells how it was before.
    pub(super) fn ordered(&mut self) {
        self.heard_call = self.heard_call.wrapping_add(1);
    }

    pub(super) fn heard_roster(&mut self) {
        self.blind = None;
        self.heard_roster = self.heard_roster.wrapping_add(1);
    }

    pub(super) fn doubt_call(&mut self, now: Instant) {
        self.call.doubt(now);
    }

    pub(super) fn doubt_roster(&mut self, now: Instant) {
        self.participants.doubt(now);
    }

    /// Looks at everything at once.
    pub(super) fn look(&mut self, now: Instant, roster: bool) {
        self.call.by(now);
        if roster {
            self.participants.by(now);
        }
    }

    /// An order or a question got no answer: what happened meanwhile may be lost too.
    pub(super) fn dropped_out(&mut self) {
        self.dropped_out = true;
    }

    /// The next question to ask now, but for those about operations.
    pub(super) fn ask(&mut self, now: Instant) -> Option<Ask> {
        if self.call.take(now, self.heard_call) {
            Some(Ask::Call)
        } else if self.keep_alive.take(now, 0) {
            Some(Ask::KeepAlive)
        } else if self.participants.take(now, self.heard_roster) {
            Some(Ask::Participants)
        } else {
            None
        }
    }

    /// Asks about an operation, one at a time.
    pub(super) fn ask_operation(&mut self, id: OperationId, graph_id: Box<str>) -> Ask {
        self.operation = Some(id.clone());
        Ask::Operation { id, graph_id }
    }

    pub(super) fn asks_operation(&self) -> bool {
        self.operation.is_some()
    }

    /// Plans the next question of this kind; tells whether notifications overtook the answer.
    pub(super) fn answered(&mut self, now: Instant, ask: &Ask, told: bool) -> Overtaken {
        let (question, again, heard) = match ask {
            Ask::KeepAlive => (&mut self.keep_alive, Some(KEEP_ALIVE_EVERY), 0),
            Ask::Call => (&mut self.call, self.pace.next_look(), self.heard_call),
            Ask::Participants => (&mut self.participants, None, self.heard_roster),
            Ask::Operation { .. } => {
                self.operation = None;
                self.dropped_out |= !told;
                return Overtaken(false);
            }
        };
        question.under_way = false;
        if !told {
            question.by(now + ASK_AGAIN);
            self.dropped_out = true;
            return Overtaken(false);
        }
        question.answered = Some(now);
        let overtaken = question.heard != heard;
        if let Some(wait) = again {
            question.by(now + wait);
        }
        if *ask == Ask::Call
            && let Some(wait) = self.blind
        {
            question.by(now + wait);
            self.blind = Some((wait * 2).min(LONGEST_BLIND));
        }
        if overtaken {
            question.by(now + AT_MOST_EVERY);
        }
        Overtaken(overtaken)
    }

    /// Whether answers come again after none did; asked once.
    pub(super) fn back_in_touch(&mut self) -> bool {
        std::mem::take(&mut self.dropped_out)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        [&self.keep_alive, &self.call, &self.participants]
            .into_iter()
            .filter_map(Question::deadline)
            .min()
    }
}

/// Whether something was notified between a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overtaken(pub(super) bool);
