//! `tel:` URIs (RFC 3966).

use std::fmt;

use bytes::Bytes;

use super::{Grammar, Params, ParseError, Private, Rule, Text, class, text::MASK};

/// A telephone number as a URI.
///
/// Emergency numbers and short codes come without `phone-context` in practice, so a local
/// number may stand alone here although RFC 3966 §5.1.5 asks for one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TelUri {
    number: Private,
    params: Params,
    wire: Bytes,
}

impl TelUri {
    /// A `tel:` URI of a number such as `+14255550100` or `911`.
    ///
    /// # Errors
    ///
    /// [`Rule::Number`] when the text is no number of RFC 3966.
    pub fn new(number: &str) -> Result<Self, ParseError> {
        let bytes = Bytes::from(format!("tel:{number}"));
        Self::read(&bytes, 4, &Grammar::default())
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
        self.number.reveal().chars().filter(|c| !"-.()".contains(*c)).collect()
    }

    /// The parameters, such as `ext` and `phone-context`.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    pub(crate) fn equivalent(&self, other: &Self) -> bool {
        let covered = |a: &Self, b: &Self| {
            a.params.iter().all(|p| match (p.raw(), b.params.find(p.name()).map(|q| q.raw())) {
                (Some(x), Some(Some(y))) => x.eq_ignore_ascii_case(y),
                (None, Some(None)) => true,
                _ => false,
            })
        };
        self.digits().eq_ignore_ascii_case(&other.digits())
            && covered(self, other)
            && covered(other, self)
    }

    pub(crate) fn read(bytes: &Bytes, start: usize, grammar: &Grammar) -> Result<Self, ParseError> {
        let body = bytes.get(start..).unwrap_or_default();
        let mut pieces = body.split(|&b| b == b';');
        let number = pieces.next().unwrap_or_default();
        check_number(number, start)?;
        let mut at = start + number.len() + 1;
        let mut params = Params::new();
        for piece in pieces {
            let equals = piece.iter().position(|&b| b == b'=');
            let name_len = equals.unwrap_or(piece.len());
            let name = piece.get(..name_len).unwrap_or_default();
            let value = equals.map(|e| piece.get(e + 1..).unwrap_or_default());
            let bad = !class::all(name, class::TOKEN)
                || value.is_some_and(|v| {
                    v.is_empty() || class::first_outside(v, class::URI_PARAM).is_some()
                });
            if bad {
                return Err(ParseError::new(Rule::Param, at));
            }
            let value = value.map(|v| bytes.slice(at + name_len + 1..at + name_len + 1 + v.len()));
            let name = Text::checked(bytes.slice(at..at + name_len));
            params.add(name, value, grammar.params).map_err(|rule| ParseError::new(rule, at))?;
            at += piece.len() + 1;
        }
        let number = Text::checked(bytes.slice(start..start + number.len()));
        Ok(Self { number: Private::new(number), params, wire: bytes.clone() })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.wire);
    }
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
