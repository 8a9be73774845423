//! Where an agent stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Instant;

/// Where an agent stands for routing.
///
/// | from | to | when |
/// |---|---|---|
/// | `Available` | `Reserved` | a call is being offered |
/// | `Reserved` | `Available` | the offer came to nothing |
/// | `Reserved` | `Busy` | the agent took the call |
/// | `Busy` | `BusyUnobserved` | the call was handed over and is out of sight |
/// | `Busy`, `BusyUnobserved` | `WrapUp`, `Available` | the call is known to be over |
/// | `WrapUp` | `Available` | its time is up, or the agent says so |
/// | any without a call | `Away` | the agent says so, or misses too many offers |
///
/// A reservation wins over a late word from the agent's application: saying `Available` while
/// `Reserved` changes nothing. An agent out of sight is never freed by the transfer that put the
/// call there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AgentState {
    /// Free to take a call.
    Available,
    /// A call is being offered.
    Reserved,
    /// In a call that can be seen.
    Busy,
    /// In a call that went out of sight.
    BusyUnobserved {
        /// Since when.
        since: Instant,
    },
    /// Resting after a call.
    WrapUp {
        /// Until when.
        until: Instant,
    },
    /// Not taking calls.
    Away(AwayReason),
}

impl fmt::Display for AgentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available => f.write_str("available"),
            Self::Reserved => f.write_str("reserved"),
            Self::Busy => f.write_str("busy"),
            Self::BusyUnobserved { .. } => f.write_str("busy out of sight"),
            Self::WrapUp { .. } => f.write_str("in wrap-up"),
            Self::Away(reason) => write!(f, "away ({reason})"),
        }
    }
}

/// Why an agent takes no calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum AwayReason {
    /// A break.
    Break,
    /// Not signed in.
    SignedOut,
    /// Several offers in a row were not answered.
    MissedOffers,
    /// The application's own word for it.
    Other(Box<str>),
}

impl fmt::Display for AwayReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Break => "break",
            Self::SignedOut => "signed out",
            Self::MissedOffers => "missed offers",
            Self::Other(word) => word,
        })
    }
}
