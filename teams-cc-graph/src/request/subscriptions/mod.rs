//! Requests on [subscriptions](https://learn.microsoft.com/graph/api/resources/subscription): being told what changes.

mod create_subscription;
mod delete_subscription;
mod error;
mod get_subscription;
mod handle;
mod limits;
mod list_subscriptions;
mod reauthorize_subscription;
mod terms;
#[cfg(test)]
mod tests;
mod update_subscription;

pub use create_subscription::CreateSubscription;
pub use delete_subscription::DeleteSubscription;
pub use error::SubscriptionError;
pub use get_subscription::GetSubscription;
pub use handle::{OneSubscription, Subscriptions};
pub use limits::{SUBSCRIPTION_LIMITS, SubscriptionLimit, limit_of};
pub use list_subscriptions::ListSubscriptions;
pub use reauthorize_subscription::ReauthorizeSubscription;
pub use update_subscription::UpdateSubscription;

use terms::Terms;

/// What the path segment that names a subscription is called in errors.
const SUBSCRIPTION_ID: &str = "subscription id";
