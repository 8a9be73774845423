//! Emergency calls: known by the tenant's own plan, and stopped by nothing.
//!
//! What a person dials in need depends on where that person is, so the numbers are data of each
//! tenant, with presets by country. Once [`EmergencyPlan::classify`] says
//! [`PhoneNumber::Emergency`], the call passes by queues, policies, admission, fraud limits,
//! drain and budgets, and goes to the plan's trunk with its location and call-back number as
//! they are. Over Graph it is refused: a bot's call carries neither.

mod country;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Address, PhoneNumber};

/// The most numbers a plan holds; one more is refused.
pub const MAX_EMERGENCY_NUMBERS: usize = 64;
/// The longest emergency number, in digits.
const MAX_DIGITS: usize = 8;
/// The longest text looked at, in bytes; nothing that long is an emergency number.
const MAX_TEXT_BYTES: usize = 256;
/// The service of RFC 5031 §4.2; sub-services such as `.police` follow a dot.
const SOS: &str = "urn:service:sos";

/// A tenant's emergency numbers, and the trunk that carries calls to them.
///
/// The presets name what is dialled in a country as far as it is generally known. Whether that is
/// complete for a site is for its operator to check; add what is missing with
/// [`number`](EmergencyPlan::number).
///
/// An internal extension that equals an emergency number is unreachable, on purpose.
///
/// ```
/// use teams_cc_core::emergency::EmergencyPlan;
///
/// let plan = EmergencyPlan::new("sbc-munich").country("DE")?.number("116117")?;
/// for dialled in ["112", "+112", "tel:110;phone-context=+49", "urn:service:sos.fire"] {
///     assert!(plan.classify(dialled).is_emergency(), "{dialled}");
/// }
/// assert!(!plan.classify("+498912345112").is_emergency());
/// # Ok::<(), teams_cc_core::emergency::InvalidEmergencyPlan>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub struct EmergencyPlan {
    /// The trunk that carries emergency calls.
    pub trunk: Box<str>,
    numbers: BTreeMap<Box<str>, EmergencyKind>,
    outside_line: Option<char>,
}

/// What answers an emergency number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EmergencyKind {
    /// People who send help.
    Live,
    /// A robot that reads back where it believes the caller is. Routed like the real thing.
    Test,
}

impl EmergencyPlan {
    /// A plan that knows 112, which works from mobiles everywhere, and `urn:service:sos`.
    #[must_use]
    pub fn new(trunk: impl Into<Box<str>>) -> Self {
        let numbers = BTreeMap::from([("112".into(), EmergencyKind::Live)]);
        Self { trunk: trunk.into(), numbers, outside_line: None }
    }

    /// Adds the numbers of a country by its ISO 3166 code.
    ///
    /// # Errors
    ///
    /// [`InvalidEmergencyPlan::Country`] where there is no preset: add the numbers one by one.
    pub fn country(mut self, code: &str) -> Result<Self, InvalidEmergencyPlan> {
        let preset = country::preset(code).ok_or(InvalidEmergencyPlan::Country)?;
        for number in preset.live {
            self.add(number, EmergencyKind::Live)?;
        }
        for number in preset.test {
            self.add(number, EmergencyKind::Test)?;
        }
        Ok(self)
    }

    /// Adds a number.
    ///
    /// # Errors
    ///
    /// [`InvalidEmergencyPlan`] for what is not 2 to 8 digits, or one number too many.
    pub fn number(mut self, digits: &str) -> Result<Self, InvalidEmergencyPlan> {
        self.add(digits, EmergencyKind::Live)?;
        Ok(self)
    }

    /// Adds a test number.
    ///
    /// # Errors
    ///
    /// [`InvalidEmergencyPlan`] for what is not 2 to 8 digits, or one number too many.
    pub fn test_number(mut self, digits: &str) -> Result<Self, InvalidEmergencyPlan> {
        self.add(digits, EmergencyKind::Test)?;
        Ok(self)
    }

    /// Says which digit people dial for an outside line; numbers count with and without it.
    #[must_use]
    pub fn outside_line(mut self, digit: char) -> Self {
        self.outside_line = Some(digit).filter(char::is_ascii_digit);
        self
    }

    /// What was dialled, or what a `tel:`, `sip:` or service URI names.
    #[must_use]
    pub fn classify(&self, dialled: &str) -> PhoneNumber {
        match self.find(dialled) {
            Some((text, _)) => PhoneNumber::Emergency(text),
            None => PhoneNumber::presented(user_part(dialled)),
        }
    }

    /// What answers, where this is an emergency call.
    #[must_use]
    pub fn kind(&self, dialled: &str) -> Option<EmergencyKind> {
        self.find(dialled).map(|(_, kind)| kind)
    }

    /// Says no to an emergency destination over Graph.
    ///
    /// # Errors
    ///
    /// [`EmergencyOverGraph`] names the trunk the call must take instead.
    pub fn refuse_over_graph(&self, to: &Address) -> Result<(), EmergencyOverGraph> {
        let emergency = match to {
            Address::Phone(PhoneNumber::Emergency(_)) => true,
            Address::Phone(number) => self.find(number.reveal()).is_some(),
            Address::Sip(uri) => self.find(uri).is_some(),
            _ => false,
        };
        if emergency { Err(EmergencyOverGraph { trunk: self.trunk.clone() }) } else { Ok(()) }
    }

