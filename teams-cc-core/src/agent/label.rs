//! What is known of agents by name and value, and what calls ask of it.

use std::{cmp::Ordering, collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// The most labels an agent or a call has.
pub const MAX_LABELS: usize = 64;
/// The longest name or text of a label, in bytes.
pub const MAX_LABEL_BYTES: usize = 256;

/// The value of a label.
///
/// Numbers are whole: a score that is not a number has no order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum LabelValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A word.
    Text(Box<str>),
}

impl LabelValue {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Flag(a), Self::Flag(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl From<i64> for LabelValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for LabelValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for LabelValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// Labels by name, within their bounds also when read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Box<str>, LabelValue>")]
pub struct Labels(BTreeMap<Box<str>, LabelValue>);

impl Labels {
    /// Writes a label.
    ///
    /// # Errors
    ///
    /// [`TooManyLabels`] past [`MAX_LABELS`] or [`MAX_LABEL_BYTES`]; nothing changed.
    pub fn insert(
        &mut self,
        name: impl Into<Box<str>>,
        value: impl Into<LabelValue>,
    ) -> Result<(), TooManyLabels> {
        let (name, value) = (name.into(), value.into());
        let room = self.0.len() < MAX_LABELS || self.0.contains_key(&name);
        let text = if let LabelValue::Text(text) = &value { text.len() } else { 0 };
        if !room || name.len().max(text) > MAX_LABEL_BYTES {
            return Err(TooManyLabels);
        }
        self.0.insert(name, value);
        Ok(())
    }

    /// The value of a label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&LabelValue> {
        self.0.get(name)
    }

    /// The number a label holds, if it holds one.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            LabelValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The labels in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LabelValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<Box<str>, LabelValue>> for Labels {
    type Error = TooManyLabels;

    fn try_from(list: BTreeMap<Box<str>, LabelValue>) -> Result<Self, TooManyLabels> {
        let mut labels = Self::default();
        for (name, value) in list {
            labels.insert(name, value)?;
        }
        Ok(labels)
    }
}

/// What a call asks of an agent's label, for as long as it asks it.
///
/// ```
/// use teams_cc_core::agent::{Compare, Labels, Selector};
///
/// let mut ada = Labels::default();
/// ada.insert("sales", 15)?;
/// assert!(Selector::new("sales", Compare::GreaterOrEqual, 10).matches(&ada));
/// assert!(!Selector::new("language", Compare::Equal, "french").matches(&ada));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Selector {
    /// Which label.
    pub label: Box<str>,
    /// How it compares.
    pub compare: Compare,
    /// With what.
    pub value: LabelValue,
    /// After what wait it is asked no more; none for never.
    #[serde(default, with = "crate::time::seconds::optional")]
    pub expires: Option<Duration>,
}

impl Selector {
    /// Asks for a label that compares with `value` like this.
    #[must_use]
    pub fn new(label: &str, compare: Compare, value: impl Into<LabelValue>) -> Self {
        Self { label: label.into(), compare, value: value.into(), expires: None }
    }

    /// Asks for it no more after this wait.
    #[must_use]
    pub fn expires(mut self, after: Duration) -> Self {
        self.expires = Some(after);
        self
    }

    /// Whether these labels are as asked. A label that is missing, or of another kind, is not;
    /// only [`Compare::NotEqual`] is content with it.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        let order = labels.get(&self.label).and_then(|value| value.compare(&self.value));
        match self.compare {
            Compare::Equal => order == Some(Ordering::Equal),
            Compare::NotEqual => order != Some(Ordering::Equal),
            Compare::Less => order == Some(Ordering::Less),
            Compare::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Compare::Greater => order == Some(Ordering::Greater),
            Compare::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Compare {
    /// They are the same.
    #[serde(rename = "=")]
    Equal,
    /// They are not.
    #[serde(rename = "!=")]
    NotEqual,
    /// The agent's is smaller.
    #[serde(rename = "<")]
    Less,
    /// The agent's is not larger.
    #[serde(rename = "<=")]
    LessOrEqual,
    /// The agent's is larger.
    #[serde(rename = ">")]
    Greater,
    /// The agent's is not smaller.
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

/// There is no room for another label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most 64 labels of at most 256 bytes for one agent or call")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooManyLabels;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_another_kind_never_compare() {
        let mut labels = Labels::default();
        labels.insert("n", 3).unwrap();
        labels.insert("t", "x").unwrap();
        let cases = [
            ("n", Compare::GreaterOrEqual, LabelValue::from(3), true),
            ("n", Compare::Greater, LabelValue::from(3), false),
            ("n", Compare::LessOrEqual, LabelValue::from("3"), false),
            ("n", Compare::NotEqual, LabelValue::from("3"), true),
            ("t", Compare::Equal, LabelValue::from("x"), true),
            ("none", Compare::Equal, LabelValue::from("x"), false),
            ("none", Compare::NotEqual, LabelValue::from("x"), true),
        ];
        for (label, compare, value, expected) in cases {
            let selector = Selector::new(label, compare, value);
            assert_eq!(selector.matches(&labels), expected, "{selector:?}");
        }
    }
}
