//! Names of headers, with their compact forms (RFC 3261 §7.3.3, §20).

mod code;

use std::{cmp::Ordering, fmt, hash::Hash};

use super::{ParseError, Rule, Text, class, octets::Octets};
pub(crate) use code::Code;

/// A header name this crate gives no meaning to. It compares without case and is written as
/// received.
#[derive(Clone)]
pub struct OtherName(Text);

impl OtherName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for OtherName {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().eq_ignore_ascii_case(other.0.as_bytes())
    }
}

impl Eq for OtherName {}

impl Ord for OtherName {
    fn cmp(&self, other: &Self) -> Ordering {
        let lower = |n: &Self| n.0.to_ascii_lowercase();
        lower(self).cmp(&lower(other))
    }
}

impl PartialOrd for OtherName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for OtherName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl fmt::Debug for OtherName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $(| $compact:literal)?,)*) => {
        /// The name of a header; compares without case, compact forms included.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum HeaderName {
            $(#[doc = concat!("`", $text, "`.")] $(#[$doc])* $variant,)*
            /// A header this crate gives no meaning to.
            Other(OtherName),
        }

        /// Places in [`KNOWN`].
        #[derive(Clone, Copy)]
        enum Place {
            $($variant,)*
        }

        static KNOWN: &[(&str, HeaderName)] = &[$(($text, HeaderName::$variant)),*];
        const TEXTS: &[&str] = &[$($text),*];

        impl HeaderName {
            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name.as_str(),
                }
            }

            /// The place of a known name.
            #[inline]
            pub(super) const fn code(&self) -> Code {
                match self {
                    $(Self::$variant => Code(Place::$variant as u8),)*
                    Self::Other(_) => Code::OTHER,
                }
            }
        }

        const fn compact(letter: u8) -> Code {
            match letter.to_ascii_lowercase() {
                $($($compact => Code(Place::$variant as u8),)?)*
                _ => Code::OTHER,
            }
        }
    };
}

names! {
    To = "To" | b't',
    Via = "Via" | b'v',
    From = "From" | b'f',
    CSeq = "CSeq",
    Date = "Date",
    Path = "Path",
    RAck = "RAck",
    RSeq = "RSeq",
    Allow = "Allow",
    Event = "Event" | b'o',
    Route = "Route",
    Accept = "Accept",
    MinSe = "Min-SE",
    Reason = "Reason",
    Server = "Server",
    CallId = "Call-ID" | b'i',
    Contact = "Contact" | b'm',
    Expires = "Expires",
    Privacy = "Privacy",
    Require = "Require",
    Subject = "Subject" | b's',
    Warning = "Warning",
    Identity = "Identity" | b'y',
    Priority = "Priority",
    ReferTo = "Refer-To" | b'r',
    ReplyTo = "Reply-To",
    SipEtag = "SIP-ETag",
    ReferSub = "Refer-Sub",
    Replaces = "Replaces",
    CallInfo = "Call-Info",
    Diversion = "Diversion",
    Supported = "Supported" | b'k',
    Timestamp = "Timestamp",
    RecvInfo = "Recv-Info",
    ContentId = "Content-ID",
    FlowTimer = "Flow-Timer",
    AlertInfo = "Alert-Info",
    ErrorInfo = "Error-Info",
    UserAgent = "User-Agent",
    Geolocation = "Geolocation",
    InReplyTo = "In-Reply-To",
    MaxBreadth = "Max-Breadth",
    SipIfMatch = "SIP-If-Match",
    InfoPackage = "Info-Package",
    MinExpires = "Min-Expires",
    ReferredBy = "Referred-By" | b'b',
    RetryAfter = "Retry-After",
    Unsupported = "Unsupported",
    AllowEvents = "Allow-Events" | b'u',
    ContentType = "Content-Type" | b'c',
    HistoryInfo = "History-Info",
    MaxForwards = "Max-Forwards",
    MimeVersion = "MIME-Version",
    TargetDialog = "Target-Dialog",
    ServiceRoute = "Service-Route",
    Organization = "Organization",
    RecordRoute = "Record-Route",
    UserToUser = "User-to-User",
    Authorization = "Authorization",
    ProxyRequire = "Proxy-Require",
    ContentLength = "Content-Length" | b'l',
    AcceptEncoding = "Accept-Encoding",
    AcceptLanguage = "Accept-Language",
    RemotePartyId = "Remote-Party-ID",
    SessionExpires = "Session-Expires" | b'x',
    ContentEncoding = "Content-Encoding" | b'e',
    ContentLanguage = "Content-Language",
    ResourcePriority = "Resource-Priority",
    GeolocationError = "Geolocation-Error",
    PChargingVector = "P-Charging-Vector",
    GeolocationRouting = "Geolocation-Routing",
    AcceptResourcePriority = "Accept-Resource-Priority",
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    SubscriptionState = "Subscription-State",
    AuthenticationInfo = "Authentication-Info",
    ContentDisposition = "Content-Disposition",
    PAssertedIdentity = "P-Asserted-Identity",
    ProxyAuthorization = "Proxy-Authorization",
    PPreferredIdentity = "P-Preferred-Identity",
}

