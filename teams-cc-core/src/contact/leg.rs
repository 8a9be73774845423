//! One call of a contact: orders, events and the seam between.

use std::{error::Error as StdError, fmt};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{EndCause, Prompt, Tone, TransferOutcome, TransferTarget};
use crate::{Address, LegId, OperationId};

/// Which way a leg was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "a call comes or goes")]
pub enum Direction {
    /// The party called us.
    Inbound,
    /// We called the party.
    Outbound,
}

/// Where a leg stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[expect(clippy::exhaustive_enums, reason = "partners match on the whole life of a leg")]
pub enum LegState {
    /// Set up, not answered.
    #[default]
    Ringing,
    /// Answered.
    Connected,
    /// Being handed over.
    Transferring,
    /// Over.
    Ended,
}

/// An order to a leg, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LegCommand {
    /// Tell the caller that the call rings (SIP 180). Legs that do so by themselves accept it.
    Ring,
    /// Answer an inbound leg.
    Answer,
    /// Refuse an inbound leg that is not answered.
    Reject(RejectReason),
    /// Play recordings one after the other; ends with [`LegEvent::OperationEnded`].
    Play(Vec<Prompt>),
    /// Report the party's tones from now on.
    CollectTones,
    /// Stop what is playing and what waits to play.
    CancelMedia,
    /// Put the party on hold.
    Hold,
    /// Take the party off hold.
    Resume,
    /// Hand the party over; ends with [`LegEvent::TransferEnded`].
    Transfer(TransferTarget),
    /// Let this leg and another one of the same platform talk through us.
    Bridge {
        /// The other leg.
        with: LegId,
    },
    /// End the leg.
    HangUp,
}

impl LegCommand {
    /// What kind of order this is.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Ring => Verb::Ring,
            Self::Answer => Verb::Answer,
            Self::Reject(_) => Verb::Reject,
            Self::Play(_) => Verb::Play,
            Self::CollectTones => Verb::CollectTones,
            Self::CancelMedia => Verb::CancelMedia,
            Self::Hold => Verb::Hold,
            Self::Resume => Verb::Resume,
            Self::Transfer(TransferTarget::Blind(_)) => Verb::TransferBlind,
            Self::Transfer(TransferTarget::Consultative { .. }) => Verb::TransferConsultative,
            Self::Bridge { .. } => Verb::Bridge,
            Self::HangUp => Verb::HangUp,
        }
    }
}

/// The kinds of order a leg may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Verb {
    /// [`LegCommand::Ring`].
    Ring,
    /// [`LegCommand::Answer`].
    Answer,
    /// [`LegCommand::Reject`].
    Reject,
    /// [`LegCommand::Play`].
    Play,
    /// [`LegCommand::CollectTones`].
    CollectTones,
    /// [`LegCommand::CancelMedia`].
    CancelMedia,
    /// [`LegCommand::Hold`].
    Hold,
    /// [`LegCommand::Resume`].
    Resume,
    /// [`LegCommand::Transfer`] to a party that is called.
    TransferBlind,
    /// [`LegCommand::Transfer`] to the party of another leg.
    TransferConsultative,
    /// [`LegCommand::Bridge`].
    Bridge,
    /// [`LegCommand::HangUp`].
    HangUp,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 12] = [
        Self::Ring,
        Self::Answer,
        Self::Reject,
        Self::Play,
        Self::CollectTones,
        Self::CancelMedia,
        Self::Hold,
        Self::Resume,
        Self::TransferBlind,
        Self::TransferConsultative,
        Self::Bridge,
        Self::HangUp,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ring => "ring",
            Self::Answer => "answer",
            Self::Reject => "reject",
            Self::Play => "play",
            Self::CollectTones => "collect tones",
            Self::CancelMedia => "cancel media",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::TransferBlind => "transfer",
            Self::TransferConsultative => "transfer to a leg",
            Self::Bridge => "bridge",
            Self::HangUp => "hang up",
        })
    }
}

/// The verbs a leg knows.
///
/// ```
/// use teams_cc_core::contact::{Capabilities, Verb};
///
/// let leg = Capabilities::of(&[Verb::Answer, Verb::HangUp]);
/// assert!(leg.has(Verb::Answer) && !leg.has(Verb::Hold));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities(u16);

