//! What goes into a flow.

use std::time::Duration;

use crate::{
    Address, AgentId, LegId, OperationId, QueueId,
    contact::{Capabilities, EndCause, LegEvent, Prompt, RejectReason, Tone, Verb},
};

/// Names one order, so that its reply can be told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a plain number chosen by the driver")]
pub struct OrderId(pub u64);

/// What a flow is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// The application asks for something.
    Order {
        /// Chosen by the driver, unique within the flow.
        id: OrderId,
        /// What is asked.
        order: Order,
    },
    /// The application no longer waits for an order: what can be undone is undone, silently.
    Withdraw(OrderId),
    /// A leg told something.
    Leg {
        /// Which leg.
        leg: LegId,
        /// What it told.
        event: LegEvent,
    },
    /// A leg accepted a command.
    Accepted {
        /// Which leg.
        leg: LegId,
        /// The command's verb.
        verb: Verb,
        /// The operation it started, if any.
        operation: Option<OperationId>,
    },
    /// A leg refused a command, or the platform did.
    Refused {
        /// Which leg.
        leg: LegId,
        /// The command's verb.
        verb: Verb,
        /// What stood in the way, as the leg says it.
        why: Box<str>,
    },
    /// A leg asked for by [`Output::Dial`](super::Output::Dial) exists now.
    Dialled {
        /// Which leg.
        leg: LegId,
        /// What it can do.
        capabilities: Capabilities,
    },
    /// A leg asked for could not be set up.
    DialFailed {
        /// Which leg.
        leg: LegId,
        /// Why.
        cause: EndCause,
    },
    /// The contact waits in a queue from now on.
    Queued(QueueId),
    /// The contact waits in no queue any more.
    LeftQueue,
    /// The queue gave the contact up, and says where it goes.
    Overflowed(Box<str>),
    /// Time passed.
    Tick,
}

/// What the application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// Answer the customer. Done when the call is answered.
    Answer,
    /// Let the customer hear ringing. Done when the leg accepted it, or was answered already.
    Ring,
    /// Refuse the customer's call. Done when the leg ended.
    Reject(RejectReason),
    /// Play recordings to the customer. Done when they ended.
    Play(Vec<Prompt>),
    /// Take keys from the customer, playing recordings meanwhile. Done when enough were pressed
    /// or time is up; a first key cuts the recordings short.
    Collect {
        /// What is played meanwhile.
        prompts: Vec<Prompt>,
        /// How many keys are enough.
        max: usize,
        /// How long to wait for the next key, counted from the end of the recordings.
        within: Duration,
        /// A key that ends the input early; it is not part of the answer.
        terminator: Option<Tone>,
    },
    /// Ring a party on a leg of its own while the customer stays.
    Offer {
        /// Whom to ring.
        party: Address,
        /// The agent that party is, for events.
        agent: Option<AgentId>,
        /// How long to ring.
        ring: Duration,
        /// What counts as taken.
        confirm: Confirm,
    },
    /// Say that the party on an offer leg took the contact; for [`Confirm::External`].
    Confirm(LegId),
    /// Join the customer and the party of an offer that was taken.
    Connect(LegId),
    /// Hang up the party of an offer that was taken; the customer stays.
    Release(LegId),
    /// Hand the customer over without a second leg.
    TransferBlind(Address),
    /// End the contact. Done when the customer's leg ended.
    HangUp,
}

/// What proves that a person took an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirm {
    /// The answer itself is trusted.
    TrustAnswer,
    /// The party presses a key.
    Tone {
        /// What the party hears.
        prompts: Vec<Prompt>,
        /// The key that takes the contact; any other key declines it.
        accept: Tone,
        /// How long the party has, counted from the answer.
        within: Duration,
    },
    /// The agent's application says so with [`Order::Confirm`].
    External {
        /// How long the party has, counted from the answer.
        within: Duration,
    },
}
