//! Prompts and keys on the customer's leg.

use std::{collections::VecDeque, time::Duration};

use crate::{
    Instant, OperationId,
    contact::{OperationOutcome, Prompt, Tone},
};

use super::{OrderError, OrderId};

/// The most keys kept that nobody asked for yet; later ones are dropped.
const MAX_TYPED_AHEAD: usize = 64;

/// What the customer's leg plays and listens for; at most one order at a time.
#[derive(Debug)]
pub(super) struct Treatment {
    pub(super) order: OrderId,
    prompts: Vec<Prompt>,
    playing: Playing,
    keys: Option<Keys>,
}

#[derive(Debug, PartialEq, Eq)]
enum Playing {
    /// Not sent yet.
    Waiting,
    /// Sent, not accepted yet; an operation that ended meanwhile is remembered.
    Sent(Option<(OperationId, OperationOutcome)>),
    /// Accepted under this id.
    Accepted(OperationId),
    /// Over.
    Over,
    /// The platform could not play it, with its code and subcode.
    Failed(i32, i32),
}

#[derive(Debug)]
struct Keys {
    max: usize,
    within: Duration,
    terminator: Option<Tone>,
    pressed: Vec<Tone>,
    until: Option<Instant>,
}

impl Treatment {
    pub(super) fn play(order: OrderId, prompts: Vec<Prompt>) -> Self {
        Self { order, prompts, playing: Playing::Waiting, keys: None }
    }

    pub(super) fn collect(
        order: OrderId,
        prompts: Vec<Prompt>,
        max: usize,
        within: Duration,
        terminator: Option<Tone>,
    ) -> Self {
        let keys = Keys { max: max.max(1), within, terminator, pressed: Vec::new(), until: None };
        Self { order, prompts, playing: Playing::Waiting, keys: Some(keys) }
    }

    pub(super) fn wants_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Media flows: gives what is to be played, once.
    pub(super) fn start(&mut self, now: Instant) -> Option<Vec<Prompt>> {
        if self.playing != Playing::Waiting {
            return None;
        }
        if self.prompts.is_empty() {
            self.over(now);
            return None;
        }
        self.playing = Playing::Sent(None);
        Some(std::mem::take(&mut self.prompts))
    }

    /// The leg took the prompts.
    pub(super) fn accepted(&mut self, now: Instant, operation: Option<OperationId>) {
        let Playing::Sent(early) = &mut self.playing else {
            return;
        };
        match (operation, early.take()) {
            (Some(ours), Some((ended, outcome))) if ours == ended => self.over_with(now, outcome),
            (Some(ours), _) => self.playing = Playing::Accepted(ours),
            (None, _) => self.over(now),
        }
    }

    /// An operation ended; true where it was ours.
    pub(super) fn ended(
        &mut self,
        now: Instant,
        operation: &OperationId,
        outcome: OperationOutcome,
    ) -> bool {
        match &mut self.playing {
            Playing::Accepted(ours) if ours == operation => {
                self.over_with(now, outcome);
                true
            }
            Playing::Sent(early) => {
                *early = Some((operation.clone(), outcome));
                false
            }
            _ => false,
        }
    }

    /// Whether every key that is waited for was pressed, or their time is up.
    pub(super) fn is_complete(&self, now: Instant) -> bool {
        self.keys.as_ref().is_some_and(|keys| keys.is_complete(now))
    }

    /// A key was pressed. True where the recordings are to be cut short; what was not sent yet is
    /// not played at all.
    pub(super) fn key(&mut self, now: Instant, tone: Tone) -> bool {
        let Some(keys) = &mut self.keys else {
            return false;
        };
        if keys.is_complete(now) {
            return false;
        }
        if keys.terminator == Some(tone) {
            keys.max = keys.pressed.len();
        } else {
            keys.pressed.push(tone);
            keys.until = Some(now + keys.within);
        }
        let cut = matches!(self.playing, Playing::Sent(_) | Playing::Accepted(_));
        self.playing = Playing::Over;
        cut
    }

    /// The keys to answer with, once the input is over.
    pub(super) fn result(&self, now: Instant) -> Option<Vec<Tone>> {
        match &self.keys {
            Some(keys) if keys.is_complete(now) => Some(keys.pressed.clone()),
            Some(_) => None,
            None => (self.playing == Playing::Over).then(Vec::new),
        }
    }

    /// Why the recordings were not heard, where they were not.
    pub(super) fn failure(&self) -> Option<OrderError> {
        match self.playing {
            Playing::Failed(code, subcode) => Some(OrderError::PromptFailed { code, subcode }),
            _ => None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.keys.as_ref().and_then(|keys| keys.until)
    }

    fn over_with(&mut self, now: Instant, outcome: OperationOutcome) {
        match outcome {
            OperationOutcome::Failed { code, subcode } => {
                self.playing = Playing::Failed(code, subcode);
            }
            _ => self.over(now),
        }
    }

    fn over(&mut self, now: Instant) {
        self.playing = Playing::Over;
        if let Some(keys) = &mut self.keys {
            keys.until.get_or_insert(now + keys.within);
        }
    }
}

impl Keys {
    fn is_complete(&self, now: Instant) -> bool {
        self.pressed.len() >= self.max || self.until.is_some_and(|until| until <= now)
    }
}

/// Keys pressed before anybody asked.
#[derive(Debug, Default)]
pub(super) struct TypedAhead(VecDeque<Tone>);

impl TypedAhead {
    pub(super) fn push(&mut self, tone: Tone) {
        if self.0.len() < MAX_TYPED_AHEAD {
            self.0.push_back(tone);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Tone> {
        self.0.pop_front()
    }
}
