//! Retry-After and Warning (RFC 3261 §20.33, §20.43).

use bytes::Bytes;

use crate::message::{
    Grammar, HeaderName, Params, ParseError, Rule, Text, TypedHeader, class, cursor::Cursor,
    params::unquote,
};

/// When to try again; Teams sends it with 503.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RetryAfter {
    /// Seconds to wait.
    pub seconds: u32,
    /// The comment in parentheses, without them.
    pub comment: Option<Bytes>,
    /// The parameters.
    pub params: Params,
}

impl RetryAfter {
    /// Asks to wait this many seconds.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self { seconds, comment: None, params: Params::new() }
    }
}

impl TypedHeader for RetryAfter {
    fn name() -> HeaderName {
        HeaderName::RetryAfter
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let seconds = c.number(u32::MAX)?;
        c.skip_ws();
        let comment = if c.peek() == Some(b'(') { Some(read_comment(&mut c)?) } else { None };
        let params = Params::read(&mut c)?;
        c.end()?;
        Ok(Self { seconds, comment, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.seconds.to_string().as_bytes());
        if let Some(comment) = &self.comment {
            out.extend_from_slice(b" (");
            out.extend_from_slice(comment);
            out.push(b')');
        }
        self.params.write(out);
    }
}

/// A comment with its nested ones (RFC 3261 §25.1); counts, so depth costs no stack.
fn read_comment(c: &mut Cursor<'_>) -> Result<Bytes, ParseError> {
    let start = c.pos() + 1;
    let mut depth = 0usize;
    let mut escaped = false;
    let rest = c.rest();
    for (i, &byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth = depth.saturating_add(1),
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    c.advance(i);
                    let inner = c.since(start);
                    c.advance(1);
                    return Ok(inner);
                }
            }
            _ => {}
        }
    }
    Err(c.fail(Rule::Trailing))
}

/// What a server warns of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning {
    /// Three digits.
    pub code: u16,
    /// The host that warns.
    pub agent: Text,
    /// The text with its quotes.
    pub text: Bytes,
}

impl Warning {
    /// The text without quotes, if it is UTF-8.
    #[must_use]
    pub fn message(&self) -> Option<std::borrow::Cow<'_, str>> {
        unquote(&self.text)
    }
}

impl TypedHeader for Warning {
    fn name() -> HeaderName {
        HeaderName::Warning
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let code = c.number(999).ok().and_then(|n| u16::try_from(n).ok()).filter(|_| c.pos() == 3);
        let code = code.ok_or(ParseError::new(Rule::OutOfRange, 0))?;
        if !c.eat(b' ') {
            return Err(c.fail(Rule::Token));
        }
        c.skip_ws();
        let agent = c.text(class::PARAM_VALUE, Rule::Token)?;
        c.skip_ws();
        let text = c.quoted()?;
        c.end()?;
        Ok(Self { code, agent, text })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{:03} {} ", self.code, self.agent).as_bytes());
        out.extend_from_slice(&self.text);
    }
}
