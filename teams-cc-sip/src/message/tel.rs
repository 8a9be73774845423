//! `tel:` URIs (RFC 3966).

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{
    Grammar, Param, Params, ParseError, Private, Rule, Text, class, cursor::Cursor, octets::Octets,
    text::MASK,
};

/// A telephone number as a URI.
///
/// Emergency numbers and short codes come without `phone-context` in practice, so a local
/// number may stand alone here although RFC 3966 §5.1.5 asks for one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TelUri {
    number: Private,
    params: Params,
    wire: Octets,
}

impl TelUri {
    /// A `tel:` URI of a number such as `+14255550100` or `911`.
    ///
    /// # Errors
    ///
    /// [`Rule::Number`] when the text is no number of RFC 3966.
    pub fn new(number: &str) -> Result<Self, ParseError> {
        let bytes = Bytes::from(format!("tel:{number}"));
        Self::read(&bytes, 0..bytes.len(), &Grammar::default())
    }

    /// The number with its visual separators, as written.
    #[must_use]
    pub const fn number(&self) -> &Private {
        &self.number
    }

    /// Whether the number is global, so starts with `+`.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.number.as_bytes().first() == Some(&b'+')
    }

    /// The number without visual separators, such as `+14255550100`.
    #[must_use]
    pub fn digits(&self) -> String {
        digits(self.number.reveal())
    }

    /// The parameters, such as `ext` and `phone-context`.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// Where a local number holds: a domain, or the start of a global number (§5.1.5).
    #[must_use]
    pub fn phone_context(&self) -> Option<&str> {
        self.params.get("phone-context")
    }

    /// The extension behind the number, without visual separators (§5.3).
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        self.params.get("ext").map(digits)
    }

    /// The ISDN subaddress behind the number (§5.2).
    #[must_use]
    pub fn isdn_subaddress(&self) -> Option<&str> {
        self.params.get("isub")
    }

    /// RFC 3966 §4: the same kind of number, the same digits and the same parameters in any
    /// order; visual separators and letter case do not count.
    pub(crate) fn equivalent(&self, other: &Self) -> bool {
        let covered = |a: &Self, b: &Self| {
            a.params.iter().all(|p| match (p.raw(), b.params.find(p.name()).map(Param::raw)) {
                (Some(x), Some(Some(y))) => same_value(p.name(), x, y),
                (None, Some(None)) => true,
                _ => false,
            })
        };
        self.digits().eq_ignore_ascii_case(&other.digits())
            && covered(self, other)
            && covered(other, self)
    }

    pub(crate) fn read(
        buf: &Bytes,
        whole: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::within(buf, whole.start + 4..whole.end, grammar);
        let start = c.pos();
        let rest = c.rest();
        c.advance(memchr::memchr(b';', rest).unwrap_or(rest.len()));
        check_number(c.slice(start..c.pos()), start)?;
        let number = Private::new(Text::checked(c.cut(start)));
        let params = Params::read_of_uri(&mut c, |c| c.skip(class::TOKEN))?;
        if !c.is_at_end() {
            return Err(c.fail(Rule::Param));
        }
        Ok(Self { number, params, wire: Octets::cut(buf, whole) })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.wire.as_slice());
    }
}

/// A number without its visual separators.
fn digits(number: &str) -> String {
    number.chars().filter(|c| !"-.()".contains(*c)).collect()
}

fn same_value(name: &str, one: &[u8], other: &[u8]) -> bool {
    let number = |value: &[u8]| digits(&String::from_utf8_lossy(value)).to_ascii_lowercase();
    let is_number = name.eq_ignore_ascii_case("ext")
        || (name.eq_ignore_ascii_case("phone-context") && one.first() == Some(&b'+'));
    if is_number { number(one) == number(other) } else { one.eq_ignore_ascii_case(other) }
}

/// RFC 3966 §3: `global-number-digits` or `local-number-digits`.
fn check_number(number: &[u8], start: usize) -> Result<(), ParseError> {
    let (digits, global) = match number.strip_prefix(b"+") {
        Some(rest) => (rest, true),
        None => (number, false),
    };
    let is_digit =
        |b: &u8| b.is_ascii_digit() || (!global && (b.is_ascii_hexdigit() || b"*#".contains(b)));
    let bad = digits.iter().position(|b| !is_digit(b) && !b"-.()".contains(b));
    match bad {
        Some(at) => Err(ParseError::new(Rule::Number, start + usize::from(global) + at)),
        None if digits.iter().any(is_digit) => Ok(()),
        None => Err(ParseError::new(Rule::Number, start)),
    }
}

impl fmt::Debug for TelUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tel:{MASK}{:?}", self.params)
    }
}
