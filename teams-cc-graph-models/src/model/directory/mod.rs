//! Resources of the [directory](https://learn.microsoft.com/graph/api/resources/directoryobject): people, and apps with their permissions.

mod application;
mod service_principal;
mod user;

pub use application::*;
pub use service_principal::*;
pub use user::*;
