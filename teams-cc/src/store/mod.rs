//! Stores that outlive a process, and stores that several machines share.
//!
//! The seams are [`DispatchStore`](teams_cc_core::store::DispatchStore) and
//! [`CallStore`](teams_cc_core::store::CallStore); those in memory lie beside them in
//! [`teams_cc_core::store`].
//!
//! | where | for | feature |
//! |---|---|---|
//! | [`postgres`] | several machines | `postgres` |

#[cfg(feature = "postgres")]
pub mod postgres;
