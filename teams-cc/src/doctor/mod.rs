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
//! | certificates | which end within 30 days ([`SOON`]) |
//!
//! A contact center of an [`Env`](crate::Env) or of a platform is looked at by
//! [`Doctor::of_environment`] and [`Doctor::contact_center`]. Anything else is named piece by piece,
//! such as an app that watches and shows presence, with an account that it is told by:
//!
//! ```no_run
//! use teams_cc::doctor::{Doctor, Need, Severity};
//! use teams_cc_core::{Timestamp, UserId};
//! use teams_cc_graph::{Client, Cloud, auth::ClientCertificate};
//!
//! async fn look(
//!     doctor: Doctor, // Doctor::new(clock)
//!     app: Client,
//!     account: Client, // of somebody who signed in
//!     somebody: UserId,
//!     certificate: &ClientCertificate,
//!     content_ends: Timestamp, // ContentKey::not_after
//! ) -> Result<bool, teams_cc_graph::Error> {
//!     let outside = Client::builder().default_transport()?;
//!     let doctor = doctor
//!         .app("presence", app.clone(), Cloud::Global, [Need::presence(), Need::shown_presence()])
//!         .app("service-1", account, Cloud::Global, [Need::subscribed_presence()])
//!         .presence("presence", app, somebody)
//!         .notifications("https://bot.example.com/changes", outside)
//!         .certificate("of the app", certificate.not_after())
//!         .certificate("of content", content_ends);
//!     let findings = doctor.run().await;
//!     for finding in &findings {
//!         println!("{finding}");
//!     }
//!     Ok(findings.iter().all(|one| one.severity != Severity::Fault))
//! }
//! ```
//!
//! Everything is looked at one after the other: an endpoint is waited for ten seconds at most, an
//! answer of Microsoft's as long as its client waits. Nothing is changed in the tenant. Run it at deployment, and whenever somebody says that it worked
//! yesterday; the example `doctor` does both.

mod certificate;
mod examination;
mod finding;
mod need;

pub use certificate::SOON;
pub use examination::Doctor;
pub use finding::{Check, Finding, Severity};
pub use need::Need;
