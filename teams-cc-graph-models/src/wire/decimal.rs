//! `Edm.Decimal` as text.

use std::fmt;

use serde_json::Number;

use super::Field;

/// A decimal number, such as a charge, kept as the exact text of its digits.
///
/// The wire writes a number or, with `IEEE754Compatible=true`, a text; what was read is written
/// back in the same form. A new value is written as a number where that keeps every digit.
///
/// ```
/// use teams_cc_graph_models::wire::Decimal;
///
/// let charge = Decimal::from("0.10");
/// assert_eq!(charge.as_str(), "0.10");
/// assert_eq!(charge.to_f64(), Some(0.1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The digits as they came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest binary number; `None` where the text is no number.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        self.0.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The number that is written with exactly these digits, where there is one.
    pub(super) fn number(&self) -> Option<Number> {
        let text = &*self.0;
        if let Ok(whole) = text.parse::<i64>() {
            return Some(Number::from(whole)).filter(|number| number.to_string() == text);
        }
        Number::from_f64(text.parse().ok()?).filter(|number| number.to_string() == text)
    }
}

impl From<&str> for Decimal {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Decimal {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self(whole.to_string().into())
    }
}

impl From<&str> for Field<Decimal> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
