//! Four customers: one knows the menu and presses keys while it plays, one is silent at first, one
//! presses a wrong key, one never presses any.

use teams_cc::core::contact::Tone;
use teams_cc_sim::world::{Customer, SERVICE_NUMBER, Setup, Tenant, User};

use crate::{Failure, SECOND};

/// A tenant with two users, and four customers who call a minute and a half apart.
pub(crate) fn world() -> Result<Setup, Failure> {
    let key = |key| Tone::new(key);
    let caller = |nth: u32| {
        Customer::new(&format!("customer {nth}"), &format!("+1425555020{nth}"))
            .dials(nth * 90 * SECOND, SERVICE_NUMBER)
            .talks(10 * SECOND)
    };
    let mut knows = caller(1).presses_after("welcome.wav", key('1')?, SECOND);
    for (nth, digit) in (1..).zip("4711#".chars()) {
        knows = knows.presses_after("number.wav", key(digit)?, nth * SECOND);
    }
    let tenant = Tenant::new("contoso.test");
    Ok(Setup::contoso(42)
        .without_trunk()
        .user(User::new("ada", &tenant))
        .user(User::new("bo", &tenant))
        .customer(knows)
        .customer(caller(2).presses_after("still_there.wav", key('2')?, SECOND))
        .customer(caller(3).presses_after("menu.wav", key('9')?, SECOND).presses_after(
            "not_a_choice.wav",
            key('2')?,
            SECOND,
        ))
        .customer(caller(4)))
}
