//! Request methods (RFC 3261 §7.1 and the extensions).

use std::{fmt, ops::Range};

use bytes::Bytes;

use super::{ParseError, Rule, Text, class};

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// A request method; unknown ones are kept as written.
        ///
        /// Methods are case-sensitive (RFC 3261 §7.1).
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Method {
            $($(#[$doc])* $variant,)*
            /// A method this crate gives no meaning to.
            Other(Text),
        }

        impl Method {
            fn known(bytes: &[u8]) -> Option<Self> {
                $(if bytes == $text.as_bytes() { return Some(Self::$variant); })*
                None
            }

            /// The method as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text.as_str(),
                }
            }
        }
    };
}

methods! {
    /// Starts or changes a call.
    Invite = "INVITE",
    /// Confirms the final response to INVITE.
    Ack = "ACK",
    /// Ends a call.
    Bye = "BYE",
    /// Withdraws a pending request.
    Cancel = "CANCEL",
    /// Asks for capabilities; keeps a trunk alive.
    Options = "OPTIONS",
    /// Binds an address of record.
    Register = "REGISTER",
    /// Confirms a provisional response (RFC 3262).
    Prack = "PRACK",
    /// Changes a session before it is answered (RFC 3311).
    Update = "UPDATE",
    /// Asks the peer to call another (RFC 3515).
    Refer = "REFER",
    /// Reports on a subscription (RFC 6665).
    Notify = "NOTIFY",
    /// Asks for reports (RFC 6665).
    Subscribe = "SUBSCRIBE",
    /// Carries application data in a dialog (RFC 6086).
    Info = "INFO",
    /// Carries a text message (RFC 3428).
    Message = "MESSAGE",
    /// Publishes event state (RFC 3903).
    Publish = "PUBLISH",
}

impl Method {
    /// Reads a method.
    ///
    /// # Errors
    ///
    /// [`Rule::Method`] when the text is not a token.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        match Self::known(text.as_bytes()) {
            Some(method) => Ok(method),
            None if class::all(text.as_bytes(), class::TOKEN) => Ok(Self::Other(Text::new(text)?)),
            None => Err(ParseError::new(Rule::Method, 0)),
        }
    }

    pub(crate) fn from_bytes(message: &Bytes, range: Range<usize>) -> Result<Self, ParseError> {
        let bytes = message.get(range.clone()).unwrap_or_default();
        match Self::known(bytes) {
            Some(method) => Ok(method),
            None if class::all(bytes, class::TOKEN) => Ok(Self::Other(Text::cut(message, range))),
            None => Err(ParseError::new(Rule::Method, range.start)),
        }
    }
}

impl std::str::FromStr for Method {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
