//! How deep objects may lie in each other.

use std::cell::Cell;

use super::Stop;

/// The most objects of known types that lie in each other; a deeper one is refused.
///
/// Each takes several kilobytes of the stack while it is read, and a body that overflows the stack
/// ends the process. What the service sends is less than half as deep.
pub(crate) const MAX_LEVELS: u8 = 24;

thread_local! {
    /// How many objects this thread is reading, one in the other.
    static LEVELS: Cell<u8> = const { Cell::new(0) };
}

/// One object being read; leaves its level when dropped.
pub(super) struct Level(());

impl Level {
    pub(super) fn enter() -> Result<Self, Stop> {
        let levels = LEVELS.get();
        if levels >= MAX_LEVELS {
            return Err(Stop::Said("objects lie in each other more than 24 deep".to_owned()));
        }
        LEVELS.set(levels + 1);
        Ok(Self(()))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVELS.set(LEVELS.get().saturating_sub(1));
    }
}
