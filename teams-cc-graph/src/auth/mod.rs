#![doc = include_str!("flows.md")]

mod assertion;
mod authorization_code;
#[cfg(feature = "azure-identity")]
mod azure;
mod cache;
mod caller;
pub(crate) mod challenge;
mod claims;
#[cfg(feature = "client-certificate")]
mod client_certificate;
mod client_credentials;
mod consent;
mod credential;
mod device_code;
mod endpoint;
mod form;
mod grant;
mod granted;
mod id_token;
mod on_behalf_of;
mod pkce;
mod refresh_store;
mod registration;
mod signed_in;
mod signed_in_user;
#[cfg(test)]
mod tests;
mod token;

pub use assertion::{AssertionFile, AssertionSource, MAX_ASSERTION_BYTES};
pub use authorization_code::{Authorize, PendingSignIn};
#[cfg(feature = "azure-identity")]
pub use azure::AzureCredential;
pub use cache::TokenCache;
pub use caller::{Caller, Callers};
#[cfg(feature = "client-certificate")]
pub use client_certificate::{CertificateError, ClientCertificate};
pub use client_credentials::ClientCredentials;
pub use consent::{AdminConsent, ConsentAnswer};
pub use credential::AppCredential;
pub use device_code::DeviceCode;
pub use granted::Granted;
pub use id_token::{IdToken, IdTokens};
pub use on_behalf_of::OnBehalfOf;
pub use refresh_store::{Account, MAX_REFRESH_TOKENS, MemoryRefreshTokens, RefreshTokenStore};
pub use registration::AppRegistration;
pub use signed_in::SignedIn;
pub use signed_in_user::SignedInUser;
pub(crate) use token::may_be_the_same;
pub use token::{AccessToken, TokenProvider, TokenRequest};
