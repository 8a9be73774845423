//! Runs a state machine on a virtual clock until it wants nothing more.

use teams_cc_core::Instant;

use super::{Client, InviteClient, InviteServer, Step};

pub(super) trait Timed {
    fn deadline(&self) -> Option<Instant>;
    fn on_time(&mut self, now: Instant) -> Step;
}

macro_rules! timed {
    ($($machine:ty),*) => {$(
        impl Timed for $machine {
            fn deadline(&self) -> Option<Instant> {
                <$machine>::deadline(self)
            }

            fn on_time(&mut self, now: Instant) -> Step {
                <$machine>::on_time(self, now)
            }
        }
    )*};
}

timed!(Client, InviteClient, InviteServer);

/// What the machine did, and at which millisecond.
pub(super) fn wake_times(machine: &mut impl Timed) -> Vec<(u64, Step)> {
    let mut seen = Vec::new();
    while let Some(at) = machine.deadline() {
        seen.push((at.as_millis(), machine.on_time(at)));
        assert!(seen.len() < 100, "the machine never ends");
    }
    seen
}