    /// The numbers, in their order.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, EmergencyKind)> {
        self.numbers.iter().map(|(number, kind)| (number.as_ref(), *kind))
    }

    fn add(&mut self, digits: &str, kind: EmergencyKind) -> Result<(), InvalidEmergencyPlan> {
        let sound =
            (2..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if !sound {
            return Err(InvalidEmergencyPlan::Number);
        }
        if self.numbers.len() >= MAX_EMERGENCY_NUMBERS && !self.numbers.contains_key(digits) {
            return Err(InvalidEmergencyPlan::TooMany);
        }
        self.numbers.insert(digits.into(), kind);
        Ok(())
    }

    fn find(&self, dialled: &str) -> Option<(Box<str>, EmergencyKind)> {
        let dialled = dialled.trim();
        if let Some((service, rest)) = dialled.split_at_checked(SOS.len())
            && service.eq_ignore_ascii_case(SOS)
            && (rest.is_empty() || rest.starts_with(['.', ';', '?']))
        {
            let kind = rest.split([';', '?']).next().filter(|kind| kind.len() <= MAX_TEXT_BYTES);
            let service = [SOS, kind.unwrap_or_default()].concat().to_ascii_lowercase();
            return Some((service.into(), EmergencyKind::Live));
        }
        // Only the user part is measured: what follows it must hide no number by its length.
        let user = user_part(dialled);
        if user.len() > MAX_TEXT_BYTES {
            return None;
        }
        let plain = unescaped(user);
        let mut digits = String::with_capacity(plain.len());
        digits.extend(
            plain.chars().filter(|c| c.is_alphanumeric() || matches!(c, '+' | '*' | '#' | '%')),
        );
        let digits = digits.strip_prefix('+').unwrap_or(&digits);
        let inside = self.outside_line.and_then(|line| digits.strip_prefix(line));
        [Some(digits), inside]
            .into_iter()
            .flatten()
            .find_map(|digits| self.numbers.get_key_value(digits))
            .map(|(number, kind)| (number.clone(), *kind))
    }
}

/// A plan as it stands in a file; its numbers are checked like any others.
#[derive(Deserialize)]
struct Written {
    trunk: Box<str>,
    numbers: BTreeMap<Box<str>, EmergencyKind>,
    outside_line: Option<char>,
}

impl TryFrom<Written> for EmergencyPlan {
    type Error = InvalidEmergencyPlan;

    fn try_from(written: Written) -> Result<Self, InvalidEmergencyPlan> {
        let mut plan = Self::new(written.trunk);
        for (number, kind) in written.numbers {
            plan.add(&number, kind)?;
        }
        Ok(match written.outside_line {
            Some(digit) => plan.outside_line(digit),
            None => plan,
        })
    }
}

/// Why a plan is not taken. A number left out in silence would cost a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEmergencyPlan {
    /// There is no preset for the country.
    #[error("no preset for this country: add its emergency numbers one by one")]
    Country,
    /// The text is no emergency number.
    #[error("an emergency number is 2 to 8 digits, as they are dialled")]
    Number,
    /// There are too many numbers.
    #[error("a plan holds at most 64 numbers")]
    TooMany,
}

/// An emergency call was to go over Graph, which carries neither location nor call-back number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("emergency calls do not go over Graph: send this one to trunk {trunk}")]
#[non_exhaustive]
pub struct EmergencyOverGraph {
    /// The trunk that carries emergency calls.
    pub trunk: Box<str>,
}

impl fmt::Display for EmergencyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "emergency",
            Self::Test => "emergency test",
        })
    }
}

/// The number in a `tel:`, `sip:` or `sips:` URI, or the text itself.
/// What was dialled, without scheme, password, host and parameters.
fn user_part(dialled: &str) -> &str {
    let dialled = dialled.trim();
    let rest = match dialled.split_once(':') {
        Some((scheme, rest))
            if ["tel", "sip", "sips"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) =>
        {
            rest
        }
        _ => dialled,
    };
    rest.split(['@', ';', '?', ':']).next().unwrap_or(rest)
}

