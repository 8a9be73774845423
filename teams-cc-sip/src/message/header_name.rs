//! Names of headers, with their compact forms (RFC 3261 §7.3.3, §20).

use std::{cmp::Ordering, fmt, hash::Hash, ops::Range};

use bytes::Bytes;

use super::{ParseError, Rule, Text, class};

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

        /// In order of length, so that a name is looked for only among its equals.
        static KNOWN: &[(&str, HeaderName)] = &[$(($text, HeaderName::$variant)),*];
        const LENGTHS: &[usize] = &[$($text.len()),*];

        impl HeaderName {
            /// The name as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name.as_str(),
                }
            }

            const fn compact(letter: u8) -> Option<Self> {
                match letter.to_ascii_lowercase() {
                    $($($compact => Some(Self::$variant),)?)*
                    _ => None,
                }
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
    Replaces = "Replaces",
    CallInfo = "Call-Info",
    Diversion = "Diversion",
    Supported = "Supported" | b'k',
    Timestamp = "Timestamp",
    AlertInfo = "Alert-Info",
    ErrorInfo = "Error-Info",
    UserAgent = "User-Agent",
    Geolocation = "Geolocation",
    InReplyTo = "In-Reply-To",
    MinExpires = "Min-Expires",
    ReferredBy = "Referred-By" | b'b',
    RetryAfter = "Retry-After",
    Unsupported = "Unsupported",
    AllowEvents = "Allow-Events" | b'u',
    ContentType = "Content-Type" | b'c',
    HistoryInfo = "History-Info",
    MaxForwards = "Max-Forwards",
    MimeVersion = "MIME-Version",
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
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    SubscriptionState = "Subscription-State",
    AuthenticationInfo = "Authentication-Info",
    ContentDisposition = "Content-Disposition",
    PAssertedIdentity = "P-Asserted-Identity",
    ProxyAuthorization = "Proxy-Authorization",
    PPreferredIdentity = "P-Preferred-Identity",
}

const LONGEST: usize = 20;

/// For each length the range of [`KNOWN`] with names of that length.
static BUCKETS: [(usize, usize); LONGEST + 1] = buckets();

const fn buckets() -> [(usize, usize); LONGEST + 1] {
    let mut table = [(0, 0); LONGEST + 1];
    let mut i = 0;
    while i < LENGTHS.len() {
        let len = LENGTHS[i];
        assert!(i == 0 || LENGTHS[i - 1] <= len, "names stand in order of length");
        if table[len].1 == 0 {
            table[len].0 = i;
        }
        table[len].1 = i + 1;
        i += 1;
    }
    table
}

impl HeaderName {
    /// Reads a header name, in its long or its compact form.
    ///
    /// # Errors
    ///
    /// [`Rule::Token`] when the text is not a token.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some(name) = Self::known(text.as_bytes()) {
            return Ok(name);
        }
        if class::all(text.as_bytes(), class::TOKEN) {
            Ok(Self::Other(OtherName(Text::new(text)?)))
        } else {
            Err(ParseError::new(Rule::Token, 0))
        }
    }

    /// A name whose bytes the caller has found to be a token.
    pub(crate) fn from_token(message: &Bytes, range: Range<usize>) -> Self {
        // Most names are known, and sharing the bytes costs more than the look.
        message
            .get(range.clone())
            .and_then(Self::known)
            .unwrap_or_else(|| Self::Other(OtherName(Text::checked(message.slice(range)))))
    }

    fn known(bytes: &[u8]) -> Option<Self> {
        if let [letter] = bytes {
            return Self::compact(*letter);
        }
        let &(from, to) = BUCKETS.get(bytes.len())?;
        KNOWN
            .get(from..to)?
            .iter()
            .find(|(text, _)| text.as_bytes().eq_ignore_ascii_case(bytes))
            .map(|(_, name)| name.clone())
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
    fn an_unknown_name_keeps_its_spelling_and_ignores_case() {
        let a = HeaderName::parse("X-MS-UserSite").unwrap();
        assert_eq!(a, HeaderName::parse("x-ms-usersite").unwrap());
        assert_eq!(a.as_str(), "X-MS-UserSite");
        assert!(HeaderName::parse("X MS").is_err());
        assert!(HeaderName::parse("").is_err());
    }
}
