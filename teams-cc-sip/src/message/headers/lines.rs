//! The lines of a message, one after the other.

use std::fmt;

use super::{
    super::{
        HeaderRef,
        line::{Line, Texts},
    },
    Headers,
};

/// The header lines of a message, in order.
#[derive(Clone)]
pub struct HeaderLines<'a> {
    texts: &'a Texts,
    lines: std::slice::Iter<'a, Line>,
}

impl<'a> HeaderLines<'a> {
    pub(super) fn over(texts: &'a Texts, lines: &'a [Line]) -> Self {
        Self { texts, lines: lines.iter() }
    }
}

impl<'a> Iterator for HeaderLines<'a> {
    type Item = HeaderRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<HeaderRef<'a>> {
        self.lines.next().map(|line| HeaderRef::new(self.texts, line))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.lines.size_hint()
    }
}

impl ExactSizeIterator for HeaderLines<'_> {}

impl fmt::Debug for HeaderLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = HeaderRef<'a>;
    type IntoIter = HeaderLines<'a>;

    fn into_iter(self) -> HeaderLines<'a> {
        self.iter()
    }
}
