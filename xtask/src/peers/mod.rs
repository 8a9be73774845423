//! Foreign peers: programs that are not ours talk to the listening example.

pub(crate) mod example;
mod hostile;
mod lab;
mod scenario;
pub(crate) mod sipp;
mod stunnel;
