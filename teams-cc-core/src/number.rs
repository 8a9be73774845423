//! Phone numbers as people really have them.
//!
//! Callers of every kind are accepted, shown and routed. Only a destination that needs
//! [`E164`] must be it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The most digits an E.164 number has (ITU-T E.164 §6.2.1).
const MAX_E164_DIGITS: usize = 15;
/// The fewest digits accepted after the plus sign: a country code and something to dial.
const MIN_E164_DIGITS: usize = 4;
/// The most digits of an emergency number or short code.
const MAX_SHORT_DIGITS: usize = 8;
/// The most digits of an extension.
const MAX_EXTENSION_DIGITS: usize = 16;
/// The longest number text looked at, in bytes.
const MAX_TEXT_BYTES: usize = 128;

/// What a caller or a destination has for a number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PhoneNumber {
    /// A full international number.
    E164(E164),
    /// A number of the emergency services, such as 112 or 911.
    Emergency(Box<str>),
    /// A short code that only means something inside one network.
    ShortCode(Box<str>),
    /// An extension behind a main number, or of a private numbering plan.
    Extension {
        /// The main number, where it is known.
        main: Option<E164>,
        /// The digits of the extension.
        extension: Box<str>,
    },
    /// A number whose digits the network hides in part, as in `+12345678***`.
    Masked(Box<str>),
    /// No number: withheld or unavailable.
    Anonymous,
}

impl PhoneNumber {
    /// The number as a network shows it; never fails, because callers of every kind exist.
    ///
    /// Text that is no number at all counts as [`PhoneNumber::Anonymous`]. Emergency numbers are
    /// recognised by the tenant's own plan, not here.
    ///
    /// ```
    /// use teams_cc_core::PhoneNumber;
    ///
    /// assert!(matches!(PhoneNumber::presented("+14255550100"), PhoneNumber::E164(_)));
    /// assert!(matches!(PhoneNumber::presented("+1425555****"), PhoneNumber::Masked(_)));
    /// assert!(matches!(PhoneNumber::presented("anonymous"), PhoneNumber::Anonymous));
    /// ```
    #[must_use]
    pub fn presented(text: &str) -> Self {
        if text.len() > MAX_TEXT_BYTES {
            return Self::Anonymous;
        }
        if let Some((main, extension)) = text.split_once(";ext=") {
            let extension: Box<str> = digits(extension);
            if !extension.is_empty() && extension.len() <= MAX_EXTENSION_DIGITS {
                return Self::Extension { main: E164::new(main).ok(), extension };
            }
        }
        if let Ok(number) = E164::new(text) {
            return Self::E164(number);
        }
        let bare = bare(text);
        let rest = bare.strip_prefix('+').unwrap_or(&bare);
        let dialable =
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '*' || c == '#');
        if dialable
            && rest.contains('*')
            && rest.chars().any(|c| c.is_ascii_digit())
            && rest.len() > 4
        {
            return Self::Masked(bare.into());
        }
        if !dialable {
            return Self::Anonymous;
        }
        if rest.len() <= MAX_SHORT_DIGITS {
            Self::ShortCode(rest.into())
        } else if rest.len() <= MAX_EXTENSION_DIGITS {
            Self::Extension { main: None, extension: rest.into() }
        } else {
            Self::Anonymous
        }
    }

    /// The full number, where there is one to dial.
    #[must_use]
    pub fn e164(&self) -> Option<&E164> {
        match self {
            Self::E164(number) | Self::Extension { main: Some(number), .. } => Some(number),
            _ => None,
        }
    }

    /// Whether this is a number of the emergency services.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        matches!(self, Self::Emergency(_))
    }

    /// The digits in full. Numbers are personal data: log the [`Debug`](fmt::Debug) form instead.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::E164(number) => number.reveal(),
            Self::Emergency(text) | Self::ShortCode(text) | Self::Masked(text) => text,
            Self::Extension { extension, .. } => extension,
            Self::Anonymous => "anonymous",
        }
    }
}

