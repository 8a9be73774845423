//! A staff for calls that come from outside the world.

use teams_cc_core::E164;

use crate::{
    random::Dice,
    world::{Answering, MAX_OF_A_KIND, Setup, Tenant, User},
};

/// A tenant with this many agents `agent1`, `agent2`, … and no customers of its own.
///
/// Every agent has a Direct Routing number and answers within a second, at a time the seed
/// decides. More than [`MAX_OF_A_KIND`] agents are cut off.
///
/// # Panics
///
/// Does not panic: the numbers are made of digits here.
#[must_use]
pub fn lab(seed: u64, agents: usize) -> Setup {
    let tenant = Tenant::new("contoso.test");
    let mut dice = Dice::new(seed);
    let mut setup = Setup::contoso(seed);
    for n in 1..=agents.min(MAX_OF_A_KIND) {
        let number = E164::new(&format!("+1425556{n:05}")).expect("five digits at most follow");
        setup = setup.user(
            User::new(&format!("agent{n}"), &tenant)
                .number(number)
                .answering([Answering::after(dice.millis(100..=900))]),
        );
    }
    setup
}