impl Capabilities {
    /// A leg that knows these verbs.
    #[must_use]
    pub const fn of(verbs: &[Verb]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < verbs.len() {
            bits |= verbs[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// Whether the leg knows this verb.
    #[must_use]
    pub const fn has(self, verb: Verb) -> bool {
        self.0 & verb.bit() != 0
    }

    /// The verbs the leg knows.
    pub fn verbs(self) -> impl Iterator<Item = Verb> {
        Verb::ALL.into_iter().filter(move |verb| self.has(*verb))
    }
}

/// Why an inbound leg is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RejectReason {
    /// Nobody is free (SIP 486, Graph `busy`).
    Busy,
    /// The call is not wanted (SIP 603, Graph `none`).
    Declined,
    /// The caller may not call (SIP 403, Graph `forbidden`).
    Forbidden,
    /// There is no such number (SIP 404).
    NotFound,
    /// Too much is going on (SIP 503).
    Overloaded,
}

/// What a leg tells, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LegEvent {
    /// The far end is being alerted (SIP 180, 183).
    Ringing,
    /// The call is being diverted (SIP 181): whoever answers may not be who was called.
    Diverted,
    /// The far end answered. Whether a person did is for the flow to find out.
    Answered,
    /// Media flows; prompts may be played from here on.
    MediaActive,
    /// The party pressed a key.
    Tone(Tone),
    /// An operation such as a prompt ended.
    OperationEnded {
        /// The operation, as [`Leg::execute`] named it.
        operation: OperationId,
        /// How it ended.
        outcome: OperationOutcome,
    },
    /// The party put us on hold.
    HeldByRemote,
    /// The party took us off hold.
    ResumedByRemote,
    /// The party asks to be handed over (SIP REFER). The bridge does it and reports the end.
    TransferRequested,
    /// A transfer ended.
    TransferEnded(TransferOutcome),
    /// The leg and its peer talk through us.
    Bridged {
        /// The other leg.
        with: LegId,
    },
    /// The leg is over; nothing follows.
    Ended(EndCause),
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OperationOutcome {
    /// It ran to its end.
    Completed,
    /// It was cancelled (Graph 400/8508).
    Cancelled,
    /// It failed with the platform's code and subcode.
    Failed {
        /// The platform's code.
        code: i32,
        /// The platform's subcode.
        subcode: i32,
    },
    /// It is over as far as can be known; the platform did not tell how it ended.
    Unknown,
}

/// A call that takes orders; implemented by `teams-cc-graph` and `teams-cc-sip`.
///
/// What the leg tells comes as [`LegEvent`]s from whoever made the leg, in order, and ends with
/// [`LegEvent::Ended`].
#[async_trait]
pub trait Leg: Send + Sync + fmt::Debug {
    /// The id under which this leg's events come.
    fn id(&self) -> &LegId;

    /// Which way the leg was set up.
    fn direction(&self) -> Direction;

    /// The party on the leg.
    fn party(&self) -> &Address;

    /// The verbs this leg knows.
    fn capabilities(&self) -> Capabilities;

    /// Carries out an order; returns once the platform accepted it, not once it ended.
    ///
    /// The id is that of an operation whose end will be reported, where the order starts one.
    /// Dropping the future leaves it open whether the order reached the platform; the leg's
    /// events tell. Nothing is left allocated.
    ///
    /// # Errors
    ///
    /// [`LegError::Unsupported`] before anything is sent where [`Leg::capabilities`] lacks the
    /// verb; the other kinds as the platform answers.
    async fn execute(&self, command: LegCommand) -> Result<Option<OperationId>, LegError>;
}

/// Why a leg did not carry out an order.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LegError {
    /// The leg's platform has no such verb; nothing was sent.
    #[error("this leg cannot {verb}: {why}")]
    Unsupported {
        /// The verb asked for.
        verb: Verb,
        /// What stands in the way, and what to do instead.
        why: &'static str,
    },
    /// The leg is in no state for this order; nothing was sent.
    #[error("cannot {verb} while the leg is {state:?}")]
    WrongState {
        /// The verb asked for.
        verb: Verb,
        /// Where the leg stands.
        state: LegState,
    },
    /// The destination cannot be reached this way; nothing was sent.
    #[error("the destination is not usable here: {why}")]
    InvalidDestination {
        /// What the destination would need.
        why: Box<str>,
    },
    /// The leg is over.
    #[error("the call has ended")]
    Ended,
    /// The platform refused or could not be reached.
    #[error("the platform did not carry out {verb}")]
    Platform {
        /// The verb asked for.
        verb: Verb,
        /// What the platform or the transport said.
        source: Box<dyn StdError + Send + Sync>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_hold_exactly_the_verbs_given() {
        let some = Capabilities::of(&[Verb::Ring, Verb::HangUp, Verb::Hold]);
        assert_eq!(some.verbs().collect::<Vec<_>>(), [Verb::Ring, Verb::Hold, Verb::HangUp]);
        assert_eq!(Capabilities::of(&Verb::ALL).verbs().count(), Verb::ALL.len());
        assert_eq!(Capabilities::default().verbs().count(), 0);
    }
}