impl From<E164> for PhoneNumber {
    fn from(number: E164) -> Self {
        Self::E164(number)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes the redacted form: enough to tell two numbers apart, too little to dial.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::E164(number) => fmt::Display::fmt(number, f),
            Self::Emergency(text) => f.write_str(text),
            Self::ShortCode(_) => f.write_str("short code"),
            Self::Extension { extension, .. } => {
                write!(f, "ext …{}", tail(extension, 1))
            }
            Self::Masked(_) => f.write_str("masked"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

/// A full international number: a plus sign and 4 to 15 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(Box<str>);

impl E164 {
    /// Reads a number with its plus sign; spaces, dots, dashes and brackets are dropped.
    ///
    /// # Errors
    ///
    /// [`ParseNumberError`] says what a destination needs.
    pub fn new(text: &str) -> Result<Self, ParseNumberError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ParseNumberError::Length);
        }
        let bare = bare(text.trim());
        let rest = bare.strip_prefix('+').ok_or(ParseNumberError::NoPlus)?;
        if !rest.chars().all(|c| c.is_ascii_digit()) {
            return Err(ParseNumberError::NotDigits);
        }
        if !(MIN_E164_DIGITS..=MAX_E164_DIGITS).contains(&rest.len()) || rest.starts_with('0') {
            return Err(ParseNumberError::Length);
        }
        Ok(Self(bare.into()))
    }

    /// The number in full, with its plus sign.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The number without its plus sign.
    #[must_use]
    pub fn reveal_digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }
}

/// The text without what only separates its digits.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    bare.extend(text.chars().filter(|c| !is_separator(*c)));
    bare
}

impl FromStr for E164 {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        Self::new(text)
    }
}

impl TryFrom<String> for E164 {
    type Error = ParseNumberError;

    fn try_from(text: String) -> Result<Self, ParseNumberError> {
        Self::new(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> Self {
        number.0.into()
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes the redacted form, as in `+1…00`.
impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", self.0.get(..2).unwrap_or("+"), tail(&self.0, 2))
    }
}

/// Why a text is no number that can be dialled from everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNumberError {
    /// The plus sign is missing.
    #[error("a destination needs E.164: start with + and the country code, as in +14255550100")]
    NoPlus,
    /// There is something other than digits after the plus sign.
    #[error("a destination needs E.164: only digits may follow the +")]
    NotDigits,
    /// There are too few or too many digits, or the country code starts with zero.
    #[error("a destination needs E.164: 4 to 15 digits, the first not zero")]
    Length,
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '/')
}

fn digits(text: &str) -> Box<str> {
    text.chars().take_while(char::is_ascii_digit).collect::<String>().into()
}

fn tail(text: &str, n: usize) -> &str {
    text.get(text.len().saturating_sub(n)..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_needs_a_plus_sign_and_four_to_fifteen_digits() {
        assert_eq!(
            E164::new("+1 (425) 555-0100").map(|n| n.reveal().to_owned()),
            Ok("+14255550100".to_owned())
        );
        for (text, error) in [
            ("14255550100", ParseNumberError::NoPlus),
            ("+1425x550100", ParseNumberError::NotDigits),
            ("+123", ParseNumberError::Length),
            ("+1234567890123456", ParseNumberError::Length),
            ("+0123456", ParseNumberError::Length),
        ] {
            assert_eq!(E164::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn callers_of_every_kind_are_accepted() {
        let cases = [
            ("+14255550100", "E164"),
            ("+14255550100;ext=1001", "Extension"),
            ("1001", "ShortCode"),
            ("0044123456789", "Extension"),
            ("+12345678***", "Masked"),
            ("Restricted", "Anonymous"),
            ("", "Anonymous"),
        ];
        for (text, kind) in cases {
            let found = match PhoneNumber::presented(text) {
                PhoneNumber::E164(_) => "E164",
                PhoneNumber::Emergency(_) => "Emergency",
                PhoneNumber::ShortCode(_) => "ShortCode",
                PhoneNumber::Extension { .. } => "Extension",
                PhoneNumber::Masked(_) => "Masked",
                PhoneNumber::Anonymous => "Anonymous",
            };
            assert_eq!(found, kind, "{text}");
        }
    }

    #[test]
    fn debug_and_display_hide_the_digits() {
        let number = PhoneNumber::presented("+14255550123");
        assert_eq!(format!("{number} {number:?}"), "+1…23 +1…23");
        assert!(!format!("{:?}", PhoneNumber::presented("+14255550100;ext=9876")).contains("987"));
    }
}
