//! The runnable examples of teams-cc; each lies beside this file.
//!
//! | name | what you learn | command |
//! |---|---|---|
//! | `quickstart` | one call, one queue, two agents | `cargo run --example quickstart` |
//! | `contact_center` | a whole day: bot, queue, expert, bridge, transfer, overflow, emergency | `cargo run --example contact_center` |
