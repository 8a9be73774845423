//! Who may call out, whither, how often and under which number: one gate for every way out.
//!
//! Dialling, transfers by REFER, forwards and callbacks all ask the same [`Gate`]. It is data and
//! arithmetic: told the time, no input or output, the same answers for the same questions.
//!
//! | question | default |
//! |---|---|
//! | a call to a carrier | **refused**, until the tenant has a [`Permission`] |
//! | a call into Teams for a tenant of the trunk | let through: Teams decides who is called |
//! | a number of the premium list | refused, also inside an allowed prefix |
//! | a caller's number the tenant does not own, to a carrier | refused |
//! | calls at a time, calls per time | as the tenant's [`Cap`]s say; without one only the trunk's own limits hold |
//! | a call to the emergency services | **let through untouched**: not counted, not translated, not delayed |

mod cap;
mod engine;
mod permission;
mod premium;
mod refusal;
mod translation;

pub use cap::{Cap, Rate};
pub use engine::{Ask, Gate, Grant, Passage, Purpose, RefusalCount, Towards};
pub(crate) use permission::dialled;
pub use permission::{GatePolicy, Permission};
pub use premium::PREMIUM;
pub use refusal::Refusal;
pub use translation::{Rule, Translation};

#[cfg(test)]
mod tests;
