//! Names that stand twice (RFC 3261 §7.3.1, §19.1.1).

use std::ops::Range;

use crate::message::{ParseError, Rule, cursor::Cursor};

/// How many names of one value are noted without an allocation.
const FEW: usize = 4;

/// The names read so far, to find one that stands twice.
#[derive(Default)]
pub(crate) struct Names {
    count: usize,
    few: [(u32, u32); FEW],
    more: Vec<(u32, u32)>,
}

impl Names {
    /// Notes a name, if it is new and within the bound.
    #[inline]
    pub(crate) fn add(&mut self, c: &Cursor<'_>, name: Range<usize>) -> Result<(), ParseError> {
        if self.count >= c.grammar.params {
            return Err(c.fail(Rule::TooManyParams));
        }
        if self.count > 0 && self.has(c, c.slice(name.clone())) {
            // RFC 3261 §7.3.1: with two tags it would be open which one names the dialog.
            return Err(c.fail(Rule::RepeatedParam));
        }
        let (Ok(start), Ok(end)) = (u32::try_from(name.start), u32::try_from(name.end)) else {
            return Err(c.fail(Rule::TooLarge));
        };
        let name = (start, end);
        match self.few.get_mut(self.count) {
            Some(slot) => *slot = name,
            None => self.more.push(name),
        }
        self.count += 1;
        Ok(())
    }

    fn has(&self, c: &Cursor<'_>, name: &[u8]) -> bool {
        let same = |&(start, end): &(u32, u32)| {
            let earlier = start as usize..end as usize;
            earlier.len() == name.len() && c.slice(earlier).eq_ignore_ascii_case(name)
        };
        let few = self.few.get(..self.count.min(FEW)).unwrap_or_default();
        few.iter().any(same) || self.more.iter().any(same)
    }
}
