//! What this crate refuses.

/// More users than the bound allows; nothing was asked or watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} users: split them over several apps or tenants")]
#[non_exhaustive]
pub struct TooManyUsers {
    /// The bound.
    pub limit: usize,
}
