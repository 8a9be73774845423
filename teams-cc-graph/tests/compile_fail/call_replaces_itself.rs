//! The call to hand over and the consulted call are two types.

use teams_cc_graph::call::control::{Answered, CallHandle};

fn mistaken(customer: CallHandle<Answered>, agent: CallHandle<Answered>) {
    let _ = customer.transfer_to(agent);
}

fn main() {}
