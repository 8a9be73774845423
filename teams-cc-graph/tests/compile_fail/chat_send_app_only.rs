//! A chat message has a sender, and an app by itself is none: that takes a signed-in user.

use teams_cc_graph::{Client, Delegated};

fn tell(agent: &Delegated) {
    let _ = agent.chat("19:1@thread.v2").send("Your customer is on the line");
}

fn bot(client: &Client) {
    tell(client);
    let _ = client.chat("19:1@thread.v2").send("Your customer is on the line");
}

fn main() {}
