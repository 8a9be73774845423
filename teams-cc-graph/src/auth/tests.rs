//! Every flow through a recorded transport.

mod app;
mod as_msal;
#[cfg(feature = "azure-identity")]
mod azure;
mod callers;
#[cfg(feature = "client-certificate")]
mod certificate;
mod challenged;
mod endpoint;
mod persons;
mod secrecy;
mod service;
