//! What a transaction asks its owner to do after one event.

/// What a transaction asks for. That is at most one message on the wire and one word upwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The message to put on the wire.
    pub send: Option<Send>,
    /// What the transaction user (RFC 3261 §17) hears.
    pub tell: Option<Tell>,
}

/// The message that a transaction puts on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Send {
    /// The request, for the first time or again.
    Request,
    /// The ACK to a refusal (RFC 3261 §17.1.1.3); a 2xx is acknowledged by the dialog.
    Ack,
    /// The latest response, for the first time or again.
    Response,
    /// 100, which nobody ordered (RFC 4320 §4.1).
    Trying,
}

/// What the transaction user hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tell {
    /// The message just received is new and is the user's to handle.
    Message,
    /// No answer came in time.
    TimedOut,
    /// The message could not be sent.
    Unreachable,
}

impl Step {
    pub(super) const NOTHING: Self = Self { send: None, tell: None };

    pub(super) const fn send(send: Send) -> Self {
        Self { send: Some(send), tell: None }
    }

    pub(super) const fn tell(tell: Tell) -> Self {
        Self { send: None, tell: Some(tell) }
    }

    pub(super) const fn and_tell(mut self, tell: Tell) -> Self {
        self.tell = Some(tell);
        self
    }
}
