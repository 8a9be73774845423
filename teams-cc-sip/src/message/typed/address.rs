//! Headers that are addresses (RFC 3261 §20, RFC 3325, 3327, 3515, 3608, 3892, 5806, 6442, 7044).

use std::{
    fmt,
    ops::{Deref, Range},
};

use bytes::Bytes;

use crate::message::{Grammar, HeaderName, NameAddr, ParseError, Rule, TypedHeader};

macro_rules! addresses {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $type(NameAddr);

        impl $type {
            /// The header with this address.
            #[must_use]
            pub const fn new(address: NameAddr) -> Self {
                Self(address)
            }

            /// The address alone.
            #[must_use]
            pub fn into_inner(self) -> NameAddr {
                self.0
            }
        }

        impl Deref for $type {
            type Target = NameAddr;

            fn deref(&self) -> &NameAddr {
                &self.0
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TypedHeader for $type {
            fn name() -> HeaderName {
                HeaderName::$name
            }

            fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
                NameAddr::read(value, 0..value.len(), grammar, Self)
            }

            fn parse_within(
                message: &Bytes,
                value: Range<usize>,
                grammar: &Grammar,
            ) -> Result<Self, ParseError> {
                NameAddr::read(message, value, grammar, Self)
            }

            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }
        }
    )*};
}

addresses! {
    /// Who asks (§20.20).
    FromHeader = From,
    /// Who is asked (§20.39).
    ToHeader = To,
    /// A hop the request must take (§20.34).
    Route = Route,
    /// A hop that stays in the dialog (§20.30).
    RecordRoute = RecordRoute,
    /// Where to reply (§20.31).
    ReplyTo = ReplyTo,
    /// Whom to call (RFC 3515); the URI goes into the new request exactly as written.
    ReferTo = ReferTo,
    /// Who refers (RFC 3892); Direct Routing wants it copied exactly.
    ReferredBy = ReferredBy,
    /// Who the network says the caller is (RFC 3325).
    PAssertedIdentity = PAssertedIdentity,
    /// Who the caller asks to be (RFC 3325).
    PPreferredIdentity = PPreferredIdentity,
    /// One step of how the call came here (RFC 7044).
    HistoryInfo = HistoryInfo,
    /// Who diverted the call (RFC 5806).
    Diversion = Diversion,
    /// Where the caller is, by value (`cid:`) or by reference (RFC 6442 §4.1).
    Geolocation = Geolocation,
    /// A hop a registration goes through (RFC 3327).
    Path = Path,
    /// A hop that requests of a registered party go through (RFC 3608).
    ServiceRoute = ServiceRoute,
    /// Where more about the caller or the call is found (§20.9); emergency data in RFC 7852.
    CallInfo = CallInfo,
    /// What to play instead of the usual ring (§20.4).
    AlertInfo = AlertInfo,
    /// Where more about the failure is found (§20.18).
    ErrorInfo = ErrorInfo,
    /// Who the caller is, in an older form some carriers still send.
    RemotePartyId = RemotePartyId,
}

/// Where a party is reached (§20.10).
#[derive(Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 3261 §20.10 knows exactly two forms")]
#[expect(clippy::large_enum_variant, reason = "`*` is rare, so boxing would cost every address")]
pub enum Contact {
    /// `*`: every binding, only in REGISTER.
    Any,
    /// An address.
    Addr(NameAddr),
}

impl Contact {
    /// A contact with this address.
    #[must_use]
    pub const fn new(address: NameAddr) -> Self {
        Self::Addr(address)
    }

    /// The address, unless it is `*`.
    #[must_use]
    pub const fn addr(&self) -> Option<&NameAddr> {
        match self {
            Self::Any => None,
            Self::Addr(address) => Some(address),
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Addr(address) => address.fmt(f),
        }
    }
}

impl TypedHeader for Contact {
    fn name() -> HeaderName {
        HeaderName::Contact
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        Self::parse_within(value, 0..value.len(), grammar)
    }

    fn parse_within(
        text: &Bytes,
        value: Range<usize>,
        grammar: &Grammar,
    ) -> Result<Self, ParseError> {
        if text.get(value.clone()) == Some(b"*") {
            return Ok(Self::Any);
        }
        let at = value.start;
        let address = NameAddr::read(text, value, grammar, |address| address)?;
        if let Some(expires) = address.params.get("expires")
            && expires.parse::<u32>().is_err()
        {
            return Err(ParseError::new(Rule::OutOfRange, at));
        }
        Ok(Self::Addr(address))
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Any => out.push(b'*'),
            Self::Addr(address) => address.write(out),
        }
    }
}
