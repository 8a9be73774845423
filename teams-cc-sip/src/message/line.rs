//! Where one header line stands in the text of its message.

use std::ops::Range;

use bytes::Bytes;

use super::{ParseError, Rule, header_name::Code, headers::control};

/// The texts that lines stand in.
#[derive(Clone, Default)]
pub(super) struct Texts {
    /// What was received.
    pub(super) wire: Bytes,
    /// What was written here: whole lines, and lines whose folds were taken out.
    pub(super) own: Vec<u8>,
}

/// A line by its places: nothing is shared or copied for it.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) code: Code,
    form: Form,
    /// The name.
    name: Span,
    /// The value without folds.
    value: Span,
    /// Where the value as written starts; it is as long as the value without folds.
    written: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

/// The most octets of a text that lines stand in.
pub(super) const LONGEST: usize = u32::MAX as usize;

/// A place in a text that is no longer than [`LONGEST`].
#[inline]
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// In which text which part of a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Name and value in what was received.
    Read,
    /// As [`Form::Read`], but the value without folds was written here.
    Unfolded,
    /// Name and value written here, one line from the name to its CRLF.
    Own,
    /// As [`Form::Own`], with folds; the value without them follows the line.
    OwnFolded,
}

impl Span {
    /// A range of a text of at most [`LONGEST`] octets.
    #[inline]
    pub(super) fn of_range(range: &Range<usize>) -> Self {
        Self { start: place(range.start), end: place(range.end) }
    }

    const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    #[inline]
    fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Line {
    /// A line that was read.
    #[inline]
    pub(super) fn read(code: Code, name: &Range<usize>, value: &Range<usize>) -> Self {
        let (name, value) = (Span::of_range(name), Span::of_range(value));
        Self { code, form: Form::Read, name, value, written: value.start }
    }

    /// A line that was read with folds, and whose flat value is in our own text.
    pub(super) fn unfolded(
        code: Code,
        name: &Range<usize>,
        flat: &Range<usize>,
        written: usize,
    ) -> Self {
        let (name, value) = (Span::of_range(name), Span::of_range(flat));
        Self { code, form: Form::Unfolded, name, value, written: place(written) }
    }

    /// Writes a line to the end of our own text.
    pub(super) fn write(
        own: &mut Vec<u8>,
        code: Code,
        name: &[u8],
        value: &[u8],
        folded: Option<&[u8]>,
    ) -> Result<Self, ParseError> {
        let before = own.len();
        let needed = name.len() + 4 + 2 * value.len();
        if before.checked_add(needed).is_none_or(|end| end > LONGEST) {
            return Err(ParseError::new(Rule::TooLarge, 0));
        }
        let written = before + name.len() + 2;
        let form = if folded.is_some() { Form::OwnFolded } else { Form::Own };
        own.extend_from_slice(name);
        own.extend_from_slice(b": ");
        own.extend_from_slice(folded.unwrap_or(value));
        own.extend_from_slice(b"\r\n");
        let start = if folded.is_some() { own.len() } else { written };
        if folded.is_some() {
            own.extend_from_slice(value);
        }
        let name = Span::of_range(&(before..before + name.len()));
        let value = Span::of_range(&(start..start + value.len()));
        Ok(Self { code, form, name, value, written: place(written) })
    }

    /// Adds a line whose value is written in place; nothing where that is not to be: the value
    /// holds control characters or white space around it, or ends beyond 4 GiB.
    pub(super) fn write_with(
        own: &mut Vec<u8>,
        code: Code,
        name: &[u8],
        value: impl FnOnce(&mut Vec<u8>),
    ) -> Option<Self> {
        let before = own.len();
        own.reserve(name.len() + 64);
        own.extend_from_slice(name);
        own.extend_from_slice(b": ");
        let start = own.len();
        value(own);
        let text = own.get(start..).unwrap_or_default();
        let loose = |b: Option<&u8>| b.is_none_or(|b| matches!(b, b' ' | b'\t'));
        let sound = !loose(text.first()) && !loose(text.last()) && control(text).is_none();
        let end = own.len();
        if !sound || end + 2 > LONGEST {
            own.truncate(before);
            return None;
        }
        own.extend_from_slice(b"\r\n");
        let name = Span::of_range(&(before..before + name.len()));
        let value = Span::of_range(&(start..end));
        Some(Self { code, form: Form::Own, name, value, written: place(start) })
    }

    pub(super) fn name<'a>(&self, texts: &'a Texts) -> &'a [u8] {
        match self.form {
            Form::Read | Form::Unfolded => self.name.of(&texts.wire),
            Form::Own | Form::OwnFolded => self.name.of(&texts.own),
        }
    }

    #[inline]
    pub(super) fn value<'a>(&self, texts: &'a Texts) -> &'a [u8] {
        match self.form {
            Form::Read => self.value.of(&texts.wire),
            Form::Unfolded | Form::Own | Form::OwnFolded => self.value.of(&texts.own),
        }
    }

    /// The place of the value in what was received, if it stands there in one piece.
    #[inline]
    pub(super) fn received(&self) -> Option<Range<usize>> {
        let value = self.value.start as usize..self.value.end as usize;
        (self.form == Form::Read).then_some(value)
    }

    /// The value as bytes, shared where they were received.
    #[inline]
    pub(super) fn value_bytes(&self, texts: &Texts) -> Bytes {
        match self.form {
            Form::Read => texts.wire.slice(self.value.start as usize..self.value.end as usize),
            _ => Bytes::copy_from_slice(self.value(texts)),
        }
    }

    /// The value with its folds.
    pub(super) fn written<'a>(&self, texts: &'a Texts) -> &'a [u8] {
        let start = self.written as usize;
        let end = start + self.value.len();
        match self.form {
            Form::Read | Form::Unfolded => texts.wire.get(start..end).unwrap_or_default(),
            Form::Own | Form::OwnFolded => texts.own.get(start..end).unwrap_or_default(),
        }
    }

    pub(super) fn is_folded(&self) -> bool {
        matches!(self.form, Form::Unfolded | Form::OwnFolded)
    }

    /// Octets of our own text that belong to the line.
    pub(super) fn own_len(&self) -> usize {
        match self.form {
            Form::Read => 0,
            Form::Unfolded => self.value.len(),
            Form::Own => self.name.len() + self.value.len() + 4,
            Form::OwnFolded => self.name.len() + 2 * self.value.len() + 4,
        }
    }

    /// The whole line with its CRLF, where it stands in our own text in one piece.
    pub(super) fn whole(&self) -> Option<Range<usize>> {
        match self.form {
            Form::Own | Form::OwnFolded => {
                Some(self.name.start as usize..self.written as usize + self.value.len() + 2)
            }
            Form::Read | Form::Unfolded => None,
        }
    }
}
