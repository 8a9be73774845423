//! The smallest world worth looking at.

use std::time::Duration;

use super::key;
use crate::world::{Answering, Customer, SERVICE_NUMBER, Setup, Tenant, User};

/// One customer who calls the service number. Two agents would answer: `ada` and `bo`.
///
/// Both speak English; `ada` declines her first call on every third seed.
///
/// # Panics
///
/// Does not panic: the key in it has a tone.
#[must_use]
pub fn quickstart(seed: u64) -> Setup {
    let tenant = Tenant::new("contoso.test");
    let takes = |seconds| {
        Answering::after(Duration::from_secs(seconds))
            .confirms(key('1'), Duration::from_millis(900))
    };
    let mut first = vec![takes(3)];
    if seed % 3 == 2 {
        first.insert(0, Answering::declines(Duration::from_secs(2)));
    }
    Setup::contoso(seed)
        .without_trunk()
        .customer(
            Customer::new("customer", "+14255550171")
                .dials(Duration::from_secs(1), SERVICE_NUMBER)
                .talks(Duration::from_secs(40)),
        )
        .user(User::new("ada", &tenant).answering(first))
        .user(User::new("bo", &tenant).answering([takes(4)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn the_quick_start_is_a_sound_world_for_every_seed() {
        for seed in 0..6 {
            World::new(quickstart(seed)).unwrap();
        }
    }
}
