//! The messages of calls, kept for a report to a vendor, with numbers and keys masked.
//!
//! Microsoft's admin centre shows its own ladder of a call (Learn, *SIP call flow*); this is the
//! one of this side. Nothing is kept unless [`TrunkConfig::trace`](super::TrunkConfig::trace) asks.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use teams_cc_core::Instant;

use super::engine::Engine;
use crate::{
    endpoint::{Origin, Route, Transmit},
    message::{Message, Method},
};

/// Messages kept of one call; further ones push out the oldest.
const MESSAGES_PER_CALL: usize = 100;

/// The messages of one call, in the order in which they went by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallTrace {
    /// The SIP Call-ID.
    pub call_id: Box<str>,
    /// The messages, without numbers, names and keys.
    pub messages: Vec<TracedMessage>,
}

/// One message of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracedMessage {
    /// When, on the trunk's clock.
    pub at: Instant,
    /// Whether we sent it.
    pub sent: bool,
    /// To or from whom: an address, or a target.
    pub peer: Box<str>,
    /// The message, masked.
    pub text: Box<str>,
}

impl fmt::Display for CallTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for message in &self.messages {
            let arrow = if message.sent { "->" } else { "<-" };
            writeln!(f, "{:?} {arrow} {}\n{}", message.at, message.peer, message.text)?;
        }
        Ok(())
    }
}

/// The calls that are kept: the newest so many.
pub(crate) struct Traces {
    most: usize,
    calls: BTreeMap<Box<str>, VecDeque<TracedMessage>>,
    order: VecDeque<Box<str>>,
}

impl Traces {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, calls: BTreeMap::new(), order: VecDeque::new() }
    }

    fn note(&mut self, message: &Message, traced: impl FnOnce(Box<str>) -> TracedMessage) {
        let headers = message.headers();
        let Some(call) = headers.get_str("Call-ID").filter(|_| self.most > 0) else { return };
        if !self.calls.contains_key(call) {
            let begins =
                matches!(message, Message::Request(request) if *request.method() == Method::Invite);
            if !begins {
                return;
            }
            if self.order.len() >= self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.calls.remove(&oldest);
            }
            self.order.push_back(call.into());
            self.calls.insert(call.into(), VecDeque::new());
        }
        if let Some(messages) = self.calls.get_mut(call) {
            if messages.len() >= MESSAGES_PER_CALL {
                messages.pop_front();
            }
            messages.push_back(traced(masked(message)));
        }
    }
}

impl Engine {
    pub(super) fn trace_received(&mut self, origin: &Origin, message: &Message) {
        // Whoever is nobody pushes no call out of what is kept.
        if self.traces.most == 0 || self.side_of(origin).is_none() {
            return;
        }
        let at = self.now;
        let peer = origin.source;
        self.traces.note(message, |text| TracedMessage {
            at,
            sent: false,
            peer: peer.to_string().into(),
            text,
        });
    }

    pub(super) fn trace_sent(&mut self, transmit: &Transmit) {
        let at = self.now;
        let flows = &self.flows;
        let peer = || match &transmit.to {
            Route::Flow(flow) => {
                flows.get(flow).map_or_else(String::new, |peer| peer.address.to_string())
            }
            Route::Target(target) => target.to_string(),
        };
        self.traces.note(&transmit.message, |text| TracedMessage {
            at,
            sent: true,
            peer: peer().into(),
            text,
        });
    }

    /// The calls that are kept, the oldest first.
    pub(crate) fn traces(&self) -> Vec<CallTrace> {
        let messages = |call: &str| self.traces.calls.get(call).into_iter().flatten().cloned();
        let order = self.traces.order.iter();
        order
            .map(|call| CallTrace { call_id: call.clone(), messages: messages(call).collect() })
            .collect()
    }
}

/// A message without numbers, names, secrets and keys; of its body the session description alone.
fn masked(message: &Message) -> Box<str> {
    let mut text = format!("{message:?}");
    let body = String::from_utf8_lossy(message.body());
    let lines = body.lines().map(str::trim_end);
    // Only lines of a session description are known to be harmless: `v=0` begins one.
    for line in
        lines.skip_while(|line| *line != "v=0").take_while(|line| line.get(1..2) == Some("="))
    {
        // A key is hidden however its line is written, also where we could not read it.
        let lower = line.to_ascii_lowercase();
        let secret = ["inline:", "a=ice-pwd:", "a=key-mgmt:"].iter().find_map(|mark| {
            lower.find(mark).map(|at| line.get(..at + mark.len()).unwrap_or_default())
        });
        let shown = match (secret, line.get(..2)) {
            (Some(before), _) => format!("{before}***"),
            // Who offers, and titles, addresses and keys of another kind.
            (None, Some("o=" | "i=" | "u=" | "e=" | "p=" | "k=")) => {
                format!("{}***", line.get(..2).unwrap_or_default())
            }
            (None, _) => line.to_owned(),
        };
        text.push('\n');
        text.push_str(&shown);
    }
    text.into()
}