/// The text without its percent escapes (RFC 3986 §2.1); what is no escape stays.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let code = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let taken = if code.is_some_and(|code| code.is_ascii()) { 2 } else { 0 };
        plain.push(code.filter(u8::is_ascii).map_or('%', char::from));
        rest = after.get(taken..).unwrap_or_default();
    }
    Cow::Owned(plain + rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_known_in_every_form_they_are_dialled_in() {
        let plan = EmergencyPlan::new("sbc").country("us").unwrap().outside_line('9');
        let cases = [
            ("911", Some(EmergencyKind::Live)),
            ("9911", Some(EmergencyKind::Live)),
            ("9-911", Some(EmergencyKind::Live)),
            ("+911", Some(EmergencyKind::Live)),
            ("sip:911@sbc.example.com;user=phone", Some(EmergencyKind::Live)),
            ("tel:911;phone-context=+1", Some(EmergencyKind::Live)),
            ("URN:service:SOS", Some(EmergencyKind::Live)),
            ("urn:service:sos.ambulance;x=y", Some(EmergencyKind::Live)),
            ("112", Some(EmergencyKind::Live)),
            ("933", Some(EmergencyKind::Test)),
            ("urn:service:sosial", None),
            ("9112", Some(EmergencyKind::Live)),
            ("sip:112:secret@pbx.example.com", Some(EmergencyKind::Live)),
            ("sip:%31%31%32@pbx.example.com", Some(EmergencyKind::Live)),
            ("sip:1%2d1%2D2@pbx.example.com", Some(EmergencyKind::Live)),
            ("1\u{a0}1\u{2011}2", Some(EmergencyKind::Live)),
            ("1,1,2", Some(EmergencyKind::Live)),
            ("sip:%zz112%@pbx", None),
            ("sip:alice112@pbx", None),
            ("9411", None),
            ("+14255550911", None),
            ("411", None),
            ("", None),
        ];
        for (dialled, expected) in cases {
            assert_eq!(plan.kind(dialled), expected, "{dialled}");
            assert_eq!(plan.classify(dialled).is_emergency(), expected.is_some(), "{dialled}");
        }
    }

    #[test]
    fn a_long_uri_does_not_hide_an_emergency_number() {
        let plan = EmergencyPlan::new("sbc").country("US").unwrap();
        for dialled in [
            format!("sip:911@sbc.example.com;x={}", "y".repeat(1000)),
            format!("urn:service:sos;x={}", "y".repeat(1000)),
            format!("tel:{}911", "-".repeat(200)),
        ] {
            assert_eq!(plan.kind(&dialled), Some(EmergencyKind::Live), "{dialled}");
            let to = Address::Sip(dialled.clone().into());
            assert!(plan.refuse_over_graph(&to).is_err(), "{dialled}");
        }
    }

    #[test]
    fn what_is_no_emergency_keeps_its_own_kind() {
        let plan = EmergencyPlan::new("sbc").country("GB").unwrap();
        assert!(matches!(plan.classify("+442079460000"), PhoneNumber::E164(_)));
        assert!(matches!(plan.classify("sip:1001@pbx"), PhoneNumber::ShortCode(_)));
    }

    #[test]
    fn over_graph_an_emergency_call_is_refused_and_the_trunk_is_named() {
        let plan = EmergencyPlan::new("sbc-munich").country("DE").unwrap();
        for to in [
            Address::Phone(PhoneNumber::Emergency("112".into())),
            Address::Phone(PhoneNumber::presented("110")),
            Address::Sip("sip:112@example.com".into()),
        ] {
            let refused = plan.refuse_over_graph(&to).expect_err("an emergency call");
            assert!(refused.to_string().contains("trunk sbc-munich"));
        }
        let friend = Address::Phone(PhoneNumber::presented("+4989123456"));
        assert_eq!(plan.refuse_over_graph(&friend), Ok(()));
    }

    #[test]
    fn presets_are_sound() {
        for code in country::codes() {
            let plan = EmergencyPlan::new("t").country(code).unwrap();
            let preset = country::preset(code).expect("a listed country");
            for number in preset.live.iter().chain(preset.test) {
                assert!(plan.classify(number).is_emergency(), "{code} {number}");
            }
        }
        let unknown = EmergencyPlan::new("t").country("XX");
        assert_eq!(unknown, Err(InvalidEmergencyPlan::Country));
    }

    #[test]
    fn a_number_that_cannot_be_dialled_is_refused_also_from_a_file() {
        for digits in ["", "1", "+112", "1-1-2", "123456789", "sos"] {
            let plan = EmergencyPlan::new("t").number(digits);
            assert_eq!(plan, Err(InvalidEmergencyPlan::Number), "{digits}");
        }
        let plan = EmergencyPlan::new("t").country("US").unwrap().outside_line('9');
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<EmergencyPlan>(&text).unwrap(), plan);
        assert!(serde_json::from_str::<EmergencyPlan>(&text.replace("911", "+911")).is_err());
    }

    proptest! {
        #[test]
        fn no_dressing_hides_an_emergency_number(
            scheme in prop::sample::select(vec!["", "tel:", "sip:", "SIPS:"]),
            plus in prop::sample::select(vec!["", "+"]),
            dashes: [bool; 2],
            tail in prop::sample::select(vec!["", ";user=phone", "@sbc.example.com", "?a=b"]),
        ) {
            let plan = EmergencyPlan::new("t").country("GB").unwrap();
            let dash = |on| if on { "-" } else { "" };
            let dialled = format!("{scheme}{plus}9{}9{}9{tail}", dash(dashes[0]), dash(dashes[1]));
            prop_assert!(plan.classify(&dialled).is_emergency(), "{}", dialled);
        }

        #[test]
        fn any_text_is_classified(text in "\\PC{0,80}") {
            let _ = EmergencyPlan::new("t").classify(&text);
        }
    }
}
