//! Signing in to the [Microsoft identity platform](https://learn.microsoft.com/entra/identity-platform/).
//!
//! A [`TokenProvider`] gives tokens; [`ClientSecret`] asks the token endpoint, [`TokenCache`] keeps
//! what any provider gave. A client built with a secret uses both.

mod cache;
mod client_secret;
mod consent;
mod granted;
mod token;

pub use cache::TokenCache;
pub use client_secret::ClientSecret;
pub use consent::{AdminConsent, ConsentAnswer};
pub use granted::Granted;
pub use token::{AccessToken, TokenProvider, TokenRequest};