impl HeaderName {
    /// Reads a header name, in its long or its compact form.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the text is not a token.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::from_token(text.as_bytes()).ok_or(ParseError::new(Rule::Token, 0))
    }

    /// The name, if it is a token.
    pub(crate) fn from_token(name: &[u8]) -> Option<Self> {
        match Code::of(name).known() {
            Some(name) => Some(name.clone()),
            None if class::all(name, class::TOKEN) => {
                Some(Self::Other(OtherName(Text::checked(Octets::copy(name)))))
            }
            None => None,
        }
    }
}

impl std::str::FromStr for HeaderName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Keeps [`AsHeaderName`] to the types that can name a header.
mod sealed {
    #[expect(unnameable_types, reason = "a seal is not to be named")]
    pub trait Sealed {}
    impl Sealed for super::HeaderName {}
    impl Sealed for &super::HeaderName {}
    impl Sealed for &str {}
}

/// What names a header when one is looked up: a [`HeaderName`] or text.
pub trait AsHeaderName: sealed::Sealed {
    /// The name, or nothing when the text can name no header.
    fn to_name(self) -> Option<HeaderName>;
}

impl AsHeaderName for HeaderName {
    fn to_name(self) -> Option<HeaderName> {
        Some(self)
    }
}

impl AsHeaderName for &HeaderName {
    fn to_name(self) -> Option<HeaderName> {
        Some(self.clone())
    }
}

impl AsHeaderName for &str {
    fn to_name(self) -> Option<HeaderName> {
        HeaderName::parse(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_found_in_any_case_and_by_its_letter() {
        for (text, name) in KNOWN {
            let line = format!("{text}: a value behind a name");
            let (code, len) = Code::at(line.as_bytes()).unwrap_or((Code::OTHER, 0));
            let found = (code.known(), len);
            assert!(found == (Some(name), text.len()) || text.len() == 24, "{text}");
            assert_eq!(HeaderName::parse(&text.to_uppercase()).as_ref(), Ok(name));
            assert_eq!(HeaderName::parse(&text.to_lowercase()).as_ref(), Ok(name));
        }
        for (letter, name) in
            [("i", HeaderName::CallId), ("V", HeaderName::Via), ("x", HeaderName::SessionExpires)]
        {
            assert_eq!(HeaderName::parse(letter), Ok(name));
        }
    }

    #[test]
    fn a_name_is_taken_at_a_glance_only_as_it_is_usually_written() {
        for line in
            ["to: b", "To : b", "To\0: b", "Tom: b", ":To: b", "To\r\n: b", "X-To: b", "t: b"]
        {
            let line = format!("{line}{}", " ".repeat(24));
            assert_eq!(Code::at(line.as_bytes()), None, "{line:?}");
        }
        assert_eq!(Code::at(b"To: b"), None, "a line too short to look at whole words of it");
    }

    #[test]
    fn an_unknown_name_keeps_its_spelling_and_ignores_case() {
        let a = HeaderName::parse("X-MS-UserSite").unwrap();
        assert_eq!(a, HeaderName::parse("x-ms-usersite").unwrap());
        assert_eq!(a.as_str(), "X-MS-UserSite");
        assert!(HeaderName::parse("X MS").is_err());
        assert!(HeaderName::parse("").is_err());
    }
}
