//! Octets cut from a message: short ones copied, long ones shared.

use std::{cmp::Ordering, fmt, hash, ops::Range};

use bytes::Bytes;

/// The most octets that are copied: tags, users and most hosts are shorter, and a copy costs
/// less than two atomic counts and keeps no receive buffer alive.
const SHORT: usize = 38;

/// Octets that belong to nobody else.
#[derive(Clone)]
pub(crate) struct Octets(Place);

#[derive(Clone)]
enum Place {
    Short(u8, [u8; SHORT]),
    Shared(Bytes),
}

impl Octets {
    pub(crate) const EMPTY: Self = Self(Place::Short(0, [0; SHORT]));

    /// Octets known when the program was written.
    pub(crate) const fn known(octets: &'static [u8]) -> Self {
        Self(Place::Shared(Bytes::from_static(octets)))
    }

    /// A range of a message.
    #[inline]
    pub(crate) fn cut(buf: &Bytes, range: Range<usize>) -> Self {
        // A copy of fixed length is a few moves; what lies behind the end is never looked at.
        if let Some(whole) = buf.get(range.start..).and_then(|rest| rest.first_chunk::<SHORT>())
            && range.len() <= SHORT
            && let Ok(len) = u8::try_from(range.len())
        {
            return Self(Place::Short(len, *whole));
        }
        let octets = buf.get(range.clone()).unwrap_or_default();
        Self::short(octets).unwrap_or_else(|| Self(Place::Shared(buf.slice(range))))
    }

    pub(crate) fn copy(octets: &[u8]) -> Self {
        Self::short(octets).unwrap_or_else(|| Self(Place::Shared(Bytes::copy_from_slice(octets))))
    }

    #[inline]
    fn short(octets: &[u8]) -> Option<Self> {
        let mut copy = [0; SHORT];
        copy.get_mut(..octets.len())?.copy_from_slice(octets);
        let len = u8::try_from(octets.len()).ok()?;
        Some(Self(Place::Short(len, copy)))
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Place::Short(len, copy) => copy.get(..usize::from(*len)).unwrap_or_default(),
            Place::Shared(bytes) => bytes,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        Self::short(&octets).unwrap_or_else(|| Self(Place::Shared(Bytes::from(octets))))
    }
}

impl From<Bytes> for Octets {
    fn from(octets: Bytes) -> Self {
        Self::short(&octets).unwrap_or(Self(Place::Shared(octets)))
    }
}

impl Default for Octets {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Octets {}

impl PartialOrd for Octets {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Octets {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl hash::Hash for Octets {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

/// How many, not which: they may name a person.
impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} octets)", self.as_slice().len())
    }
}
