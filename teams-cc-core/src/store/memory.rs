//! Stores that live and die with the process.

mod call;
mod dispatch;
#[cfg(test)]
mod tests;

pub use call::{MAX_RECORDS, MemoryCallStore};
pub use dispatch::{MAX_CHANGES, MAX_ENTRIES, MemoryDispatchStore};
