//! Headers that are numbers, and Call-ID (RFC 3261 §20, RFC 3262).

use std::ops::Range;

use bytes::Bytes;

use crate::message::{
    Grammar, HeaderName, Method, ParseError, Rule, Text, TypedHeader, class, cursor::Cursor,
};

/// The largest sequence number (RFC 3261 §8.1.1.5).
const MAX_CSEQ: u32 = (1 << 31) - 1;

macro_rules! numbers {
    ($($(#[$doc:meta])* $type:ident: $int:ty = $name:ident <= $max:expr,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($int);

        impl $type {
            /// The header with this number.
            #[must_use]
            pub const fn new(value: $int) -> Self {
                Self(value)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $int {
                self.0
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                Self::parse_within(value, 0..value.len(), grammar)
            }

            fn parse_within(
                text: &Bytes,
                value: Range<usize>,
                grammar: &Grammar,
            ) -> Result<Self, ParseError> {
                let mut c = Cursor::within(text, value, grammar);
                let number = c.number($max)?;
                c.end()?;
                <$int>::try_from(number).map(Self).map_err(|_| ParseError::new(Rule::OutOfRange, 0))
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.0.to_string().as_bytes());
            }
        }
    )*};
}

numbers! {
    /// How many hops the request may still take (§20.22).
    MaxForwards: u8 = MaxForwards <= 255,
    /// Octets of the body (§20.14).
    ContentLength: u32 = ContentLength <= u32::MAX,
    /// Seconds until the message or its effect ends (§20.19).
    Expires: u32 = Expires <= u32::MAX,
    /// The shortest life a registrar accepts (§20.23).
    MinExpires: u32 = MinExpires <= u32::MAX,
    /// Number of a provisional response that must be confirmed (RFC 3262 §7.1).
    RSeq: u32 = RSeq <= u32::MAX,
    /// How many branches a request may still have at once (RFC 5393 §5.3.3).
    MaxBreadth: u32 = MaxBreadth <= u32::MAX,
    /// Seconds after which a silent flow is taken for dead (RFC 5626 §5.4).
    FlowTimer: u32 = FlowTimer <= u32::MAX,
}

/// The number and method of a request within its call (§20.16).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CSeq {
    /// The number, below 2³¹.
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl CSeq {
    /// A sequence number with a method. Numbers of 2³¹ and more are cut to the largest.
    #[must_use]
    pub fn new(number: u32, method: Method) -> Self {
        Self { number: number.min(MAX_CSEQ), method }
    }
}

fn white_space(c: &mut Cursor<'_>) -> Result<(), ParseError> {
    let before = c.pos();
    c.skip_ws();
    if c.pos() == before { Err(c.fail(Rule::Token)) } else { Ok(()) }
}

impl TypedHeader for CSeq {
    fn name() -> HeaderName {
        HeaderName::CSeq
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        Self::parse_within(value, 0..value.len(), grammar)
    }

    fn parse_within(
        message: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::within(message, value, grammar);
        let number = c.number(MAX_CSEQ)?;
        white_space(&mut c)?;
        let at = c.pos();
        c.skip(class::TOKEN);
        let method = Method::from_bytes(message, at..c.pos())?;
        c.end()?;
        Ok(Self { number, method })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{} {}", self.number, self.method).as_bytes());
    }
}

/// Which provisional response a PRACK confirms (RFC 3262 §7.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RAck {
    /// The `RSeq` of the response.
    pub rseq: u32,
    /// The `CSeq` of the response.
    pub cseq: CSeq,
}

impl RAck {
    /// Confirms the response with that `RSeq` and `CSeq`.
    #[must_use]
    pub const fn new(rseq: u32, cseq: CSeq) -> Self {
        Self { rseq, cseq }
    }
}

impl TypedHeader for RAck {
    fn name() -> HeaderName {
        HeaderName::RAck
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let rseq = c.number(u32::MAX)?;
        white_space(&mut c)?;
        let at = c.pos();
        let cseq = CSeq::parse_value(&value.slice(at..), grammar).map_err(|e| e.shifted(at))?;
        Ok(Self { rseq, cseq })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{} ", self.rseq).as_bytes());
        self.cseq.write(out);
    }
}

/// What names a call (§20.8); compares byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(Text);

impl CallId {
    /// A Call-ID: a word, or two with `@` between them.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the text is neither.
    pub fn new(text: &str) -> Result<Self, ParseError> {
        Self::parse_value(&Bytes::copy_from_slice(text.as_bytes()), &Grammar::default())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn read(c: &mut Cursor<'_>) -> Result<Text, ParseError> {
        let start = c.pos();
        c.skip_some(class::WORD, Rule::Token)?;
        if c.eat(b'@') {
            c.skip_some(class::WORD, Rule::Token)?;
        }
        Ok(Text::checked(c.cut(start)))
    }
}

impl TypedHeader for CallId {
    fn name() -> HeaderName {
        HeaderName::CallId
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        Self::parse_within(value, 0..value.len(), grammar)
    }

    fn parse_within(
        message: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        let mut c = Cursor::within(message, value, grammar);
        let text = Self::read(&mut c)?;
        c.end()?;
        Ok(Self(text))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}
