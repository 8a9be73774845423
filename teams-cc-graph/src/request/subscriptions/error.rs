/// What the service would refuse of a subscription; nothing was sent.
///
/// Resources are named as [`SUBSCRIPTION_LIMITS`](super::SUBSCRIPTION_LIMITS) has them: without ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// It would live longer than the service lets it.
    #[error(
        "a subscription to {resource} lives {most} minutes at most and {minutes} were asked for: \
         let expirationDateTime be earlier, and renew it before"
    )]
    TooLong {
        /// The resource; of a renewal what was told of it.
        resource: &'static str,
        /// The life that was asked for, in minutes begun.
        minutes: u64,
        /// The longest that the service grants.
        most: u64,
    },
    /// Its end is no time with an offset.
    #[error("expirationDateTime is no date and time with an offset: write 2026-11-22T09:00:00Z")]
    NoTime,
    /// Its end has passed.
    #[error("expirationDateTime has passed: let it be later, and look at the client's clock")]
    Ended,
    /// A life this long needs somebody who is told of its end.
    #[error(
        "a subscription to {resource} that lives longer than {above} minutes needs \
         lifecycleNotificationUrl: set it, or let expirationDateTime be earlier"
    )]
    NoLifecycleUrl {
        /// The resource.
        resource: &'static str,
        /// The longest life without one, in minutes.
        above: u64,
    },
    /// What notifications hold is encrypted, and nothing says for whom.
    #[error(
        "resource data comes encrypted and {what} is missing: give include_resource_data a \
         certificate and an id"
    )]
    NoCertificate {
        /// Which property.
        what: &'static str,
    },
}
