//! Every flow through a recorded transport.

mod app;
#[cfg(feature = "client-certificate")]
mod certificate;
mod challenged;
mod endpoint;
mod persons;
mod secrecy;
mod service;
