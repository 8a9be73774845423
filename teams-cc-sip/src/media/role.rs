//! What a media plane is for.

/// Sealed: [`Endpoint`] and [`Relay`].
pub trait Role: sealed::Sealed + Send + Sync + 'static {
    /// Whether legs can be joined.
    const RELAYS: bool;
}

/// Each leg ends here: it hears prompts, and its keys are collected.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a marker has no values")]
pub enum Endpoint {}

/// Legs can also be joined.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a marker has no values")]
pub enum Relay {}

impl Role for Endpoint {
    const RELAYS: bool = false;
}

impl Role for Relay {
    const RELAYS: bool = true;
}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else shall implement it")]
    pub trait Sealed {}
    impl Sealed for super::Endpoint {}
    impl Sealed for super::Relay {}
}
