//! Which header a line is, told from its first octets.

use super::{HeaderName, KNOWN, Place, TEXTS, compact};
use crate::message::class;

/// A known name by its place, or that it is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(super) u8);

impl Code {
    pub(crate) const OTHER: Self = Self(u8::MAX);
    pub(crate) const CONTENT_LENGTH: Self = Self(Place::ContentLength as u8);

    /// The code and the length of the name before the colon of a line, if it is spelled as usual.
    ///
    /// The name is compared in three words; what is not found so, [`Self::of`] may still know.
    #[inline]
    pub(crate) fn at(line: &[u8]) -> Option<(Self, usize)> {
        let line: &[u8; LOOK] = line.first_chunk()?;
        let words: [u64; 3] = class::words(line);
        let colon = |n: usize| match class::equal_to(words[n], b':') {
            0 => None,
            colons => Some(n * 8 + class::first_marked(colons)),
        };
        let len = colon(0).or_else(|| colon(1)).or_else(|| colon(2))?;
        let (first, last) = (*line.first()?, *line.get(len.checked_sub(1)?)?);
        let mask = MASKS.get(len)?;
        let mut at = *FIRST.get(bucket(len, first, last))?;
        while let Some(known) = SPELLED.get(usize::from(at)) {
            let differ = |n: usize| (words[n] & mask[n]) ^ known[n];
            if differ(0) | differ(1) | differ(2) == 0 {
                // An octet 0 at the end of a name would else pass for nothing.
                return (last != 0).then_some((Self(at), len));
            }
            at = *NEXT.get(usize::from(at))?;
        }
        None
    }

    /// The code of a name in its long or its compact form.
    pub(crate) fn of(name: &[u8]) -> Self {
        let (first, last) = match name {
            [letter] => return compact(*letter),
            [first, .., last] => (*first, *last),
            [] => return Self::OTHER,
        };
        let mut at = FIRST.get(bucket(name.len(), first, last)).copied().unwrap_or(u8::MAX);
        while let Some(text) = TEXTS.get(usize::from(at)) {
            if text.as_bytes().eq_ignore_ascii_case(name) {
                break;
            }
            at = NEXT.get(usize::from(at)).copied().unwrap_or(u8::MAX);
        }
        Self(at)
    }

    /// The known name of this code.
    pub(crate) fn known(self) -> Option<&'static HeaderName> {
        KNOWN.get(usize::from(self.0)).map(|(_, name)| name)
    }

    /// The known name of this code as it is written.
    pub(crate) fn text(self) -> Option<&'static str> {
        TEXTS.get(usize::from(self.0)).copied()
    }
}

/// Octets in which a name and its colon are looked for: three words.
const LOOK: usize = 24;
const BUCKETS: usize = 256;

/// Where names of this length with these letters at their ends are looked for; only `Refer-To` and
/// `Reply-To` share a place.
const fn bucket(len: usize, first: u8, last: u8) -> usize {
    let (first, last) = ((first | 0x20) as usize, (last | 0x20) as usize);
    (len * 183 + first * 197 + last) % BUCKETS
}

const CHAINS: ([u8; BUCKETS], [u8; TEXTS.len()]) = chains();
/// The place of the first name in each bucket.
static FIRST: [u8; BUCKETS] = CHAINS.0;
/// The place of the next name in the same bucket.
static NEXT: [u8; TEXTS.len()] = CHAINS.1;
/// Each name in words, with zeros behind it.
static SPELLED: [[u64; 3]; TEXTS.len()] = spelled();
/// By the length of a name: its octets in the words it stands in.
static MASKS: [[u64; 3]; LOOK] = masks();

#[expect(clippy::cast_possible_truncation, reason = "checked before")]
const fn chains() -> ([u8; BUCKETS], [u8; TEXTS.len()]) {
    assert!(TEXTS.len() < u8::MAX as usize, "a place fits in an octet");
    let (mut first, mut next) = ([u8::MAX; BUCKETS], [u8::MAX; TEXTS.len()]);
    let mut i = 0;
    while i < TEXTS.len() {
        let name = TEXTS[i].as_bytes();
        let bucket = bucket(name.len(), name[0], name[name.len() - 1]);
        next[i] = first[bucket];
        first[bucket] = i as u8;
        i += 1;
    }
    (first, next)
}

const fn spelled() -> [[u64; 3]; TEXTS.len()] {
    let mut all = [[0; 3]; TEXTS.len()];
    let mut i = 0;
    while i < TEXTS.len() {
        let name = TEXTS[i].as_bytes();
        let mut at = 0;
        while at < name.len() {
            all[i][at / 8] |= (name[at] as u64) << (at % 8 * 8);
            at += 1;
        }
        i += 1;
    }
    all
}

const fn masks() -> [[u64; 3]; LOOK] {
    let mut all = [[0; 3]; LOOK];
    let mut len = 1;
    while len < LOOK {
        all[len] = all[len - 1];
        all[len][(len - 1) / 8] |= 0xff << ((len - 1) % 8 * 8);
        len += 1;
    }
    all
}
