//! What the stories share: small worlds, a contact center over them, and what must be left at the
//! end, which is nothing.

mod board;
mod bot;
mod cut;
mod day;
pub mod legs;
mod stage;
mod watch;

pub use board::{Board, CLIENT_STATE, target, teams_user};
pub use bot::Bot;
pub use cut::{Cut, sweep};
pub use day::{Ended, MENU, day, serve};
pub use stage::{Closing, Stage};
pub use watch::{Seen, Watched};

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use teams_cc::core::{E164, contact::Tone};
use teams_cc_sim::{
    VirtualClock,
    world::{Answering, Customer, SERVICE_NUMBER, Setup, Tenant, User},
};

/// Where recordings lie.
pub const PROMPTS: &str = "https://bot.contoso.test/prompts/";
/// A Direct Routing number of `eve`, which customers reach over the carrier and the trunk.
pub const EVE: &str = "+14255550150";

/// A key that has a tone.
///
/// # Panics
///
/// Where there is no such key.
#[must_use]
pub fn key(key: char) -> Tone {
    Tone::new(key).expect("a key of a telephone")
}

/// Somebody who answers after some milliseconds and takes the call with key 1.
#[must_use]
pub fn takes(millis: u64) -> Answering {
    Answering::after(Duration::from_millis(millis)).confirms(key('1'), Duration::from_millis(700))
}

/// A Teams user with a Direct Routing number `+142555501nn`, who answers as told.
///
/// # Panics
///
/// Where `number` is over 99.
#[must_use]
pub fn user(handle: &str, number: u8, answering: impl IntoIterator<Item = Answering>) -> User {
    let number = E164::new(&format!("+142555501{number:02}")).expect("two digits follow");
    User::new(handle, &Tenant::new("contoso.test")).number(number).answering(answering)
}

/// A customer who dials the service number after so many seconds and waits five minutes.
#[must_use]
pub fn caller(n: u8, after: u64) -> Customer {
    patient(n, after, SERVICE_NUMBER)
}

/// A customer who dials eve's number over the carrier.
#[must_use]
pub fn trunk_caller(n: u8, after: u64) -> Customer {
    patient(n, after, EVE)
}

fn patient(n: u8, after: u64, dials: &str) -> Customer {
    Customer::new(&format!("customer {n}"), &format!("+142555502{n:02}"))
        .dials(Duration::from_secs(after), dials)
        .patience(Duration::from_mins(5))
        .talks(Duration::from_secs(20))
}

/// One customer over Graph, and ada who takes calls; eve is called over the trunk.
#[must_use]
pub fn small(seed: u64) -> Setup {
    Setup::contoso(seed).customer(caller(1, 1)).user(user("ada", 60, [takes(2000)])).user(user(
        "eve",
        50,
        [Answering::after(Duration::from_secs(2))],
    ))
}

/// The same, with the customer on the trunk.
#[must_use]
pub fn small_trunk(seed: u64) -> Setup {
    let mut setup = small(seed);
    setup.customers = vec![trunk_caller(1, 1)];
    setup
}

/// What a mutex holds, whoever panicked with it.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets virtual time pass.
pub async fn wait(time: Duration) {
    VirtualClock::start().sleep(time).await;
}

/// How much longer the long runs are: `TEAMS_CC_SOAK`, 1 by default.
#[must_use]
pub fn soak() -> u64 {
    std::env::var("TEAMS_CC_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}
