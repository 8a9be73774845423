//! Foreign peers: programs that are not ours talk to the listening example and to the simulator.

pub(crate) mod emitted;
pub(crate) mod example;
mod hostile;
pub(crate) mod interop;
pub(crate) mod ivr;
mod lab;
pub(crate) mod postgres;
pub(crate) mod python;
mod scenario;
pub(crate) mod sign_in;
mod simulator;
pub(crate) mod sipp;
mod stunnel;
