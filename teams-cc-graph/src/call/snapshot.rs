//! How a call stands.

use teams_cc_core::contact::{EndCause, EndReason, EndedBy, Knowledge, LegState, TransferOutcome};

use super::Roster;

/// How a call stands, as far as is known; cheap to clone.
///
/// What Graph does not tell is [`Knowledge::Unknown`], and what merely follows from something
/// else is [`Knowledge::Inferred`]. Graph tells nothing of an agent who holds or mutes in a
/// one-to-one call.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CallSnapshot {
    /// Where the call stands.
    pub state: LegState,
    /// Whether audio flows. Prompts need it.
    pub media: Knowledge<bool>,
    /// Whether the other side holds the call.
    pub hold: Knowledge<bool>,
    /// Whether the only other participant muted itself.
    pub mute: Knowledge<bool>,
    /// Whether the app itself is muted.
    pub own_mute: Knowledge<bool>,
    /// Who is on the call; not known of a one-to-one call.
    pub roster: Roster,
    /// The last transfer that was asked for, and where it stands.
    pub transfer: Option<TransferProgress>,
    /// Why the call ended, once it did.
    pub end: Option<EndCause>,
    /// Joins the legs of one conversation (`callChainId`), where Graph told it.
    pub chain: Option<Box<str>>,
    /// How many operations are under way.
    pub operations: usize,
}

/// Where a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferProgress {
    /// Asked for, and not ended.
    UnderWay,
    /// Asked for, and whether Graph heard of it is not known.
    Doubtful,
    /// Ended.
    Ended(TransferOutcome),
}

impl CallSnapshot {
    /// How a call stands that is not known any more.
    pub(super) fn over() -> Self {
        Self {
            state: LegState::Ended,
            end: Some(EndCause::new(EndReason::Reconciled, EndedBy::Platform)),
            ..Self::default()
        }
    }

    /// Whether prompts can be played and tones heard: connected, and media flows.
    #[must_use]
    pub fn is_media_active(&self) -> bool {
        self.state == LegState::Connected && self.media.value() == Some(&true)
    }

    /// Whether the call is over.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.end.is_some()
    }
}
