//! The name a trunk is known by.

use std::{fmt, net::IpAddr, str::FromStr};

/// The longest name of a Direct Routing trunk (Learn, *Connect your SBC to Direct Routing*).
const MAX_FQDN_BYTES: usize = 63;
/// The longest label of a DNS name (RFC 1035 §2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// The fully qualified name of a Session Border Controller: what Teams reads in `Contact`.
///
/// An address cannot be one: Direct Routing refuses a `Contact` or `Record-Route` whose host is
/// an IP address with 403 (Learn, *Direct Routing: SIP protocol*), so no such value exists.
///
/// ```
/// use teams_cc_sip::direct_routing::SbcFqdn;
///
/// let trunk: SbcFqdn = "SBC1.adatum.biz".parse()?;
/// assert_eq!(trunk.as_str(), "sbc1.adatum.biz");
/// assert!("192.0.2.7".parse::<SbcFqdn>().is_err());
/// # Ok::<(), teams_cc_sip::direct_routing::ParseFqdnError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SbcFqdn(Box<str>);

impl SbcFqdn {
    /// Reads a name; letters are put in lower case.
    ///
    /// # Errors
    ///
    /// [`ParseFqdnError`] says what is wrong with the name and what to use instead.
    pub fn new(name: &str) -> Result<Self, ParseFqdnError> {
        let unbracketed = name.trim_start_matches('[').trim_end_matches(']');
        if unbracketed.parse::<IpAddr>().is_ok() {
            return Err(ParseFqdnError::IpAddress);
        }
        if name.len() > MAX_FQDN_BYTES {
            return Err(ParseFqdnError::TooLong { bytes: name.len() });
        }
        let mut labels = 0_usize;
        for label in name.split('.') {
            let clean = !label.is_empty()
                && label.len() <= MAX_LABEL_BYTES
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !clean {
                return Err(ParseFqdnError::Label);
            }
            labels += 1;
        }
        if labels < 2 {
            return Err(ParseFqdnError::NotQualified);
        }
        // A last label of digits is how short forms of addresses look, as in `127.1`.
        let last = name.rsplit('.').next().unwrap_or("");
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseFqdnError::IpAddress);
        }
        let name = name.to_ascii_lowercase();
        if name.ends_with(".onmicrosoft.com") {
            return Err(ParseFqdnError::OnMicrosoft);
        }
        Ok(Self(name.into()))
    }

    /// The name in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its first label. Teams looks it up so when the whole name is no domain.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, parent)| parent)
    }
}

/// Whether a name in a certificate covers a host name. See RFC 2818 §3.1 and RFC 6125 §6.4.3.
///
/// A wildcard stands for exactly one whole label, the first: `*.contoso.com` covers
/// `sbc.contoso.com`, and neither `sbc.test.contoso.com` nor `contoso.com`.
#[must_use]
pub fn certificate_name_covers(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return !pattern.is_empty() && !pattern.contains('*');
    }
    let (Some(parent), Some((label, rest))) = (pattern.strip_prefix("*."), host.split_once('.'))
    else {
        return false;
    };
    !label.is_empty() && parent.contains('.') && parent.eq_ignore_ascii_case(rest)
}

impl FromStr for SbcFqdn {
    type Err = ParseFqdnError;

    fn from_str(name: &str) -> Result<Self, ParseFqdnError> {
        Self::new(name)
    }
}

impl AsRef<str> for SbcFqdn {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SbcFqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for SbcFqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a text cannot be the name of a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFqdnError {
    /// The text is an IP address.
    #[error(
        "a direct routing trunk is never an ip address: Teams answers 403; use the fqdn \
         registered with New-CsOnlinePSTNGateway"
    )]
    IpAddress,
    /// The name is longer than Direct Routing accepts.
    #[error("a trunk name of {bytes} bytes is over the limit of {MAX_FQDN_BYTES}; shorten it")]
    TooLong {
        /// The length of the text.
        bytes: usize,
    },
    /// The name has only one label.
    #[error("a trunk name needs its domain, as in sbc1.contoso.com")]
    NotQualified,
    /// A label is empty, too long or holds something other than letters, digits and hyphens.
    #[error("a trunk name is made of labels of letters, digits and inner hyphens, joined by dots")]
    Label,
    /// The domain is one that Microsoft does not allow for trunks.
    #[error("*.onmicrosoft.com cannot name a trunk; use a domain verified in the tenant")]
    OnMicrosoft,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 64.
    #[test]
    fn an_address_in_any_notation_is_no_trunk_name() {
        for text in ["192.0.2.7", "2001:db8::7", "[2001:db8::7]", "127.1", "sbc.1"] {
            assert_eq!(SbcFqdn::new(text), Err(ParseFqdnError::IpAddress), "{text}");
        }
    }

    #[test]
    fn a_trunk_name_is_a_short_qualified_host_name() {
        let long = format!("{}.contoso.com", "a".repeat(60));
        let cases = [
            ("sbc1.contoso.com", Ok("sbc1.contoso.com")),
            ("SBC1.Contoso.COM", Ok("sbc1.contoso.com")),
            ("sbc", Err(ParseFqdnError::NotQualified)),
            ("sbc..contoso.com", Err(ParseFqdnError::Label)),
            ("sbc1.contoso.com.", Err(ParseFqdnError::Label)),
            ("-sbc.contoso.com", Err(ParseFqdnError::Label)),
            ("sbc 1.contoso.com", Err(ParseFqdnError::Label)),
            ("sbc.contoso.onmicrosoft.com", Err(ParseFqdnError::OnMicrosoft)),
            (long.as_str(), Err(ParseFqdnError::TooLong { bytes: 72 })),
        ];
        for (text, expected) in cases {
            let found = SbcFqdn::new(text);
            assert_eq!(found.as_ref().map(SbcFqdn::as_str).map_err(|e| *e), expected, "{text}");
        }
    }

    #[test]
    fn a_wildcard_covers_one_label_and_no_more() {
        let cases = [
            ("*.contoso.com", "sbc.contoso.com", true),
            ("*.CONTOSO.com", "sbc.contoso.com", true),
            ("*.contoso.com", "sbc.test.contoso.com", false),
            ("*.contoso.com", "contoso.com", false),
            ("*.com", "contoso.com", false),
            ("s*.contoso.com", "sbc.contoso.com", false),
            ("sbc.contoso.com", "sbc.contoso.com", true),
            ("", "", false),
            ("*.contoso.com", "*.contoso.com", false),
        ];
        for (pattern, host, expected) in cases {
            assert_eq!(certificate_name_covers(pattern, host), expected, "{pattern} {host}");
        }
    }
}
