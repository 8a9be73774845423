//! Why the gate said no.

use crate::message::StatusCode;

/// Why a call may not pass, in words that say what to change. No number is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Default deny: nobody said that this tenant may call out.
    #[error("the tenant may not call out: give it a permission")]
    NoPermission,
    /// Outside of the prefixes.
    #[error("the number is outside of the prefixes the tenant may call: allow its prefix")]
    Prefix,
    /// On the premium list.
    #[error("the number is a premium one: allow its prefix by name, or leave it refused")]
    Premium,
    /// Not a number that can be called.
    #[error("a masked or absent number cannot be called")]
    NotDialable,
    /// Somebody else's caller number.
    #[error("the number shown is not the tenant's: show one it owns, or add it to its numbers")]
    CallerNotOwned,
    /// Too many calls out per time.
    #[error("the tenant makes calls faster than its rate allows: try later or raise the rate")]
    Rate,
    /// Too many calls out at a time.
    #[error("the tenant has as many calls out as it may: try later or raise the cap")]
    Concurrent,
    /// Too many calls in per time.
    #[error("the tenant gets calls faster than its rate allows: the caller was told to try later")]
    InboundRate,
    /// Too many calls in at a time.
    #[error("the tenant has as many calls in as it may: the caller was told to try later")]
    InboundConcurrent,
}

impl Refusal {
    /// The status a peer gets whose request was refused for this.
    ///
    /// 503 where trying later helps: Teams then takes the next trunk.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Rate | Self::Concurrent | Self::InboundRate | Self::InboundConcurrent => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// Whether trying again later can help.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        self.status() == StatusCode::SERVICE_UNAVAILABLE
    }
}
