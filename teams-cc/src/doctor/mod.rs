//! The doctor of a tenant: what is missing before the first call, and who mends it.
//!
//! A [`Doctor`] is told what is there: clients of app registrations with what they are needed for,
//! the addresses that Microsoft posts to, certificates. It looks at all of it and gives
//! [`Finding`]s, in this order; each names what to do in words for whoever can do it.
//!
//! | it looks at | and finds |
//! |---|---|
//! | each app's sign-in | wrong or expired secrets and certificates, policies, another tenant or cloud |
//! | the permissions in its token | which one is not consented to, and the page on which to consent |
//! | a read of presence | whether the tenant lets the app read by itself |
//! | the address of call notifications | whether it is there, and refuses strangers |
//! | the address of change notifications | whether Graph would accept it for subscriptions |
//! | certificates | which end soon |
//!
//! Nothing is changed in the tenant. Run it at deployment, and whenever somebody says that it worked
//! yesterday; the example `doctor` does both.

mod certificate;
mod examination;
mod finding;
mod need;

pub use certificate::SOON;
pub use examination::Doctor;
pub use finding::{Check, Finding, Severity};
pub use need::Need;
