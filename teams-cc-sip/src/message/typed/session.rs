//! Session timers, Replaces and Reason (RFC 4028, RFC 3891, RFC 3326).

use std::ops::Range;

use bytes::Bytes;

use super::CallId;
use crate::message::{
    Grammar, HeaderName, Params, ParseError, Rule, Text, TypedHeader, cursor::Cursor,
};

/// Who refreshes a session (RFC 4028 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 4028 §4 names exactly two")]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

impl Refresher {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        }
    }
}

macro_rules! seconds {
    ($($(#[$doc:meta])* $type:ident = $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $type {
            /// Seconds.
            pub seconds: u32,
            /// The parameters.
            pub params: Params,
        }

        impl $type {
            /// The header with this many seconds.
            #[must_use]
            pub const fn new(seconds: u32) -> Self {
                Self { seconds, params: Params::new() }
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
                let seconds = c.number(u32::MAX)?;
                let params = Params::read(&mut c)?;
                c.end()?;
                Ok(Self { seconds, params })
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.seconds.to_string().as_bytes());
                self.params.write(out);
            }
        }
    )*};
}

seconds! {
    /// How long a session lives without refresh (RFC 4028 §4).
    SessionExpires = SessionExpires,
    /// The shortest session life a party accepts (RFC 4028 §5).
    MinSe = MinSe,
}

impl SessionExpires {
    /// The same header with a refresher.
    #[must_use]
    pub fn with_refresher(mut self, refresher: Refresher) -> Self {
        // The name is a token, so the parameter is always taken.
        let _ = self.params.put("refresher", Some(refresher.as_str().as_bytes()));
        self
    }

    /// Who refreshes, if that is settled.
    #[must_use]
    pub fn refresher(&self) -> Option<Refresher> {
        let value = self.params.get("refresher")?;
        [Refresher::Uac, Refresher::Uas]
            .into_iter()
            .find(|r| value.eq_ignore_ascii_case(r.as_str()))
    }
}

/// Which dialog a new call takes the place of (RFC 3891).
///
/// Microsoft sends it to the trunk; the trunk never sends it to Microsoft.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Replaces {
    /// The Call-ID of the dialog.
    pub call_id: Text,
    /// The parameters, with both tags.
    pub params: Params,
}

impl Replaces {
    /// The tag of the side that receives the header.
    #[must_use]
    pub fn to_tag(&self) -> &str {
        self.params.get("to-tag").unwrap_or_default()
    }

    /// The tag of the other side.
    #[must_use]
    pub fn from_tag(&self) -> &str {
        self.params.get("from-tag").unwrap_or_default()
    }

    /// Whether only a dialog not yet confirmed may be replaced.
    #[must_use]
    pub fn early_only(&self) -> bool {
        self.params.contains("early-only")
    }
}

impl TypedHeader for Replaces {
    fn name() -> HeaderName {
        HeaderName::Replaces
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let call_id = CallId::read(&mut c)?;
        let params = Params::read(&mut c)?;
        c.end()?;
        if params.get("to-tag").is_none() || params.get("from-tag").is_none() {
            return Err(c.fail(Rule::NoTag));
        }
        Ok(Self { call_id, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.call_id.as_bytes());
        self.params.write(out);
    }
}

/// Which dialog proves that the sender may ask this (RFC 4538).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TargetDialog {
    /// The Call-ID of the dialog.
    pub call_id: Text,
    /// The parameters, with both tags.
    pub params: Params,
}

impl TargetDialog {
    /// The tag of the side that sends the header.
    #[must_use]
    pub fn local_tag(&self) -> &str {
        self.params.get("local-tag").unwrap_or_default()
    }

    /// The tag of the side that receives it.
    #[must_use]
    pub fn remote_tag(&self) -> &str {
        self.params.get("remote-tag").unwrap_or_default()
    }
}

impl TypedHeader for TargetDialog {
    fn name() -> HeaderName {
        HeaderName::TargetDialog
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let call_id = CallId::read(&mut c)?;
        let params = Params::read(&mut c)?;
        c.end()?;
        if params.get("local-tag").is_none() || params.get("remote-tag").is_none() {
            return Err(c.fail(Rule::NoTag));
        }
        Ok(Self { call_id, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.call_id.as_bytes());
        self.params.write(out);
    }
}

/// Why a request is sent (RFC 3326).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Reason {
    /// `SIP`, `Q.850` or another.
    pub protocol: Text,
    /// The parameters.
    pub params: Params,
}

impl Reason {
    /// A reason with a cause and a text for people.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the protocol is not a token, [`Rule::Control`] when the text holds a
    /// control character.
    pub fn new(protocol: &str, cause: u16, text: Option<&str>) -> Result<Self, ParseError> {
        let value = Bytes::copy_from_slice(protocol.as_bytes());
        let mut c = Cursor::new(&value, &Grammar::default());
        let protocol = c.token()?;
        c.end()?;
        let mut params = Params::new();
        params.set("cause", Some(&cause.to_string()))?;
        if let Some(text) = text {
            let quoted = crate::message::params::quote(text)?;
            params.put("text", Some(&quoted))?;
        }
        Ok(Self { protocol, params })
    }

    /// Whether the cause is one of ISDN's (ITU-T Q.850).
    #[must_use]
    pub fn is_q850(&self) -> bool {
        self.protocol.eq_ignore_ascii_case("Q.850")
    }

    /// The cause number.
    #[must_use]
    pub fn cause(&self) -> Option<u16> {
        self.params.get("cause")?.parse().ok()
    }

    /// The text for people.
    #[must_use]
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.params.find("text")?.value()
    }
}

impl TypedHeader for Reason {
    fn name() -> HeaderName {
        HeaderName::Reason
    }

    fn parse_value(value: &Bytes, grammar: &Grammar) -> Result<Self, ParseError> {
        let mut c = Cursor::new(value, grammar);
        let protocol = c.token()?;
        let params = Params::read(&mut c)?;
        c.end()?;
        Ok(Self { protocol, params })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.protocol.as_bytes());
        self.params.write(out);
    }
}
