//! The runnable examples of teams-cc; each lies beside this file.
//!
//! | name | what you learn | command |
//! |---|---|---|
//! | `quickstart` | one call, one queue, two agents | `cargo run --example quickstart` |
//! | `anywhere` | the same program on the simulator or on your tenant, by environment variables | `cargo run --example anywhere` |
//! | `ivr` | a menu on a bot's calls with `teams-cc-graph` alone: keys while it plays, silence, wrong keys | `cargo run --example ivr` |
//! | `back_to_back` | a SIP caller put through over several destinations, on UDP ports of this machine | `cargo run --example back_to_back` |
//! | `direct_routing` | a trunk as a partner runs it: TLS, two customers, one carrier, one gate | `cargo run --example direct_routing` |
//! | `contact_center` | a whole day: bot, queue, expert, bridge, transfer, overflow, emergency | `cargo run --example contact_center` |
//! | `doctor` | what is missing in a tenant before the first call, and who mends it | `cargo run --example doctor` |
//! | `presence_told` | presence told by subscriptions: keys, accounts, the intake and what it opens | `cargo run --example presence_told` |
//! | `presence_100k` | a day of 100,000 people's presence, with everything that goes wrong | `cargo run --release --example presence_100k` |
//! | `two_nodes` | two machines over a PostgreSQL of their own, one of which dies while it rings an agent | `cargo run --example two_nodes` |
//! | `simulator` | a Teams of one's own for Graph clients in any language, over HTTP and HTTPS | `cargo run --example simulator` |
